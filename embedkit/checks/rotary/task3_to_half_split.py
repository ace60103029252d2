"""What marks task 11.3, `to_half_split`: the rows of a weight, reordered for half-split pairs."""

import torch
from torch import Tensor

from embedkit import rotary as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs


def one_head(draw: Draw) -> list[Inputs]:
    """Weights of a single head, whose rows can be told apart by eye at first."""
    return [
        {"weight": torch.arange(8.0)[:, None], "heads": 1},
        {"weight": draw.numbers(6, 6), "heads": 1},
        {"weight": draw.numbers(2 * draw.integer(4, 9), 3), "heads": 1},
    ]


def several_heads(draw: Draw) -> list[Inputs]:
    """Weights of several heads, few and many, small and large."""
    head_dim, many = 2 * draw.integer(3, 6), draw.integer(65, 140)
    return [
        {"weight": torch.arange(12.0)[:, None], "heads": 2},
        {"weight": draw.numbers(4 * 6, 5), "heads": 4},
        {"weight": draw.numbers(2 * 8, 16), "heads": 2},
        {"weight": draw.numbers(3 * head_dim, 3 * head_dim), "heads": 3},
        {"weight": draw.numbers(12 * 64, 2), "heads": 12},
        {"weight": draw.numbers(many * 6, 2), "heads": many},
        {"weight": draw.numbers(5 * 256, 2), "heads": 5},
    ]


def other_shapes(draw: Draw) -> list[Inputs]:
    """A bias, three axes, scattered numbers, other dtypes."""
    return [
        {"weight": draw.numbers(2 * 8), "heads": 2},
        {"weight": draw.numbers(2 * 6, 3, 2), "heads": 2},
        {"weight": scattered(draw.numbers(2 * 6, 4)), "heads": 2},
        {"weight": scattered(draw.numbers(2 * 6, 3, 4)), "heads": 2},
        {"weight": draw.numbers(2 * 6, 4).bfloat16(), "heads": 2},
        {"weight": draw.numbers(2 * 6, 4).double() / 3, "heads": 2},
        {"weight": 2**53 + torch.arange(2 * 6), "heads": 2},
    ]


def unchanged(weight: Tensor, heads: int) -> Tensor:
    """Forget it."""
    return weight.clone()


def undone(weight: Tensor, heads: int) -> Tensor:
    """Go the other way."""
    return finished.to_interleaved(weight, heads)


def all_as_one(weight: Tensor, heads: int) -> Tensor:
    """Reorder all rows as if they were one head."""
    return finished.to_half_split(weight, 1)


def odd_first(weight: Tensor, heads: int) -> Tensor:
    """Put odd places first."""
    per_head = weight.unflatten(0, (heads, -1))
    return torch.cat((per_head[:, 1::2], per_head[:, 0::2]), dim=1).flatten(0, 1)


def of_columns(weight: Tensor, heads: int) -> Tensor:
    """Reorder columns."""
    return torch.cat((weight[:, 0::2], weight[:, 1::2]), dim=1)


def heads_inside(weight: Tensor, heads: int) -> Tensor:
    """Take the heads for the inner axis."""
    w = weight.unflatten(0, (-1, heads))
    return torch.cat((w[:, 0::2], w[:, 1::2]), dim=1).flatten(0, 1)


def first_only(weight: Tensor, heads: int) -> Tensor:
    """Reorder the rows of the first head, and leave the others."""
    size = len(weight) // heads
    return torch.cat((finished.to_half_split(weight[:size], 1), weight[size:]))


task = Task(
    number="11.3",
    name="to_half_split",
    points=1,
    reference=finished.to_half_split,
    criteria=(
        Criterion(
            "even rows of a head come first, then odd ones",
            one_head,
            mistakes=(
                Mistake(
                    "Nothing was reordered. A model that is loaded like that runs without any "
                    "error, and pairs the wrong numbers.",
                    unchanged,
                ),
                Mistake(
                    "It goes the other way, from half-split to interleaved.",
                    undone,
                ),
                Mistake(
                    "Odd rows come first, so the two numbers of a pair change places: every "
                    "pair would turn the other way.",
                    odd_first,
                ),
                Mistake(
                    "Columns are reordered. A column is a number of the input; a row makes a "
                    "number of a head.",
                    of_columns,
                ),
            ),
        ),
        Criterion(
            "each head by itself",
            several_heads,
            mistakes=(
                Mistake(
                    "All rows are reordered together, so numbers of one head end up in another. "
                    "Reorder the rows of each head by itself.",
                    all_as_one,
                ),
                Mistake(
                    "heads is taken for the numbers of a head. There are `heads` blocks of "
                    "len(weight) / heads rows.",
                    heads_inside,
                ),
                Mistake(
                    "Only the first head's rows are reordered. All heads need it, each in its "
                    "own block of rows.",
                    first_only,
                ),
            ),
        ),
        Criterion(
            "a bias, or a weight of any other shape",
            other_shapes,
            mistakes=(
                Mistake(
                    "A bias has one axis only, and a weight may lie scattered in memory. Split "
                    "the first axis and leave the rest: unflatten(0, (heads, -1)).",
                    when=says(
                        "not enough values to unpack",
                        "too many values to unpack",
                        "too many indices",
                        "view size is not compatible",
                        "is invalid for input",
                        "tuple index out of range",
                        "Dimension out of range",
                    ),
                ),
            ),
        ),
    ),
)
