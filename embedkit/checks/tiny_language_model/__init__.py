"""What marks sheet 12, Tiny language model: ``check.double(double)`` marks task 12.1."""

from embedkit.checks.tiny_language_model.task1_double import task as double

__all__ = ["double"]
