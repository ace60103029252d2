"""What marks task 2.3, `safe_lookup`: a lookup that refuses what names no row."""

import torch
from torch import Tensor

from embedkit import lookup_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, tidy_table
from embedkit.checks.lookup_table.shared import looked_at_memory, one_id_was_looped_over
from embedkit.checks.lookup_table.task1_lookup import (
    NO_GRADIENT,
    no_gradient_came_back,
    repeated_ids,
)
from embedkit.checks.probes import Inputs, Seen

SIGNED = (torch.int8, torch.int16, torch.int32)
UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)
"""Integers beside the bytes and the int64 in which ids usually come."""


def good_ids(draw: Draw) -> list[Inputs]:
    """Ids that name rows: the first and the last one, a single id, batches, one transposed.

    Axes of length 1 are among them, large numbers, a long table, and numbers that come twice.
    """
    return [
        {"table": tidy_table(4, 2), "ids": torch.tensor([0, 3])},
        {"table": tidy_table(4, 2), "ids": torch.tensor(2)},
        {"table": draw.table(7, 3), "ids": draw.ids(7, 2, 5)},
        {"table": draw.table(7, 3).double(), "ids": draw.ids(7, 2, 2, 3)},
        {"table": draw.table(3, 7).T, "ids": draw.ids(7, 4, 3).T},
        {"table": tidy_table(4, 1), "ids": torch.tensor([[3], [0]])},
        {"table": 1e4 * draw.table(6, 6), "ids": draw.ids(6, 1, 3)},
        {"table": draw.table(3000, 2), "ids": torch.tensor([2999, 1000, 7])},
        {"table": draw.table(9, 2).round(), "ids": draw.ids(9, 4)},
    ]


def empty_ids(draw: Draw) -> list[Inputs]:
    """Batches that hold no ids."""
    return [
        {"table": tidy_table(4, 2), "ids": torch.empty(0, dtype=torch.long)},
        {"table": draw.table(7, 3).double(), "ids": torch.empty(2, 0, dtype=torch.long)},
    ]


def ids_past_the_end(draw: Draw) -> list[Inputs]:
    """One id far beyond the end, one of V, a single one, some hidden in batches, and two.

    Integers of each size hold one that is another number, or a good id, in fewer or signed bits.
    """
    far_inside = draw.ids(300, 40, 50)
    far_inside[20, 25] = draw.integer(301, 9000)
    hidden = draw.ids(12, 3, 4)
    hidden[1, 2] = draw.integer(60, 9000)
    one = torch.tensor([3, draw.integer(4, 127)])
    large = {torch.uint8: 200, torch.int16: 257, torch.int32: 65_537}
    return [
        {"table": tidy_table(4, 2), "ids": torch.tensor([0, 57])},
        {"table": tidy_table(4, 2), "ids": torch.tensor([1, 4, 2])},
        {"table": tidy_table(4, 2), "ids": torch.tensor(57)},
        {"table": draw.table(12, 3), "ids": hidden},
        {"table": draw.table(300, 2), "ids": far_inside},
        {"table": tidy_table(4, 2), "ids": torch.tensor([0, 2**32 + 1])},
        {"table": tidy_table(4, 2), "ids": torch.tensor([[57, 1], [2, 80]])},
        *({"table": tidy_table(4, 2), "ids": one.to(dtype)} for dtype in (*SIGNED, torch.uint8)),
        *({"table": tidy_table(4, 2), "ids": torch.tensor([1, i]).to(d)} for d, i in large.items()),
    ]


def negative_ids(draw: Draw) -> list[Inputs]:
    """One id of −1, and one hidden in a batch; two, and one beside an id that is too large."""
    hidden = draw.ids(12, 3, 4)
    hidden[2, 1] = -draw.integer(2, 9000)
    return [
        {"table": tidy_table(4, 2), "ids": torch.tensor([1, -1])},
        {"table": tidy_table(4, 2), "ids": torch.tensor(-1)},
        *({"table": tidy_table(4, 2), "ids": torch.tensor([0, -1], dtype=d)} for d in SIGNED),
        {"table": draw.table(12, 3), "ids": hidden},
        {"table": tidy_table(4, 2), "ids": torch.tensor([-1, 2, -3])},
        {"table": tidy_table(4, 2), "ids": torch.tensor([[57, 1], [2, -1]])},
    ]


def no_rows(draw: Draw) -> list[Inputs]:
    """A table without rows, of which no id names one."""
    return [{"table": torch.empty(0, 2), "ids": torch.tensor([3])}]


def ids_that_are_not_integers(draw: Draw) -> list[Inputs]:
    """Floats, also whole ones, bools and complex numbers; batches of these that hold none."""
    return [
        {"table": tidy_table(4, 2), "ids": torch.tensor([1.0, 2.0])},
        {"table": tidy_table(4, 2), "ids": torch.tensor([0.5])},
        {"table": tidy_table(4, 2), "ids": torch.tensor([1.0, 7.0])},
        {"table": tidy_table(4, 2), "ids": torch.tensor([1.0, 2.0]).double()},
        {"table": tidy_table(4, 2), "ids": torch.tensor([1.0, 2.0], dtype=torch.float16)},
        {"table": tidy_table(4, 2), "ids": torch.tensor([1.0, 2.0], dtype=torch.bfloat16)},
        {"table": tidy_table(4, 2), "ids": torch.tensor([True, False, True, True])},
        {"table": tidy_table(1, 2), "ids": torch.tensor([True, False])},
        {"table": tidy_table(4, 2), "ids": torch.tensor(True)},
        {"table": tidy_table(4, 2), "ids": torch.tensor(2.0)},
        {"table": tidy_table(4, 2), "ids": torch.tensor([1.0, 2.0], dtype=torch.complex64)},
        {"table": tidy_table(4, 2), "ids": torch.tensor([1.0, 2.0], dtype=torch.complex128)},
        {"table": tidy_table(4, 2), "ids": torch.tensor([])},
        {"table": tidy_table(4, 2), "ids": torch.tensor([], dtype=torch.bool)},
        {"table": tidy_table(4, 2), "ids": torch.tensor([], dtype=torch.complex64)},
    ]


def other_integers(draw: Draw) -> list[Inputs]:
    """Ids in one byte, which plain indexing takes for a mask, and in 16 to 64 bits.

    In a table as long as a large vocabulary, ids need all the bits that they have.
    """
    long_table = draw.table(70_000, 1)
    return [
        {"table": tidy_table(3, 2), "ids": torch.tensor([1, 0, 1], dtype=torch.uint8)},
        {"table": draw.table(9, 3), "ids": draw.ids(9, 2, 4).to(torch.uint8)},
        {"table": draw.table(300, 2), "ids": torch.tensor([50, 127], dtype=torch.uint8)},
        {"table": draw.table(300, 2), "ids": torch.tensor([50, 127], dtype=torch.int8)},
        {"table": draw.table(300, 2), "ids": torch.tensor([50, 299], dtype=torch.int16)},
        {"table": draw.table(9, 3), "ids": draw.ids(9, 2, 4).int()},
        {"table": draw.table(9, 3), "ids": draw.ids(9, 2, 4).short()},
        *({"table": tidy_table(9, 2), "ids": torch.tensor([8, 3]).to(d)} for d in UNSIGNED),
        {"table": draw.table(300, 2), "ids": torch.tensor([255, 128], dtype=torch.uint8)},
        {"table": long_table, "ids": torch.tensor([40_000, 65_535]).to(torch.uint16)},
        {"table": long_table, "ids": torch.tensor([7, 32_767], dtype=torch.int16)},
        *(
            {"table": long_table, "ids": torch.tensor([66_000, 69_999, 7]).to(d)}
            for d in (torch.int32, torch.uint32, torch.uint64)
        ),
    ]


def the_bad_id_and_the_size(inputs: Inputs) -> list[str]:
    """What the message must name: an id outside the table, and the number of rows."""
    vocab_size = inputs["table"].shape[0]
    bad = [str(i) for i in inputs["ids"].flatten().tolist() if not 0 <= i < vocab_size]
    return [" or ".join(bad), str(vocab_size)]


def bool_passes(inputs: Inputs, seen: Seen) -> bool:
    """Whether bools were let through."""
    return inputs["ids"].dtype == torch.bool and not seen.raised


def clamped(table: Tensor, ids: Tensor) -> Tensor:
    """Pull every id into the table."""
    return table[ids.long().clamp(0, table.shape[0] - 1)]


wraps_around = Mistake(
    "A negative id wraps around: table[-1] is the last row, without a word. "
    "No token has a negative id, so refuse it.",
    when=lambda inputs, seen: isinstance(seen.value, Tensor),
)
pulled_inside = Mistake(
    "The id is pulled into the table, and the wrong row comes back in silence. Refuse it.",
    answer=clamped,
)
torch_stopped_it = Mistake(
    "PyTorch stopped it, with a message that names neither the id nor V. If you do test the "
    "range: V rows are numbered 0 to V − 1, so the test is id >= V, not id > V.",
    when=says("index out of range in self", "out of bounds for dimension"),
)
no_bool_allowed = Mistake(
    "Bools pass. True and False are no ids: to the table they are a mask, “keep this row”, and "
    "turned into integers they would read rows 1 and 0. Refuse them.",
    when=bool_passes,
)
wrong_kind_of_error = Mistake(
    "Float ids are stopped by the indexing, with an IndexError. The id is not outside the table, "
    "it is of the wrong kind, and Python's word for that is TypeError: test the dtype first.",
    when=says("tensors used as indices must be"),
)
no_float_is_none = Mistake(
    "An empty batch of another kind than integers passes: it is returned before anybody looks at "
    "its dtype. Test the dtype first.",
    when=lambda inputs, seen: not inputs["ids"].numel() and isinstance(seen.value, Tensor),
)
rounded = Mistake(
    "Floats are rounded and looked up. An id is a name: 1.0 is a sign that something went wrong "
    "earlier. Refuse every float dtype; ids.is_floating_point() knows them all.",
    when=lambda inputs, seen: inputs["ids"].is_floating_point() and isinstance(seen.value, Tensor),
)
complex_passes = Mistake(
    "Complex numbers pass: torch calls them neither floats nor bools, and .long() drops their "
    "second part. Refuse them; ids.is_complex() knows them.",
    when=lambda inputs, seen: inputs["ids"].is_complex() and isinstance(seen.value, Tensor),
)
byte_mask = Mistake(
    "Ids stored in bytes are taken for a mask: table[ids] keeps the rows where the byte is not 0. "
    "Turn integer ids into int64 first, with ids.long().",
    when=lambda inputs, seen: (
        inputs["ids"].dtype == torch.uint8
        and isinstance(seen.value, Tensor)
        and seen.value.ndim == 2
        and seen.value.shape[0] == int(inputs["ids"].count_nonzero())
    ),
)
compared_too_early = Mistake(
    "An id that is inside the table is refused. A byte cannot hold the number V = 300: compared "
    "with a byte, V wraps around. Turn the ids into int64 first, with ids.long().",
    when=lambda inputs, seen: "IndexError" in seen.raised and inputs["table"].shape[0] == 300,
)
no_arithmetic = Mistake(
    "PyTorch compares only some integer dtypes. Turn the ids into int64 first, with ids.long().",
    when=says("not implemented for 'UInt"),
)
several_bad_ids = Mistake(
    "Several ids are bad here, and .item(), int() or an unpacking wants just one. Take the first "
    "of them, as in ids[outside][0].item().",
    when=says("cannot be converted to Scalar", "only one element", "values to unpack"),
)
one_answer_for_many = Mistake(
    "ids < 0 gives one answer for each id, and if wants a single one: ask (ids < 0).any(). "
    "To join two such questions, write | in place of or.",
    when=says("Boolean value of Tensor"),
)
looped_over_one_id = Mistake(
    "A single id has the shape (): there is nothing to loop over. Flatten the ids first.",
    when=one_id_was_looped_over,
)
only_int64 = Mistake(
    "Integers of another size are refused. A byte is as good a name as int64: accept every "
    "integer dtype, and turn it into int64 with ids.long().",
    when=lambda inputs, seen: "TypeError" in seen.raised and "IndexError" not in seen.raised,
)
empty_has_no_maximum = Mistake(
    "It stops on an empty batch: there is no largest of no numbers. "
    "(ids >= V).any() asks the same question and is False for an empty batch.",
    when=says("max()", "min()"),
)

task = Task(
    number="2.3",
    name="safe_lookup",
    points=3,
    reference=finished.lookup,
    criteria=(
        Criterion(
            "good ids give their rows",
            good_ids,
            mistakes=(one_answer_for_many, looped_over_one_id, looked_at_memory),
        ),
        Criterion("an empty batch is no error", empty_ids, mistakes=(empty_has_no_maximum,)),
        Criterion(
            "an id of V or more raises IndexError, which names the id and V",
            ids_past_the_end,
            mentions=the_bad_id_and_the_size,
            raises="IndexError",
            mistakes=(torch_stopped_it, pulled_inside, only_int64, several_bad_ids),
        ),
        Criterion(
            "a negative id raises IndexError, which names the id and V",
            negative_ids,
            mentions=the_bad_id_and_the_size,
            raises="IndexError",
            mistakes=(wraps_around, only_int64),
        ),
        Criterion(
            "where the table has no rows, any id raises IndexError",
            no_rows,
            mentions=the_bad_id_and_the_size,
            raises="IndexError",
            mistakes=(torch_stopped_it,),
        ),
        Criterion(
            "floats, complex numbers and bools raise TypeError",
            ids_that_are_not_integers,
            raises="TypeError",
            mistakes=(
                wrong_kind_of_error,
                no_float_is_none,
                rounded,
                complex_passes,
                no_bool_allowed,
            ),
        ),
        Criterion(
            "every integer dtype is accepted, a byte too",
            other_integers,
            mistakes=(byte_mask, compared_too_early, no_arithmetic, only_int64),
        ),
        Criterion(
            "the gradient reaches the rows that were read",
            repeated_ids,
            probe="gradient",
            mistakes=(Mistake(NO_GRADIENT, when=no_gradient_came_back),),
        ),
    ),
)
