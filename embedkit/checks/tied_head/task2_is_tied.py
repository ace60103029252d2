"""What marks task 7.2, `is_tied`: whether two tensors are one in memory."""

import torch
from torch import Tensor

from embedkit import tied_head as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.head_probes import PAIRS
from embedkit.checks.probes import Inputs, Seen

DRAWN_PARTS = 24
"""So many that to guess each of them right takes more luck than anybody has."""

NUMBERS = (
    "Beside the start, numbers are compared, and they prove nothing: let all be zero, and a table "
    "equals its transpose; let one be nan, and it does not even equal itself. Compare the strides."
)


def asked(draw: Draw, *pairs: str) -> list[Inputs]:
    """Each pair made of a small table, and then of random ones, square and not."""
    small = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    tables = [small, draw.table(5, 5), draw.table(7, 4)]
    return [{"pair": pair, "table": table} for table in tables for pair in pairs]


def copies(draw: Draw) -> list[Inputs]:
    """A table and itself, a copy, and other numbers; also where all are equal, or nan."""
    alike = {"pair": "table, zeros", "table": torch.zeros(3, 3)}
    unknown = {"pair": "table, table", "table": torch.full((2, 3), torch.nan)}
    pairs = "table, table.clone()", "table, table", "table, zeros", "table, table + 1"
    return [*asked(draw, *pairs), alike, {**alike, "pair": "table, table"}, unknown]


def other_names(draw: Draw) -> list[Inputs]:
    """Other tensors of the same memory."""
    return asked(
        draw,
        "table, table.detach()",
        "nn.Parameter(table), table",
        "table[1:], table[1:]",
        "table.T, table.T",
    )


def views(draw: Draw) -> list[Inputs]:
    """Tensors that share memory, and are not one."""
    pairs = asked(
        draw,
        "table, table.T",
        "table, table[:-1]",
        "table[:-1], table[1:]",
        "table[:2], table[::2][:2]",
        "table[:2, :2], table.T[:2, :2]",
        "table[:2, :3], table[:3, :2]",
        "table[:, :2], table[:, :3]",
        "table[:, :2], table[:, ::2]",
        "table, table.view(D, V)",
        "table, table",
    )
    zeros = {"pair": "table, table.T", "table": torch.zeros(3, 3)}
    return [*pairs, zeros, *(two_parts(draw) for _ in range(DRAWN_PARTS))]


def two_parts(draw: Draw) -> Inputs:
    """Two parts of one table, the second made in another way: the same one, or one a step off.

    Which of the two nobody can know by heart, as can be known of the pairs with names.
    """
    table = draw.table(16, draw.integer(11, 13))
    first, step, count = ([draw.integer(low, 3) for _ in range(2)] for low in (0, 1, 2))
    rows, columns = (
        [start, start + by * many, by] for start, by, many in zip(first, step, count, strict=True)
    )
    width = table.shape[1]
    place = [*count, width * step[0], step[1], width * first[0] + first[1]]
    if draw.integer(0, 1):
        place[draw.integer(0, 4)] += 1
    return {
        "pair": "table[rows, columns], table.as_strided(size, stride, start)",
        "table": table,
        "rows": rows,
        "columns": columns,
        "size": place[:2],
        "stride": place[2:4],
        "start": place[4],
    }


def same_storage(one: Tensor, other: Tensor) -> bool:
    """Compare the whole memory, of which both may be parts."""
    return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()


def same_storage_read_alike(one: Tensor, other: Tensor) -> bool:
    """Compare the whole memory and how both are read, and not where they begin."""
    alike = one.shape == other.shape and one.stride() == other.stride()
    return same_storage(one, other) and alike


def same_start(one: Tensor, other: Tensor) -> bool:
    """Compare where both begin."""
    return one.data_ptr() == other.data_ptr()


def same_start_and_shape(one: Tensor, other: Tensor) -> bool:
    """Compare where both begin, and their shapes, and not how they are read."""
    return same_start(one, other) and one.shape == other.shape


def same_start_and_strides(one: Tensor, other: Tensor) -> bool:
    """Compare where both begin and how they are read, and not how far."""
    return same_start(one, other) and one.stride() == other.stride()


def stopped_at_a_shape(inputs: Inputs, seen: Seen) -> bool:
    """Whether two shapes were compared number by number."""
    stopped = says("must match the size", "The size of tensor")
    return stopped(inputs, seen)


task = Task(
    number="7.2",
    name="is_tied",
    points=2,
    reference=finished.is_tied,
    criteria=(
        Criterion(
            "a copy is not tied, and a table is tied to itself",
            copies,
            probe="memory_of_two",
            mistakes=(
                Mistake(
                    "Equal numbers are not enough: a copy has them, too, until the first step of "
                    "training. Ask where the numbers lie, as data_ptr() tells.",
                    answer=torch.equal,
                ),
                Mistake(
                    "It returns a tensor. Return True or False: bool(…) makes one of it.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value["in this order"], Tensor)
                        and seen.value["in this order"].ndim == 0
                    ),
                ),
                Mistake(
                    "That compares number by number. One answer is wanted, True or False, and it "
                    "depends on where the numbers lie, not on what they are.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, dict)
                        and isinstance(seen.value["in this order"], Tensor)
                    ),
                ),
                Mistake(
                    "To write to one and look at the other is no proof: the other may hold by "
                    "chance what was written. Ask where the numbers lie, as data_ptr() tells.",
                    when=lambda inputs, seen: (
                        inputs["pair"] in ("table, table + 1", "table, zeros")
                        and any(said is True for said in seen.value.values())
                    ),
                ),
                Mistake(NUMBERS, when=lambda inputs, seen: bool(inputs["table"].isnan().any())),
                Mistake(
                    "Not even a table and itself are tied by this. .data, .detach() and the like "
                    "make a new Python object each time, so “is” and id() say nothing of them. "
                    "Ask the tensors where their numbers begin: data_ptr().",
                    when=lambda inputs, seen: inputs["pair"] == "table, table",
                ),
            ),
        ),
        Criterion(
            "two tensors of the same memory are tied, whatever Python calls them",
            other_names,
            probe="memory_of_two",
            mistakes=(
                Mistake(
                    "“is” asks whether two names stand for one Python object. Here two objects "
                    "stand on the same memory: what is written to one is in the other.",
                    answer=lambda one, other: one is other,
                ),
                Mistake(
                    "A part of a larger tensor is tied to itself, too, and so is a transpose. "
                    "Nothing needs to be contiguous or to begin at offset 0.",
                    when=lambda inputs, seen: (
                        inputs["pair"] in ("table[1:], table[1:]", "table.T, table.T")
                        and list(seen.value.values()) == [False, False]
                    ),
                ),
                Mistake(
                    "A parameter and the tensor that it was made of are one in memory. Ask where "
                    "the numbers lie, not what kind of object holds them.",
                    when=lambda inputs, seen: inputs["pair"] == "nn.Parameter(table), table",
                ),
            ),
        ),
        Criterion(
            "a transpose, a part and a view in another shape are not tied to the whole",
            views,
            probe="memory_of_two",
            mistakes=(
                Mistake(
                    "Both begin at the same place, but they are not read alike. Compare the shapes "
                    "and the strides, too.",
                    answer=same_start,
                ),
                Mistake(
                    "Start and shape agree, but not the strides: a square table and its transpose "
                    "begin at the same place, and number [0, 1] lies elsewhere.",
                    answer=same_start_and_shape,
                ),
                Mistake(
                    NUMBERS,
                    when=lambda inputs, seen: not inputs["table"].any(),
                ),
                Mistake(
                    "Start and strides agree, but not the shapes: a table without its last row "
                    "begins where the table begins, and is not the table.",
                    answer=same_start_and_strides,
                ),
                Mistake(
                    "The storage is the whole piece of memory, and two different parts of one "
                    "table share it. data_ptr() of the tensor tells where its first number lies.",
                    answer=same_storage,
                ),
                Mistake(
                    "Both lie in one storage and are read alike, but they begin at different "
                    "places in it. Ask for data_ptr() of the tensor, not of its storage.",
                    answer=same_storage_read_alike,
                ),
                Mistake(
                    "It stops where the shapes differ. Two tensors of different shape are not "
                    "tied: look at the shapes first.",
                    when=stopped_at_a_shape,
                ),
                Mistake(
                    "These two share memory, and yet number [i, j] of the one does not lie where "
                    "[i, j] of the other lies. Start, shape and strides must all agree.",
                    when=lambda inputs, seen: (
                        inputs["pair"] != "table, table" and True in seen.value.values()
                    ),
                ),
            ),
        ),
    ),
)
assert all(question["pair"] in PAIRS for question in views(Draw(0)))
