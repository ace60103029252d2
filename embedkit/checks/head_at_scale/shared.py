"""What several tasks of sheet 8 share: large logits, and a bound on what may be held."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from embedkit.checks.compare import same
from embedkit.checks.framework import TOO_LARGE, Draw, Mistake, says
from embedkit.checks.memory_probes import UNKNOWN
from embedkit.checks.probes import Inputs, Seen

in_one_piece = Mistake(
    "view needs numbers that lie in memory one after another, and these need not. "
    "reshape takes any, and so does flatten.",
    when=says("view size is not compatible"),
)
HOLDS_THE_LOGITS = (
    "At its peak it holds a quarter of all N × V logits or more: in one tensor, or in many small "
    "ones that are kept. Work on one part, keep only what the next part needs, and let go of it."
)


def wide(draw: Draw, positions: int, vocab_size: int, dim: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw hidden vectors, a table and targets whose losses are well above zero."""
    hidden, table = draw.numbers(positions, dim) / 2, draw.table(vocab_size, dim)
    return hidden, table, draw.ids(vocab_size, positions)


POSITIONS, VOCAB_SIZE = 1024, TOO_LARGE // 4 // 1024
"""So many logits are large enough to be weighed from outside."""
HOLDS_THE_LOGITS_UNSEEN = (
    "On a larger question the process holds more than a third of all N × V logits, in whatever "
    "library or thread. Work on one part, keep only what the next part needs, and let go of it."
)
AT_NO_TIME = "at no time a quarter of all N × V logits is held"


def far_apart(draw: Draw, positions: int, vocab_size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw whole numbers whose products are exact, and beyond what exp can take in float32.

    The targets are the smallest logits, so that the losses are large, too.
    """
    hidden = 10.0 * draw.ids(5, positions, 3) + 40
    table = draw.ids(9, vocab_size, 3).float() - 4
    return hidden, table, (hidden @ table.T).argmin(dim=1)


def wide_at_scale(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Draw hidden vectors, a table and targets: logits lie between −291 and 291 or so.

    Those of half of the positions rise or fall with the rows, those of the others lie anywhere. So
    whoever does another thing where there is much must do it right, too: exp of the first, of the
    last or of their differences is infinite, and no few rows are enough.

    No target is among the likeliest rows: float32 does not tell its loss, the small difference of
    two logits near 291, as closely as answers are compared.
    """
    hidden, table, _ = wide(draw, POSITIONS, VOCAB_SIZE, draw.integer(3, 5))
    large = 97.0 * (2 * draw.ids(2, POSITIONS) - 1)
    in_order = draw.ids(2, POSITIONS).bool()
    hidden[:, 0], hidden[:, 1] = large * in_order, large * ~in_order
    table[:, 0] = torch.linspace(-3, 3, VOCAB_SIZE)
    table[:, 1] = table[draw.numbers(VOCAB_SIZE).argsort(), 0]
    drawn = draw.ids(VOCAB_SIZE, POSITIONS, 8)
    is_unlikely = torch.einsum("nd,nkd->nk", hidden, table[drawn]) < 240
    targets = drawn.gather(1, is_unlikely.int().argmax(dim=1, keepdim=True)).flatten()
    return hidden, table, targets


def most_allowed(inputs: Inputs) -> int:
    """Return a quarter of the number of logits."""
    return len(inputs["hidden"]) * len(inputs["table"]) // 4


def result_of(seen: Seen) -> object:
    """Return what came back of an answer that was weighed; a list is as good as a tuple."""
    result: object = seen.value["result"]
    return tuple(result) if isinstance(result, list) else result


def right_and_small(
    reference: Callable[..., object], graph_is_fine: bool = True
) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether the result is right, and never a quarter of the logits was held."""

    def accepts(inputs: Inputs, seen: Seen) -> bool:
        return (
            seen.value["most"] < most_allowed(inputs)
            and (graph_is_fine or not seen.value["graph"])
            and same(result_of(seen), reference(*inputs.values()))
        )

    return accepts


def no_wider_than(allowed: Callable[[Inputs], int]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether no product of matrices gave more numbers than are allowed."""
    return lambda inputs, seen: seen.value["widest"] <= allowed(inputs)


leaves_torch = Mistake(
    "The tensors are handed to NumPy, where nobody can weigh what is held. Stay with PyTorch here.",
    when=lambda inputs, seen: seen.value["most"] == UNKNOWN,
)
holds_too_much = Mistake(
    HOLDS_THE_LOGITS, when=lambda inputs, seen: seen.value["most"] >= most_allowed(inputs)
)


def overflows(inputs: Inputs, seen: Seen) -> bool:
    """Whether what came back is infinite or not a number, which the right answer never is."""
    values: Sequence[object] = seen.value if isinstance(seen.value, tuple) else (seen.value,)
    return any(isinstance(v, Tensor) and not bool(torch.isfinite(v).all()) for v in values)
