"""What marks sheet 5, geometry: ``check.nearest(nearest)`` marks task 5.2."""

from embedkit.checks.geometry.task1_cosine_similarity import task as cosine_similarity
from embedkit.checks.geometry.task2_nearest import task as nearest
from embedkit.checks.geometry.task3_solve_analogies import task as solve_analogies
from embedkit.checks.geometry.task4_spearman import task as spearman
from embedkit.checks.geometry.task5_all_but_the_top import task as all_but_the_top

__all__ = [
    "all_but_the_top",
    "cosine_similarity",
    "nearest",
    "solve_analogies",
    "spearman",
]
