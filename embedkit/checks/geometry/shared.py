"""What several tasks of sheet 5 share: tables of uneven lengths, and answers without near ties."""

import torch
from torch import Tensor

from embedkit.checks.framework import Draw

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
