"""What marks sheet 4: ``check.pairs_in_window(pairs_in_window)`` marks task 4.1, and so on."""

from embedkit.checks.meaning_from_context.task1_pairs import task as pairs_in_window
from embedkit.checks.meaning_from_context.task2_keep import task as keep_probability
from embedkit.checks.meaning_from_context.task3_noise import task as noise_distribution
from embedkit.checks.meaning_from_context.task4_loss import task as negative_sampling_loss
from embedkit.checks.meaning_from_context.task5_gradients import (
    task as negative_sampling_gradients,
)
from embedkit.checks.meaning_from_context.task6_sentence import task as sentence_step

__all__ = [
    "keep_probability",
    "negative_sampling_gradients",
    "negative_sampling_loss",
    "noise_distribution",
    "pairs_in_window",
    "sentence_step",
]
