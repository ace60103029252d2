"""What marks sheet 3, learning the table: ``check.count_reads(count_reads)`` marks task 3.1."""

from embedkit.checks.learning_the_table.task1_count_reads import task as count_reads
from embedkit.checks.learning_the_table.task2_embedding_backward import task as embedding_backward
from embedkit.checks.learning_the_table.task3_rows_that_move import task as rows_that_move
from embedkit.checks.learning_the_table.task4_adamw_step import task as adamw_step
from embedkit.checks.learning_the_table.task5_sparse_adam_step import task as sparse_adam_step

__all__ = [
    "adamw_step",
    "count_reads",
    "embedding_backward",
    "rows_that_move",
    "sparse_adam_step",
]
