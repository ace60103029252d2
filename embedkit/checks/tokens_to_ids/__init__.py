"""What marks sheet 1, tokens to ids: ``check.decode(decode)`` marks task 1.2, and so on."""

from embedkit.checks.tokens_to_ids.task1_word_vocabulary import task as word_vocabulary
from embedkit.checks.tokens_to_ids.task2_decode import task as decode
from embedkit.checks.tokens_to_ids.task3_count_pairs import task as count_pairs
from embedkit.checks.tokens_to_ids.task4_merge import task as merge
from embedkit.checks.tokens_to_ids.task5_encode import task as encode

__all__ = ["count_pairs", "decode", "encode", "merge", "word_vocabulary"]
