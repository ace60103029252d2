"""What marks the sheets: one module a lesson, and the framework that they share."""
