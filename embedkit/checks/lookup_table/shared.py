"""Mistakes that learners make in more than one task of sheet 2, and how to recognise them."""

from embedkit.checks.framework import Mistake
from embedkit.checks.probes import Inputs, Seen


def one_id_was_looped_over(inputs: Inputs, seen: Seen) -> bool:
    """Whether a loop or ``len`` met ids without a dimension."""
    return "0-d tensor" in seen.message


looked_at_memory = Mistake(
    "These ids are a transposed batch: its numbers do not lie in memory in the order in which "
    "they are read. .view refuses such a tensor; .reshape takes any.",
    when=lambda inputs, seen: "view size is not compatible" in seen.message,
)
