"""Comparing numbers that are small beside the others of an answer."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit.checks.framework import Mistake
from embedkit.checks.probes import Inputs, Seen


def right_to_five_digits(reference: Callable[..., Tensor]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether each number is right beside its own size."""

    def accepts(inputs: Inputs, seen: Seen) -> bool:
        wanted = reference(**inputs)
        alike = seen.value.shape == wanted.shape and seen.value.dtype == wanted.dtype
        return alike and torch.allclose(seen.value, wanted, rtol=1e-5, atol=0)

    return accepts


def has_the_digits_of_float32(reference: Callable[..., Tensor]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether an answer in float64 is right to the digits of float32 only."""

    def accepts(inputs: Inputs, seen: Seen) -> bool:
        wanted = reference(**inputs)
        alike = seen.value.shape == wanted.shape and seen.value.dtype == torch.float64
        return alike and torch.allclose(seen.value, wanted, rtol=1e-5, atol=2.5e-6)

    return accepts


def rounded(what: str) -> Mistake:
    """Return the mistake of rounding to some number of decimals."""

    def is_rounded(inputs: Inputs, seen: Seen) -> bool:
        numbers = seen.value.double()
        return any(
            torch.allclose(numbers, numbers.round(decimals=places), rtol=2e-7, atol=0)
            for places in range(5, 9)
        )

    return Mistake(
        f"The {what} are rounded to some decimals. Small ones have few digits before the "
        "rounding, so they lose most of them. Return them as they are.",
        when=is_rounded,
    )
