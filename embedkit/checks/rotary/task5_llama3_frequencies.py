"""What marks task 11.5, `llama3_frequencies`: long waves are stretched, short ones stay."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs
from embedkit.checks.small_numbers import right_to_five_digits, rounded


def stretched(
    frequencies: Tensor, factor: float, trained_len: int, low: float, high: float
) -> Tensor:
    """Do to any frequencies what the finished code does to those of a base."""
    fits = trained_len * frequencies / (2 * math.pi)
    kept = ((fits - low) / (high - low)).clamp(0, 1)
    return frequencies / factor * (1 - kept) + frequencies * kept


def asked(draw: Draw, fits: list[float], trained_len: int, low: float, high: float) -> Inputs:
    """One question, by how often each wave fits into the longest text of training."""
    return {
        "frequencies": torch.tensor(fits) * 2 * math.pi / trained_len,
        "factor": float(draw.integer(2, 32)),
        "trained_len": trained_len,
        "low": low,
        "high": high,
    }


def short_and_long(draw: Draw) -> list[Inputs]:
    """Waves that fit often or hardly, and none in between; of a few positions, too."""
    return [
        asked(draw, [16.0, 8.0, 0.5, 0.25], 64, 1.0, 4.0),
        asked(draw, [9.0, 1.5, 0.7], draw.integer(50, 90), 2.0, 8.0),
        asked(draw, [30.0, 12.0, 5.5, 0.9, 0.3, 0.1], draw.integer(100, 400), 1.0, 5.0),
        asked(draw, [0.25, 9.0, 0.4, 30.0], 8192, 0.5, 3.5) | {"factor": 2.5},
        asked(draw, [2.9, 1.5], 7, 2.0, 2.5),
    ]


def in_between(draw: Draw) -> list[Inputs]:
    """Waves that are neither short nor long."""
    return [
        asked(draw, [2.5], 64, 1.0, 4.0),
        asked(draw, [3.25, 1.75], draw.integer(50, 90), 1.0, 4.0),
        asked(draw, [7.7, 5.5, 4.1, 3.0, 2.2], draw.integer(60, 300), 2.0, 8.0),
        asked(draw, [1.5, 3.25, 2.0], 72, 0.5, 3.5) | {"factor": 2.5},
    ]


def slow_pairs(draw: Draw) -> list[Inputs]:
    """Waves that are longer than a text of many tokens."""
    return [
        asked(draw, [0.9, 0.5, 0.1, 0.02, 0.003], 8192, 1.0, 4.0),
        asked(draw, [0.3, 0.003], draw.integer(10_000, 100_000), 1.0, 32.0),
    ]


Blend = Callable[[Tensor, Tensor, Tensor, float], Tensor]


def blended(kept: Callable[[Tensor, float, float], Tensor], blend: Blend) -> Callable[..., Tensor]:
    """Return an answer, by how much of a frequency it keeps, and how it blends."""

    def answer(
        frequencies: Tensor, factor: float, trained_len: int, low: float, high: float
    ) -> Tensor:
        fits = trained_len * frequencies / (2 * math.pi)
        part = kept(fits, low, high)
        return blend(frequencies, fits, part, factor)

    return answer


def evenly(fits: Tensor, low: float, high: float) -> Tensor:
    """Blend evenly in how often a wave fits."""
    return ((fits - low) / (high - low)).clamp(0, 1)


def mix(frequencies: Tensor, fits: Tensor, kept: Tensor, factor: float) -> Tensor:
    """Blend the frequencies."""
    return frequencies / factor * (1 - kept) + frequencies * kept


def multiplied(frequencies: Tensor, fits: Tensor, kept: Tensor, factor: float) -> Tensor:
    """Turn the factor upside down."""
    return frequencies * factor * (1 - kept) + frequencies * kept


def twice(frequencies: Tensor, fits: Tensor, kept: Tensor, factor: float) -> Tensor:
    """Divide by the factor twice."""
    return frequencies / factor**2 * (1 - kept) + frequencies * kept


def all_alike(frequencies: Tensor, factor: float, *rest: float) -> Tensor:
    """Slow all pairs down, which is position interpolation."""
    return frequencies / factor


def other_way_round(fits: Tensor, low: float, high: float) -> Tensor:
    """Keep long waves, and stretch short ones."""
    return 1 - evenly(fits, low, high)


def unchanged(frequencies: Tensor, *rest: float) -> Tensor:
    """Leave all as it is."""
    return frequencies.clone()


def not_clamped(fits: Tensor, low: float, high: float) -> Tensor:
    """Blend outside the borders, too."""
    return (fits - low) / (high - low)


def blended_factor(frequencies: Tensor, fits: Tensor, kept: Tensor, factor: float) -> Tensor:
    """Blend the divisors, 1 and the factor."""
    return frequencies / (kept + (1 - kept) * factor)


def longer(frequencies: Tensor, factor: float, trained_len: int, low: float, high: float) -> Tensor:
    """Count how often a wave fits into the longer text."""
    fits = factor * trained_len * frequencies / (2 * math.pi)
    return mix(frequencies, fits, evenly(fits, low, high), factor)


def without_2pi(
    frequencies: Tensor, factor: float, trained_len: int, low: float, high: float
) -> Tensor:
    """Take 1 / frequency for the length of a wave."""
    return mix(frequencies, frequencies, evenly(trained_len * frequencies, low, high), factor)


def weights_swapped(fits: Tensor, low: float, high: float) -> Tensor:
    """Swap the two weights of the blend, and only there."""
    inside = (fits > low) & (fits < high)
    return torch.where(inside, 1 - evenly(fits, low, high), evenly(fits, low, high))


def step_at_low(fits: Tensor, low: float, high: float) -> Tensor:
    """Keep all that is not long."""
    return (fits > low).float()


def step_at_high(fits: Tensor, low: float, high: float) -> Tensor:
    """Stretch all that is not short."""
    return (fits >= high).float()


def by_wave_length(fits: Tensor, low: float, high: float) -> Tensor:
    """Blend evenly in the length of a wave."""
    return ((1 / low - 1 / fits) / (1 / low - 1 / high)).clamp(0, 1)


def twice_in_between(frequencies: Tensor, fits: Tensor, kept: Tensor, factor: float) -> Tensor:
    """Divide what is blended by the factor once more."""
    inside = (kept > 0) & (kept < 1)
    return torch.where(
        inside, mix(frequencies, fits, kept, factor) / factor, mix(frequencies, fits, kept, factor)
    )


task = Task(
    number="11.5",
    name="llama3_frequencies",
    points=2,
    reference=stretched,
    criteria=(
        Criterion(
            "waves that fit `high` times or more stay, those that fit `low` times or less slow",
            short_and_long,
            mistakes=(
                Mistake(
                    "The factor is upside down: a longer text needs slower pairs. Divide by it.",
                    blended(evenly, multiplied),
                ),
                Mistake("No pair is slowed down. Those with long waves must be.", unchanged),
                Mistake(
                    "The part that is kept leaves the range from 0 to 1. Outside low and high "
                    "nothing is blended: clamp it.",
                    blended(not_clamped, mix),
                ),
                Mistake(
                    "You count how often a wave fits into the longer text. Count in trained_len, "
                    "without the factor.",
                    longer,
                ),
                Mistake("You divide by the factor twice.", blended(evenly, twice)),
                Mistake(
                    "All pairs are slowed down alike: that is position interpolation. Short "
                    "waves stay as they are.",
                    all_alike,
                ),
                Mistake(
                    "Short and long are mixed up: a fast pair has a short wave, and stays.",
                    blended(other_way_round, mix),
                ),
                Mistake(
                    "A full turn is 2π: a wave is 2π / frequency positions long, not 1 / "
                    "frequency.",
                    without_2pi,
                ),
            ),
        ),
        Criterion(
            "in between, the two are blended, evenly in how often the wave fits",
            in_between,
            mistakes=(
                Mistake(
                    "The two weights of the blend are swapped: the more often a wave fits, the "
                    "more of its frequency is kept.",
                    blended(weights_swapped, mix),
                ),
                Mistake(
                    "There is a step in place of a blend. Between low and high, mix the two.",
                    blended(step_at_low, mix),
                ),
                Mistake(
                    "There is a step at high in place of a blend. Between low and high, mix the "
                    "two.",
                    blended(step_at_high, mix),
                ),
                Mistake(
                    "The blend is even in the length of the wave. It is even in how often the "
                    "wave fits, trained_len × frequency / 2π.",
                    blended(by_wave_length, mix),
                ),
                Mistake(
                    "You blend the divisors, or the waves. Blend the two frequencies.",
                    blended(evenly, blended_factor),
                ),
                Mistake(
                    "What is blended is divided by the factor once more.",
                    blended(evenly, twice_in_between),
                ),
            ),
        ),
        Criterion(
            "pairs that hardly turn are right to five digits, too",
            slow_pairs,
            mistakes=(rounded("frequencies"),),
            accepts=right_to_five_digits(stretched),
        ),
    ),
)
