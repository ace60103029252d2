"""What marks task 5.2, `nearest`: the largest cosines, without those that are left out."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import geometry as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.geometry.shared import gives, uneven, unit, with_clear
from embedkit.checks.probes import Inputs, Seen

SHORT = torch.tensor([[1e-10, 1e-11], [3.0, 0.33], [0.0, 1.0]], dtype=torch.float32)
"""A table whose first row is so short that what is added to its length takes it out of place."""

CLOSE = torch.tensor([[1.0, 0.02], [1.0, 0.01], [1.0, 0.015]], dtype=torch.float32)
"""A table whose cosines with (1, 0) are the same in half precision."""

RIGHT_ANGLED = torch.tensor([[0.0, 1.0], [-4e-6, 1.0], [4e-6, 1.0]], dtype=torch.float32)
"""A table whose cosines with (1, 0) are small, and the same to five decimals."""

TWICE = torch.tensor(
    [[1.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [4.0, 3.0]], dtype=torch.float32
)
"""A table in which two rows are equal, and a third points the same way."""

OPPOSITE = torch.tensor(
    [[1.0, 0.0], [-1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [4.0, 3.0]], dtype=torch.float32
)
"""A table in which a row lies opposite to (1, 0): its cosine is −1, and no score is smaller."""


def asked(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"table": table, "queries": queries, "count": count, "leave_out": leave_out}


def with_queries(draw: Draw, make: Callable[[], Tensor], count: int) -> tuple[Tensor, Tensor]:
    """Make a table, and draw queries for which no two of its rows are almost equally near."""

    def draw_both() -> tuple[Tensor, Tensor]:
        table = make()
        return table, uneven(draw, 20 * count, table.shape[1])

    return with_clear(draw_both, lambda table, some: unit(some) @ unit(table).T, count)


def none_left_out(draw: Draw) -> list[Inputs]:
    """A table that can be read by eye, then random ones; nothing is left out."""
    table = torch.tensor([[1.0, 0.0], [5.0, 5.0], [0.0, 1.0], [-8.0, 1.0]])
    nothing = torch.empty(1, 0, dtype=torch.long)
    first, of_first = with_queries(draw, lambda: uneven(draw, 12, 4), 5)
    second, of_second = with_queries(draw, lambda: scattered(uneven(draw, 9, 6)), 5)
    square, of_square = with_queries(draw, lambda: uneven(draw, 6, 6), 6)
    third, of_third = with_queries(draw, lambda: uneven(draw, 15, 3), 3)
    return [
        asked(table, torch.tensor([[2.0, 1.0]]), 1, nothing),
        asked(table, torch.tensor([[2.0, 1.5]]), 3, nothing),
        asked(SHORT, torch.tensor([[1.0, 0.0]]), 2, nothing),
        asked(SHORT, torch.tensor([[1e-10, 0.0]]), 2, nothing),
        asked(1e10 * table, torch.tensor([[2e10, 1.5e10]]), 3, nothing),
        asked(CLOSE, torch.tensor([[1.0, 0.0]]), 3, nothing),
        asked(RIGHT_ANGLED, torch.tensor([[1.0, 0.0]]), 3, nothing),
        asked(first, of_first, 4, nothing.expand(5, 0)),
        asked(second, of_second, 9, nothing.expand(5, 0)),
        asked(third, scattered(of_third), 2, nothing.expand(3, 0)),
        asked(square, of_square, 3, nothing.expand(6, 0)),
        many_rows(draw, out=0),
    ]


def many_rows(draw: Draw, out: int) -> Inputs:
    """Ask for hundreds of neighbours, and leave out so many of the nearest rows.

    So no fixed number of neighbours, or of what is left out, is enough. The cosines with (1, 0) lie
    evenly between −1 and 1, in random order.
    """
    rows = 3000
    cosines = torch.linspace(-1, 1, rows)[draw.numbers(rows).argsort()]
    table = torch.stack([cosines, (1 - cosines.square()).sqrt()], dim=1)
    nearest = cosines.argsort(descending=True)[None]
    return asked(table, torch.tensor([[1.0, 0.0]]), draw.integer(200, 300), nearest[:, :out])


def left_out(draw: Draw) -> list[Inputs]:
    """Ids of each query's own are left out, also twice, also so many that the far rows come."""
    small = torch.tensor([[1.0, 0.0], [5.0, 5.0], [0.0, 1.0], [-8.0, 1.0]])
    query = torch.tensor([[2.0, 1.0], [2.0, 1.0]])
    table, queries = with_queries(draw, lambda: uneven(draw, 11, 5), 6)
    best = finished.nearest(table, queries, 4)
    some = torch.stack([best[:, 0], draw.ids(11, 6), best[:, 2]], dim=1)
    rest = draw.integer(7, 8)
    return [
        asked(small, query, 2, torch.tensor([[2], [1]])),
        asked(small, query, 3, torch.tensor([[1], [0]])),
        asked(small, query, 3, torch.tensor([[2, 2], [0, 0]])),
        asked(OPPOSITE, torch.tensor([[1.0, 0.0]]), 3, torch.tensor([[0, 2]])),
        asked(OPPOSITE, torch.tensor([[1e8, 0.0], [1e10, 0.0]]), 3, torch.tensor([[0, 2], [2, 0]])),
        asked(TWICE, torch.tensor([[1.0, 0.0]]), 2, torch.tensor([[0, 2]])),
        asked(table, queries, 3, some),
        asked(table, queries, rest, some),
        asked(table, queries, 3, best[:, :1].expand(6, 2)),
        asked(table, queries, 4, scattered(draw.ids(11, 6, 3))),
        asked(table, queries, 10, draw.ids(11, 6, 1)),
        many_rows(draw, out=draw.integer(2500, 2700)),
    ]


def row_of_zeros(draw: Draw) -> list[Inputs]:
    """A row of zeros in the table: its cosine is 0, between those above and those below."""
    small = torch.tensor([[0.0, 0.0], [1.0, 0.1], [3.0, 3.0], [-1.0, 0.0]])
    empty = draw.integer(0, 8)
    table, queries = with_queries(
        draw, lambda: uneven(draw, 9, 4).index_fill(0, torch.tensor(empty), 0), 4
    )
    return [
        asked(small, torch.tensor([[2.0, 1.0], [1.0, 2.0]]), 4, torch.empty(2, 0).long()),
        asked(table, queries, 9, torch.empty(4, 0).long()),
        asked(table, queries, 3, torch.empty(4, 0).long()),
    ]


def by(scores: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Take the largest scores, without what is left out."""
    return scores.scatter(1, leave_out, -torch.inf).topk(count, dim=1).indices


def by_dot(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Order by dot products, which favour long rows."""
    return by(queries @ table.T, count, leave_out)


def by_distance(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Order by distance."""
    return by(-torch.cdist(queries, table), count, leave_out)


def by_unit_distance(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Order by the distance of rows of length 1, to which a row of zeros does not belong."""
    return by(-torch.cdist(unit(queries), unit(table)), count, leave_out)


def with_all(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Leave nothing out."""
    return finished.nearest(table, queries, count)


def out_for_all(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Leave out for every query what is to be left out for one."""
    cosines = unit(queries) @ unit(table).T
    cosines[:, leave_out.flatten()] = -torch.inf
    return cosines.topk(count, dim=1).indices


def to_zero(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Give what is left out a cosine of 0, which is more than that of far rows."""
    cosines = unit(queries) @ unit(table).T
    return cosines.scatter(1, leave_out, 0).topk(count, dim=1).indices


def limited(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Keep lengths from being small."""
    lengths = table.norm(dim=1, keepdim=True).clamp(min=1e-3)
    return by(unit(queries) @ (table / lengths).T, count, leave_out)


def no_sign(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Take rows that point away for near ones."""
    return by((unit(queries) @ unit(table).T).abs(), count, leave_out)


def columns(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Scale columns to length 1."""
    return by(F.normalize(queries, dim=0) @ F.normalize(table, dim=0).T, count, leave_out)


def first_dropped(table: Tensor, queries: Tensor, count: int, leave_out: Tensor) -> Tensor:
    """Drop the nearest row, as if it were the word itself."""
    best = finished.nearest(table, queries, min(count + 1, len(table)))
    return best[:, 1:]


def holds_left_out(inputs: Inputs, seen: Seen) -> bool:
    """Whether an id came back that was to be left out."""
    found, out = seen.value, inputs["leave_out"]
    return bool((found[:, :, None] == out[:, None, :]).any())


def is_float(inputs: Inputs, seen: Seen) -> bool:
    """Whether cosines came back."""
    return isinstance(seen.value, Tensor) and seen.value.is_floating_point()


def zeros_first(inputs: Inputs, seen: Seen) -> bool:
    """Whether a row of zeros came out in front, as nan does."""
    rows = inputs["table"][seen.value[:, 0]]
    return bool((rows == 0).all(dim=1).any())


def zeros_behind(inputs: Inputs, seen: Seen) -> bool:
    """Whether a row of zeros came out behind one that points away."""
    zero = (inputs["table"] == 0).all(dim=1)[seen.value]
    away = (unit(inputs["queries"]) @ unit(inputs["table"]).T).gather(1, seen.value) < 0
    return bool((zero & (away.cumsum(dim=1) > 0)).any())


def demoted(inputs: Inputs, seen: Seen) -> bool:
    """Whether an id that was to be left out came back behind one with a smaller cosine."""
    cosines = (unit(inputs["queries"]) @ unit(inputs["table"]).T).gather(1, seen.value)
    out = (seen.value[:, :, None] == inputs["leave_out"][:, None, :]).any(dim=2)
    smallest = cosines.cummin(dim=1).values
    return bool((out[:, 1:] & (cosines[:, 1:] > smallest[:, :-1] + 1e-4)).any())


the_cosines = Mistake(
    "These are the cosines. Their places were asked for: topk gives both, as .values and .indices.",
    when=is_float,
)
dot_products = Mistake(
    "Rows are ordered by their dot product, so long rows come first. A cosine does not look at "
    "lengths: scale the table's rows to length 1.",
    answer=by_dot,
)
distances = Mistake(
    "Rows are ordered by their distance, which depends on their lengths. Order them by cosine, "
    "largest first.",
    answer=by_distance,
)
farthest = Mistake(
    "The farthest come first. Sort with descending=True, or take topk.",
    answer=lambda table, queries, count, leave_out: (unit(queries) @ unit(table).T).argsort(dim=1)[
        :, :count
    ],
)
in_another_order = Mistake(
    "These are the right rows, but in another order. The nearest comes first.",
    answer=lambda *inputs: finished.nearest(*inputs).sort(dim=1).values,
)
from_behind = Mistake(
    in_another_order.hint, answer=lambda *inputs: finished.nearest(*inputs).flip(1)
)
short_rows = Mistake(
    "A short row comes too late. Rows may have any length, so let nothing be added to their "
    "lengths, and nothing keep them from being small.",
    when=gives(limited),
)
sign_lost = Mistake(
    "Rows that point away count as near: the sign of the cosine is lost.",
    answer=no_sign,
)
columns_scaled = Mistake(
    "You scale columns. A vector is a row, so its length is a norm along dim=1.",
    answer=columns,
)
itself_dropped = Mistake(
    "The nearest row is missing. Nothing is left out unless leave_out says so: a query need not "
    "be a row of the table.",
    answer=first_dropped,
)
one_axis_short = Mistake(
    "leave_out holds columns, L of them for each of N queries. So the queries' numbers must stand "
    "beside it, with an axis more: cosines[torch.arange(N)[:, None], leave_out]. Or use scatter "
    "along dim=1.",
    when=says("indexing tensors could not be broadcast", "shape mismatch", "is out of bounds for"),
)
all_in = Mistake(
    "Rows come back that were to be left out. Give them the score −∞ before you look for the "
    "largest.",
    answer=with_all,
)
some_in = Mistake(
    "A row comes back that was to be left out. Row n of leave_out holds all that query n leaves "
    "out: cosines.scatter(1, leave_out, -torch.inf) writes to each place once.",
    when=holds_left_out,
)
out_everywhere = Mistake(
    "A row that one query leaves out is left out for the others, too. Row n of leave_out belongs "
    "to query n: scatter along dim=1 writes for each by itself.",
    when=lambda inputs, seen: torch.equal(seen.value, out_for_all(*inputs.values())),
)
not_last = Mistake(
    "What is left out gets a score that another row can have, too: cosines go down to −1. "
    "-torch.inf is the last place.",
    when=demoted,
)
zero_is_not_last = Mistake(
    "What is left out gets the score 0. Cosines go down to −1, so that is not the last place. "
    "-torch.inf is.",
    answer=to_zero,
)
zeros_last = Mistake(
    "A row of zeros comes behind rows that point away. Its cosine is 0, and theirs is less.",
    when=zeros_behind,
)
not_apart = Mistake(
    "A row of zeros comes before rows that are at an angle. It lies at distance 1 from every row "
    "of length 1, and these can lie farther away. Its cosine shall be 0.",
    answer=by_unit_distance,
)
nan_first = Mistake(
    "A row of zeros comes first: 0 divided by 0 is nan, and nan sorts as the largest. Its cosine "
    "shall be 0.",
    when=zeros_first,
)

task = Task(
    number="5.2",
    name="nearest",
    points=2,
    reference=finished.nearest,
    criteria=(
        Criterion(
            "the rows with the largest cosine come back, the nearest first",
            none_left_out,
            mistakes=(
                the_cosines,
                dot_products,
                distances,
                farthest,
                itself_dropped,
                one_axis_short,
                sign_lost,
                columns_scaled,
                in_another_order,
                from_behind,
                short_rows,
            ),
        ),
        Criterion(
            "what is left out for a query is not among its neighbours",
            left_out,
            mistakes=(
                all_in,
                zero_is_not_last,
                out_everywhere,
                one_axis_short,
                not_last,
                some_in,
            ),
        ),
        Criterion(
            "a row of zeros has cosine 0",
            row_of_zeros,
            mistakes=(not_apart, nan_first, zeros_last),
        ),
    ),
)
