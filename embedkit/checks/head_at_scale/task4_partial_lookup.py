"""What marks task 8.4, `partial_lookup`: what a process can say of ids that others hold."""

import torch
from torch import Tensor

from embedkit import head_at_scale as finished
from embedkit.checks.cut_gradients import cut_off
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered, tidy_table
from embedkit.checks.probes import Inputs, Seen


def asked(shard: Tensor, first_row: int, ids: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"shard": shard, "first_row": first_row, "ids": ids}


def held_or_before(draw: Draw) -> list[Inputs]:
    """Every id is one that the shard holds, or lies before its first row; any shape and dtype."""
    first = draw.integer(20, 40)
    return [
        asked(tidy_table(8, 2)[5:8], 5, torch.tensor([6, 5, 7, 6])),
        asked(draw.table(6, 3), first, first + draw.ids(6, 12)),
        asked(draw.table(4, 3), 0, draw.ids(4, 9)),
        asked(tidy_table(8, 2)[5:8], 5, torch.tensor([6, 4, 0])),
        asked(draw.table(6, 3), 4, draw.ids(10, 2, 3, 4)),
        asked(draw.table(6, 3), 50, draw.ids(50, 8)),
        asked(draw.table(4, 3), 7, torch.tensor([8])),
        asked(draw.table(4, 1), 7, torch.tensor([[9, 3, 10]])),
        asked(draw.table(6, 3), 100_000, torch.tensor([100_001, 34_465, 33, 1])),
        asked(draw.table(5, 3), 5, torch.tensor(7)),
        asked(draw.table(5, 3), 5, torch.tensor(2)),
        asked(draw.table(5, 3), 5, torch.empty(2, 0, dtype=torch.long)),
        asked(scattered(draw.table(5, 3)), 5, scattered(draw.ids(10, 3, 4))),
        asked(tidy_table(8, 2)[5:8].bfloat16(), 5, torch.tensor([6, 1])),
        asked(draw.doubles(6, 3), 4, draw.ids(10, 3, 4)),
        asked(draw.doubles(6, 3), 4, torch.empty(0, dtype=torch.long)),
        asked(draw.table(6, 3), 2**40 + 5, torch.tensor([5, 2**40 + 6, 9])),
        asked(draw.table(5, 3).half(), 5, torch.tensor(3)),
    ]


def held_or_behind(draw: Draw) -> list[Inputs]:
    """Some ids lie behind the last row; in any shape and dtype."""
    return [
        asked(tidy_table(3, 2), 0, torch.tensor([1, 3, 7])),
        asked(draw.table(6, 3), 0, draw.ids(15, 20)),
        asked(1e5 * draw.table(5, 3), 3, 3 + draw.ids(30, 2, 3, 4)),
        asked(draw.table(1, 3), 5, 5 + draw.ids(3, 12)),
        asked(draw.table(5, 3), 5, torch.tensor(10)),
        asked(draw.table(5, 3), 40, torch.tensor([297, 65_577, 41])),
        asked(draw.table(1, 1), 3, torch.tensor([[5]])),
        asked(scattered(draw.table(5, 3)), 5, scattered(5 + draw.ids(10, 3, 4))),
        asked(draw.doubles(5, 3), 5, 5 + draw.ids(10, 3, 4)),
        asked(draw.table(5, 3), 5, torch.tensor([6, 2**32 + 6, 10**12])),
        asked(draw.table(5, 3).bfloat16(), 2, 2 + draw.ids(10, 8)),
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """A shard that asks for a gradient; ids that it holds, also twice, and ids on both sides."""
    small = asked(tidy_table(8, 2)[5:8], 5, torch.tensor([6, 7, 6, 20, 2]))
    ids = 4 + draw.ids(5, 3, 8)
    place = draw.integer(0, 6)
    ids[:, place], ids[:, place + 1] = 50, draw.ids(4, 3)
    batch = asked(draw.table(5, 3), 4, ids)
    return [
        {"loss_weights": torch.ones(5, 2), **small},
        {"loss_weights": draw.numbers(3, 8, 3), **batch},
    ]


def not_shifted(shard: Tensor, first_row: int, ids: Tensor) -> Tensor:
    """Take ids of the whole table for rows of the shard, clamped."""
    return shard[ids.clamp(max=len(shard) - 1)]


def wraps(shard: Tensor, first_row: int, ids: Tensor) -> Tensor:
    """Mask what lies behind, and let what lies before count from the end."""
    place = ids - first_row
    inside = place < len(shard)
    return shard[place.clamp(-len(shard), len(shard) - 1)] * inside[..., None]


def end_rows(shard: Tensor, first_row: int, ids: Tensor) -> Tensor:
    """Clamp, and forget the mask."""
    return shard[(ids - first_row).clamp(0, len(shard) - 1)]


def one_too_far(shard: Tensor, first_row: int, ids: Tensor) -> Tensor:
    """Take the id just behind the last row for one that is held."""
    place = ids - first_row
    inside = (place >= 0) & (place <= len(shard))
    return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]


def last_missing(shard: Tensor, first_row: int, ids: Tensor) -> Tensor:
    """Leave the last row out."""
    held = ids != first_row + len(shard) - 1
    return finished.partial_lookup(shard, first_row, ids) * held[..., None]


def ends_at_its_length(shard: Tensor, first_row: int, ids: Tensor) -> Tensor:
    """Compare an id of the whole table with the number of rows in the shard."""
    return finished.partial_lookup(shard, first_row, ids) * (ids < len(shard))[..., None]


def first_missing(shard: Tensor, first_row: int, ids: Tensor) -> Tensor:
    """Leave the first row out."""
    return finished.partial_lookup(shard, first_row, ids) * (ids != first_row)[..., None]


def fewer_rows(inputs: Inputs, seen: Seen) -> bool:
    """Whether rows are missing from the result."""
    return bool(seen.value.numel() < inputs["ids"].numel() * inputs["shard"].shape[1])


before = Mistake(
    "An id before the shard's first row gives a negative place, and PyTorch counts that from the "
    "end, without an error. Zeros are asked for.",
    wraps,
)
clamped = Mistake(
    "An id that the shard does not hold gives the row at its end. Another process holds it; this "
    "one must add nothing: zeros.",
    end_rows,
)
only_held = Mistake(
    "There is nothing in the places of ids that the shard does not hold. Every id has its row in "
    "the result, if only of zeros, or the parts could not be added up.",
    when=fewer_rows,
)
axis_of_d = Mistake(
    "The mask has one truth for each id, and the rows have D numbers: give it an axis of length "
    "1 at the end, mask[..., None].",
    when=says("must match the size", "shape mismatch", "broadcast"),
)

one_for_each_id = Mistake(
    "A single id has no axis that could be counted or looped over, and a batch has more than one. "
    "Comparison, clamp and indexing take ids of any shape.",
    when=says("0-d tensor", "dimension specified", "'list'", "not list", "values to unpack"),
)

task = Task(
    number="8.4",
    name="partial_lookup",
    points=2,
    reference=finished.partial_lookup,
    criteria=(
        Criterion(
            "an id that the shard holds gives its row, and one before its first row gives zeros",
            held_or_before,
            mistakes=(
                Mistake(
                    "The ids are those of the whole table. Row 0 of the shard is row first_row of "
                    "it: subtract that first.",
                    not_shifted,
                ),
                Mistake(
                    "An id before the shard's first row has a negative place, and here there is no "
                    "such row. Bring all places into the shard before you look them up, or look up "
                    "only those that it holds.",
                    when=says("index -"),
                ),
                Mistake(
                    "The ids are those of the whole table, and too large for this shard. Its row "
                    "0 is row first_row: subtract that first.",
                    when=says("out of bounds", "out of range"),
                ),
                Mistake(
                    "The first row that the shard holds gives zeros. It is held, too: place 0.",
                    first_missing,
                ),
                Mistake(
                    "The last row that the shard holds gives zeros. A shard of n rows holds places "
                    "0 to n − 1.",
                    last_missing,
                ),
                Mistake(
                    "The ids are compared with the number of rows. The shard ends before id "
                    "first_row + rows.",
                    ends_at_its_length,
                ),
                before,
                clamped,
                only_held,
                axis_of_d,
                one_for_each_id,
            ),
        ),
        Criterion(
            "an id behind the shard's last row gives zeros",
            held_or_behind,
            mistakes=(
                Mistake(
                    "The id just behind the last row counts as held. A shard of n rows holds "
                    "places 0 to n − 1.",
                    one_too_far,
                ),
                Mistake(
                    "An id behind the last row stops it. Another process holds that row; this "
                    "one answers with zeros.",
                    when=says("out of bounds", "out of range"),
                ),
            ),
        ),
        Criterion(
            "the gradient reaches the rows that the shard holds and that were asked for",
            to_train,
            probe="gradients",
            mistakes=(cut_off,),
        ),
    ),
)
