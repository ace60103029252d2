"""What marks task 10.2, `sinusoids`: a row of sines and cosines for each position."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import sinusoidal as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.small_numbers import right_to_five_digits, rounded

SMALL_KINDS = (torch.uint8, torch.int8, torch.int16, torch.int32)


def asked(position_ids: Tensor, model_dim: int, base: float) -> Inputs:
    """One question."""
    return {"position_ids": position_ids, "model_dim": model_dim, "base": base}


def small_tables(draw: Draw) -> list[Inputs]:
    """The first rows of small tables, where float32 angles do no harm yet; also of one clock.

    With 98 and 784 columns, a rounded step from 0 to 1 would be taken once too often.
    """
    return [
        asked(torch.arange(3), 4, 100.0),
        asked(torch.tensor([1, 3, 1]), 6, 1_000.0),
        asked(torch.arange(draw.integer(5, 8)), 2 * draw.integer(3, 9), 10_000.0),
        asked(draw.ids(8, 12), 2 * draw.integer(3, 9), float(draw.integer(20, 900))),
        asked(torch.tensor([4, 2]), 2, 50.0),
        asked(torch.arange(5), 6, 1.5),
        asked(draw.ids(8, 3), 98, 10_000.0),
        asked(draw.ids(8, 3), 784, 10_000.0),
    ]


def any_ids(draw: Draw) -> list[Inputs]:
    """No axis and several, nothing, scattered, negative, and small integers."""
    base = float(draw.integer(50, 5_000))
    return [
        asked(torch.tensor([[1, 2], [0, 5], [7, 7]]), 4, base),
        asked(torch.tensor(draw.integer(2, 9)), 4, base),
        asked(draw.ids(8, 2, 3, 5), 6, base),
        asked(draw.ids(8, 1, 4), 4, base),
        asked(draw.ids(8, 1), 6, base),
        asked(scattered(draw.ids(8, 4, 6)), 8, base),
        asked(draw.ids(8, 2, 0), 4, base),
        asked(torch.tensor([-1, -7, 3]), 6, base),
        *(asked(draw.ids(8, 6).to(kind), 6, base) for kind in SMALL_KINDS),
    ]


def far_away(draw: Draw) -> list[Inputs]:
    """Positions from a hundred thousand to ten million, and such as just fit into a byte."""
    return [
        asked(torch.tensor([100_000, 100_001]), 8, 10_000.0),
        asked(torch.tensor([10_000_000]), 6, 100.0),
        asked(150 + draw.ids(100, 9).to(torch.uint8), 6, 100.0),
        asked((30_000 + draw.ids(2_767, 20)).to(torch.int16), 6, 100.0),
        asked((1_000_000 + draw.ids(9_000_000, 20)).int(), 12, 10_000.0),
        asked(100_000 + draw.ids(900_000, 20), 64, 10_000.0),
        asked(1_000_000 + draw.ids(9_000_000, 20), 12, 10_000.0),
        asked(-1_000 - draw.ids(9_000_000, 20), 12, 10_000.0),
        asked(9_000_000 + draw.ids(999_999, 20), 8, 41_829.37),
        asked(9_000_000 + draw.ids(999_999, 2, 9), 32, float(draw.integer(5_000, 500_000))),
    ]


def slow_clocks(draw: Draw) -> list[Inputs]:
    """Position 1, at which slow clocks have hardly moved, and no cosine is near 0."""
    return [
        asked(torch.tensor([1]), 8, 1e6),
        asked(torch.tensor([1]), 2 * draw.integer(12, 30), draw.integer(2, 9) * 1e5),
    ]


Build = Callable[[Tensor, Tensor], Tensor]


def with_speeds(speeds: Callable[[int, float], Tensor]) -> Callable[..., Tensor]:
    """Return an answer with other frequencies, one for each column."""

    def answer(position_ids: Tensor, model_dim: int, base: float) -> Tensor:
        angles = position_ids.double()[..., None] * speeds(model_dim, base)
        out = angles.cos()
        out[..., 0::2] = angles[..., 0::2].sin()
        return out.float()

    return answer


def built(build: Build) -> Callable[..., Tensor]:
    """Return an answer that makes another row of the right sines and cosines."""

    def answer(position_ids: Tensor, model_dim: int, base: float) -> Tensor:
        speeds = finished.frequencies(model_dim, base)
        angles = position_ids.double()[..., None] * speeds
        return build(angles.sin(), angles.cos()).float()

    return answer


def halves(sines: Tensor, cosines: Tensor) -> Tensor:
    """Put all sines first."""
    return torch.cat([sines, cosines], dim=-1)


def cosines_first(sines: Tensor, cosines: Tensor) -> Tensor:
    """Put the cosine in front of its sine."""
    return torch.stack([cosines, sines], dim=-1).flatten(-2)


def column_speeds(model_dim: int, base: float) -> Tensor:
    """Give each column a frequency of its own."""
    return base ** (-torch.arange(model_dim).double() / model_dim)


def doubled_speeds(model_dim: int, base: float) -> Tensor:
    """Take a column's number for that of a clock."""
    return base ** (-2 * torch.arange(model_dim).double() / model_dim)


def reaching_speeds(model_dim: int, base: float) -> Tensor:
    """Divide by D/2 − 1."""
    return finished.frequencies(model_dim, base, reaches_base=True).repeat_interleave(2)


def rising_speeds(model_dim: int, base: float) -> Tensor:
    """Forget the minus in the exponent."""
    return 1 / finished.frequencies(model_dim, base).repeat_interleave(2)


def usual_speeds(model_dim: int, base: float) -> Tensor:
    """Take 10,000 for the base, whatever was asked."""
    return finished.frequencies(model_dim).repeat_interleave(2)


def half_speeds(model_dim: int, base: float) -> Tensor:
    """Forget the 2 in the exponent."""
    clocks = torch.arange(model_dim // 2).double()
    return (base ** (-clocks / model_dim)).repeat_interleave(2)


def from_one(position_ids: Tensor, model_dim: int, base: float) -> Tensor:
    """Count positions from 1."""
    return finished.sinusoids(position_ids.long() + 1, model_dim, base)


def as_columns(position_ids: Tensor, model_dim: int, base: float) -> Tensor:
    """Number the places, in place of reading the ids."""
    places = torch.arange(position_ids.shape[-1] if position_ids.ndim else 1)
    return finished.sinusoids(places.expand(position_ids.shape), model_dim, base)


def without_sign(position_ids: Tensor, model_dim: int, base: float) -> Tensor:
    """Lose the sign of a position."""
    return finished.sinusoids(position_ids.abs(), model_dim, base)


def lost_clock(inputs: Inputs, seen: Seen) -> bool:
    """Whether the shape is wrong where there is one clock only."""
    if inputs["model_dim"] > 2 or not isinstance(seen.value, Tensor):
        return False
    return seen.value.shape != (*inputs["position_ids"].shape, 2)


def is_single(inputs: Inputs, seen: Seen) -> bool:
    """Whether float32 was somewhere on the way: nearly right, and more so near position 0."""
    if not isinstance(seen.value, Tensor):
        return False
    right = finished.sinusoids(**inputs)
    if (seen.value.shape, seen.value.dtype) != (right.shape, right.dtype):
        return False
    allowed = 1e-5 + 1e-6 * inputs["position_ids"].double().abs()[..., None]
    return bool(((seen.value - right).abs() <= allowed).all())


def is_float64(inputs: Inputs, seen: Seen) -> bool:
    """Whether the result is float64."""
    return isinstance(seen.value, Tensor) and seen.value.dtype == torch.float64


ONE_AXIS = (
    "The ids may have any number of axes. position_ids[..., None] puts a new axis behind them all, "
    "for the clocks."
)

SINGLE = (
    "It is right to some digits only, and the farther the position the fewer. Is float32 somewhere "
    "on the way? Compute frequencies and angles in float64, and round at the end."
)

task = Task(
    number="10.2",
    name="sinusoids",
    points=2,
    reference=finished.sinusoids,
    criteria=(
        Criterion(
            "sine and cosine of each clock stand side by side",
            small_tables,
            mistakes=(
                Mistake(
                    "Compute in float64, and return float32: add .float() at the end.",
                    when=is_float64,
                ),
                Mistake(
                    "All sines come first, then all cosines. That is another layout. Here a "
                    "clock's sine and cosine stand side by side.",
                    built(halves),
                ),
                Mistake(
                    "Sines and cosines have changed places: the sine has the even column.",
                    built(cosines_first),
                ),
                Mistake(
                    "The cosine has a frequency of its own. A clock's sine and cosine have the "
                    "same, or they are no hand of a clock: 2i is the same for both columns.",
                    with_speeds(column_speeds),
                ),
                Mistake(
                    "The column's number went into the formula in place of the clock's. Columns "
                    "2i and 2i + 1 both belong to clock i.",
                    with_speeds(doubled_speeds),
                ),
                Mistake(
                    "You divide by D/2 − 1, as tensor2tensor does. Asked for are the paper's "
                    "exponents, 2i/D.",
                    with_speeds(reaching_speeds),
                ),
                Mistake(
                    "The clocks get faster and faster. The exponent is negative.",
                    with_speeds(rising_speeds),
                ),
                Mistake("The base is 10,000 whatever was asked.", with_speeds(usual_speeds)),
                Mistake("The exponent is −i/D, and should be −2i/D.", with_speeds(half_speeds)),
                Mistake(SINGLE, when=is_single),
                Mistake("Positions count from 0 here, not from 1.", from_one),
                Mistake(
                    "You number the places. Take the positions that are given in position_ids.",
                    as_columns,
                ),
                Mistake(
                    "With D = 2 there is one clock, and its axis is gone. Keep an axis of size 1: "
                    "no squeeze.",
                    when=lost_clock,
                ),
            ),
        ),
        Criterion(
            "position ids of any shape, any kind of integer, and negative ones",
            any_ids,
            mistakes=(
                Mistake(
                    "A negative position gets the row of the positive one. Its clocks are turned "
                    "back: the cosine is the same, and the sine has the other sign.",
                    without_sign,
                ),
                Mistake(
                    ONE_AXIS,
                    when=says(
                        "size of tensor",
                        "must match",
                        "too many values to unpack",
                        "not enough values to unpack",
                        "too many indices",
                        "0-d tensor",
                        "expand",
                    ),
                ),
                Mistake(
                    ONE_AXIS,
                    when=lambda inputs, seen: (
                        isinstance(seen.value, Tensor)
                        and seen.value.shape != (*inputs["position_ids"].shape, inputs["model_dim"])
                    ),
                ),
            ),
        ),
        Criterion(
            "right at positions of a hundred thousand and more",
            far_away,
            mistakes=(Mistake(SINGLE, when=is_single),),
        ),
        Criterion(
            "sines near 0 are right to five digits, too",
            slow_clocks,
            mistakes=(rounded("sines and cosines"),),
            accepts=right_to_five_digits(finished.sinusoids),
        ),
    ),
)
