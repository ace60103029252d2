"""What marks task 5.5, `all_but_the_top`: a table's mean and top directions, out of any rows."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import geometry as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.geometry.shared import gives
from embedkit.checks.probes import Inputs, Seen

ACROSS = torch.tensor([[3.0, -3.0], [-3.0, 3.0], [1.0, 1.0], [-1.0, -1.0]])
"""A table whose first direction is at right angles to (1, 1)."""

FAR_APART = torch.tensor([[1e-3, 0.0, 0.0], [0.0, 5e-9, 0.0], [0.0, 0.0, 1e-9]])
FAR_APART = torch.cat([FAR_APART, -FAR_APART])
"""A small table that spreads along its first direction far more than along the others."""


def asked(table: Tensor, count: int, rows: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"table": table, "count": count, "rows": rows}


def spread_table(draw: Draw, rows: int, dim: int, ratio: float = 2.0, least: float = 1.0) -> Tensor:
    """Draw a table off the origin; along each direction it spreads so much more than the next.

    Along the last one, the root of the summed squares is about ``least``.
    """
    most = min(rows - 1, dim)
    ones = torch.ones(rows, 1).double() / rows**0.5
    noise = draw.numbers(rows, most).double()
    across = torch.linalg.qr(noise - ones @ (ones.T @ noise))[0]
    along = torch.linalg.qr(draw.numbers(dim, most).double())[0].T
    spread = least * ratio ** torch.arange(most, 0, -1).double()
    table: Tensor = across * spread @ along + 3 * draw.numbers(1, dim).double()
    return table


def long_table(draw: Draw) -> Tensor:
    """Draw a table as long and wide as real ones begin to be, which spreads almost evenly.

    So its directions are not found by estimates of many of them, nor by thousands of steps, nor
    from the first thousand rows.
    """
    return spread_table(draw, 1350, 260, ratio=1.001, least=100)


def only_the_mean(draw: Draw) -> list[Inputs]:
    """With 0 directions, for the table's own rows and for others."""
    small = torch.tensor([[1.0, 5.0], [1.0, 9.0], [4.0, 7.0]]).double()
    table = spread_table(draw, 9, 4)
    return [
        asked(small, 0, small),
        asked(small, 0, torch.tensor([[2.0, 7.0]]).double()),
        asked(table, 0, draw.numbers(5, 4).double()),
    ]


def top_directions(draw: Draw) -> list[Inputs]:
    """With one direction or more, for the table's own rows and for others."""
    small = torch.tensor([[1.0, 5.0], [1.0, 9.0], [3.0, 5.0], [3.0, 9.0]]).double()
    found = [asked(small, 1, small), asked(small, 1, small[1:3] + 4)]
    for rows, dim, count in ((12, 5, 1), (20, 6, 3), (8, 3, 2), (30, 8, 7)):
        table = spread_table(draw, rows, dim)
        others = draw.numbers(4, dim).double() * 3 + 1
        found += [asked(table, count, table), asked(table, count, others)]
    for rows, dim, count in ((12, 5, 1), (20, 6, 3)):
        table = spread_table(draw, rows, dim, ratio=1.01)
        found.append(asked(table, count, draw.numbers(4, dim).double()))
    table = spread_table(draw, 50, 40, ratio=1.1)
    found.append(asked(table, draw.integer(20, 30), draw.numbers(4, 40).double()))
    found.append(asked(long_table(draw), 3, draw.numbers(4, 260).double()))
    table = spread_table(draw, 15, 4)
    found.append(asked(scattered(table), 2, scattered(draw.numbers(6, 4).double())))
    found.append(asked(table, 4 - 1, draw.numbers(1, 4).double()))
    found.append(asked(ACROSS.double(), 1, draw.numbers(3, 2).double()))
    found.append(asked(FAR_APART.double(), 2, draw.numbers(3, 3).double()))
    return found


def wide_table(draw: Draw) -> list[Inputs]:
    """With fewer rows than columns, so that other rows stick out of all the table's directions."""
    small = torch.tensor(
        [[0.0, 2.0, 0.0, 1.0], [4.0, 2.0, 0.0, 1.0], [2.0, 3.0, 0.0, 1.0]]
    ).double()
    found = [asked(small, 1, torch.tensor([[5.0, 2.0, 7.0, 1.0]]).double())]
    for rows, dim, count in ((4, 9, 2), (5, 6, 3), (3, 8, 1)):
        table = spread_table(draw, rows, dim)
        found.append(asked(table, count, draw.numbers(5, dim).double()))
    return found


def directions_of(table: Tensor) -> Tensor:
    """Return the right singular vectors of a table as it stands, as rows."""
    found: Tensor = torch.linalg.svd(table, full_matrices=False)[2]
    return found


def without(rows: Tensor, directions: Tensor) -> Tensor:
    """Take directions of length 1 out of rows."""
    return rows - rows @ directions.T @ directions


def mean_only(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take out the mean, and no direction."""
    return rows - table.mean(dim=0)


def not_centred(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Find the directions of the table as it is, with its mean."""
    return without(rows - table.mean(dim=0), directions_of(table)[:count])


def mean_kept(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Find the directions rightly, but leave the mean in the rows."""
    return without(rows, directions_of(table - table.mean(dim=0))[:count])


def own_mean(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take the rows' own mean out of them."""
    return without(rows - rows.mean(dim=0), directions_of(table - table.mean(dim=0))[:count])


def own_directions(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take the table's mean out, and then the directions of the rows."""
    found = torch.linalg.svd(rows - rows.mean(dim=0))[2]
    return without(rows - table.mean(dim=0), found[:count])


def directions_of_changed_rows(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take the table's mean out, and then the directions of what that leaves of the rows."""
    centred = rows - table.mean(dim=0)
    return without(centred, directions_of(centred)[:count])


def top_kept(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Keep the top directions, and throw the rest away."""
    centred = rows - table.mean(dim=0)
    return centred - finished.all_but_the_top(table, count, rows)


def last_out(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take out the last directions in place of the first."""
    directions = directions_of(table - table.mean(dim=0))
    return without(rows - table.mean(dim=0), directions[len(directions) - count :])


def columns_of_vt(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take columns of Vᵀ for directions."""
    directions = torch.linalg.svd(table - table.mean(dim=0))[2]
    return without(rows - table.mean(dim=0), directions.T[:count])


def columns_of_thin_vt(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take columns of a Vᵀ that has no more rows than the table."""
    columns = directions_of(table - table.mean(dim=0))[:, :count]
    centred = rows - table.mean(dim=0)
    return centred - centred @ columns @ columns.T if len(columns) == rows.shape[1] else centred


def share_of_uncentred(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Subtract what the rows hold of the directions before their mean is gone."""
    top = directions_of(table - table.mean(dim=0))[:count]
    return rows - table.mean(dim=0) - rows @ top.T @ top


def coordinates(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Give the shares of the directions, with those of the first set to 0."""
    shares = (rows - table.mean(dim=0)) @ directions_of(table - table.mean(dim=0)).T
    shares[:, :count] = 0
    return shares


def rest_kept(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Keep the shares of the other directions, of which a wide table has too few."""
    rest = directions_of(table - table.mean(dim=0))[count:]
    return (rows - table.mean(dim=0)) @ rest.T @ rest


def grand_mean(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take out one number, the mean of all."""
    centre = table.mean()
    return without(rows - centre, directions_of(table - centre)[:count])


def rows_of_eigh(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take rows of the matrix whose columns are eigenvectors of the covariance, largest first."""
    centred = table - table.mean(dim=0)
    return without(
        rows - table.mean(dim=0), torch.linalg.eigh(centred.T @ centred)[1].flip(1)[:count]
    )


def with_count(change: int) -> Callable[[Tensor, int, Tensor], Tensor]:
    """Take out more directions, or fewer."""
    return lambda table, count, rows: finished.all_but_the_top(table, count + change, rows)


def mean_back(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Add the mean again in the end."""
    return finished.all_but_the_top(table, count, rows) + table.mean(dim=0)


def times(factor: float) -> Callable[[Tensor, int, Tensor], Tensor]:
    """Subtract the top a number of times."""

    def wrong(table: Tensor, count: int, rows: Tensor) -> Tensor:
        return rows - table.mean(dim=0) - factor * top_kept(table, count, rows)

    return wrong


def nearly(inputs: Inputs, seen: Seen) -> bool:
    """Whether the result is right but for a small part of it."""
    right = finished.all_but_the_top(**inputs)
    return bool((seen.value.double() - right).norm() < 0.1 * right.norm())


def minus_the_count(table: Tensor, count: int, rows: Tensor) -> Tensor:
    """Take the last ``count`` of directions in rising order, which for 0 are all of them."""
    rising = directions_of(table - table.mean(dim=0)).flip(0)
    return without(rows - table.mean(dim=0), rising[-count:])


mean_stays = Mistake(
    "The mean is still in the rows. It goes first, and the directions after it.",
    answer=mean_kept,
)
one_mean = Mistake(
    "table.mean() is one number. The mean row has D of them: mean(dim=0).",
    answer=grand_mean,
)
rows_mean = Mistake(
    "The mean is that of rows. It is the table's, like the directions: rows are only what they are "
    "taken out of.",
    answer=own_mean,
)
from_the_rows = Mistake(
    "The directions are those of rows. They are learned from table; rows are only what they are "
    "taken out of.",
    when=gives(own_directions, directions_of_changed_rows),
)
all_for_none = Mistake(
    "With count 0 everything is gone. Perhaps you keep the directions that are to go; or you slice "
    "with [-count:], and [-0:] is the same as [0:], so it takes all.",
    answer=minus_the_count,
)
no_direction = Mistake(
    "Only the mean is gone. The top directions go as well.",
    answer=mean_only,
)
uncentred = Mistake(
    "The directions are those of the table as it stands. Centre it first: otherwise the first one "
    "points along the mean.",
    answer=not_centred,
)
kept_top = Mistake(
    "This is what was to be taken out. Subtract it from the centred rows.",
    answer=top_kept,
)
wrong_end = Mistake(
    "The last directions are gone in place of the first. svd gives the largest first; eigh gives "
    "the smallest first.",
    when=gives(last_out),
)
columns = Mistake(
    "The directions are the rows of what torch.linalg.svd returns last, which is Vᵀ, and the "
    "columns of what torch.svd and eigh return last. You take rows for columns, or columns for "
    "rows.",
    when=gives(columns_of_vt, columns_of_thin_vt, rows_of_eigh),
)
wrong_number = Mistake(
    "One direction too many is gone, or one too few. The first count of them go: [:count].",
    when=gives(with_count(1), with_count(-1)),
)
mean_is_back = Mistake(
    "The mean is added again in the end. It goes, too, and stays away.",
    when=gives(mean_back),
)
not_once = Mistake(
    "Subtract the share of each direction once. You add it, or subtract it twice.",
    when=gives(times(-1), times(2)),
)
only_near = Mistake(
    "This comes near, and is not exact. A direction found by steps that stop early, such as "
    "those of torch.pca_lowrank, or in float32, is off by a little; torch.linalg.svd is exact.",
    when=nearly,
)
shares_back = Mistake(
    "These are shares of the directions, not rows in the table's columns. Multiply them by the "
    "directions to get vectors back.",
    when=gives(coordinates),
)
uncentred_share = Mistake(
    "What you subtract is the share of the rows with their mean still in. Subtract the mean first, "
    "and use the centred rows in both places.",
    answer=share_of_uncentred,
)
left_vectors = Mistake(
    "These sizes do not fit. The mean row has D numbers, and so has each direction: it is a row of "
    "the last matrix, Vᵀ, and not a column of U.",
    when=says("shapes cannot be multiplied", "must match the size of tensor"),
)
kept_rest = Mistake(
    "You keep the table's other directions. It has at most V of them, and rows may stick out of "
    "all: take the top directions out instead.",
    answer=rest_kept,
)

task = Task(
    number="5.5",
    name="all_but_the_top",
    points=3,
    reference=finished.all_but_the_top,
    criteria=(
        Criterion(
            "with count 0, the table's mean row is gone and nothing else",
            only_the_mean,
            mistakes=(mean_stays, one_mean, rows_mean, all_for_none, shares_back, left_vectors),
        ),
        Criterion(
            "the directions in which the table's rows spread most are gone, from any rows",
            lambda draw: [*top_directions(draw), *wide_table(draw)],
            mistakes=(
                no_direction,
                uncentred,
                uncentred_share,
                kept_top,
                wrong_end,
                columns,
                from_the_rows,
                kept_rest,
                mean_is_back,
                not_once,
                wrong_number,
                only_near,
            ),
        ),
    ),
)
