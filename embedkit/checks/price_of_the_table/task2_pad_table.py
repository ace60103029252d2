"""What marks task 6.2, `pad_table`: rows of zeros below a table."""

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import price_of_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.price_of_the_table.shared_hints import SCATTERED
from embedkit.checks.probes import Inputs, Seen


def asked(table: Tensor, multiple: int) -> Inputs:
    """One question, in the order of the arguments."""
    return {"table": table, "multiple": multiple}


def too_few_rows(draw: Draw) -> list[Inputs]:
    """Tables that lack some rows."""
    multiple = draw.integer(5, 9)
    return [
        asked(torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), 4),
        asked(torch.tensor([[1.0], [2.0], [3.0], [4.0], [5.0]]), 4),
        asked(draw.table(multiple + 2, 3), multiple),
        asked(draw.table(1, 4), multiple),
        asked(draw.table(draw.integer(65, 127), 2), 64),
        asked(draw.table(draw.integer(1030, 1100), 2), 128),
    ]


def enough_rows(draw: Draw) -> list[Inputs]:
    """Tables that lack none, and ones that any number of rows fits."""
    return [
        asked(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 2),
        asked(draw.table(12, 3), 6),
        asked(draw.table(draw.integer(3, 9), 2), 1),
        asked(draw.table(64, 2), 64),
        asked(draw.doubles(6, 2), 3),
    ]


def other_kinds(draw: Draw) -> list[Inputs]:
    """Half and double precision, and tables that lie scattered in memory."""
    return [
        asked(torch.tensor([[1.0, 2.0]]).double() / 3, 2),
        asked(draw.table(7, 3).bfloat16(), 4),
        asked(draw.table(15, 3).half(), 8),
        asked(scattered(draw.table(5, 3)), 3),
    ]


def padded_to(rows: int, table: Tensor) -> Tensor:
    """Put zeros below a table until it has so many rows."""
    return torch.cat([table, table.new_zeros(rows - len(table), table.shape[1])])


def full_multiple_more(table: Tensor, multiple: int) -> Tensor:
    """Add a whole multiple where none is missing."""
    return padded_to((len(table) // multiple + 1) * multiple, table)


def columns(table: Tensor, multiple: int) -> Tensor:
    """Make the columns a multiple in place of the rows."""
    return finished.pad_table(table.T, multiple).T


def above(table: Tensor, multiple: int) -> Tensor:
    """Put the zeros above the table."""
    padded = finished.pad_table(table, multiple)
    return padded.roll(len(padded) - len(table), dims=0)


def last_row_again(table: Tensor, multiple: int) -> Tensor:
    """Repeat the last row."""
    missing = -len(table) % multiple
    return torch.cat([table, table[-1:].expand(missing, -1)])


def in_float32(inputs: Inputs, seen: Seen) -> bool:
    """Whether the result is float32 though the table is not."""
    return (
        isinstance(seen.value, Tensor)
        and seen.value.dtype != inputs["table"].dtype
        and seen.value.dtype in (torch.float32, torch.float64)
    )


from_multiple = (
    "multiple - V is what is missing only if V is below multiple. For more rows, it is what is "
    "missing to the *next* multiple."
)
float32_came = Mistake(
    "The zeros are float32, and torch.cat takes the wider type of the two. Give them the table's "
    "dtype, and keep that of the table itself.",
    when=in_float32,
)

task = Task(
    number="6.2",
    name="pad_table",
    points=1,
    reference=finished.pad_table,
    criteria=(
        Criterion(
            "rows of zeros stand below the table, as few as it takes",
            too_few_rows,
            mistakes=(
                Mistake(
                    "The columns were made a multiple. A table has a row for each token, so V is "
                    "its first axis.",
                    answer=columns,
                ),
                Mistake(
                    "Columns were added: F.pad begins with the last axis. (0, 0, 0, missing) "
                    "reaches the rows.",
                    answer=lambda table, multiple: F.pad(table, (0, -len(table) % multiple)),
                ),
                Mistake(
                    from_multiple,
                    answer=lambda table, multiple: F.pad(table, (0, 0, 0, multiple - len(table))),
                ),
                Mistake(
                    from_multiple,
                    answer=lambda table, multiple: padded_to(max(len(table), multiple), table),
                ),
                Mistake(from_multiple, when=says("negative dimension")),
                Mistake(
                    "As many rows were added as `multiple` says. Add what is missing, no more.",
                    answer=lambda table, multiple: padded_to(len(table) + multiple, table),
                ),
                Mistake(
                    "The zeros stand above the table, and so every id names another row than "
                    "before. Put them below.",
                    answer=above,
                ),
                Mistake(
                    "As many rows were added as V % multiple, which is what is too many, not what "
                    "is missing. That is -V % multiple.",
                    answer=lambda table, multiple: padded_to(
                        len(table) + len(table) % multiple, table
                    ),
                ),
                Mistake(
                    "A single row was added. As many are missing as lead to the next multiple.",
                    answer=lambda table, multiple: padded_to(
                        len(table) + (len(table) % multiple > 0), table
                    ),
                ),
                Mistake(
                    "The table was cut to the multiple below. Nothing may be lost: round up.",
                    answer=lambda table, multiple: table[: len(table) // multiple * multiple],
                ),
                Mistake(
                    "The table now has `multiple` times its rows. It should have a multiple of "
                    "`multiple` rows, the next one.",
                    answer=lambda table, multiple: padded_to(len(table) * multiple, table),
                ),
                Mistake(
                    "The last row is repeated. The spare rows should be zeros.",
                    answer=last_row_again,
                ),
            ),
        ),
        Criterion(
            "a table that fits already gets none",
            enough_rows,
            mistakes=(
                Mistake(
                    "A whole multiple was added where nothing was missing. If multiple divides V, "
                    "V % multiple is 0, and so is what is missing.",
                    answer=full_multiple_more,
                ),
                float32_came,
            ),
        ),
        Criterion(
            "the table's dtype is kept, and it may lie scattered",
            other_kinds,
            mistakes=(
                float32_came,
                Mistake(SCATTERED, when=says("view size is not compatible")),
            ),
        ),
    ),
)
