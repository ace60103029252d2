"""What learners write for task 9.2, `input_vectors`, that is wrong."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from embedkit import learned_positions as finished

Norm = Callable[[Tensor, Tensor, Tensor, float], Tensor]


def with_norm(norm: Norm) -> Callable[..., Tensor]:
    """Return an answer that adds the right rows and then does ``norm``."""

    def answer(
        token_table: Tensor,
        segment_table: Tensor,
        position_table: Tensor,
        ids: Tensor,
        segment_ids: Tensor,
        position_ids: Tensor,
        weight: Tensor,
        bias: Tensor,
        eps: float,
    ) -> Tensor:
        x = token_table[ids] + segment_table[segment_ids] + position_table[position_ids]
        return norm(x, weight, bias, eps)

    return answer


def centred(x: Tensor) -> Tensor:
    """Take the mean away."""
    return x - x.mean(-1, keepdim=True)


def variance(x: Tensor) -> Tensor:
    """Return the variance that divides by D."""
    return x.var(-1, keepdim=True, correction=0)


def unbiased(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Divide by D − 1."""
    return centred(x) / (x.var(-1, keepdim=True) + eps).sqrt() * weight + bias


def squares_first(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Take the mean of the squares, less the square of the mean."""
    far_from_zero = (x**2).mean(-1, keepdim=True) - x.mean(-1, keepdim=True) ** 2
    return centred(x) / (far_from_zero + eps).sqrt() * weight + bias


def outside(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Add eps to the root."""
    return centred(x) / (variance(x).sqrt() + eps) * weight + bias


def without_eps(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Leave eps out."""
    return centred(x) / variance(x).sqrt() * weight + bias


def usual_eps(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Take torch's eps."""
    return finished.layer_norm(x, weight, bias, 1e-5)


def berts_eps(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Take the eps of the signature."""
    return finished.layer_norm(x, weight, bias, 1e-12)


def eps_squared(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Add the square of eps."""
    return finished.layer_norm(x, weight, bias, eps**2)


def by_variance(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Divide by the variance itself."""
    return centred(x) / (variance(x) + eps) * weight + bias


def not_centred(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Leave the mean in."""
    return x / (variance(x) + eps).sqrt() * weight + bias


def no_scale(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Leave out scale and shift."""
    return finished.layer_norm(x, torch.ones_like(weight), torch.zeros_like(bias), eps)


def shift_scaled(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Shift first, then scale."""
    return (no_scale(x, weight, bias, eps) + bias) * weight


def skipped(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Add, and do nothing more."""
    return x


def averaged(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Average the three rows, which LayerNorm hides as long as eps is small."""
    return finished.layer_norm(x / 3, weight, bias, eps)


def columns_as_positions(
    token_table: Tensor,
    segment_table: Tensor,
    position_table: Tensor,
    ids: Tensor,
    segment_ids: Tensor,
    position_ids: Tensor,
    *rest: Any,
) -> Tensor:
    """Take the columns for positions."""
    places = torch.arange(ids.shape[-1]).expand_as(ids)
    tables = token_table, segment_table, position_table
    return finished.input_vectors(*tables, ids, segment_ids, places, *rest)


def swapped(
    token_table: Tensor,
    segment_table: Tensor,
    position_table: Tensor,
    ids: Tensor,
    segment_ids: Tensor,
    position_ids: Tensor,
    *rest: Any,
) -> Tensor:
    """Read the segment table by positions, and the position table by segments."""
    tables = token_table, segment_table, position_table
    return finished.input_vectors(
        *tables, ids, position_ids % len(segment_table), segment_ids, *rest
    )


def no_segments(token_table: Tensor, segment_table: Tensor, *rest: Any) -> Tensor:
    """Forget the segments."""
    return finished.input_vectors(token_table, torch.zeros_like(segment_table), *rest)
