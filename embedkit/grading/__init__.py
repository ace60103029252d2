"""What makes, marks and keeps the exercise sheets: no answer runs in a process of this package."""
