"""What marks task 9.2, `input_vectors`: three rows, added, and a LayerNorm."""

import torch
from torch import Tensor

from embedkit import learned_positions as finished
from embedkit.checks.cut_gradients import cut_off
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.learned_positions import wrong_input_vectors as wrong
from embedkit.checks.learned_positions.shared import nan_flows_back
from embedkit.checks.probes import Inputs, Seen

FLAT = (2.0, 1.0, 0.0, -1.0)
"""A token's row with which all numbers of the small sum are 2."""
EXACT = (2.0, 1.0, 4.0, 3.0)
"""One with which the sum is [2, 2, 6, 6], its variance 4, and all is exact in half precision."""
FLOATS = ("token_table", "segment_table", "position_table", "weight", "bias")


def asked(
    draw: Draw,
    *shape: int,
    dim: int = 8,
    eps: float = 1e-12,
    size: float = 1.0,
    dtype: torch.dtype = torch.float32,
) -> Inputs:
    """One question with random tables of numbers of some size, ids, scale and shift.

    A scale may be negative; none is near 0.
    """
    tables = {
        "token_table": size * draw.table(9, dim),
        "segment_table": size * draw.table(3, dim),
        "position_table": size * draw.table(12, dim),
    }
    scale = draw.numbers(dim)
    numbers = {"weight": scale + 1.5 * scale.sign(), "bias": draw.numbers(dim)}
    return (
        {name: table.to(dtype) for name, table in tables.items()}
        | {
            "ids": draw.ids(9, *shape),
            "segment_ids": draw.ids(3, *shape),
            "position_ids": draw.ids(12, *shape),
        }
        | {name: number.to(dtype) for name, number in numbers.items()}
        | {"eps": eps}
    )


def small(eps: float, *row: float) -> Inputs:
    """A question that can be worked out by hand: the sum is [1, 3, 5, 7], mean 4, variance 5."""
    return {
        "token_table": torch.tensor([[9.0, 9.0, 9.0, 9.0], row or [1.0, 2.0, 3.0, 4.0]]),
        "segment_table": torch.tensor([[0.0, 1.0, 1.0, 1.0], [5.0, 0.0, 0.0, 0.0]]),
        "position_table": torch.tensor([[0.0, 0.0, 1.0, 2.0], [7.0, 0.0, 0.0, 0.0]]),
        "ids": torch.tensor([[1]]),
        "segment_ids": torch.tensor([[0]]),
        "position_ids": torch.tensor([[0]]),
        "weight": torch.ones(4),
        "bias": torch.zeros(4),
        "eps": eps,
    }


def hardly_any_eps(draw: Draw) -> list[Inputs]:
    """Sums with little eps: without scale and shift, with both, of small numbers and far from 0."""
    bare = asked(draw, 2, 6)
    bare |= {"weight": torch.ones(8), "bias": torch.zeros(8)}
    scaled = small(1e-12)
    scaled |= {"weight": torch.tensor([1.0, 2.0, 3.0, 4.0]), "bias": torch.ones(4)}
    far = asked(draw, 2, 3, dtype=torch.float64)
    return [
        small(1e-12),
        bare,
        scaled,
        asked(draw, 2, 6),
        asked(draw, 1, 4, dim=12),
        asked(draw, 2, 6, dim=32, size=0.01),
        far | {"token_table": far["token_table"] + 1e5},
    ]


def felt_eps(draw: Draw) -> list[Inputs]:
    """An eps that is felt, also where variances are small or 0."""
    return [
        small(4.0),
        small(20.0),
        asked(draw, 3, 5, eps=draw.integer(1, 9) / 10),
        small(draw.integer(1, 9) / 1e5, *FLAT),
        asked(draw, 2, 3, dim=64, eps=draw.integer(1, 9) / 100),
        asked(draw, 2, 3, dim=16, eps=2.0**-16, size=1e-5, dtype=torch.float64),
    ]


def any_shape(draw: Draw) -> list[Inputs]:
    """One axis, no axis and three, nothing; one column; scattered; double and half precision."""
    apart = asked(draw, 4, 6, size=1e3)
    for name in ("ids", "segment_ids", "position_ids", "token_table", "position_table"):
        apart[name] = scattered(apart[name])
    half = {n: x.bfloat16() if n in FLOATS else x for n, x in small(1e-12, *EXACT).items()}
    return [
        asked(draw, 4, size=1e3),
        asked(draw, size=1e3),
        asked(draw, 2, 3, 2, size=1e3),
        asked(draw, 2, 0, size=1e3),
        apart,
        asked(draw, 2, 3, size=1e3, dtype=torch.float64),
        half,
        asked(draw, 2, 3, dim=1, eps=0.5),
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Tables, a weight and a bias that ask for a gradient; also of a row of equal numbers.

    In one all rows are read, also those that somebody takes for padding, and some more than once.
    """
    questions = []
    every_row = asked(draw, 3, 6, size=10.0)
    for name, count in (("ids", 9), ("segment_ids", 3), ("position_ids", 12)):
        every_row[name] = draw.every_id(count, 3, 6)
    for question in (small(1e-12), every_row, small(0.25, *FLAT)):
        weights = draw.numbers(*question["ids"].shape, question["token_table"].shape[1])
        questions.append({"loss_weights": weights, **question})
    return questions


def not_finite(inputs: Inputs, seen: Seen) -> bool:
    """Whether nan or infinity came back."""
    return isinstance(seen.value, Tensor) and not bool(seen.value.isfinite().all())


torchs_own_eps = Mistake(
    "You use torch's own eps, 1e-5. Hand yours over: eps is an argument.",
    wrong.with_norm(wrong.usual_eps),
)
NAN_FLOWS_BACK = (
    "nan flows back where all numbers of a sum are equal: the root of a variance of 0 has no "
    "finite slope. Take the root once, of variance + eps."
)

task = Task(
    number="9.2",
    name="input_vectors",
    points=2,
    reference=finished.input_vectors,
    criteria=(
        Criterion(
            "the three rows are added, normalised, scaled by weight and shifted by bias",
            hardly_any_eps,
            mistakes=(
                torchs_own_eps,
                Mistake(
                    "The variance divides by D − 1, as torch's var and std do. In a LayerNorm it "
                    "divides by D: correction=0.",
                    wrong.with_norm(wrong.unbiased),
                ),
                Mistake(
                    "The LayerNorm is missing. It follows the sum.", wrong.with_norm(wrong.skipped)
                ),
                Mistake(
                    "Digits are lost. The mean of the squares less the square of the mean is the "
                    "variance on paper; far from 0 both are large and hardly differ. Take the mean "
                    "away first, then square.",
                    wrong.with_norm(wrong.squares_first),
                ),
                Mistake(
                    "You divide by the variance. Divide by its root.",
                    wrong.with_norm(wrong.by_variance),
                ),
                Mistake(
                    "The mean is still in. Take it away first.", wrong.with_norm(wrong.not_centred)
                ),
                Mistake("The segment's row is missing from the sum.", wrong.no_segments),
                Mistake(
                    "You number the columns. The positions are given: position_ids.",
                    wrong.columns_as_positions,
                ),
                Mistake(
                    "The segment and the position table are mixed up: each is read by its own ids.",
                    wrong.swapped,
                ),
                Mistake(
                    "weight and bias are not used: they follow the division.",
                    wrong.with_norm(wrong.no_scale),
                ),
                Mistake(
                    "The shift is scaled, too. Multiply by weight first, then add bias.",
                    wrong.with_norm(wrong.shift_scaled),
                ),
            ),
        ),
        Criterion(
            "eps is added to the variance, under the root",
            felt_eps,
            mistakes=(
                Mistake(
                    "eps is added to the root. It belongs under it: (variance + eps).sqrt().",
                    wrong.with_norm(wrong.outside),
                ),
                Mistake(
                    "eps is missing. It is added under the root.",
                    wrong.with_norm(wrong.without_eps),
                ),
                Mistake(
                    "eps is 1e-12, whatever the argument says.", wrong.with_norm(wrong.berts_eps)
                ),
                Mistake("eps is squared. Add it as it is.", wrong.with_norm(wrong.eps_squared)),
                Mistake(
                    "The rows are averaged. A LayerNorm hides that until eps is felt. Add them.",
                    wrong.with_norm(wrong.averaged),
                ),
                Mistake(
                    "It is not a number where a row's variance is 0. That is what eps is for.",
                    when=not_finite,
                ),
            ),
        ),
        Criterion("ids of any shape, and the tables' dtype is kept", any_shape),
        Criterion(
            "gradients reach the three tables, the weight and the bias",
            to_train,
            probe="gradients",
            mistakes=(
                cut_off,
                Mistake(NAN_FLOWS_BACK, when=nan_flows_back),
            ),
        ),
    ),
)
