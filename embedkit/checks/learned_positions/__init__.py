"""What marks sheet 9, Learned positions: ``check.position_ids(position_ids)`` marks task 9.1."""

from embedkit.checks.learned_positions.task1_position_ids import task as position_ids
from embedkit.checks.learned_positions.task2_input_vectors import task as input_vectors
from embedkit.checks.learned_positions.task3_packed_position_ids import task as packed_position_ids
from embedkit.checks.learned_positions.task4_stretch_table import task as stretch_table
from embedkit.checks.learned_positions.task5_packed_attention import task as packed_attention

__all__ = [
    "input_vectors",
    "packed_attention",
    "packed_position_ids",
    "position_ids",
    "stretch_table",
]
