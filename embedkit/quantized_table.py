"""Lesson 6, fewer bits: tables whose numbers are small integers, with a step to multiply by."""

import torch
from jaxtyping import Float, Int8, Integer, UInt8
from torch import Tensor, nn

from embedkit.lookup_table import check_ids


def quantize_rows(
    table: Float[Tensor, "vocab dim"], bits: int = 8, group: int | None = None
) -> tuple[Int8[Tensor, "vocab dim"], Float[Tensor, "vocab groups"]]:
    """Round each number of a table to one of a few steps; a row has steps of its own.

    A step is the largest size in the row, divided by 127 for 8 bits and by 7 for 4. Equal to
    ``torch.quantize_per_channel`` with these steps. Halves are rounded to the even code.

    Args:
        table: E, floats of any dtype, of sizes that float32 holds.
        bits: 8 or 4.
        group: how many neighbours of a row share a step; ``None`` means the whole row.

    Returns:
        The codes, and the float32 steps: ``code × step`` is nearly the number. A group of zeros
        has step 1, and so has one whose numbers are too small to be divided into steps.

    Raises:
        ValueError: if ``bits`` is neither 8 nor 4, the groups do not fill the row, or a number is
            not finite in float32.
    """
    if bits not in (4, 8):
        raise ValueError(f"codes of 4 or 8 bits are known here, not of {bits}.")
    dim = table.shape[1]
    group = dim if group is None else group
    if group < 1 or dim % group:
        raise ValueError(f"a row of {dim} numbers has no groups of {group}.")
    numbers = table.float()
    if not numbers.isfinite().all():
        raise ValueError("some number is not finite in float32, so no step would fit its row.")
    groups = numbers.unflatten(1, (-1, group))
    steps = groups.abs().amax(dim=2) / (2 ** (bits - 1) - 1)
    steps = torch.where(steps > 0, steps, 1.0)
    return (groups / steps[..., None]).round().flatten(1).to(torch.int8), steps


def dequantize_rows(
    codes: Int8[Tensor, "... dim"], steps: Float[Tensor, "... groups"]
) -> Float[Tensor, "... dim"]:
    """Return the numbers that codes stand for: each times the step of its group."""
    groups: Tensor = codes.unflatten(-1, (steps.shape[-1], -1))
    return (groups * steps[..., None]).flatten(-2)


def pack_int4(codes: Int8[Tensor, "... dim"]) -> UInt8[Tensor, "... half"]:
    """Write two codes into each byte, the first of them into its lower half.

    A row of an odd number of codes ends with half a byte of zeros.

    Raises:
        ValueError: if a code is not from −8 to 7.
    """
    if ((codes < -8) | (codes > 7)).any():
        raise ValueError("4 bits hold codes from −8 to 7, and some code is not.")
    halves = (codes & 15).to(torch.uint8)  # −1 becomes 15, as in two's complement
    halves = nn.functional.pad(halves, (0, codes.shape[-1] % 2))
    return halves[..., 0::2] | (halves[..., 1::2] << 4)


def unpack_int4(packed: UInt8[Tensor, "... half"], dim: int) -> Int8[Tensor, "... dim"]:
    """Return the ``dim`` codes of each row that :func:`pack_int4` wrote."""
    halves = torch.stack([packed & 15, packed >> 4], dim=-1).flatten(-2).to(torch.int8)
    return torch.where(halves > 7, halves - 16, halves)[..., :dim]


class QuantizedTable(nn.Module):
    """A table of small integers; a lookup turns into floats what it reads, and nothing else.

    Args:
        table: the table that is stored.
        bits: 8, or 4 with two numbers in each byte.
        group: how many neighbours of a row share a step; ``None`` means the whole row.
    """

    codes: Tensor
    steps: Tensor

    def __init__(
        self, table: Float[Tensor, "vocab dim"], bits: int = 8, group: int | None = None
    ) -> None:
        super().__init__()
        codes, steps = quantize_rows(table.detach(), bits, group)
        self.bits, self.dim = bits, table.shape[1]
        self.register_buffer("codes", pack_int4(codes) if bits == 4 else codes)
        self.register_buffer("steps", steps)

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return the row of each id, in float32."""
        check_ids(ids, vocab_size=self.codes.shape[0])
        codes, steps = self.codes[ids.long()], self.steps[ids.long()].float()
        return dequantize_rows(unpack_int4(codes, self.dim) if self.bits == 4 else codes, steps)
