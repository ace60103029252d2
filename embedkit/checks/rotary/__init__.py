"""What marks sheet 11, Rotary: ``check.double(double)`` marks task 11.1."""

from embedkit.checks.rotary.task1_double import task as double

__all__ = ["double"]
