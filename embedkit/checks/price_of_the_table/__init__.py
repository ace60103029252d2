"""What marks sheet 6, the price of the table: ``check.table_bytes(table_bytes)`` marks task 6.1."""

from embedkit.checks.price_of_the_table.task1_table_bytes import task as table_bytes
from embedkit.checks.price_of_the_table.task2_pad_table import task as pad_table
from embedkit.checks.price_of_the_table.task3_quantize_rows import task as quantize_rows
from embedkit.checks.price_of_the_table.task4_factorised_table import task as factorised_table
from embedkit.checks.price_of_the_table.task5_compositional_lookup import (
    task as compositional_lookup,
)
from embedkit.checks.price_of_the_table.task6_count_llama import task as count_llama

__all__ = [
    "compositional_lookup",
    "count_llama",
    "factorised_table",
    "pad_table",
    "quantize_rows",
    "table_bytes",
]
