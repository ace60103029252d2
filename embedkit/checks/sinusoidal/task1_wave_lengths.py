"""What marks task 10.1, `wave_lengths`: after how many positions each clock has gone round."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import sinusoidal as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen


def asked(model_dim: int, base: float, reaches_base: bool) -> Inputs:
    """One question."""
    return {"model_dim": model_dim, "base": base, "reaches_base": reaches_base}


def like_the_paper(draw: Draw) -> list[Inputs]:
    """Two and three clocks that can be checked by eye, then many; a base that is small.

    With 98 and 784 columns, a rounded step from 0 to 1 would be taken once too often.
    """
    return [
        asked(4, 100.0, False),
        asked(6, 1_000.0, False),
        asked(2 * draw.integer(5, 40), 10_000.0, False),
        asked(2 * draw.integer(5, 40), float(draw.integer(20, 900)), False),
        asked(2 * draw.integer(100, 400), 500_000.0, False),
        asked(6, 1.5, False),
        asked(8, 41_829.37, False),
        asked(98, 10_000.0, False),
        asked(784, 10_000.0, False),
    ]


def up_to_the_base(draw: Draw) -> list[Inputs]:
    """The same for tables whose slowest clock is slower by the base exactly.

    With 14 and 100 columns, a rounded step from 0 to 1 would be taken once too often.
    """
    return [
        asked(4, 100.0, True),
        asked(6, 100.0, True),
        asked(2 * draw.integer(5, 40), 10_000.0, True),
        asked(2 * draw.integer(5, 40), float(draw.integer(20, 900)), True),
        asked(6, 7.5, True),
        asked(8, 41_829.37, True),
        asked(14, 10_000.0, True),
        asked(100, 10_000.0, True),
    ]


def one_clock(draw: Draw) -> list[Inputs]:
    """A table of two columns."""
    return [asked(2, float(draw.integer(50, 900)), reaches) for reaches in (True, False)]


Exponents = Callable[[int, bool], Tensor]


def with_exponents(exponents: Exponents, turn: float = 2 * math.pi) -> Callable[..., Tensor]:
    """Return an answer with other exponents, or another length of a turn."""

    def answer(model_dim: int, base: float, reaches_base: bool) -> Tensor:
        return turn * base ** exponents(model_dim, reaches_base).double()

    return answer


def steps(model_dim: int, reaches_base: bool) -> int:
    """Return what the number of a clock is divided by."""
    return max(model_dim // 2 - 1, 1) if reaches_base else model_dim // 2


def right(model_dim: int, reaches_base: bool) -> Tensor:
    """Return the right exponents."""
    return torch.arange(model_dim // 2).double() / steps(model_dim, reaches_base)


def turned_over(model_dim: int, base: float, reaches_base: bool) -> Tensor:
    """Divide by the power in place of multiplying."""
    return 2 * math.pi * base ** -right(model_dim, reaches_base)


def speeds(model_dim: int, base: float, reaches_base: bool) -> Tensor:
    """Return the frequencies."""
    return finished.frequencies(model_dim, base, reaches_base)


def doubled_twice(model_dim: int, reaches_base: bool) -> Tensor:
    """Step by two, and multiply by two once more."""
    return 2 * right(model_dim, reaches_base)


def half_as_fast(model_dim: int, reaches_base: bool) -> Tensor:
    """Forget the two: i / D."""
    return right(model_dim, reaches_base) / 2


def from_one(model_dim: int, reaches_base: bool) -> Tensor:
    """Count clocks from 1."""
    return right(model_dim, reaches_base) + 1 / steps(model_dim, reaches_base)


def by_column(model_dim: int, reaches_base: bool) -> Tensor:
    """Give each column its own clock."""
    return torch.arange(model_dim).double() / model_dim


def in_pairs(model_dim: int, reaches_base: bool) -> Tensor:
    """Write each clock twice, as the columns have it."""
    return right(model_dim, reaches_base).repeat_interleave(2)


def always_reaches(model_dim: int, reaches_base: bool) -> Tensor:
    """Divide by D/2 − 1, whatever was asked."""
    return right(model_dim, reaches_base=True)


def never_reaches(model_dim: int, reaches_base: bool) -> Tensor:
    """Divide by D/2, whatever was asked."""
    return right(model_dim, reaches_base=False)


def by_rounded_steps(model_dim: int, reaches_base: bool) -> Tensor:
    """Step by 2/D up to 1, which is now and then reached by one step too many."""
    if reaches_base:
        return right(model_dim, reaches_base)
    return torch.arange(0, 1, 2 / model_dim, dtype=torch.float64)


def is_float32(inputs: Inputs, seen: Seen) -> bool:
    """Whether the numbers are right, but in float32."""
    return isinstance(seen.value, Tensor) and seen.value.dtype == torch.float32


task = Task(
    number="10.1",
    name="wave_lengths",
    points=1,
    reference=finished.wave_lengths,
    criteria=(
        Criterion(
            "clock i takes 2π · base^(2i/D) positions for a turn",
            like_the_paper,
            mistakes=(
                Mistake(
                    "These are float32. Angles at far positions need more digits: make the "
                    "exponents float64.",
                    when=is_float32,
                ),
                Mistake(
                    "A full turn is 2π and not 1.",
                    with_exponents(right, turn=1.0),
                ),
                Mistake(
                    "These are the frequencies: how far a clock turns in one position. Asked for "
                    "is how many positions make a full turn.",
                    speeds,
                ),
                Mistake(
                    "They get shorter and shorter. A wave length is 2π divided by the frequency, "
                    "and the frequency falls.",
                    turned_over,
                ),
                Mistake(
                    "The exponent has a factor 2 too many. With i = 0, 1, 2 … it is 2i/D; if you "
                    "step by 2 already, the 2 is in it.",
                    with_exponents(doubled_twice),
                ),
                Mistake(
                    "The exponent is i/D, and should be 2i/D: there are D/2 clocks, and the "
                    "exponents go from 0 to nearly 1.",
                    with_exponents(half_as_fast),
                ),
                Mistake("The first clock has i = 0, not 1.", with_exponents(from_one)),
                Mistake(
                    "Each column has a clock of its own. A clock has two columns, so there are "
                    "D/2 of them.",
                    with_exponents(by_column),
                ),
                Mistake(
                    "Each clock stands there twice. Asked for is one number a clock.",
                    with_exponents(in_pairs),
                ),
                Mistake(
                    "Where D is 98 there is a clock too many: steps of 2/D are rounded, and 49 of "
                    "them end just below 1. Count clocks in whole numbers, and divide then.",
                    with_exponents(by_rounded_steps),
                ),
                Mistake(
                    "You divide by D/2 − 1 here. That is for reaches_base=True.",
                    with_exponents(always_reaches),
                ),
            ),
        ),
        Criterion(
            "with reaches_base, the slowest takes exactly 2π · base",
            up_to_the_base,
            mistakes=(
                Mistake(
                    "reaches_base changes nothing. With it, divide i by D/2 − 1 in place of D/2.",
                    with_exponents(never_reaches),
                ),
            ),
        ),
        Criterion(
            "a single clock takes 2π",
            one_clock,
            mistakes=(
                Mistake(
                    "With one clock, D/2 − 1 is 0, and you divide by it. Such a clock takes 2π.",
                    when=lambda inputs, seen: (
                        "ZeroDivision" in "".join(seen.raised)
                        or bool(torch.as_tensor(seen.value).isnan().any())
                    ),
                ),
                Mistake(
                    "The axis of the clocks is gone. One clock is a tensor of shape (1,).",
                    when=lambda inputs, seen: torch.as_tensor(seen.value).ndim == 0,
                ),
            ),
        ),
    ),
)
