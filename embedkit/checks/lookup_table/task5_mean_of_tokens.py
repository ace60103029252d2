"""What marks task 2.5, `mean_of_tokens`: one vector a sequence, padding left out."""

import torch
from torch import Tensor

from embedkit import lookup_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, tidy_table
from embedkit.checks.lookup_table.shared import looked_at_memory
from embedkit.checks.lookup_table.task1_lookup import NO_GRADIENT, no_gradient_came_back
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.small_numbers import has_the_digits_of_float32


def sequences(draw: Draw) -> list[Inputs]:
    """Sequences without padding, then padded at the end, in front and in between.

    Id 0 comes in none of those without padding, and is not always the padding. In one table a
    token has the same row as the padding, in one a token's row is 0. One batch is transposed. Large
    numbers all have one sign: where they cancel, the order of the arithmetic would show.
    """
    scattered = draw.ids(9, 4, 6)
    scattered[:, 0] = 1
    twins = torch.tensor([[0.0, 1.0], [4.0, 2.0], [0.0, 1.0]])
    with_zeros = torch.tensor([[1.0, 1.0], [0.0, 0.0], [4.0, 2.0]])
    return [
        {"table": tidy_table(5, 2), "ids": torch.tensor([[1, 3]]), "pad_id": 0},
        {"table": draw.table(9, 4), "ids": 1 + draw.ids(7, 3, 5), "pad_id": 8},
        {"table": tidy_table(5, 2), "ids": torch.tensor([[1, 3, 0]]), "pad_id": 0},
        {"table": tidy_table(5, 2), "ids": torch.tensor([[4, 0, 2]]), "pad_id": 4},
        {"table": draw.table(9, 4), "ids": scattered, "pad_id": draw.integer(2, 8)},
        {"table": tidy_table(5, 1), "ids": torch.tensor([[3], [0]]), "pad_id": 4},
        {"table": with_zeros, "ids": torch.tensor([[1, 2, 0]]), "pad_id": 0},
        {"table": tidy_table(5, 2), "ids": torch.tensor([[1] * 150 + [3] * 149]), "pad_id": 0},
        {"table": twins, "ids": torch.tensor([[1, 2, 0]]), "pad_id": 0},
        {"table": draw.table(4, 9).T, "ids": draw.ids(8, 5, 3).T, "pad_id": 8},
        {"table": 1e4 * draw.table(5, 5).abs(), "ids": draw.ids(5, 4, 4), "pad_id": 2},
        {"table": draw.table(3000, 2), "ids": torch.tensor([[2999, 1000, 7]]), "pad_id": 2500},
    ]


def nothing_but_padding(draw: Draw) -> list[Inputs]:
    """A sequence of padding beside one with tokens, one all alone, and one in double precision."""
    return [
        {"table": tidy_table(5, 2), "ids": torch.tensor([[1, 3], [0, 0]]), "pad_id": 0},
        {"table": draw.table(5, 3), "ids": torch.full((1, 4), 2), "pad_id": 2},
        {"table": tidy_table(5, 2).double(), "ids": torch.tensor([[0, 0]]), "pad_id": 0},
    ]


def means_in_other_dtypes(draw: Draw) -> list[Inputs]:
    """Tables in double and in half precision.

    The numbers in half precision are multiples of 6, so that the mean of two or three of them is
    exact, whatever the order of the arithmetic. In bfloat16 a count by ones ends at 256, and an id
    of 257 is rounded to it; in half precision that begins at 2049.
    """
    sixfold = 6 * draw.ids(9, 9, 4)
    many = 6 * draw.ids(9, 3000, 2)
    return [
        {"table": tidy_table(5, 2).double(), "ids": torch.tensor([[1, 3, 2, 0]]), "pad_id": 0},
        {"table": sixfold.bfloat16(), "ids": torch.tensor([[1, 3, 0]]), "pad_id": 0},
        {"table": tidy_table(5, 2).half(), "ids": torch.tensor([[1, 3], [0, 0]]), "pad_id": 0},
        {"table": sixfold.bfloat16(), "ids": 3 + draw.ids(6, 5, 3), "pad_id": 2},
        {
            "table": torch.tensor([[9.0], [1.0], [3.0]]).bfloat16(),
            "ids": torch.tensor(
                [[1] * 300, [2] * 300, [1] * 150 + [2] * 150, [2] * 150 + [1] * 150]
            ),
            "pad_id": 0,
        },
        {
            "table": torch.tensor([[9.0], [1.0], [3.0]]).bfloat16(),
            "ids": torch.tensor([[1] * 300 + [2] * 100]),
            "pad_id": 0,
        },
        {"table": many[:300].bfloat16(), "ids": torch.tensor([[257, 3, 256]]), "pad_id": 256},
        {"table": many.half(), "ids": torch.tensor([[2049, 7, 2048]]), "pad_id": 2048},
    ]


def means_to_train(draw: Draw) -> list[Inputs]:
    """Padded sequences, of which one is nothing but padding; ids 0 and V − 1 are tokens, too.

    Last, gradients as large as those that come back when a loss is scaled up, as one does in half
    precision: what a tiny number divides overflows there, and is NaN once 0 multiplies it.
    """
    padded = torch.tensor([[1, 3, 0], [0, 0, 0]])
    scaled_up = torch.tensor([[6.0, 12.0], [960.0, 960.0]])
    ids = draw.ids(9, 3, 6)
    ids[1] = 4
    ids[0, :3] = torch.tensor([0, 4, 8])
    return [
        {
            "table": tidy_table(4, 2),
            "loss_weights": torch.ones(2, 2),
            "ids": padded,
            "pad_id": 0,
        },
        {
            "table": draw.table(9, 4),
            "loss_weights": draw.numbers(3, 4),
            "ids": ids,
            "pad_id": 4,
        },
        *(
            {"table": table, "loss_weights": weights, "ids": padded, "pad_id": 0}
            for table, weights in (
                (tidy_table(4, 2), scaled_up),
                (tidy_table(4, 2).half(), scaled_up.half()),
            )
        ),
    ]


def mean_with_zero_for_padding(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """Leave the padding's rows out of the sum, but not out of the count."""
    return (table[ids] * (ids != pad_id)[..., None]).sum(dim=1) / ids.shape[1]


def mean_of_all(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """Take the padding for tokens."""
    return table[ids].mean(dim=1)


def sum_without_padding(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """Forget to divide."""
    return (table[ids] * (ids != pad_id)[..., None]).sum(dim=1)


def mean_by_batch(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """Average over the batch in place of the sequence."""
    return table[ids].mean(dim=0)


def mean_of_everything(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """One vector for the whole batch, padding left out."""
    return table[ids[ids != pad_id]].mean(dim=0)


def mean_with_pad_zero(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """Take id 0 for padding, whatever ``pad_id`` says."""
    return finished.mean_of_tokens(table, ids, 0)


def learns_nothing_for_0(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """Let the lookup take id 0 for padding, whatever ``pad_id`` says: no gradient comes back."""
    kept = table.clone()
    kept[0] = kept[0].detach()
    return finished.mean_of_tokens(kept, ids, pad_id)


def not_a_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether NaN came back."""
    return isinstance(seen.value, Tensor) and bool(seen.value.isnan().any())


def pads_at_the_end_only(table: Tensor, ids: Tensor, pad_id: int) -> Tensor:
    """Take the first n tokens, where n is the number of ids that are not padding."""
    lengths = (ids != pad_id).sum(dim=1)
    return torch.stack(
        [table[row[:n]].mean(dim=0) for row, n in zip(ids, lengths.tolist(), strict=True)]
    )


shapes_do_not_line_up = Mistake(
    "The shapes do not line up. The mask is (B, T) and the rows are (B, T, D): mask[..., None] "
    "gives it a last dimension. A count that divides (B, D) needs one too: keepdim=True.",
    when=says("must match the size of tensor"),
)
too_small_for_half_precision = Mistake(
    "In half precision 1e-9 is 0, and 0 divided by 0 is NaN. Keep the count at 1 or more.",
    when=not_a_number,
)
in_float32 = Mistake(
    "Something in float32 drags the result with it: a mask made with .float(), a float count, or "
    "new zeros. Make it .to(table.dtype); .clamp(min=1) keeps a count of integers what it is.",
    when=lambda inputs, seen: (
        isinstance(seen.value, Tensor)
        and seen.value.dtype == torch.float32 != inputs["table"].dtype
    ),
)

share_in_float32 = Mistake(
    "In float64 the digits are right to float32's precision only. Something on the way is float32: "
    "a mask made with .float(), or 1 / n where n is a tensor of integers.",
    when=has_the_digits_of_float32(finished.mean_of_tokens),
)
stands_still = Mistake(
    "A sum that grows number by number in bfloat16 stands still: 256 + 1 is 256 there. .sum() adds "
    "in float32 and rounds once, at the end.",
    when=lambda inputs, seen: (
        inputs["ids"].shape[1] == 300 and seen.value.dtype == inputs["table"].dtype
    ),
)

task = Task(
    number="2.5",
    name="mean_of_tokens",
    points=3,
    reference=finished.mean_of_tokens,
    criteria=(
        Criterion(
            "each sequence gives the mean of its tokens' rows, and padding counts for nothing",
            sequences,
            mistakes=(
                shapes_do_not_line_up,
                looked_at_memory,
                Mistake("These are sums. Divide by the number of tokens.", sum_without_padding),
                Mistake(
                    "The mean runs over the batch. It should run over the sequence, dimension 1.",
                    mean_by_batch,
                ),
                Mistake(
                    "The whole batch became one vector. Each sequence needs its own.",
                    mean_of_everything,
                ),
                Mistake(
                    "Padding is averaged in: its row is a row like any other. Leave it out.",
                    mean_of_all,
                ),
                Mistake(
                    "Padding is left out of the sum, but still counted: you divide by T. "
                    "Divide by the number of ids that are not pad_id.",
                    mean_with_zero_for_padding,
                ),
                Mistake("You take 0 for the padding id. It is pad_id.", mean_with_pad_zero),
                Mistake(
                    "You take the first n ids for the tokens. Padding may also stand in front "
                    "or in between: look at each id.",
                    pads_at_the_end_only,
                ),
            ),
        ),
        Criterion(
            "a sequence of nothing but padding gives zeros",
            nothing_but_padding,
            mistakes=(
                Mistake(
                    "0 divided by 0 is NaN, and one NaN spoils everything computed from it. "
                    "Keep the number you divide by at 1 or more; .mean() divides too.",
                    when=not_a_number,
                ),
                in_float32,
            ),
        ),
        Criterion(
            "the table's dtype is kept",
            means_in_other_dtypes,
            mistakes=(in_float32, too_small_for_half_precision, stands_still, share_in_float32),
        ),
        Criterion(
            "each token's row gets its share of the gradient, the padding's row none",
            means_to_train,
            probe="gradient",
            mistakes=(
                Mistake(NO_GRADIENT, when=no_gradient_came_back),
                Mistake(
                    "NaN flows back into the table. Choosing zeros afterwards is too late: "
                    "the gradient of 0 / 0 is NaN also where it is thrown away. "
                    "Keep the number you divide by at 1 or more.",
                    when=not_a_number,
                ),
                Mistake(
                    "Row 0 learns nothing, though 0 is a token here: only pad_id is none. Does "
                    "the lookup have padding_idx=0?",
                    learns_nothing_for_0,
                ),
            ),
        ),
    ),
)
