"""What several tasks of sheet 3 share: the misreadings of a batch's shape."""

from embedkit.checks.framework import Mistake, says
from embedkit.checks.probes import Inputs, Seen

not_flattened = Mistake(
    "index_add_ wants one row of ids and one row of numbers for each of them. Flatten the batch: "
    "ids to (N,) and grad_output to (N, D).",
    when=says("index_add_", "Index is supposed to be", "should match in"),
)
in_one_piece = Mistake(
    "view needs numbers that lie in memory one after another, and these need not. "
    "reshape takes any, and so does flatten.",
    when=says("view size is not compatible"),
)
nothing_to_divide = Mistake(
    "−1 cannot be worked out where there are no numbers. Write D in its place, which is the last "
    "dimension of the gradient.",
    when=says("-1 can be any value"),
)


any_axes = Mistake(
    "The ids may have any number of axes, and a single id has none that could be counted, looped "
    "over or flattened away. ids.flatten() and grad_output.reshape(-1, D) take every shape.",
    when=says(
        "Dimension out of range",
        "tuple index out of range",
        "values to unpack",
        "0-d tensor",
        "flatten() has invalid args",
    ),
)


def stopped_in_a_loop(inputs: Inputs, seen: Seen) -> bool:
    """Whether a loop over the ids took a sentence for an id, and stopped."""
    stopped = says("converted to", "only one element", "not list", "unhashable type: 'list'")
    return inputs["ids"].ndim > 1 and stopped(inputs, seen)


SENTENCES_FIRST = (
    "A loop over the ids of a batch meets its sentences first, not its ids, and a single id, of "
    "shape (), cannot be looped over at all. Flatten first."
)
stopped_at_sentences = Mistake(SENTENCES_FIRST, when=stopped_in_a_loop)
