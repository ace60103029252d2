"""Mistakes that learners make in more than one task of sheet 2, and how to recognise them."""

from embedkit.checks.framework import Mistake, says

one_id_was_looped_over = says("0-d tensor")
"""Whether a loop or ``len`` met ids without a dimension."""

looked_at_memory = Mistake(
    "These ids are a transposed batch: its numbers do not lie in memory in the order in which "
    "they are read. .view refuses such a tensor; .reshape takes any.",
    when=says("view size is not compatible"),
)
