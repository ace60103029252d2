"""When two values count as the same."""

import math
from typing import Any

import torch
from torch import Tensor

from embedkit.checks.plain import Plain

RELATIVE_TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-5}
ABSOLUTE_TOLERANCE = {torch.float64: 1e-10, torch.float32: 2.5e-6}
"""Twenty roundings of a float32 near 2: what right answers differ by where their terms cancel."""
HALF_PRECISION_TOLERANCE = 2e-2
"""A bfloat16 has eight binary digits: two that follow one another differ by up to 0.8 %."""


def same(one: Plain, other: Plain) -> bool:
    """Return whether two values agree in type, shape, dtype and, element by element, in value.

    Floats may differ by a relative 1e-5 in float32, so that another order of summation passes
    and a systematic error does not; and Python's own by 1e-6, so that they may come from float32.
    Everything else must be equal.
    """
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.shape == other.shape and one.dtype == other.dtype and close(one, other)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6) or (math.isnan(one) and math.isnan(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return _kinds_of_keys(one) == _kinds_of_keys(other) and all(
            same(one[key], other[key]) for key in one
        )
    return bool(one == other)


def _kinds_of_keys(value: dict[Any, Plain]) -> dict[Any, Any]:
    """Return a dict's keys, each with its type: to Python, 1.0 and True are the key 1."""
    return {key: _kind_of_key(key) for key in value}


def _kind_of_key(key: Any) -> Any:
    return tuple(map(_kind_of_key, key)) if isinstance(key, tuple) else type(key)


def close(one: Tensor, other: Tensor) -> bool:
    """Return whether two tensors of one shape agree, element by element, within tolerance."""
    return bool(differing(one, other).logical_not().all())


def differing(one: Tensor, other: Tensor) -> Tensor:
    """Return a bool tensor that is True where two tensors of one shape differ."""
    one, other = one.cpu(), other.cpu()
    if one.is_complex() and one.dtype == other.dtype:
        parts = [torch.view_as_real(tensor.resolve_conj()) for tensor in (one, other)]
        return differing(*parts).any(dim=-1)
    if not other.is_floating_point():
        return one != other
    relative = RELATIVE_TOLERANCE.get(other.dtype, HALF_PRECISION_TOLERANCE)
    absolute = ABSOLUTE_TOLERANCE.get(other.dtype, HALF_PRECISION_TOLERANCE / 10)
    one, other = one.double(), other.double()
    return ~torch.isclose(one, other, rtol=relative, atol=absolute, equal_nan=True)
