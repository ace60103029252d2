"""What marks sheet 12, A tiny language model: ``check.decoder(decoder)`` marks task 12.4."""

from embedkit.checks.tiny_language_model.task1_count_parameters import task as count_parameters
from embedkit.checks.tiny_language_model.task2_bits_of_guessing import task as bits_of_guessing
from embedkit.checks.tiny_language_model.task3_input_vectors import task as input_vectors
from embedkit.checks.tiny_language_model.task4_decoder import task as decoder
from embedkit.checks.tiny_language_model.task5_next_token import task as next_token_probabilities
from embedkit.checks.tiny_language_model.task6_loss_by_position import task as loss_by_position

__all__ = [
    "bits_of_guessing",
    "count_parameters",
    "decoder",
    "input_vectors",
    "loss_by_position",
    "next_token_probabilities",
]
