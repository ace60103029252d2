"""What marks task 2.1, `lookup`: one row for each id."""

import torch

from embedkit import lookup_table as finished
from embedkit.checks.cut_gradients import WHAT_CUTS
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, tidy_table
from embedkit.checks.lookup_table.shared import looked_at_memory, one_id_was_looped_over
from embedkit.checks.probes import Inputs, Seen


def one_id(draw: Draw) -> list[Inputs]:
    """Single ids, as tensors without a dimension."""
    return [
        {"table": tidy_table(5, 2), "ids": torch.tensor(3)},
        {"table": draw.table(9, 4), "ids": draw.ids(9)},
    ]


def one_sequence(draw: Draw) -> list[Inputs]:
    """Sequences of ids, the first with an id that comes twice."""
    return [
        {"table": tidy_table(5, 2), "ids": torch.tensor([3, 0, 3])},
        {"table": draw.table(9, 4), "ids": draw.ids(9, 12)},
    ]


def batches(draw: Draw) -> list[Inputs]:
    """Batches, also transposed, up to four dimensions, sizes of 1 and of 33,000, nothing at all."""
    batch, seq, dim = draw.integer(2, 4), draw.integer(5, 7), draw.integer(8, 11)
    return [
        {"table": tidy_table(5, 2), "ids": torch.tensor([[0, 1, 2], [2, 4, 2]])},
        {"table": draw.table(13, dim), "ids": draw.ids(13, batch, seq)},
        {"table": tidy_table(5, 1), "ids": torch.tensor([[3], [0]])},
        {"table": draw.table(13, dim), "ids": draw.ids(13, batch, 3, seq)},
        {"table": draw.table(13, dim), "ids": draw.ids(13, batch, 2, 3, seq)},
        {"table": draw.table(33_000, 1), "ids": torch.tensor([[32_999, 200]])},
        {"table": draw.table(13, dim), "ids": draw.ids(13, 0, seq)},
        {"table": 1e4 * draw.table(6, 6), "ids": draw.ids(6, 2, 3)},
        {"table": draw.table(dim, 13).T, "ids": draw.ids(13, seq, batch).T},
    ]


def table_dtypes(draw: Draw) -> list[Inputs]:
    """Tables in double and in half precision; from one nothing is read."""
    return [
        {"table": tidy_table(5, 2).double(), "ids": torch.tensor([[4, 1]])},
        {"table": tidy_table(9, 4).double() / 3, "ids": draw.ids(9, 2, 3)},
        {"table": draw.table(300, 4).bfloat16(), "ids": torch.tensor([[255, 256, 257, 299]])},
        {"table": draw.table(9, 4).half(), "ids": draw.ids(9, 2, 3)},
        {"table": tidy_table(5, 2).double(), "ids": torch.empty(2, 0, dtype=torch.long)},
    ]


def repeated_ids(draw: Draw) -> list[Inputs]:
    """Sequences in which some id comes more than once."""
    return [
        {
            "table": tidy_table(4, 2),
            "loss_weights": torch.ones(3, 2),
            "ids": torch.tensor([0, 3, 0]),
        },
        {
            "table": tidy_table(4, 2),
            "loss_weights": torch.ones(2),
            "ids": torch.tensor(2),
        },
        {
            "table": draw.table(6, 3),
            "loss_weights": draw.numbers(2, 9, 3),
            "ids": draw.ids(6, 2, 9),
        },
        {
            "table": draw.table(6, 3),
            "loss_weights": draw.numbers(2, 2, 4, 3),
            "ids": draw.ids(6, 2, 2, 4),
        },
    ]


NO_GRADIENT = f"No gradient reaches the table, so its rows could never be learned. {WHAT_CUTS}"


def no_gradient_came_back(inputs: Inputs, seen: Seen) -> bool:
    """Whether the probe found no gradient on the table."""
    return seen.value is None and not seen.raised


looped_over_one_id = Mistake(
    "A single id has the shape (): there is nothing to loop over, and it has no length. "
    "Indexing takes ids of any shape, all at once.",
    when=one_id_was_looped_over,
)
ids_go_first = Mistake(
    "In F.embedding the ids come first, and then the table.",
    when=says("'weight' must be 2-D"),
)
columns = Mistake(
    "You took columns. Row i of the table is table[i]; table[:, i] is its column i.",
    answer=lambda table, ids: table[:, ids],
)
counted_from_one = Mistake(
    "You count rows from 1. Id 0 names the first row, so id i is table[i].",
    answer=lambda table, ids: table[ids - 1],
)
flattened = Mistake(
    "The batch is flattened: all rows are there, but the shape of the ids is lost. "
    "A batch (B, T) should come back as (B, T, D).",
    answer=lambda table, ids: table[ids.flatten()],
)
summed = Mistake(
    "The rows of a sequence are added up. A lookup keeps one row for each id.",
    answer=lambda table, ids: table[ids].sum(dim=-2),
)
averaged = Mistake(
    "The rows of a sequence are averaged. A lookup keeps one row for each id.",
    answer=lambda table, ids: table[ids].mean(dim=-2),
)
unique_only = Mistake(
    "An id that comes twice gives only one row. Each place in the sequence needs its own.",
    answer=lambda table, ids: table[ids.unique()],
)
first_rows = Mistake(
    "These are the table's first rows, in order. The ids say which rows to take.",
    answer=lambda table, ids: table[: len(ids)],
)
ids_themselves = Mistake(
    "The ids themselves came back. Use them to pick rows of the table.",
    answer=lambda table, ids: ids,
)
always_float32 = Mistake(
    "The result is always float32. A lookup copies rows, so it keeps the table's dtype.",
    answer=lambda table, ids: table[ids].float(),
)

task = Task(
    number="2.1",
    name="lookup",
    points=1,
    reference=finished.lookup,
    criteria=(
        Criterion(
            "one id gives its row",
            one_id,
            mistakes=(
                looped_over_one_id,
                ids_go_first,
                columns,
                counted_from_one,
                ids_themselves,
            ),
        ),
        Criterion(
            "a sequence gives one row for each id, in order",
            one_sequence,
            mistakes=(summed, averaged, unique_only, first_rows),
        ),
        Criterion(
            "a batch (B, T) gives (B, T, D)",
            batches,
            mistakes=(flattened, looked_at_memory),
        ),
        Criterion(
            "the table's dtype is kept",
            table_dtypes,
            mistakes=(always_float32,),
        ),
        Criterion(
            "the gradient reaches each row that was read, once for each time it was read",
            repeated_ids,
            probe="gradient",
            mistakes=(Mistake(NO_GRADIENT, when=no_gradient_came_back),),
        ),
    ),
)
