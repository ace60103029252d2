"""What marks task 5.1, `cosine_similarity`: dot products of rows, whatever their lengths."""

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import geometry as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen


def asked(x: Tensor, y: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"x": x, "y": y}


def pairs(draw: Draw) -> list[Inputs]:
    """Rows whose cosines can be computed by head, then random ones in tables of any two heights."""
    x = torch.tensor([[3.0, 4.0], [-6.0, 8.0]])
    y = torch.tensor([[4.0, 3.0], [5.0, 0.0], [0.0, -2.0]])
    return [
        asked(x, y),
        asked(draw.numbers(5, 4), draw.numbers(3, 4)),
        asked(3 * draw.numbers(1, 7), draw.numbers(6, 7)),
        asked(draw.numbers(4, 4), 2 * draw.numbers(4, 4)),
        asked(draw.numbers(3, 1), draw.numbers(2, 1)),
        asked(scattered(draw.numbers(6, 5)), scattered(draw.numbers(4, 5))),
        asked(draw.numbers(40, 30), draw.numbers(50, 30)),
    ]


def zeros(draw: Draw) -> list[Inputs]:
    """Rows of zeros on either side, and on both."""
    x, y = draw.numbers(4, 3), draw.numbers(5, 3)
    x[draw.integer(0, 3)] = 0
    y[draw.integer(0, 4)] = 0
    return [
        asked(torch.tensor([[0.0, 0.0], [3.0, 4.0]]), torch.tensor([[5.0, 0.0], [0.0, 2.0]])),
        asked(torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[5.0, 0.0], [0.0, 0.0]])),
        asked(x, y),
        asked(torch.zeros(2, 3), torch.zeros(3, 3)),
    ]


def short_and_long(draw: Draw) -> list[Inputs]:
    """Rows so short or so long that a fixed small number, or a limit, would show."""
    x, y = draw.numbers(5, 4), draw.numbers(4, 4)
    lengths = 10.0 ** torch.arange(-7, 8, 3)[:, None]
    return [
        asked(torch.tensor([[3e-6, 4e-6], [3e6, 4e6]]), torch.tensor([[4e-6, 3e-6], [4e6, 3e6]])),
        asked(lengths * x, y),
        asked(x, lengths[:4] * y),
        asked(1e-6 * x, 1e-6 * y),
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


def has_nan(inputs: Inputs, seen: Seen) -> bool:
    """Whether nan came back."""
    return isinstance(seen.value, Tensor) and bool(seen.value.isnan().any())


def row_by_row(inputs: Inputs, seen: Seen) -> bool:
    """Whether rows were compared with rows of the same number only."""
    fewer = min(len(inputs["x"]), len(inputs["y"]))
    return isinstance(seen.value, Tensor) and seen.value.shape == (fewer,)


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
    when=lambda inputs, seen: (
        row_by_row(inputs, seen) or says("must match the size", "The size of tensor")(inputs, seen)
    ),
)
not_transposed = Mistake(
    "The product of x and y needs y's rows as columns: x @ y.T.",
    when=says("mat1 and mat2 shapes cannot be multiplied"),
)
nan_for_zeros = Mistake(
    "A row of zeros has length 0, and 0 divided by 0 is nan. Give such rows another length "
    "before you divide, such as 1.",
    when=has_nan,
)
added = Mistake(
    "A small number that is added to the lengths changes the cosines of short rows. Only a row "
    "of zeros needs help.",
    answer=plus_a_little,
)
limited = Mistake(
    "Short rows come out too small: something keeps their lengths from being as small as they "
    "are. A cosine does not depend on the length; only a row of zeros needs help.",
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
                not_transposed,
            ),
        ),
        Criterion(
            "a row of zeros has cosine 0 with every row",
            zeros,
            mistakes=(nan_for_zeros,),
        ),
        Criterion(
            "the lengths of rows do not matter, very short or very long",
            short_and_long,
            mistakes=(added, limited),
        ),
    ),
)
