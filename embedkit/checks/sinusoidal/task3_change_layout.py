"""What marks task 10.3, `change_layout`: the same sines and cosines in other columns."""

from collections.abc import Callable
from itertools import permutations

import torch
from torch import Tensor

from embedkit import sinusoidal as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered, tidy_table
from embedkit.checks.probes import Inputs, Seen

HALVES = ("sin_cos", "cos_sin")
COLUMNS = torch.arange(6.0)[None]


def asked(rows: Tensor, old: str, new: str) -> Inputs:
    """One question."""
    return {"rows": rows, "old": old, "new": new}


def wide(draw: Draw) -> Tensor:
    """Return a row of so many columns that their numbers fit no byte, and sort oddly as text."""
    return draw.table(1, 2 * draw.integer(256, 300))


def from_pairs(draw: Draw) -> list[Inputs]:
    """From interleaved columns to both halves."""
    return [
        question
        for new in HALVES
        for question in (
            asked(COLUMNS.clone(), "interleaved", new),
            asked(draw.table(5, 2 * draw.integer(4, 9)), "interleaved", new),
            asked(scattered(draw.numbers(3, 4, 10)), "interleaved", new),
            asked(wide(draw), "interleaved", new),
        )
    ]


def into_pairs(draw: Draw) -> list[Inputs]:
    """From both halves to interleaved columns."""
    return [
        question
        for old in HALVES
        for question in (
            asked(COLUMNS.clone(), old, "interleaved"),
            asked(draw.table(5, 2 * draw.integer(4, 9)), old, "interleaved"),
            asked(scattered(draw.numbers(3, 4, 10)), old, "interleaved"),
            asked(wide(draw), old, "interleaved"),
        )
    ]


def halves(draw: Draw) -> list[Inputs]:
    """From one half-by-half layout to the other, and from each layout to itself."""
    return [
        asked(COLUMNS.clone(), "sin_cos", "cos_sin"),
        asked(draw.table(4, 8), "cos_sin", "sin_cos"),
        *(asked(wide(draw), old, new) for old, new in permutations(HALVES)),
        *(asked(draw.table(3, 6), same, same) for same in ("interleaved", *HALVES)),
    ]


def other_shapes(draw: Draw) -> list[Inputs]:
    """One axis, three axes, no rows, two columns; other dtypes."""
    return [
        asked(COLUMNS[0].clone(), "interleaved", "sin_cos"),
        asked(draw.numbers(2, 3, 8), "cos_sin", "interleaved"),
        asked(draw.numbers(2, 2, 2, 6), "interleaved", "cos_sin"),
        asked(COLUMNS[0].clone(), "sin_cos", "cos_sin"),
        asked(draw.numbers(2, 6, 6), "cos_sin", "sin_cos"),
        asked(torch.empty(0, 6), "sin_cos", "interleaved"),
        asked(draw.numbers(3, 2), "interleaved", "cos_sin"),
        asked(tidy_table(4, 6).bfloat16(), "interleaved", "sin_cos"),
        asked(draw.numbers(3, 6).double() / 3, "sin_cos", "interleaved"),
        asked(draw.numbers(3, 6).double() / 3, "interleaved", "cos_sin"),
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Rows that ask for a gradient, on every way; they are called ``table`` here."""
    small = [
        {"table": draw.table(4, 6), "loss_weights": draw.numbers(4, 6), "old": old, "new": new}
        for old, new in (("interleaved",) * 2, *permutations(("interleaved", *HALVES), 2))
    ]
    wide = {"table": draw.table(3, 8).double(), "loss_weights": draw.table(3, 8).double() / 3}
    return [*small, wide | {"old": "interleaved", "new": "cos_sin"}]


def stay(rows: Tensor, old: str, new: str) -> Tensor:
    """Do nothing."""
    return rows.clone()


def backwards(rows: Tensor, old: str, new: str) -> Tensor:
    """Go from the new layout to the old one."""
    return finished.change_layout(rows, new, old)  # type: ignore[arg-type]


def blind_to(mixed: str, taken_for: str) -> Callable[..., Tensor]:
    """Return an answer that takes one layout for another."""

    def answer(rows: Tensor, old: str, new: str) -> Tensor:
        old, new = (taken_for if name == mixed else name for name in (old, new))
        return finished.change_layout(rows, old, new)  # type: ignore[arg-type]

    return answer


def mirrored(rows: Tensor, old: str, new: str) -> Tensor:
    """Turn the columns round to put the cosines first."""
    if old == new:
        return rows.clone()
    if "cos_sin" not in (old, new):
        return finished.change_layout(rows, old, new)  # type: ignore[arg-type]
    if old == "cos_sin":
        return finished.change_layout(rows.flip(-1), "sin_cos", new)  # type: ignore[arg-type]
    return finished.change_layout(rows, old, "sin_cos").flip(-1)  # type: ignore[arg-type]


def glued(rows: Tensor, old: str, new: str) -> Tensor:
    """Put halves one behind the other where they should be interleaved."""
    if new == "interleaved" and old != new:
        return finished.change_layout(rows, old, "sin_cos")  # type: ignore[arg-type]
    return finished.change_layout(rows, old, new)  # type: ignore[arg-type]


def uncombed(rows: Tensor, old: str, new: str) -> Tensor:
    """Take the first half of interleaved columns for the sines."""
    if old == "interleaved" and new != old:
        return finished.change_layout(rows, "sin_cos", new)  # type: ignore[arg-type]
    return finished.change_layout(rows, old, new)  # type: ignore[arg-type]


def other_axis(inputs: Inputs, seen: Seen) -> bool:
    """Whether it knows two axes only."""
    if isinstance(seen.value, Tensor):
        return bool(seen.value.shape != inputs["rows"].shape)
    return any(sign in seen.message for sign in ("too many", "not enough values"))


BACKWARDS = (
    "It goes from new to old. With four columns both ways are the same, so you may not have "
    "noticed."
)
VIEW = (
    "view asks for numbers that lie in memory in order, and these do not. Slices, unflatten and "
    "reshape take any."
)
FIRST_AXIS = (
    "The columns are the last axis, and there may be any number in front: write rows[..., …]."
)

task = Task(
    number="10.3",
    name="change_layout",
    points=2,
    reference=finished.change_layout,
    criteria=(
        Criterion(
            "from interleaved to halves",
            from_pairs,
            mistakes=(
                Mistake("It returns the rows as they are.", stay),
                Mistake(VIEW, when=says("view size")),
                Mistake(FIRST_AXIS, when=other_axis),
                Mistake(BACKWARDS, backwards),
                Mistake(
                    "You cut interleaved columns in the middle. Their sines stand in columns "
                    "0, 2, 4 …: rows[..., 0::2].",
                    uncombed,
                ),
                Mistake(
                    "cos_sin is treated like sin_cos. In cos_sin the first half is the cosines.",
                    blind_to("cos_sin", "sin_cos"),
                ),
                Mistake(
                    "The columns are turned round, and now the last clock comes first. cos_sin "
                    "has the cosines in front, in the order of the clocks.",
                    mirrored,
                ),
            ),
        ),
        Criterion(
            "from halves to interleaved",
            into_pairs,
            mistakes=(
                Mistake(VIEW, when=says("view size")),
                Mistake(
                    "The sines stand in front of the cosines, and are not interleaved with them. "
                    "torch.stack([sines, cosines], dim=-1) makes pairs, flatten(-2) a row of them.",
                    glued,
                ),
            ),
        ),
        Criterion(
            "from halves to halves, and from a layout to itself",
            halves,
            mistakes=(
                Mistake(
                    "Nothing is done, or something else, where neither layout is interleaved. Go "
                    "by way of the sines and the cosines: take them out of old, put them into new.",
                    when=lambda inputs, seen: "interleaved" not in (inputs["old"], inputs["new"]),
                ),
                Mistake(
                    "Interleaved columns that shall stay interleaved are moved.",
                    when=lambda inputs, seen: inputs["old"] == inputs["new"],
                ),
            ),
        ),
        Criterion(
            "any number of axes in front, any dtype",
            other_shapes,
        ),
        Criterion(
            "gradients find their way back (the rows are called table here)",
            to_train,
            probe="gradient",
            mistakes=(
                Mistake(
                    "No gradient reaches the rows: use them without .data, .detach() or numpy.",
                    when=lambda inputs, seen: seen.value is None or "numpy()" in seen.message,
                ),
            ),
        ),
    ),
)
