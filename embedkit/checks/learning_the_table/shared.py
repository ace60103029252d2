"""What several tasks of sheet 3 share: the misreadings of a batch's shape."""

from embedkit.checks.framework import Mistake
from embedkit.checks.probes import Inputs, Seen

not_flattened = Mistake(
    "index_add_ wants one row of ids and one row of numbers for each of them. Flatten the batch: "
    "ids to (N,) and grad_output to (N, D).",
    when=lambda inputs, seen: (
        "index_add_" in seen.message
        or "Index is supposed to be" in seen.message
        or "should match in" in seen.message
    ),
)
in_one_piece = Mistake(
    "view needs numbers that lie in memory one after another, and these need not. "
    "reshape takes any, and so does flatten.",
    when=lambda inputs, seen: "view size is not compatible" in seen.message,
)
nothing_to_divide = Mistake(
    "−1 cannot be worked out where there are no numbers. Write D in its place, which is the last "
    "dimension of the gradient.",
    when=lambda inputs, seen: "-1 can be any value" in seen.message,
)


def counts_on_axes(inputs: Inputs, seen: Seen) -> bool:
    """Whether an answer stopped because the ids have other axes than it took for granted."""
    signs = (
        "Dimension out of range",
        "tuple index out of range",
        "values to unpack",
        "0-d tensor",
        "flatten() has invalid args",
    )
    return any(sign in seen.message for sign in signs)


any_axes = Mistake(
    "The ids may have any number of axes, and a single id has none that could be counted, looped "
    "over or flattened away. ids.flatten() and grad_output.reshape(-1, D) take every shape.",
    when=counts_on_axes,
)


def stopped_in_a_loop(inputs: Inputs, seen: Seen) -> bool:
    """Whether a loop over the ids took a sentence for an id, and stopped."""
    signs = ("converted to", "only one element", "not list", "unhashable type: 'list'")
    return inputs["ids"].ndim > 1 and any(sign in seen.message for sign in signs)


SENTENCES_FIRST = (
    "A loop over the ids of a batch meets its sentences first, not its ids, and a single id, of "
    "shape (), cannot be looped over at all. Flatten first."
)
stopped_at_sentences = Mistake(SENTENCES_FIRST, when=stopped_in_a_loop)
