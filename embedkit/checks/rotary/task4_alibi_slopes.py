"""What marks task 11.4, `alibi_slopes`: what each head takes off a score for distance."""

import math

import torch
from torch import Tensor

from embedkit import alibi as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs
from embedkit.checks.small_numbers import right_to_five_digits, rounded


def powers_of_two(draw: Draw) -> list[Inputs]:
    """Numbers of heads for which the paper's formula says all."""
    return [{"heads": heads} for heads in (8, 4, 1, 2, 16, 32, 64, 128, 256)]


def others(draw: Draw) -> list[Inputs]:
    """Numbers of heads in between."""
    drawn = (draw.integer(2**n + 1, 2 ** (n + 1) - 1) for n in (4, 5, 6, 7))
    return [{"heads": heads} for heads in (3, 12, 6, 7, 5, 9, 112, 600, *drawn)]


def gentle(draw: Draw) -> list[Inputs]:
    """Heads of which one has a slope near 1/256."""
    return [{"heads": heads} for heads in (12, 24)]


def steep(heads: int, steps: Tensor) -> Tensor:
    """Return 2 to the power of −8 / heads × steps."""
    return 2.0 ** (-8.0 / heads * steps)


def by_formula(heads: int) -> Tensor:
    """Use the formula for any number of heads."""
    return steep(heads, torch.arange(1, heads + 1))


def from_zero(heads: int) -> Tensor:
    """Begin at 1 in place of 2^(−8/H)."""
    below = 2 ** math.floor(math.log2(heads))
    return torch.cat((steep(below, torch.arange(below)), finished.alibi_slopes(heads)[below:]))


def rising(heads: int) -> Tensor:
    """Lose the minus."""
    return 1 / finished.alibi_slopes(heads)


def negative(heads: int) -> Tensor:
    """Give back what is added to the scores."""
    return -finished.alibi_slopes(heads)


def in_order(heads: int) -> Tensor:
    """Sort them."""
    return finished.alibi_slopes(heads).sort(descending=True).values


def first_of_the_larger(heads: int) -> Tensor:
    """Fill up with the first slopes of the next larger power."""
    below = 2 ** math.floor(math.log2(heads))
    more = steep(2 * below, torch.arange(1, heads - below + 1))
    return torch.cat((steep(below, torch.arange(1, below + 1)), more))


def cut_from_the_larger(heads: int) -> Tensor:
    """Take the first slopes of the next larger power."""
    return steep(2 ** math.ceil(math.log2(heads)), torch.arange(1, heads + 1))


def other_seconds(heads: int) -> Tensor:
    """Fill up with the slopes that are there already."""
    below = 2 ** math.floor(math.log2(heads))
    more = steep(2 * below, torch.arange(2, 2 * (heads - below) + 2, 2))
    return torch.cat((steep(below, torch.arange(1, below + 1)), more))


def filled_up_first(heads: int) -> Tensor:
    """Put the slopes that fill up in front."""
    below = 2 ** math.floor(math.log2(heads))
    return finished.alibi_slopes(heads).roll(heads - below)


def of_eight_heads(heads: int) -> Tensor:
    """Halve from head to head, as is right for 8 heads."""
    return 2.0 ** -torch.arange(1, heads + 1)


task = Task(
    number="11.4",
    name="alibi_slopes",
    points=1,
    reference=finished.alibi_slopes,
    criteria=(
        Criterion(
            "for a power of two, head i has 2 to the power of −8(i + 1) / heads",
            powers_of_two,
            mistakes=(
                Mistake(
                    "The first head has slope 1. Heads are counted from 0, and head i has the "
                    "exponent −8(i + 1) / heads.",
                    from_zero,
                ),
                Mistake(
                    "Each slope is half of the one before. That is so for 8 heads only: the "
                    "exponent is −8(i + 1) / heads.",
                    of_eight_heads,
                ),
                Mistake("The slopes grow above 1. The exponent has a minus.", rising),
                Mistake(
                    "The slopes are negative. They are positive; the minus comes with the "
                    "distance.",
                    negative,
                ),
            ),
        ),
        Criterion(
            "in between: all slopes of the power of two below, then every second of the one above",
            others,
            mistakes=(
                Mistake(
                    "You use the formula for any number of heads. Models whose heads are no power "
                    "of two were trained with other slopes: those of the power below, filled up.",
                    by_formula,
                ),
                Mistake(
                    "The slopes are right, and sorted. The heads of a trained model are not: the "
                    "ones filled up come last.",
                    in_order,
                ),
                Mistake(
                    "The slopes that fill up come first. They belong behind those of the power "
                    "below.",
                    filled_up_first,
                ),
                Mistake(
                    "You fill up with the first slopes of the power above. Every second one is "
                    "new: its first, third, fifth …",
                    first_of_the_larger,
                ),
                Mistake(
                    "You fill up with slopes that are there already. Take the first, third, "
                    "fifth … of the power above, which lie in between.",
                    other_seconds,
                ),
                Mistake(
                    "You take the first slopes of the power of two above. Take all of the power "
                    "below, and fill up.",
                    cut_from_the_larger,
                ),
            ),
        ),
        Criterion(
            "gentle slopes are right to five digits, too",
            gentle,
            mistakes=(rounded("slopes"),),
            accepts=right_to_five_digits(finished.alibi_slopes),
        ),
    ),
)
