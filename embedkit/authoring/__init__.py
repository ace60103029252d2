"""What the course's authors use: running and storing notebooks, and starting a lesson."""
