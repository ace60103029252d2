"""What several tasks of sheet 5 share: tables of uneven lengths, and answers without near ties."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from embedkit.checks.compare import close, same
from embedkit.checks.framework import Draw
from embedkit.checks.probes import Inputs, Seen

CLEAR = 1e-3
"""How far apart scores lie that decide about an answer, so that rounding cannot."""


def uneven(draw: Draw, rows: int, dim: int) -> Tensor:
    """Return a table whose rows point anywhere and differ in length, some tenfold."""
    lengths = 10 ** (draw.numbers(rows, 1).clamp(-1.5, 1.5) / 1.5)
    return draw.numbers(rows, dim) * lengths


def unit(rows: Tensor) -> Tensor:
    """Scale rows to length 1; zeros stay."""
    lengths = rows.norm(dim=1, keepdim=True)
    return rows / torch.where(lengths > 0, lengths, 1)


def clear(scores: Tensor) -> Tensor:
    """Say for each row of scores whether no two of them lie close together."""
    gaps = scores.sort(dim=1).values.diff(dim=1)
    return (gaps > CLEAR).all(dim=1)


def with_clear(
    draw_both: Callable[[], tuple[Tensor, Tensor]],
    scores: Callable[[Tensor, Tensor], Tensor],
    count: int,
) -> tuple[Tensor, Tensor]:
    """Return a table, and so many of the questions drawn with it that have no near ties.

    A table may have two rows that are alike for all questions; then both are drawn anew.
    """
    while True:
        table, some = draw_both()
        found = some[clear(scores(table, some))]
        if len(found) >= count:
            return table, found[:count]


def gives(*answers: Callable[..., Any]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether one of some answers gives what was seen, for ``Mistake.when``.

    It looks at the one question that failed. So it also knows a mistake whose other answers depend
    on how it is written, such as an error where ours gives none. What comes near is not the same:
    a right answer computed in float32 must not be taken for such a mistake. Nor must one that
    changes its inputs, which has a hint of its own.
    """

    def test(inputs: Inputs, seen: Seen) -> bool:
        if not isinstance(seen.value, Tensor) or not same(seen.inputs_after, inputs):
            return False
        own = [answer(**inputs) for answer in answers]
        return any(
            one.shape == seen.value.shape
            and (one.dtype == seen.value.dtype or seen.value.is_floating_point())
            and close(seen.value, one.to(seen.value.dtype))
            for one in own
        )

    return test
