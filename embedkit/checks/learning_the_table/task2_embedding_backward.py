"""What marks task 3.2, `embedding_backward`: each row gets the sum of what its places receive."""

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.learning_the_table.shared import (
    SENTENCES_FIRST,
    any_axes,
    in_one_piece,
    not_flattened,
    nothing_to_divide,
    stopped_at_sentences,
)
from embedkit.checks.probes import Inputs


def asked(grad_output: Tensor, ids: Tensor, vocab_size: int) -> Inputs:
    """One question, in the order of the arguments."""
    return {"grad_output": grad_output, "ids": ids, "vocab_size": vocab_size}


def sequences(draw: Draw) -> list[Inputs]:
    """Sequences: each id once, then an id twice, then many of each; a huge gradient."""
    once = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    twice = torch.tensor([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    return [
        asked(once, torch.tensor([3, 0]), 5),
        asked(twice, torch.tensor([3, 0, 3]), 5),
        asked(draw.numbers(40, 3), draw.ids(7, 40), 9),
        asked(draw.numbers(6, 1), draw.ids(3, 6), 3),
        asked(draw.numbers(4, 4), draw.ids(4, 4), 4),
        asked(torch.tensor([[1e20], [1.0]]), torch.tensor([0, 1]), 3),
        asked(draw.numbers(3, 2), torch.tensor([2999, 1000, 7]), 3000),
    ]


def batches(draw: Draw) -> list[Inputs]:
    """Batches, a single id, ids of three dimensions, nothing, and a batch scattered in memory."""
    powers = torch.tensor([[[1.0], [10.0]], [[100.0], [1000.0]]])
    return [
        asked(powers, torch.tensor([[1, 1], [0, 1]]), 3),
        asked(draw.numbers(2, 5, 3), draw.ids(6, 2, 5), 8),
        asked(torch.tensor([5.0, 7.0]), torch.tensor(2), 4),
        asked(draw.numbers(2, 3, 4, 5), draw.ids(6, 2, 3, 4), 6),
        asked(torch.empty(2, 0, 3), torch.empty(2, 0, dtype=torch.long), 4),
        asked(scattered(draw.numbers(3, 5, 4)), scattered(draw.ids(6, 3, 5)), 8),
    ]


def other_dtypes(draw: Draw) -> list[Inputs]:
    """Double and half precision, in any shape; the latter with quarters, whose sums are exact.

    Half precision rounds some whole numbers from 257 or 2049 on: the ids must not be.
    """
    quarters = (draw.ids(9, 2, 3, 3) - 4) / 4
    nothing = torch.empty(2, 0, dtype=torch.long)
    thirds = torch.tensor([[[1.0, 2.0], [10.0, 20.0]]]).double() / 3
    return [
        asked(thirds, torch.tensor([[1, 1]]), 3),
        asked(draw.numbers(2, 8, 3).double() / 3, draw.ids(4, 2, 8), 5),
        asked(draw.numbers(3).double() / 3, torch.tensor(2), 4),
        asked(torch.empty(2, 0, 3).bfloat16(), nothing, 4),
        asked(torch.empty(2, 0, 3).double(), nothing, 4),
        asked(quarters.bfloat16(), draw.ids(4, 2, 3), 5),
        asked(quarters.half(), draw.ids(4, 2, 3), 5),
        asked(quarters.bfloat16(), torch.tensor([[256, 257, 7], [299, 298, 257]]), 300),
        asked(quarters.half(), torch.tensor([[2048, 2049, 7], [2999, 2998, 2049]]), 3000),
    ]


def plus_equals(grad_output: Tensor, ids: Tensor, vocab_size: int) -> Tensor:
    """Write ``grad[ids] += grad_output``, which loses all but one of an id's gradients."""
    grad = grad_output.new_zeros(vocab_size, grad_output.shape[-1])
    grad[ids] += grad_output
    return grad


def first_kept(grad_output: Tensor, ids: Tensor, vocab_size: int) -> Tensor:
    """Keep the first of an id's gradients."""
    rows = grad_output.reshape(ids.numel(), grad_output.shape[-1])
    return plus_equals(rows.flip(0), ids.flatten().flip(0), vocab_size)


def sentence_by_sentence(grad_output: Tensor, ids: Tensor, vocab_size: int) -> Tensor:
    """Take the first axis of a batch for its ids, and lose repeats within a sentence."""
    grad = grad_output.new_zeros(vocab_size, grad_output.shape[-1])
    for sentence, rows in zip(ids, grad_output, strict=True):
        grad[sentence] += rows
    return grad


def one_column(grad_output: Tensor, ids: Tensor, vocab_size: int) -> Tensor:
    """Scatter with one column of ids, which reaches one column of the gradient."""
    grad = finished.embedding_backward(grad_output, ids, vocab_size)
    grad[:, 1:] = 0
    return grad


def averaged(grad_output: Tensor, ids: Tensor, vocab_size: int) -> Tensor:
    """Divide each row's sum by how often the row was read."""
    total = finished.embedding_backward(grad_output, ids, vocab_size)
    return total / finished.count_reads(ids, vocab_size).clamp(min=1)[:, None]


lost_repeats = Mistake(
    "An id that comes twice keeps only one of its gradients. grad[ids] += … and grad[ids] = … "
    "write each place once; index_add_ adds them all.",
    answer=plus_equals,
)
lost_all_but_first = Mistake(lost_repeats.hint, answer=first_kept)
means = Mistake(
    "Each row's gradients are averaged. They add up: a row that was read twice gets both.",
    answer=averaged,
)
read_not_written = Mistake(
    "You read rows of grad_output, and there are not so many. The way back writes: the gradient "
    "of place n goes to row ids[n] of a new (V, D) tensor of zeros.",
    answer=lambda grad_output, ids, vocab_size: grad_output[ids],
)
no_such_row = Mistake(
    "The tensor that you write to has too few rows. It needs V of them, one for each of the table.",
    when=says("out of bounds for dimension 0"),
)
first_column = Mistake(
    "Only the first of D columns has its gradients. scatter_add_ wants an id for each number: "
    "expand the ids to (N, D).",
    answer=one_column,
)
sentences_counted = Mistake(
    SENTENCES_FIRST,
    when=lambda inputs, seen: torch.equal(seen.value, sentence_by_sentence(*inputs.values())),
)
one_for_each_text = Mistake(
    "There is a gradient for each text of the batch. The texts share one table, so their "
    "gradients add up: flatten first.",
    when=lambda inputs, seen: seen.value.ndim == 3,
)
on_its_side = Mistake(
    "The gradient lies on its side: like the table, it has a row for each id, so it is (V, D).",
    answer=lambda grad_output, ids, vocab_size: (
        finished.embedding_backward(grad_output, ids, vocab_size).T
    ),
)
too_few_rows = Mistake(
    "Rows are missing: there is one up to the largest id. The gradient has a row for each of the "
    "V rows of the table.",
    answer=lambda grad_output, ids, vocab_size: finished.embedding_backward(
        grad_output, ids, int(ids.max()) + 1
    ),
)
minus = Mistake(
    "The sign is turned round. This is the gradient itself; the minus comes with the step.",
    answer=lambda grad_output, ids, vocab_size: (
        -finished.embedding_backward(grad_output, ids, vocab_size)
    ),
)
in_float32 = Mistake(
    "The new zeros are float32 whatever came in. Give them grad_output's dtype, or turn the "
    "result back into it at the end.",
    when=lambda inputs, seen: (
        ("dtype" in seen.message or "type" in seen.message)
        or (
            isinstance(seen.value, Tensor)
            and seen.value.dtype == torch.float32 != inputs["grad_output"].dtype
        )
    ),
)

task = Task(
    number="3.2",
    name="embedding_backward",
    points=2,
    reference=finished.embedding_backward,
    criteria=(
        Criterion(
            "each row gets the sum of the gradients of the places that read it",
            sequences,
            mistakes=(
                lost_repeats,
                lost_all_but_first,
                first_column,
                means,
                minus,
                too_few_rows,
                on_its_side,
                read_not_written,
                no_such_row,
                any_axes,
            ),
        ),
        Criterion(
            "ids of any shape: a batch (B, T), a single id, none at all",
            batches,
            mistakes=(
                not_flattened,
                in_one_piece,
                nothing_to_divide,
                any_axes,
                stopped_at_sentences,
                sentences_counted,
                one_for_each_text,
            ),
        ),
        Criterion(
            "the gradient's dtype is kept",
            other_dtypes,
            mistakes=(in_float32,),
        ),
    ),
)
