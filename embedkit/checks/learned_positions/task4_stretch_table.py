"""What marks task 9.4, `stretch_table`: more rows, on straight lines between those there are."""

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import learned_positions as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.small_numbers import has_the_digits_of_float32

SMALL = torch.tensor([[0.0, 4.0], [2.0, 8.0], [4.0, 0.0]])


def longer(draw: Draw) -> list[Inputs]:
    """Rows halfway between two old ones; then lengths in which old rows have no place.

    The numbers are far from 0: torch's own interpolation rounds its weights.
    """
    rows = draw.integer(5, 9)
    return [
        {"table": SMALL.clone(), "max_len": 5},
        {"table": SMALL.clone(), "max_len": 4},
        {"table": 5 + draw.table(rows, 4), "max_len": 2 * rows - 1},
        {"table": 5 + draw.table(6, 3), "max_len": draw.integer(7, 10)},
        {"table": 5 + draw.table(12, 5), "max_len": draw.integer(30, 60)},
        {"table": 5 + draw.table(2, 3), "max_len": draw.integer(6, 9)},
        {"table": scattered(5 + draw.table(7, 4)), "max_len": draw.integer(8, 20)},
        {"table": 5 + draw.table(4, 1), "max_len": draw.integer(6, 9)},
        *rounded_places(draw),
    ]


def rounded_places(draw: Draw) -> list[Inputs]:
    """Lengths at which places that are multiples of one rounded step miss the last row.

    Such a place may lie beyond that row, or end before it; and rows times a rounded factor are
    one row too few. Neighbours of the long table are close
    to one another, since its places have few digits left in float32.
    """
    short = [(8, 26), (15, 26), (16, 30), (2, 10), (3, 10), (4, 14), (4, 22), (7, 22), (8, 14)]
    short += [(8, 18), (14, 16), (2, 50), (3, 99), (32, 52), (7, 61), (11, 15), (49, 64)]
    calm = 5 + 0.05 * draw.table(512, 1)
    return [
        *({"table": 5 + draw.table(rows, 2), "max_len": max_len} for rows, max_len in short),
        *({"table": calm.clone(), "max_len": max_len} for max_len in (700, 1024)),
    ]


def as_it_is(draw: Draw) -> list[Inputs]:
    """As many rows as there are."""
    return [{"table": SMALL.clone(), "max_len": 3}, {"table": draw.table(2, 3), "max_len": 2}]


def other_dtypes(draw: Draw) -> list[Inputs]:
    """Double and half precision, with numbers for which the result is exact."""
    even, many = 2 * draw.ids(20, 6, 3), 2 * draw.ids(20, 300, 2)
    return [
        {"table": SMALL.double(), "max_len": 5},
        {"table": even.bfloat16(), "max_len": 11},
        {"table": even.double() / 8, "max_len": 11},
        {"table": even.double() / 7, "max_len": 12},
        {"table": many.bfloat16(), "max_len": 599},
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Tables whose rows ask for a gradient."""
    return [
        {"table": SMALL.clone(), "loss_weights": torch.ones(5, 2), "max_len": 5},
        {"table": draw.table(6, 3), "loss_weights": 1 + draw.numbers(11, 3).abs(), "max_len": 11},
        {"table": draw.table(4, 3), "loss_weights": 1 + draw.numbers(4, 3).abs(), "max_len": 4},
    ]


def other_length(inputs: Inputs, seen: Seen) -> bool:
    """Whether all is right but the number of rows."""
    columns = inputs["table"].shape[1]
    return bool(seen.value.shape[1:] == (columns,) and len(seen.value) != inputs["max_len"])


def by_ratio(table: Tensor, max_len: int) -> Tensor:
    """Read row i at i × rows / max_len, so that the last rows run into the end."""
    rows = len(table)
    place = torch.arange(max_len) * rows / max_len
    below = place.long().clamp(max=rows - 1)
    above = (below + 1).clamp(max=rows - 1)
    part = (place - below)[:, None].to(table.dtype)
    return table[below] * (1 - part) + table[above] * part


def half_pixel(table: Tensor, max_len: int) -> Tensor:
    """Take torch's default, which puts the first new row in front of the first old one."""
    return F.interpolate(table.T[None], size=max_len, mode="linear")[0].T


def nearest(table: Tensor, max_len: int) -> Tensor:
    """Repeat rows."""
    return F.interpolate(table.T[None], size=max_len)[0].T


def rounded(table: Tensor, max_len: int) -> Tensor:
    """Take the row that is nearest."""
    place = torch.arange(max_len) * (len(table) - 1) / max(max_len - 1, 1)
    return table[place.round().long()]


def floored(table: Tensor, max_len: int) -> Tensor:
    """Take the row below."""
    return table[torch.arange(max_len) * (len(table) - 1) // max(max_len - 1, 1)]


def wrapped(table: Tensor, max_len: int) -> Tensor:
    """Begin again at row 0."""
    return table[torch.arange(max_len) % len(table)]


def zeros_behind(table: Tensor, max_len: int) -> Tensor:
    """Put rows of zeros behind the old ones."""
    return torch.cat([table, table.new_zeros(max_len - len(table), table.shape[1])])


def last_repeated(table: Tensor, max_len: int) -> Tensor:
    """Repeat the last row."""
    return table[torch.arange(max_len).clamp(max=len(table) - 1)]


def turned(table: Tensor, max_len: int) -> Tensor:
    """Stretch the columns in place of the rows."""
    return finished.stretch_table(table.T, max(max_len, table.shape[1])).T


def weights_swapped(table: Tensor, max_len: int) -> Tensor:
    """Weigh the two neighbours the wrong way round."""
    steps = torch.arange(max_len) * (len(table) - 1)
    below = steps // (max_len - 1)
    above = (below + 1).clamp(max=len(table) - 1)
    part = (steps % (max_len - 1) / (max_len - 1))[:, None].to(table.dtype)
    return table[below] * part + table[above] * (1 - part)


def fits_float32(numbers: Tensor) -> bool:
    """Whether float64 numbers are none that float32 would round."""
    return numbers.dtype == torch.float64 and torch.equal(numbers, numbers.float().double())


def through_float32(inputs: Inputs, seen: Seen) -> bool:
    """Whether numbers came back that float32 can hold, of a table whose numbers it cannot."""
    return (
        isinstance(seen.value, Tensor)
        and fits_float32(seen.value)
        and not fits_float32(inputs["table"])
    )


def is_wider(inputs: Inputs, seen: Seen) -> bool:
    """Whether half precision became float32."""
    return isinstance(seen.value, Tensor) and seen.value.dtype != inputs["table"].dtype


COPIES = "Each new row is a copy of an old one. It should be a mix of its two neighbours."

task = Task(
    number="9.4",
    name="stretch_table",
    points=2,
    reference=finished.stretch_table,
    criteria=(
        Criterion(
            "new row i lies at i × (rows − 1) / (max_len − 1), between its two old neighbours",
            longer,
            mistakes=(
                Mistake(
                    "You step by rows / max_len, and so the last row is reached too early. From "
                    "the first row to the last there are rows − 1 steps, and max_len − 1 new ones.",
                    by_ratio,
                ),
                Mistake(
                    "torch's default lays the rows out like pixels, with the first new row in "
                    "front of the first old one. Say align_corners=True, or compute the places.",
                    half_pixel,
                ),
                Mistake(COPIES, nearest),
                Mistake(COPIES, rounded),
                Mistake(COPIES, floored),
                Mistake(
                    "The two neighbours are weighed the wrong way round: the nearer one counts "
                    "more.",
                    weights_swapped,
                ),
                Mistake("The rows begin again at 0. They should be stretched.", wrapped),
                Mistake("There are zeros behind the old rows. Stretch them instead.", zeros_behind),
                Mistake("The last row is repeated. Stretch the rows instead.", last_repeated),
                Mistake(
                    "The columns are stretched. Positions are the rows.",
                    turned,
                ),
                Mistake(
                    "The last place lies on the last row, or a rounding beyond it, and there is "
                    "none above. Keep the row above from going past rows − 1.",
                    when=says("out of bounds", "out of range"),
                ),
                Mistake(
                    "There are not max_len rows. Steps that are added up end too early or too "
                    "late where they are rounded. Compute the place of each row from its number.",
                    when=other_length,
                ),
            ),
        ),
        Criterion("a table that is long enough stays as it is", as_it_is),
        Criterion(
            "the table's dtype is kept",
            other_dtypes,
            mistakes=(
                Mistake(
                    "The places are float32 and drag the rows with them, or do not fit theirs. "
                    "Make the weights .to(table.dtype).",
                    when=is_wider,
                ),
                Mistake(
                    "The numbers went through float32, which has no room for those of a float64 "
                    "table. Compute in the table's dtype.",
                    when=through_float32,
                ),
                Mistake(
                    "Beside a float64 table the places are float32, and most of them rounded. "
                    "torch.linspace, and whole numbers that are divided, are float32 unless you "
                    "say which dtype.",
                    when=has_the_digits_of_float32(finished.stretch_table),
                ),
                Mistake(
                    "Rows and weights have different dtypes. Make the weights .to(table.dtype).",
                    when=says("same dtype", "expected dtype", "must have the same", "dtype float"),
                ),
            ),
        ),
        Criterion(
            "the gradient reaches the old rows",
            to_train,
            probe="gradient",
            mistakes=(
                Mistake(
                    "No gradient reaches the table: use it itself, without .data, .detach() or "
                    "numpy.",
                    when=lambda inputs, seen: seen.value is None or "requires grad" in seen.message,
                ),
            ),
        ),
    ),
)
