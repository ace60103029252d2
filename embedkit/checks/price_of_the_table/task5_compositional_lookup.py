"""What marks task 6.5, `compositional_lookup`: a row of the quotient plus one of the remainder."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import small_tables as finished
from embedkit.checks.cut_gradients import cut_off
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.price_of_the_table.shared_hints import AXES, NO_IDS, SCATTERED
from embedkit.checks.probes import Inputs, Seen

SMALL = torch.tensor([[0.0], [100.0]]), torch.tensor([[1.0], [2.0], [3.0]])


def asked(draw: Draw, few: int, rows: int, *shape: int) -> Inputs:
    """One question: ids of a shape, with two tables of random numbers."""
    return {
        "quotients": draw.table(few, 4),
        "remainders": draw.table(rows, 4),
        "ids": draw.ids(few * rows, *shape),
    }


def every_id_once(draw: Draw) -> list[Inputs]:
    """Sequences; the tables have unlike numbers of rows."""
    quotients, remainders = SMALL
    whole = asked(draw, 5, 3, 1) | {"ids": torch.arange(15)}
    return [
        {"quotients": quotients, "remainders": remainders, "ids": torch.tensor([0, 1, 4, 5])},
        whole,
        asked(draw, 3, draw.integer(7, 11), 12),
        asked(draw, draw.integer(7, 11), 3, 12),
        asked(draw, 1, 6, 5),
        asked(draw, 6, 1, 5),
    ]


def any_shape(draw: Draw) -> list[Inputs]:
    """Batches, a single id, nothing, other dtypes and scattered tensors."""
    apart = asked(draw, 4, 5, 3, 6)
    nothing = asked(draw, 4, 5, 1) | {"ids": torch.empty(2, 0, dtype=torch.long)}
    double = asked(draw, 4, 5, 2, 3)
    double |= {name: double[name].double() / 3 for name in ("quotients", "remainders")}
    nothing_double = double | {"ids": nothing["ids"]}
    half = asked(draw, 4, 5, 2, 4)
    half |= {name: draw.ids(9, *half[name].shape).half() for name in ("quotients", "remainders")}
    return [
        asked(draw, 2, 3, 2, 2),
        asked(draw, 4, 5) | {"ids": torch.tensor(13)},
        asked(draw, 4, 5, 1),
        asked(draw, 4, 5, 1, 1),
        asked(draw, 4, 5, 1, 3),
        asked(draw, 4, 5, 2, 3, 2),
        nothing,
        nothing_double,
        double,
        half,
        {name: scattered(value) for name, value in apart.items()},
    ]


def large_numbers(draw: Draw) -> list[Inputs]:
    """Numbers for which floats, and small types of integers, are not exact."""
    rows = torch.arange(4097.0)[:, None]
    ids = torch.tensor([4097**2 - 1, 4097 * 4096 - 1, 4097 * draw.integer(2048, 4095) - 1])
    return [
        asked(draw, 40, 49, 1) | {"ids": torch.arange(1960)},  # (1 / 49) * 49 is less than 1
        {"quotients": 10_000 * rows, "remainders": rows, "ids": ids},
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Tables that ask for a gradient; rows that several ids read, and some that none reads.

    In the second question every id comes at least once: also what somebody takes for padding.
    """
    quotients, remainders = SMALL
    ids = torch.tensor([1, 5, 4, 1])
    small = {"quotients": quotients, "remainders": remainders, "ids": ids}
    every_id = asked(draw, 3, 4, 2, 9) | {"ids": draw.every_id(12, 2, 9)}
    return [
        {"loss_weights": torch.ones(4, 1), **small},
        {"loss_weights": draw.numbers(2, 9, 4), **every_id},
    ]


def with_(pick: str) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Return an answer that takes other places, or joins the rows otherwise."""

    def answer(quotients: Tensor, remainders: Tensor, ids: Tensor) -> Tensor:
        few, rows = len(quotients), len(remainders)
        one, other = ids // rows, ids % rows
        if pick == "by Q":
            one, other = ids // few, ids % few
        if pick == "from one":
            one, other = (ids - 1) // rows, (ids - 1) % rows
        if pick == "other way round":
            one, other = ids % few, ids // few
        if pick == "wrapped":
            one = ids % few
        if pick == "swapped":
            one, other = other, one
        left, right = quotients[one], remainders[other]
        if pick == "product":
            return left * right
        if pick == "joined":
            return torch.cat([left, right], dim=-1)
        return left + right

    return answer


def outside(inputs: Inputs, seen: Seen) -> bool:
    """Whether a row was asked for that a table does not have."""
    return "out of bounds" in seen.message or "out of range" in seen.message


task = Task(
    number="6.5",
    name="compositional_lookup",
    points=1,
    reference=finished.compositional_lookup,
    criteria=(
        Criterion(
            "each id gets the row of its quotient plus the row of its remainder",
            every_id_once,
            mistakes=(
                Mistake(
                    "The rows are multiplied. Here they are added. (The paper has both ways.)",
                    answer=with_("product"),
                ),
                Mistake(
                    "The rows stand one behind the other. Here they are added, so a vector has D "
                    "numbers.",
                    answer=with_("joined"),
                ),
                Mistake(
                    "ids % Q in place of ids // M: then two ids can share both rows. The quotient "
                    "is a whole division, by the rows of remainders.",
                    answer=with_("wrapped"),
                ),
                Mistake(
                    "The ids were divided by Q, the rows of quotients. Divide by M, the rows of "
                    "remainders.",
                    answer=with_("other way round"),
                ),
                Mistake("Ids begin at 0: id 0 reads row 0 of both.", answer=with_("from one")),
                Mistake(
                    "A row was asked for that is not there. Divide by M, the rows of remainders, "
                    "read quotients at ids // M and remainders at ids % M.",
                    when=outside,
                ),
                Mistake(
                    "/ gives floats, and they name no row. Divide with //.",
                    when=says("tensors used as indices must be"),
                ),
            ),
        ),
        Criterion(
            "ids of any shape, tables of any float dtype",
            any_shape,
            mistakes=(
                Mistake(SCATTERED, when=says("view size is not compatible")),
                Mistake(NO_IDS, when=says("cannot reshape tensor of 0 elements")),
                Mistake(
                    "torch.stack needs at least one tensor, and there may be no ids.",
                    when=says("stack expects a non-empty"),
                ),
                Mistake(
                    "The tables may be of any float dtype, and what was made for them is not of "
                    "theirs.",
                    when=says("to have the same dtype"),
                ),
                Mistake(AXES, when=lambda inputs, seen: bool(seen.raised)),
            ),
        ),
        Criterion(
            "exact for large ids and large tables, too",
            large_numbers,
            mistakes=(
                Mistake(
                    "The places are right for small ids only. // and % are exact for whole "
                    "numbers; floats and small integer types are not.",
                    when=lambda inputs, seen: True,
                ),
            ),
        ),
        Criterion(
            "gradients reach the rows of both tables",
            to_train,
            probe="gradients",
            mistakes=(cut_off,),
        ),
    ),
)
