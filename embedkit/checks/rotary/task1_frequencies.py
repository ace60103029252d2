"""What marks task 11.1, `frequencies`: how far each pair turns from one position to the next."""

import math

import torch
from torch import Tensor

from embedkit import rotary as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.small_numbers import right_to_five_digits, rounded


def usual_base(draw: Draw) -> list[Inputs]:
    """Heads of several sizes, with the base that most examples have.

    With 98 numbers, a rounded step from 0 to 1 would be taken once too often.
    """
    dims = [4, 2, 8, 2 * draw.integer(5, 20), 64, 128, 98]
    return [{"rotary_dim": dim, "base": 10_000.0} for dim in dims]


def other_bases(draw: Draw) -> list[Inputs]:
    """Bases from small to those of long texts."""
    return [
        {"rotary_dim": 4, "base": 100.0},
        {"rotary_dim": 2 * draw.integer(3, 12), "base": float(draw.integer(20, 90))},
        {"rotary_dim": 64, "base": float(draw.integer(2, 9) * 100_000)},
        {"rotary_dim": 6, "base": 1.5},
        {"rotary_dim": 8, "base": 5_000_000.0},
    ]


def slow_pairs(draw: Draw) -> list[Inputs]:
    """Bases so large that the last pairs hardly turn."""
    return [
        {"rotary_dim": 4, "base": 1e12},
        {"rotary_dim": 8, "base": 1e7},
        {"rotary_dim": 128, "base": float(draw.integer(3, 9) * 1_000_000)},
        {"rotary_dim": 2 * draw.integer(70, 140), "base": 500_000.0},
    ]


def all_numbers(rotary_dim: int, base: float) -> Tensor:
    """Give every number of the head a frequency, in place of every pair."""
    return base ** (-torch.arange(rotary_dim) / rotary_dim)


def half_exponent(rotary_dim: int, base: float) -> Tensor:
    """Forget the 2 of −2i/R."""
    return base ** (-torch.arange(rotary_dim // 2) / rotary_dim)


def halved_twice(rotary_dim: int, base: float) -> Tensor:
    """Divide by the number of pairs, and double as well."""
    return base ** (-torch.arange(0, rotary_dim, 2) / (rotary_dim // 2))


def from_one(rotary_dim: int, base: float) -> Tensor:
    """Count pairs from 1."""
    return base ** (-2 * torch.arange(1, rotary_dim // 2 + 1) / rotary_dim)


def rising(rotary_dim: int, base: float) -> Tensor:
    """Lose the minus."""
    return base ** (torch.arange(0, rotary_dim, 2) / rotary_dim)


def to_the_base(rotary_dim: int, base: float) -> Tensor:
    """Space them so that the last one is 1 / base."""
    return base ** -torch.linspace(0, 1, rotary_dim // 2)


def repeated(rotary_dim: int, base: float) -> Tensor:
    """Write all of them twice, as for the angles of a whole head."""
    return finished.rotary_frequencies(rotary_dim, base).repeat(2)


def repeated_in_place(rotary_dim: int, base: float) -> Tensor:
    """Write each twice, side by side."""
    return finished.rotary_frequencies(rotary_dim, base).repeat_interleave(2)


def waves(rotary_dim: int, base: float) -> Tensor:
    """Give how long each wave is."""
    return 2 * math.pi / finished.rotary_frequencies(rotary_dim, base)


def by_rounded_steps(rotary_dim: int, base: float) -> Tensor:
    """Step by 2 / R up to 1, which is now and then reached by one step too many."""
    return base ** -torch.arange(0, 1, 2 / rotary_dim)


def usual_only(rotary_dim: int, base: float) -> Tensor:
    """Know one base only."""
    return finished.rotary_frequencies(rotary_dim)


def whole_bases(rotary_dim: int, base: float) -> Tensor:
    """Cut the base to a whole number."""
    return finished.rotary_frequencies(rotary_dim, int(base))


def wider(inputs: Inputs, seen: Seen) -> bool:
    """Whether the numbers came back in double precision."""
    return isinstance(seen.value, Tensor) and seen.value.dtype == torch.float64


task = Task(
    number="11.1",
    name="frequencies",
    points=1,
    reference=finished.rotary_frequencies,
    criteria=(
        Criterion(
            "pair i turns by base to the power of −2i / rotary_dim, as float32",
            usual_base,
            mistakes=(
                Mistake(
                    "There is one frequency for each number of the head. Two numbers make a pair "
                    "and turn together: rotary_dim / 2 frequencies.",
                    all_numbers,
                ),
                Mistake(
                    "Every frequency comes twice. There is one for each pair; both of its numbers "
                    "will use it.",
                    repeated,
                ),
                Mistake(
                    "Every frequency stands twice, side by side. There is one for each pair; both "
                    "of its numbers will use it.",
                    repeated_in_place,
                ),
                Mistake(
                    "These are the lengths of the waves, 2π / ω. ω itself was asked for.", waves
                ),
                Mistake(
                    "The exponent lacks its 2: pair i has −2i / rotary_dim, so that the pairs "
                    "spread over nearly the whole range from 1 to 1 / base.",
                    half_exponent,
                ),
                Mistake(
                    "The exponent is twice too large. arange(0, R, 2) holds 2i already: divide it "
                    "by R, once. Or divide i by the number of pairs.",
                    halved_twice,
                ),
                Mistake(
                    "Pairs are counted from 1. The first pair is pair 0, and it turns by 1.",
                    from_one,
                ),
                Mistake("The exponent lacks its minus: no pair turns by more than 1.", rising),
                Mistake(
                    "The last pair gets 1 / base. By the formula it stays a little above: there "
                    "are rotary_dim / 2 steps down to 1 / base, and the last is not taken.",
                    to_the_base,
                ),
                Mistake(
                    "Where R is 98 there is a pair too many: steps of 2 / R are rounded, and 49 of "
                    "them end just below 1. Count pairs in whole numbers, and divide then.",
                    by_rounded_steps,
                ),
                Mistake("It is float64. float32 was asked for.", when=wider),
            ),
        ),
        Criterion(
            "any base",
            other_bases,
            mistakes=(
                Mistake("The base is 10,000, whatever the argument says.", usual_only),
                Mistake(
                    "The base is cut to a whole number. It may be any number above 1: leave it "
                    "as it is.",
                    whole_bases,
                ),
            ),
        ),
        Criterion(
            "pairs that hardly turn are right to five digits, too",
            slow_pairs,
            mistakes=(rounded("frequencies"),),
            accepts=right_to_five_digits(finished.rotary_frequencies),
        ),
    ),
)
