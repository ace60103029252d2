"""What marks sheet 7, tied head: ``check.logits(logits)`` marks task 7.1."""

from embedkit.checks.tied_head.task1_logits import task as logits
from embedkit.checks.tied_head.task2_is_tied import task as is_tied
from embedkit.checks.tied_head.task3_tied_lm import task as TiedLM
from embedkit.checks.tied_head.task4_gradient_by_end import task as gradient_by_end
from embedkit.checks.tied_head.task5_smallest_head import task as smallest_head

__all__ = ["TiedLM", "gradient_by_end", "is_tied", "logits", "smallest_head"]
