"""Lesson 10, sinusoidal positions: a table of clock hands that nobody has to learn."""

import math
from typing import Literal, get_args

import torch
from jaxtyping import Float, Float64, Integer
from torch import Tensor, nn

Layout = Literal["interleaved", "sin_cos", "cos_sin"]
"""Where a clock's sine and cosine stand in a row: side by side, or in two halves."""


def frequencies(
    model_dim: int, base: float = 10_000.0, reaches_base: bool = False
) -> Float64[Tensor, "clocks"]:
    """Return how far each clock turns from one position to the next, the fastest first.

    Clock i turns by ``base ** (-2 i / D)`` (https://arxiv.org/abs/1706.03762). In tensor2tensor
    and what descends from it, the exponent is ``-i / (D/2 - 1)`` in its place.

    Args:
        model_dim: D, an even number; there are D/2 clocks.
        base: how many times slower the slowest clock is than the first, nearly; 10,000 is usual.
        reaches_base: whether it is exactly that many times slower, as in tensor2tensor.

    Returns:
        Radians a position, in float64 on the CPU: not every device has float64.

    Raises:
        ValueError: if model_dim is odd or below 2, or base is not positive.
    """
    if model_dim < 2 or model_dim % 2:
        raise ValueError(
            f"model_dim is {model_dim}: a clock takes two columns, so it must be even."
        )
    if base <= 0:
        raise ValueError(f"base is {base}: a frequency is a power of it, so it must be positive.")
    clocks = model_dim // 2
    steps = max(clocks - 1, 1) if reaches_base else clocks
    exponents = torch.arange(clocks, dtype=torch.float64, device="cpu") / steps
    return base**-exponents


def wave_lengths(
    model_dim: int, base: float = 10_000.0, reaches_base: bool = False
) -> Float64[Tensor, "clocks"]:
    """Return after how many positions each clock has made a full turn.

    Args:
        model_dim: D, an even number.
        base: see :func:`frequencies`, as for ``reaches_base`` and errors.
        reaches_base: whether the slowest takes exactly ``2π · base`` positions.
    """
    return 2 * math.pi / frequencies(model_dim, base, reaches_base)


def sinusoids(
    position_ids: Integer[Tensor, "*shape"],
    model_dim: int,
    base: float = 10_000.0,
    layout: Layout = "interleaved",
    reaches_base: bool = False,
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, "*shape dim"]:
    """Return one row of sines and cosines for each position.

    Angles are computed in float64 and rounded once, at the end, so that a row is right at any
    position and in any dtype. Equals, up to the rounding of *their* angles, what ``transformers``
    computes in XLM (interleaved), Marian (sin_cos), and with ``reaches_base`` in M2M100 and Whisper
    (sin_cos) and MusicGen (cos_sin). The paper: https://arxiv.org/abs/1706.03762.

    Args:
        position_ids: whole numbers of any shape; may be negative, for offsets.
        model_dim: D, the columns of the table; even.
        base: see :func:`frequencies`.
        layout: where sines and cosines stand.
        reaches_base: see :func:`frequencies`.
        dtype: of the result.

    Returns:
        The shape of position_ids with D appended, on their device.

    Raises:
        TypeError: if the position ids are not integers.
        ValueError: if model_dim, base or layout is none.
    """
    _check_positions(position_ids)
    _check_layout(layout)
    speeds = frequencies(model_dim, base, reaches_base)
    angles = position_ids.cpu().to(torch.float64)[..., None] * speeds
    pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)
    rows = change_layout(pairs.flatten(start_dim=-2), "interleaved", layout)
    return rows.to(dtype).to(position_ids.device)


def change_layout(
    rows: Float[Tensor, "*shape dim"], old: Layout, new: Layout
) -> Float[Tensor, "*shape dim"]:
    """Put the columns of sinusoidal rows into another layout.

    Args:
        rows: rows of sines and cosines, D even.
        old: the layout that they have.
        new: the layout that they shall have.

    Returns:
        The same numbers in other columns; shape and dtype stay.

    Raises:
        ValueError: if D is odd, or there is no such layout.
    """
    _check_layout(old)
    _check_layout(new)
    dim = rows.shape[-1]
    if dim % 2:
        raise ValueError(f"{dim} columns do not make pairs of a sine and a cosine.")
    if old == "interleaved":
        sines, cosines = rows[..., 0::2], rows[..., 1::2]
    else:
        sines, cosines = rows[..., : dim // 2], rows[..., dim // 2 :]
    if old == "cos_sin":
        sines, cosines = cosines, sines
    if new == "interleaved":
        return torch.stack([sines, cosines], dim=-1).flatten(start_dim=-2)
    return torch.cat([sines, cosines] if new == "sin_cos" else [cosines, sines], dim=-1)


def _check_positions(position_ids: Tensor) -> None:
    if position_ids.is_floating_point() or position_ids.dtype == torch.bool:
        raise TypeError(f"position ids are whole numbers, and these are {position_ids.dtype}.")


def _check_layout(layout: str) -> None:
    if layout not in get_args(Layout):
        known = ", ".join(get_args(Layout))
        raise ValueError(f"there is no layout {layout!r} here. There are: {known}.")


def similarity(
    offsets: Integer[Tensor, "*shape"],
    model_dim: int,
    base: float = 10_000.0,
    reaches_base: bool = False,
) -> Float64[Tensor, "*shape"]:
    """Return the dot product of any two rows that are so many positions apart.

    ``sin a sin b + cos a cos b`` is ``cos(a - b)``, so it is the sum of ``cos(frequency · offset)``
    over all clocks, whatever the two positions and the layout.

    Args:
        offsets: how many positions lie between the two rows; the sign does not matter.
        model_dim: D; at offset 0 the result is D/2.
        base: see :func:`frequencies`.
        reaches_base: see :func:`frequencies`.
    """
    speeds = frequencies(model_dim, base, reaches_base)
    return (offsets.cpu().to(torch.float64)[..., None] * speeds).cos().sum(dim=-1)


def shift_matrix(
    steps: int, model_dim: int, base: float = 10_000.0, reaches_base: bool = False
) -> Float64[Tensor, "dim dim"]:
    """Return the one matrix R that moves every position by so many steps: ``P[t] @ R == P[t+n]``.

    It turns each clock by its own fixed angle, whatever t is. So it is a rotation: its transpose
    moves back. It belongs to rows in the interleaved layout.

    Args:
        steps: n, how far to move; may be negative.
        model_dim: D, an even number.
        base: see :func:`frequencies`.
        reaches_base: see :func:`frequencies`.
    """
    turn = steps * frequencies(model_dim, base, reaches_base)
    cos, sin = turn.cos(), turn.sin()
    first = torch.stack([cos, -sin], dim=-1)
    second = torch.stack([sin, cos], dim=-1)
    return torch.block_diag(*torch.stack([first, second], dim=-2))  # type: ignore[no-any-return]


def solve_shift(table: Float[Tensor, "rows dim"], steps: int) -> Float[Tensor, "dim dim"]:
    """Find the matrix that best moves a table's rows by so many steps, knowing only the table.

    Least squares over all pairs of rows that far apart. Any table will do, a learned one too; how
    well the matrix does must then be tested on rows that it has not seen.

    Args:
        table: rows of consecutive positions, in float64 if the slow clocks shall be found.
        steps: n, how far to move; from 1 to rows - D.

    Raises:
        ValueError: if there are fewer pairs of rows than columns, so that many matrices fit.
    """
    rows, dim = table.shape
    if not 1 <= steps <= rows - dim:
        raise ValueError(
            f"{rows} rows have {max(rows - abs(steps), 0)} pairs that are {steps} steps apart: "
            f"to find {dim} × {dim} numbers, at least {dim} are needed, and steps of 1 or more."
        )
    before, after = table[:-steps].cpu(), table[steps:].cpu()
    # not torch's default driver: where columns are nearly equal, as those of slow clocks are, its
    # solution misses even the rows that it was given (torch 2.13)
    solution: Tensor = torch.linalg.lstsq(before, after, driver="gelsd").solution
    return solution.to(table.device)


def look_back(
    key_weight: Float[Tensor, "dim dim"], steps: int, base: float = 10_000.0
) -> Float[Tensor, "dim dim"]:
    """Return a query matrix with which each position looks for the one that many steps before it.

    With queries ``P @ query_weight`` and keys ``P @ key_weight``, the score of position t for
    position s is the dot product of rows t - steps and s, which is largest where they are one.

    Args:
        key_weight: the matrix that makes the keys; invertible, for interleaved rows.
        steps: how far to look back; a negative number looks ahead.
        base: of the sinusoids.

    Returns:
        The query matrix, computed in float64 and rounded to the dtype of key_weight.
    """
    move = shift_matrix(-steps, len(key_weight), base).to(key_weight.device)
    inverse: Tensor = torch.linalg.inv(key_weight.double())
    return (move @ inverse.T).to(key_weight.dtype)


class SinusoidalPositions(nn.Module):
    """A position table that is written down: nothing is trained, and it has no last row.

    Rows are computed once and kept; a position beyond them makes the table grow. They are no part
    of the saved weights, since anyone can compute them again.

    Args:
        model_dim: D, an even number.
        max_len: how many rows to compute in advance.
        base: see :func:`frequencies`.
        layout: where sines and cosines stand; it belongs to the weights that were trained with it.
        reaches_base: see :func:`frequencies`.
    """

    def __init__(
        self,
        model_dim: int,
        max_len: int = 512,
        base: float = 10_000.0,
        layout: Layout = "interleaved",
        reaches_base: bool = False,
    ) -> None:
        super().__init__()
        self.model_dim, self.base = model_dim, base
        self.layout: Layout = layout
        self.reaches_base = reaches_base
        self.register_buffer("table", self._rows(max_len), persistent=False)
        self.table: Tensor

    def _rows(self, count: int) -> Float[Tensor, "count dim"]:
        ids = torch.arange(count, device="cpu")  # real numbers, also under torch.device("meta")
        return sinusoids(ids, self.model_dim, self.base, self.layout, self.reaches_base)

    def forward(self, position_ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return the row of each position, in the dtype and on the device of the layer.

        Raises:
            TypeError: if the position ids are not integers.
            IndexError: if one is negative.
        """
        _check_positions(position_ids)
        if position_ids.numel():
            first, last = (int(end) for end in position_ids.aminmax())
            if first < 0:
                raise IndexError(f"position {first} is negative: positions count from 0.")
            if last >= len(self.table):
                self.table = self._rows(max(last + 1, 2 * len(self.table))).to(self.table)
        return self.table[position_ids.long()]
