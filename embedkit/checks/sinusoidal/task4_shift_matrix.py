"""What marks task 10.4, `shift_matrix`: one rotation that moves every position."""

import torch
from torch import Tensor

from embedkit import sinusoidal as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen


def asked(steps: int, model_dim: int, base: float) -> Inputs:
    """One question."""
    return {"steps": steps, "model_dim": model_dim, "base": base}


def forward(draw: Draw) -> list[Inputs]:
    """One clock, two, and many, of which slow ones are nearly alike; a base that is small.

    With 98 columns, a rounded step from 0 to 1 would be taken once too often.
    """
    return [
        asked(1, 2, 100.0),
        asked(2, 4, 100.0),
        asked(2, 4, 10_000.0),
        asked(draw.integer(3, 30), 2 * draw.integer(3, 9), 10_000.0),
        asked(draw.integer(3, 30), 2 * draw.integer(3, 9), float(draw.integer(20, 900))),
        asked(draw.integer(100, 900), 12, 10_000.0),
        asked(draw.integer(1_000, 9_000), 64, 10_000.0),
        asked(draw.integer(2, 9), 6, 1.5),
        asked(draw.integer(1_000, 9_000), 8, 41_829.37),
        asked(draw.integer(3, 30), 98, 10_000.0),
        asked(draw.integer(3, 30), 256, 1e12),
    ]


def back_and_nowhere(draw: Draw) -> list[Inputs]:
    """Negative steps, and none."""
    return [
        asked(-1, 4, 100.0),
        asked(0, 4, 100.0),
        asked(-draw.integer(3, 30), 8, float(draw.integer(20, 900))),
    ]


def transposed(steps: int, model_dim: int, base: float) -> Tensor:
    """Turn the other way: the matrix for columns."""
    return finished.shift_matrix(-steps, model_dim, base)


def for_halves(steps: int, model_dim: int, base: float) -> Tensor:
    """Return the rotation for the layout of two halves."""
    turn = steps * finished.frequencies(model_dim, base)
    cos, sin = turn.cos().diag(), turn.sin().diag()
    return torch.cat([torch.cat([cos, -sin], 1), torch.cat([sin, cos], 1)])


def for_halves_transposed(steps: int, model_dim: int, base: float) -> Tensor:
    """Return the rotation for two halves that moves back."""
    return for_halves(-steps, model_dim, base)


def one_step(steps: int, model_dim: int, base: float) -> Tensor:
    """Ignore how many steps."""
    return finished.shift_matrix(1, model_dim, base)


def one_angle(steps: int, model_dim: int, base: float) -> Tensor:
    """Turn all clocks by the first one's angle."""
    return finished.shift_matrix(steps, model_dim, 1.0)


def mirror(steps: int, model_dim: int, base: float) -> Tensor:
    """Put the minus nowhere: no rotation any more."""
    return finished.shift_matrix(steps, model_dim, base) * sign(model_dim, both=True)


def sign(model_dim: int, both: bool) -> Tensor:
    """Return 1 everywhere, and −1 where the matrix of a rotation has its minus."""
    signs = torch.ones(model_dim, model_dim, dtype=torch.float64)
    for column in range(1, model_dim, 2):
        signs[column - 1, column] = -1.0 if both else 1.0
    return signs


def reaching(steps: int, model_dim: int, base: float) -> Tensor:
    """Divide by D/2 − 1."""
    return finished.shift_matrix(steps, model_dim, base, reaches_base=True)


def lost_clock(inputs: Inputs, seen: Seen) -> bool:
    """Whether the shape is wrong where there is one clock only."""
    return (
        inputs["model_dim"] == 2 and isinstance(seen.value, Tensor) and seen.value.shape != (2, 2)
    )


def is_single(inputs: Inputs, seen: Seen) -> bool:
    """Whether the matrix is nearly right."""
    if not isinstance(seen.value, Tensor) or seen.value.shape != (inputs["model_dim"],) * 2:
        return False
    right = finished.shift_matrix(**inputs)
    near = torch.allclose(seen.value.double(), right, rtol=0, atol=1e-3)
    return near and (seen.value.dtype == torch.float32 or not torch.equal(seen.value, right))


task = Task(
    number="10.4",
    name="shift_matrix",
    points=2,
    reference=finished.shift_matrix,
    criteria=(
        Criterion(
            "rows[t] @ matrix is rows[t + steps]",
            forward,
            mistakes=(
                Mistake(
                    "With D = 2 there is one clock, and its axis is gone: cosine and sine must "
                    "stay tensors of shape (1,), so do not squeeze them.",
                    when=lost_clock,
                ),
                Mistake(
                    "It turns the other way, and leads to rows[t − steps]. Rows are multiplied "
                    "from the right here; a formula with the matrix in front of a column needs a "
                    "transpose.",
                    transposed,
                ),
                Mistake(
                    "This is the matrix for two halves, all sines first. Here a clock has columns "
                    "2i and 2i + 1, so its four numbers stand on the diagonal as a block.",
                    for_halves,
                ),
                Mistake(
                    "This is the matrix for two halves, all sines first, and it turns the other "
                    "way, too.",
                    for_halves_transposed,
                ),
                Mistake("steps changes nothing: a clock turns by steps × frequency.", one_step),
                Mistake(
                    "All clocks turn by the same angle. Each has its own frequency.", one_angle
                ),
                Mistake(
                    "Both sines have the same sign, so this is no rotation. One of the two is "
                    "negative.",
                    mirror,
                ),
                Mistake(
                    "You divide by D/2 − 1, as tensor2tensor does. The rows have the paper's "
                    "exponents, 2i/D.",
                    reaching,
                ),
                Mistake(
                    "It is right to some digits only. Is float32 on the way? Then make the "
                    "frequencies float64. A matrix that is fitted to rows is as inexact as the "
                    "slow clocks, which hardly move in them: write it down.",
                    when=is_single,
                ),
            ),
        ),
        Criterion(
            "negative steps lead back, and 0 steps nowhere",
            back_and_nowhere,
            mistakes=(
                Mistake(
                    "Negative steps do nothing, or the same as positive ones. A clock that is "
                    "turned by a negative angle goes back.",
                    when=lambda inputs, seen: inputs["steps"] < 0,
                ),
            ),
        ),
    ),
)
