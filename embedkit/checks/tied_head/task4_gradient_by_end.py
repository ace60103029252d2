"""What marks task 7.4, `gradient_by_end`: what the lookup sends to a tied table, and the head."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import tied_head as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen
from embedkit.learning_the_table import embedding_backward

Two = tuple[Tensor, Tensor]


def gradient_by_end(table: Tensor, matrix: Tensor, ids: Tensor, targets: Tensor) -> Two:
    """Return both gradients, put together from the finished code of lessons 3 and 7."""
    hidden = table[ids] @ matrix
    grad_hidden, from_head = finished.head_backward(hidden, table, targets)
    return embedding_backward(grad_hidden @ matrix.T, ids, len(table)), from_head


def asked(draw: Draw, vocab_size: int, dim: int, *shape: int, read: int) -> Inputs:
    """A question in which only the first ``read`` rows may be read."""
    return {
        "table": draw.table(vocab_size, dim),
        "matrix": draw.numbers(dim, dim),
        "ids": draw.ids(read, *shape),
        "targets": draw.ids(vocab_size, *shape),
    }


SMALL: Inputs = {
    "table": torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
    "matrix": torch.tensor([[1.0, 0.0], [2.0, 1.0]]),
}


def texts(draw: Draw) -> list[Inputs]:
    """Ids of any shape; few rows are read, and some of them more than once."""
    question = asked(draw, 9, 4, 3, 5, read=6)
    return [
        {**SMALL, "ids": torch.tensor([0]), "targets": torch.tensor([1])},
        {**SMALL, "ids": torch.tensor([0, 0]), "targets": torch.tensor([1, 2])},
        asked(draw, 9, 4, 12, read=5),
        asked(draw, 6, 6, 8, read=6),
        {**SMALL, "ids": torch.tensor([[0, 1], [1, 1]]), "targets": torch.tensor([[1, 2], [0, 2]])},
        asked(draw, 9, 4, 3, 5, read=6),
        asked(draw, 9, 3, 2, 2, 3, read=9),
        asked(draw, 7, 4, read=7),
        {
            **SMALL,
            "table": 20 * SMALL["table"],
            "ids": torch.tensor([0]),
            "targets": torch.tensor([1]),
        },
        {
            **SMALL,
            "table": 20 * SMALL["table"],
            "ids": torch.tensor([0, 2]),
            "targets": torch.tensor([1, 0]),
        },
        question | {name: scattered(question[name]) for name in ("ids", "targets")},
    ]


def in_double(draw: Draw) -> list[Inputs]:
    """Double precision, also for logits in the millions, and with as many rows as GPT-2 has."""
    some = asked(draw, 9, 4, 10, read=9), asked(draw, 50_257, 2, 4, read=50_257)
    large = {
        "table": 1000 * SMALL["table"].double(),
        "matrix": SMALL["matrix"].double(),
        "ids": torch.tensor([0, 2]),
        "targets": torch.tensor([1, 0]),
    }
    doubles = [one | {name: one[name].double() / 3 for name in ("table", "matrix")} for one in some]
    return [doubles[0], large, doubles[1]]


def in_float32(inputs: Inputs, seen: Seen) -> bool:
    """Whether both gradients are right to the digits of float32, or not in double precision."""
    right = gradient_by_end(**inputs)
    return isinstance(seen.value, tuple) and all(
        one.dtype != torch.float64 or torch.allclose(one, other, rtol=1e-3, atol=1e-3)
        for one, other in zip(seen.value, right, strict=True)
    )


def changed(what: Callable[[Tensor, Tensor, Inputs], Two]) -> Callable[..., Two]:
    """Return the right code with something done to its results."""

    def answer(table: Tensor, matrix: Tensor, ids: Tensor, targets: Tensor) -> Two:
        inputs = {"table": table, "matrix": matrix, "ids": ids, "targets": targets}
        return what(*gradient_by_end(**inputs), inputs)

    return answer


def matrix_not_turned(table: Tensor, matrix: Tensor, ids: Tensor, targets: Tensor) -> Two:
    """Go back through the matrix as one goes forward."""
    hidden = table[ids] @ matrix
    grad_hidden, from_head = finished.head_backward(hidden, table, targets)
    return embedding_backward(grad_hidden @ matrix, ids, len(table)), from_head


def added_once(table: Tensor, matrix: Tensor, ids: Tensor, targets: Tensor) -> Two:
    """Write what comes back into the rows, where it should be added."""
    hidden = table[ids] @ matrix
    grad_hidden, from_head = finished.head_backward(hidden, table, targets)
    from_lookup = torch.zeros_like(table)
    from_lookup[ids] = grad_hidden @ matrix.T
    return from_lookup, from_head


def matrix_forgotten(table: Tensor, matrix: Tensor, ids: Tensor, targets: Tensor) -> Two:
    """Do not go back through the matrix at all."""
    grad_hidden, from_head = finished.head_backward(table[ids] @ matrix, table, targets)
    return embedding_backward(grad_hidden, ids, len(table)), from_head


def by_rows_read(reads: Tensor, writes: Tensor, inputs: Inputs) -> Two:
    """Give the rows that were read to the lookup, and all others to the head."""
    read = torch.zeros(len(reads), 1).index_fill(0, inputs["ids"].flatten(), 1).to(reads.dtype)
    return (reads + writes) * read, (reads + writes) * (1 - read)


def softmax_first(table: Tensor, matrix: Tensor, ids: Tensor, targets: Tensor) -> Two:
    """Give the cross-entropy probabilities, where it takes scores."""
    reads, writes = table.clone().requires_grad_(), table.clone().requires_grad_()
    scores = (reads[ids] @ matrix @ writes.T).reshape(-1, len(table)).softmax(-1)
    loss = torch.nn.functional.cross_entropy(scores, targets.flatten())
    from_lookup, from_head = torch.autograd.grad(loss, (reads, writes))
    return from_lookup, from_head


def whole_twice(inputs: Inputs, seen: Seen) -> bool:
    """Whether both results are the whole gradient, in the question that is shown."""
    reads, writes = gradient_by_end(**inputs)
    return all(torch.allclose(one, reads + writes, rtol=1e-4, atol=1e-6) for one in seen.value)


def no_one_hot(table: Tensor, matrix: Tensor, ids: Tensor, targets: Tensor) -> Two:
    """Forget to take 1 off at the right token."""
    hidden = (table[ids] @ matrix).reshape(-1, table.shape[1])
    errors = (hidden @ table.T).softmax(-1) / len(hidden)
    return embedding_backward(errors @ table @ matrix.T, ids.flatten(), len(table)), (
        errors.T @ hidden
    )


task = Task(
    number="7.4",
    name="gradient_by_end",
    points=2,
    reference=gradient_by_end,
    criteria=(
        Criterion(
            "the first gradient comes through the lookup alone, the second through the head alone, "
            "for ids of any shape",
            texts,
            mistakes=(
                Mistake(
                    "The two are turned round: the lookup's comes first, the head's second.",
                    changed(lambda reads, writes, _: (writes, reads)),
                ),
                Mistake(
                    "Both are the whole gradient. To tell the ends apart, run the model with two "
                    "tables of the same numbers, one at each end.",
                    changed(lambda reads, writes, _: (reads + writes, reads + writes)),
                    when=whole_twice,
                ),
                Mistake(
                    "The second is the whole gradient. That of the lookup is still in it: the "
                    "rows that are read must come from another tensor, or be detached.",
                    changed(lambda reads, writes, _: (reads, reads + writes)),
                ),
                Mistake(
                    "The first is the whole gradient. That of the head is still in it: the table "
                    "that scores must be another tensor, or be detached.",
                    changed(lambda reads, writes, _: (reads + writes, writes)),
                ),
                Mistake(
                    "The sign is turned round. These are gradients; the minus comes with the step.",
                    changed(lambda reads, writes, _: (-reads, -writes)),
                ),
                Mistake(
                    "The loss is the mean over all places, not their sum.",
                    changed(
                        lambda reads, writes, inputs: (
                            reads * inputs["ids"].numel(),
                            writes * inputs["ids"].numel(),
                        )
                    ),
                ),
                Mistake(
                    "On the way back the matrix is turned: grad_hidden @ matrix.T.",
                    matrix_not_turned,
                ),
                Mistake(
                    "What comes back to the rows must pass the matrix, too: they were multiplied "
                    "by it on the way in.",
                    matrix_forgotten,
                ),
                Mistake(
                    "A token that was read twice gets both gradients, added up. rows[ids] = … and "
                    "rows[ids] += … keep only one of them: index_add_ adds them all.",
                    added_once,
                ),
                Mistake(
                    "The right token is not told from the others: take 1 off its probability.",
                    no_one_hot,
                ),
                Mistake(
                    "You split the whole gradient by rows. But a row that was read gets something "
                    "from the head, too: every row does.",
                    changed(by_rows_read),
                ),
                Mistake(
                    "cross_entropy takes the scores, and makes the softmax itself. Give it no "
                    "probabilities.",
                    softmax_first,
                ),
                Mistake(
                    "The matrix is turned on the way in. h = rows @ matrix; F.linear and nn.Linear "
                    "turn theirs.",
                    lambda table, matrix, ids, targets: gradient_by_end(
                        table, matrix.T, ids, targets
                    ),
                ),
                Mistake(
                    "With large scores exp gives inf, or a probability becomes 0, whose logarithm "
                    "is −∞. F.cross_entropy and log_softmax are safe.",
                    when=lambda inputs, seen: any(not one.isfinite().all() for one in seen.value),
                ),
                Mistake(
                    "view needs numbers that lie in memory one after another, and ids and targets "
                    "need not. flatten() and reshape take any.",
                    when=says("view size is not compatible"),
                ),
                Mistake(
                    "One of the gradients is None. autograd gives one only for a tensor with "
                    "requires_grad that the loss depends on.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, tuple) and any(one is None for one in seen.value)
                    ),
                ),
                Mistake(
                    "Autograd forgets the way back as soon as it has gone it once. Ask for both "
                    "gradients at once, grad(loss, (one, other)), or compute the loss anew.",
                    when=says("backward through the graph a second time"),
                ),
                Mistake(
                    "ids may have any number of axes, also one or none. Make the scores (N, V) "
                    "with reshape(-1, V), and the targets (N,) with flatten().",
                    when=says("size mismatch (got input"),
                ),
                Mistake(
                    "cross_entropy takes the logits as (N, V) and the targets as (N,). With a "
                    "batch, flatten both: its own idea of more axes puts V second.",
                    when=says(
                        "Expected target size",
                        "batch_size",
                        "Dimension out of range",
                        "class indices",
                        "flatten() has invalid args",
                        "values to unpack",
                        "probabilities",
                    ),
                ),
            ),
        ),
        Criterion(
            "the table's dtype is kept",
            in_double,
            mistakes=(
                Mistake(
                    "Double precision does not get through. Make new tensors like the table, with "
                    "zeros_like(table), and turn nothing into float32.",
                    when=lambda inputs, seen: (
                        says("dtype", "type")(inputs, seen) or in_float32(inputs, seen)
                    ),
                ),
            ),
        ),
    ),
)
