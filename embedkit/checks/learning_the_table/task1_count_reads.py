"""What marks task 3.1, `count_reads`: how often each row is read."""

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs


def one_sequence(draw: Draw) -> list[Inputs]:
    """Sequences in which the last row of the table is read."""
    ids = draw.ids(9, 30)
    ids[draw.integer(0, 29)] = 8
    return [
        {"ids": torch.tensor([2, 0, 2, 3]), "vocab_size": 4},
        {"ids": ids, "vocab_size": 9},
    ]


def last_rows_unread(draw: Draw) -> list[Inputs]:
    """Batches that do not read the last rows, and one of a single id far below the end."""
    return [
        {"ids": torch.tensor([[1, 0, 1]]), "vocab_size": 4},
        {"ids": draw.ids(6, 3, 7), "vocab_size": draw.integer(9, 12)},
        {"ids": torch.tensor([[3]]), "vocab_size": 3000},
    ]


def any_shape(draw: Draw) -> list[Inputs]:
    """Single ids, batches of three and four dimensions, and nothing at all."""
    ids = draw.ids(7, 2, 3, 4)
    ids[0, 0, 0] = 6
    return [
        {"ids": torch.tensor([[[2, 0], [2, 1]], [[2, 2], [0, 3]]]), "vocab_size": 4},
        {"ids": torch.tensor(3), "vocab_size": 4},
        {"ids": ids, "vocab_size": 7},
        {"ids": draw.ids(5, 2, 2, 3, 2), "vocab_size": 5},
        {"ids": torch.empty(2, 0, dtype=torch.long), "vocab_size": 3},
    ]


def counted_once(ids: Tensor, vocab_size: int) -> Tensor:
    """Say whether a row is read, not how often."""
    return finished.count_reads(ids, vocab_size).clamp(max=1)


no_minlength = Mistake(
    "There is one count for each id up to the largest that was read. There should be one for "
    "each of the V rows: bincount takes minlength=vocab_size.",
    answer=lambda ids, vocab_size: torch.bincount(ids.flatten()),
)
once_each = Mistake(
    "Each row is counted once, however often it was read. An id that comes three times is read "
    "three times.",
    answer=counted_once,
)
only_rows_read = Mistake(
    "Only the rows that were read have a count. A row that nobody read has one too: 0.",
    answer=lambda ids, vocab_size: ids.unique(return_counts=True)[1],
)
off_by_one = Mistake(
    "Each count stands one place too early: you count ids from 1. Id 0 is counted in place 0.",
    answer=lambda ids, vocab_size: finished.count_reads(ids, vocab_size).roll(-1),
)
one_dimension = Mistake(
    "torch.bincount counts ids that stand in one row. Flatten the batch first.",
    when=lambda inputs, seen: "1-d non-negative integral inputs" in seen.message,
)
looped_over_one_id = Mistake(
    "A loop over the ids of a batch meets its sentences first, not its ids, and a single id, of "
    "shape (), cannot be looped over at all. Flatten the ids before you count.",
    when=lambda inputs, seen: (
        "0-d tensor" in seen.message
        or "can be converted to" in seen.message
        or "only one element tensors" in seen.message
    ),
)

task = Task(
    number="3.1",
    name="count_reads",
    points=1,
    reference=finished.count_reads,
    criteria=(
        Criterion(
            "each row is counted as often as a sequence reads it",
            one_sequence,
            mistakes=(only_rows_read, once_each, off_by_one),
        ),
        Criterion(
            "a row that is not read counts 0, up to the last",
            last_rows_unread,
            mistakes=(no_minlength, one_dimension),
        ),
        Criterion(
            "ids of any shape are counted, also none at all",
            any_shape,
            mistakes=(looped_over_one_id, one_dimension),
        ),
    ),
)
