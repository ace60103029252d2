"""What marks sheet 11, Rotary positions: ``check.rotate(rotate)`` marks task 11.2."""

from embedkit.checks.rotary.task1_frequencies import task as frequencies
from embedkit.checks.rotary.task2_rotate import task as rotate
from embedkit.checks.rotary.task3_to_half_split import task as to_half_split
from embedkit.checks.rotary.task4_alibi_slopes import task as alibi_slopes
from embedkit.checks.rotary.task5_llama3_frequencies import task as llama3_frequencies
from embedkit.checks.rotary.task6_decode import task as decode

__all__ = [
    "alibi_slopes",
    "decode",
    "frequencies",
    "llama3_frequencies",
    "rotate",
    "to_half_split",
]
