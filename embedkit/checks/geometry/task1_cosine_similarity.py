"""What marks task 5.1, `cosine_similarity`: dot products of rows, whatever their lengths."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import geometry as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.geometry.shared import gives, unit
from embedkit.checks.probes import Inputs, Seen


def asked(x: Tensor, y: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"x": x, "y": y}


def pairs(draw: Draw) -> list[Inputs]:
    """Rows whose cosines can be computed by head, then random ones in tables of any two heights."""
    x = torch.tensor([[3.0, 4.0], [-6.0, 8.0]])
    y = torch.tensor([[4.0, 3.0], [10.0, 0.0], [0.0, -2.0]])
    return [
        asked(x, y[:2]),
        asked(x, y),
        asked(draw.numbers(5, 4), draw.numbers(3, 4)),
        asked(3 * draw.numbers(1, 7), draw.numbers(6, 7)),
        asked(draw.numbers(4, 4), 2 * draw.numbers(4, 4)),
        asked(torch.tensor([[2.0], [-0.5], [1.0]]), torch.tensor([[-4.0], [3.0]])),
        asked(scattered(draw.numbers(6, 5)), scattered(draw.numbers(4, 5))),
        asked(draw.numbers(40, 30), draw.numbers(50, 30)),
    ]


def zeros(draw: Draw) -> list[Inputs]:
    """Rows of zeros on either side, and on both; other rows of which some or all add up to 0."""
    x, y = draw.numbers(4, 3), draw.numbers(5, 3)
    x[draw.integer(0, 3)] = 0
    y[draw.integer(0, 4)] = 0
    return [
        asked(torch.tensor([[0.0, 0.0], [3.0, 4.0]]), torch.tensor([[5.0, 0.0], [0.0, 2.0]])),
        asked(torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[5.0, 0.0], [0.0, 0.0]])),
        asked(torch.tensor([[3.0, -3.0], [1.0, 0.0]]), torch.tensor([[2.0, -2.0], [0.0, 4.0]])),
        asked(torch.tensor([[0.0, 4.0], [1.0, 0.0]]), torch.tensor([[2.0, -2.0], [-3.0, 3.0]])),
        asked(x, y),
        asked(torch.zeros(2, 3), torch.zeros(3, 3)),
    ]


def short_and_long(draw: Draw) -> list[Inputs]:
    """Rows so short or so long that a fixed small number, or a limit, would show."""
    x, y = unit(draw.numbers(5, 4)), unit(draw.numbers(5, 4))
    lengths = 10.0 ** torch.arange(-10, 11, 5)[:, None]
    short_x = torch.tensor([[3e-10, 4e-10], [5e-10, 0.0]])
    short_y = torch.tensor([[4e-10, 3e-10], [0.0, 2e-10]])
    return [
        asked(short_x, short_y),
        asked(1e19 * short_x, 1e19 * short_y),
        asked(lengths * x, y),
        asked(x, lengths * y),
        asked(1e-10 * x, 1e-10 * y),
    ]


def no_lengths(x: Tensor, y: Tensor) -> Tensor:
    """Give the dot products."""
    return x @ y.T


def one_length(x: Tensor, y: Tensor) -> Tensor:
    """Divide by the lengths of one side only."""
    return finished.unit_rows(x) @ y.T


def plus_a_little(x: Tensor, y: Tensor) -> Tensor:
    """Keep away from zero by a number that is added to the lengths."""
    lengths: Tensor = x.norm(dim=1)[:, None] * y.norm(dim=1)[None, :]
    return x @ y.T / (lengths + 1e-8)


def without_keepdim(x: Tensor, y: Tensor) -> Tensor:
    """Divide row i, column d by the length of row d, where the sizes allow it."""
    found: Tensor = (x / x.norm(dim=1)) @ (y / y.norm(dim=1)).T
    return found


def paired_lengths(x: Tensor, y: Tensor) -> Tensor:
    """Divide column j by the lengths of row j of x and of row j of y, where the sizes allow it."""
    found: Tensor = x @ y.T / (x.norm(dim=1) * y.norm(dim=1))
    return found


def paired_lengths_kept(x: Tensor, y: Tensor) -> Tensor:
    """Divide row i by the lengths of row i of x and of row i of y, where the sizes allow it."""
    found: Tensor = x @ y.T / (x.norm(dim=1, keepdim=True) * y.norm(dim=1, keepdim=True))
    return found


def by_numbers(x: Tensor, y: Tensor) -> Tensor:
    """Divide by the sums of the numbers' sizes."""
    return F.normalize(x, p=1, dim=1) @ F.normalize(y, p=1, dim=1).T


def centred(x: Tensor, y: Tensor) -> Tensor:
    """Subtract from each row the mean of its numbers: a correlation."""
    x, y = x - x.mean(dim=1, keepdim=True), y - y.mean(dim=1, keepdim=True)
    return finished.cosine_similarity(x, y)


def zeros_by(is_zero: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Leave rows as they are that some test takes for rows of zeros."""

    def scaled(rows: Tensor) -> Tensor:
        return torch.where(is_zero(rows)[:, None], rows, finished.unit_rows(rows))

    return lambda x, y: scaled(x) @ scaled(y).T


def has_nan(inputs: Inputs, seen: Seen) -> bool:
    """Whether nan came back."""
    return isinstance(seen.value, Tensor) and bool(seen.value.isnan().any())


def row_by_row(inputs: Inputs, seen: Seen) -> bool:
    """Whether rows were compared with rows of the same number only."""
    fewer = min(len(inputs["x"]), len(inputs["y"]))
    return isinstance(seen.value, Tensor) and seen.value.shape == (fewer,)


def one_for_zeros(inputs: Inputs, seen: Seen) -> bool:
    """Whether a row of zeros got the cosine 1."""
    x, y = ((rows == 0).all(dim=1) for rows in inputs.values())
    return bool((seen.value[x[:, None] | y] == 1).any())


unscaled = Mistake(
    "These are the dot products. Divide each by the lengths of both of its rows.",
    answer=no_lengths,
)
half_scaled = Mistake(
    "The cosine divides by both lengths, that of the row of x and that of the row of y.",
    answer=one_length,
)
half_scaled_other = Mistake(half_scaled.hint, answer=lambda x, y: one_length(y, x).T)
squared = Mistake(
    "You divide by the squares of the lengths. A length is the square root of a sum of squares.",
    answer=lambda x, y: x @ y.T / (x.square().sum(1)[:, None] * y.square().sum(1)[None, :]),
)
whole_table = Mistake(
    "You divide by the length of the whole table. Each row has a length of its own: "
    "norm(dim=1, keepdim=True).",
    answer=lambda x, y: x @ y.T / (x.norm() * y.norm()),
)
columns_scaled = Mistake(
    "You scale columns. A vector is a row, so its length is a norm along dim=1.",
    answer=lambda x, y: F.normalize(x, dim=0) @ F.normalize(y, dim=0).T,
)
turned = Mistake(
    "The result lies on its side: x has the rows, y the columns.",
    answer=lambda x, y: finished.cosine_similarity(y, x),
)
same_number_only = Mistake(
    "You compare row i of x with row i of y only. Every row of x meets every row of y: a matrix "
    "product does that, or x[:, None] against y[None, :].",
    when=row_by_row,
)
keepdim_forgotten = Mistake(
    "Each number is divided by the length of another row. Keep the lengths' axis, so that each "
    "stands beside its own row: norm(dim=1, keepdim=True).",
    when=gives(without_keepdim),
)
lengths_side_by_side = Mistake(
    "The dot products are right, but not what they are divided by. The one at (i, j) is divided "
    "by the length of x[i] times that of y[j]: lx[:, None] * ly[None, :].",
    when=gives(paired_lengths, paired_lengths_kept),
)
not_transposed = Mistake(
    "The product of x and y needs y's rows as columns: x @ y.T.",
    when=gives(lambda x, y: finished.unit_rows(x) @ finished.unit_rows(y), lambda x, y: x @ y),
)
sign_lost = Mistake(
    "The sign is lost. Rows that point away from each other have a negative cosine.",
    when=gives(
        lambda x, y: finished.cosine_similarity(x, y).abs(),
        lambda x, y: finished.cosine_similarity(x, y).clamp(min=0),
    ),
)
a_distance = Mistake(
    "This is 1 − cosine, which is a distance. The cosine itself was asked for.",
    answer=lambda x, y: 1 - finished.cosine_similarity(x, y),
)
one_norm = Mistake(
    "You divide by the sum of the numbers' sizes. A length is the square root of the sum of their "
    "squares, which is norm's default, p=2.",
    answer=by_numbers,
)
a_correlation = Mistake(
    "You subtract the mean of each row first. That is a correlation: a cosine takes the rows as "
    "they are.",
    answer=centred,
)
not_all_zeros = Mistake(
    "A row is taken for one of zeros because some of its numbers are 0, or add up to 0. It is one "
    "only if all are: look at its length.",
    when=gives(
        zeros_by(lambda rows: (rows == 0).any(dim=1)),
        zeros_by(lambda rows: rows[:, 0] == 0),
        zeros_by(lambda rows: rows.sum(dim=1) == 0),
    ),
)
nan_for_zeros = Mistake(
    "A row of zeros has length 0, and 0 divided by 0 is nan. Give such rows another length "
    "before you divide, such as 1.",
    when=has_nan,
)
one_not_zero = Mistake(
    "A row of zeros gets the cosine 1. It points nowhere, so its cosine with anything is 0, even "
    "with another row of zeros.",
    when=one_for_zeros,
)
added = Mistake(
    "A small number that is added to the lengths changes the cosines of short rows. Only a row "
    "of zeros needs help.",
    answer=plus_a_little,
)
limited = Mistake(
    "Short rows come out too small: something keeps their lengths from being as small as they "
    "are, such as the eps of torch's own functions. Only a row of zeros needs help.",
    when=lambda inputs, seen: bool(
        (seen.value.abs() < finished.cosine_similarity(*inputs.values()).abs() - 1e-5).any()
    ),
)

task = Task(
    number="5.1",
    name="cosine_similarity",
    points=1,
    reference=finished.cosine_similarity,
    criteria=(
        Criterion(
            "each row of x meets each row of y: their dot product, divided by both lengths",
            pairs,
            mistakes=(
                unscaled,
                half_scaled,
                half_scaled_other,
                squared,
                whole_table,
                columns_scaled,
                turned,
                same_number_only,
                keepdim_forgotten,
                lengths_side_by_side,
                not_transposed,
                sign_lost,
                a_distance,
                one_norm,
                a_correlation,
                not_all_zeros,
            ),
        ),
        Criterion(
            "a row of zeros has cosine 0 with every row",
            zeros,
            mistakes=(nan_for_zeros, not_all_zeros, one_not_zero),
        ),
        Criterion(
            "the lengths of rows do not matter, very short or very long",
            short_and_long,
            mistakes=(added, limited),
        ),
    ),
)
