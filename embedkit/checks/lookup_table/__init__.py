"""What marks sheet 2, the lookup table: ``check.lookup(lookup)`` marks task 2.1, and so on."""

from embedkit.checks.lookup_table.task1_lookup import task as lookup
from embedkit.checks.lookup_table.task2_one_hot import task as one_hot
from embedkit.checks.lookup_table.task3_safe_lookup import task as safe_lookup
from embedkit.checks.lookup_table.task4_token_embedding import task as token_embedding
from embedkit.checks.lookup_table.task5_mean_of_tokens import task as mean_of_tokens

__all__ = ["lookup", "mean_of_tokens", "one_hot", "safe_lookup", "token_embedding"]
