"""What marks task 9.3, `packed_position_ids`: positions that restart with each document."""

import torch
from torch import Tensor

from embedkit import learned_positions as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.learned_positions.shared import SMALL_KINDS
from embedkit.checks.probes import Inputs, Seen


def packed(draw: Draw, seq: int, padding: int = 0, longest: int = 6) -> Tensor:
    """Return one packed sequence: documents of random lengths and numbers, then padding."""
    numbers = torch.randperm(50, generator=draw.generator).tolist()
    ids: list[int] = []
    while len(ids) < seq - padding:
        ids += [numbers.pop()] * draw.integer(1, longest)
    return torch.tensor(ids[: seq - padding] + [-1] * padding)


def batch(draw: Draw, rows: int, seq: int, padding: bool = False) -> Tensor:
    """Return packed sequences whose borders differ."""
    return torch.stack(
        [packed(draw, seq, draw.integer(1, seq // 2) if padding else 0) for _ in range(rows)]
    )


def two(draw: Draw, rows: int, seq: int, padding: bool = False) -> Tensor:
    """Return sequences of one or two documents each, with a border and padding of their own."""
    out = torch.full((rows, seq), -1)
    for row in out:
        end = draw.integer(2, seq - 1) if padding else seq
        row[:end] = draw.integer(0, 9)
        row[draw.integer(1, end) : end] = draw.integer(10, 19)
    return out


def several(draw: Draw) -> list[Inputs]:
    """Sequences of one or more documents, also of single tokens, with borders of their own.

    One is longer than half precision can count, and than most models read.
    """
    return [
        {"document_ids": torch.tensor([[3, 3, 3, 3]])},
        {"document_ids": torch.tensor([[5, 5, 2, 2, 2]])},
        {"document_ids": torch.tensor([[1, 1, 1, 0, 0], [4, 2, 2, 2, 2]])},
        {"document_ids": batch(draw, 4, draw.integer(12, 20))},
        {"document_ids": torch.tensor([[0, 1, 2, 3]])},
        {"document_ids": torch.tensor([[2, 2, 7], [7, 7, 2]])},
        {"document_ids": packed(draw, 700, longest=150)[None]},
        {"document_ids": torch.tensor([[5] * 700 + [2] * 100])},
        {"document_ids": torch.tensor([[5] * 2_600 + [2] * 900])},
        {"document_ids": torch.tensor([[70_000, 70_000, 300, 300, 44, 44, 44]])},
        {"document_ids": torch.tensor([[0, 0, 2**60, 2**60, 2**60 + 1, 2**60 + 1]])},
    ]


def with_padding(draw: Draw) -> list[Inputs]:
    """Padding at the end, and nothing but padding."""
    return [
        {"document_ids": torch.tensor([[5, 5, 2, 2, -1, -1]])},
        {"document_ids": two(draw, 5, draw.integer(12, 20), padding=True)},
        {"document_ids": torch.full((2, 3), -1)},
    ]


def other_shapes(draw: Draw) -> list[Inputs]:
    """One sequence alone, three axes, small integers, scattered, nothing at all."""
    return [
        {"document_ids": two(draw, 1, 9)[0]},
        {"document_ids": two(draw, 6, 8).reshape(2, 3, 8)},
        {"document_ids": scattered(two(draw, 4, 9))},
        {"document_ids": scattered(two(draw, 6, 8).reshape(2, 3, 8))},
        *(
            {"document_ids": two(draw, 2, seq).to(kind)}
            for kind in SMALL_KINDS
            for seq in (10, 300)
        ),
        {"document_ids": torch.empty(2, 0, dtype=torch.long)},
        {"document_ids": torch.tensor([[7]])},
    ]


def columns(document_ids: Tensor) -> Tensor:
    """Number the columns."""
    return torch.arange(document_ids.shape[-1]).expand(document_ids.shape).clone()


def columns_of_tokens(document_ids: Tensor) -> Tensor:
    """Number the columns, and give padding 0."""
    return columns(document_ids).masked_fill(document_ids < 0, 0)


def from_one(document_ids: Tensor) -> Tensor:
    """Count from 1."""
    return (finished.packed_position_ids(document_ids) + 1).masked_fill(document_ids < 0, 0)


def ignores_padding(document_ids: Tensor) -> Tensor:
    """Count padding like a document."""
    return finished.packed_position_ids(document_ids.masked_fill(document_ids < 0, 999))


def padding_is_minus_one(document_ids: Tensor) -> Tensor:
    """Leave −1 at padding."""
    return finished.packed_position_ids(document_ids).masked_fill(document_ids < 0, -1)


def document_number(document_ids: Tensor) -> Tensor:
    """Count the documents in place of the tokens."""
    changes = torch.zeros_like(document_ids)
    changes[..., 1:] = document_ids[..., 1:] != document_ids[..., :-1]
    return changes.cumsum(-1)


def borders_of_the_first(document_ids: Tensor) -> Tensor:
    """Take the first sequence's borders for all."""
    rows = document_ids.reshape(-1, document_ids.shape[-1])
    return finished.packed_position_ids(rows[:1].expand_as(rows)).reshape(document_ids.shape)


def one_late(document_ids: Tensor) -> Tensor:
    """Restart behind the border: the first token of a document still counts on."""
    place = columns(document_ids)
    border = torch.zeros_like(place)
    border[..., 2:] = torch.where(
        document_ids[..., 1:-1] != document_ids[..., :-2], place[..., 2:], 0
    )
    return place - border.cummax(-1).values


def not_int64(inputs: Inputs, seen: Seen) -> bool:
    """Whether positions came back in another dtype."""
    return isinstance(seen.value, Tensor) and seen.value.dtype != torch.long


task = Task(
    number="9.3",
    name="packed_position_ids",
    points=2,
    reference=finished.packed_position_ids,
    criteria=(
        Criterion(
            "each document counts 0, 1, 2 …, with borders of its own in each sequence",
            several,
            mistakes=(
                Mistake("The first token of a document has position 0, not 1.", from_one),
                Mistake("You count the documents. Count the tokens inside each.", document_number),
                Mistake(
                    "The positions go on into the next document. They start again at each border.",
                    columns,
                ),
                Mistake(
                    "The positions go on into the next document. They start again at each border.",
                    columns_of_tokens,
                ),
                Mistake(
                    "The first sequence's borders are used for all. Each has borders of its own.",
                    borders_of_the_first,
                ),
                Mistake(
                    "The restart comes one token late: the first token of a document is the one "
                    "whose neighbour on the left has another number.",
                    one_late,
                ),
            ),
        ),
        Criterion(
            "padding has position 0",
            with_padding,
            mistakes=(
                Mistake(
                    "Padding is counted like a document. It has 0 throughout.", ignores_padding
                ),
                Mistake(
                    "Padding has −1, which reads the last row of a table. It should have 0.",
                    padding_is_minus_one,
                ),
            ),
        ),
        Criterion(
            "document ids of any integer dtype and any number of axes, also none at all",
            other_shapes,
            mistakes=(
                Mistake("Positions are int64, whatever the document ids are.", when=not_int64),
                Mistake(
                    "Sequences run along the last axis, and there may be one axis or three.",
                    when=says(
                        "Dimension out of range",
                        "values to unpack",
                        "0-d tensor",
                        "tuple index out of range",
                        "too many indices",
                        "converted to Scalar",
                        "ambiguous",
                    ),
                ),
                Mistake(
                    "A sequence without tokens is no error: nothing comes back, in its shape.",
                    when=lambda inputs, seen: (
                        bool(seen.raised) and inputs["document_ids"].numel() == 0
                    ),
                ),
            ),
        ),
    ),
)
