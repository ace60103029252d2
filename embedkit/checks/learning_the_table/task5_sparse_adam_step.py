"""What marks task 3.5, `sparse_adam_step`: Adam on the rows that were read, and on no others."""

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.learning_the_table.task4_adamw_step import Three, steps_of_half
from embedkit.checks.probes import Inputs

LR, BETA1, BETA2 = 0.1, 0.9, 0.999


def asked(draw: Draw, vocab_size: int, ids: Tensor, t: int, dim: int = 3) -> Inputs:
    """One question: a table in the midst of training."""
    return {
        "table": draw.table(vocab_size, dim),
        "ids": ids,
        "grad_output": steps_of_half(draw, *ids.shape, dim),
        "m": draw.numbers(vocab_size, dim),
        "v": 1 + draw.numbers(vocab_size, dim).abs(),
        "t": t,
        "lr": LR,
    }


def all_different(draw: Draw, vocab_size: int, *shape: int) -> Tensor:
    """Ids of which no two are equal."""
    count = int(torch.tensor(shape).prod())
    return torch.randperm(vocab_size, generator=draw.generator)[:count].reshape(shape)


def small(ids: list[int] | list[list[int]], grads: object) -> Inputs:
    """A question that can be read by eye: the first step of a table of three rows."""
    return {
        "table": torch.tensor([[1.0], [2.0], [3.0]]),
        "ids": torch.tensor(ids),
        "grad_output": torch.tensor(grads),
        "m": torch.zeros(3, 1),
        "v": torch.zeros(3, 1),
        "t": 1,
        "lr": LR,
    }


def every_row_once(draw: Draw) -> list[Inputs]:
    """Sequences that read every row once."""
    return [
        small([2, 0, 1], [[0.5], [-2.0], [1.0]]),
        asked(draw, 6, all_different(draw, 6, 6), draw.integer(2, 9)),
    ]


def some_rows(draw: Draw) -> list[Inputs]:
    """Batches that read some rows once, where m and v of the others are not zero."""
    drifting = small([[2, 0]], [[[0.5], [-2.0]]])
    drifting |= {"m": torch.full((3, 1), 0.5), "v": torch.ones(3, 1), "t": 4}
    return [
        drifting,
        asked(draw, 9, all_different(draw, 9, 2, 2), draw.integer(2, 9)),
    ]


def every_row_and_more(draw: Draw, vocab_size: int, more: int) -> Tensor:
    """Ids that read every row once, and some of them more often, in any order."""
    ids = torch.cat([torch.arange(vocab_size), draw.ids(vocab_size, more)])
    return ids[torch.randperm(len(ids), generator=draw.generator)]


def repeated_rows(draw: Draw) -> list[Inputs]:
    """Batches that read every row, and some more than once."""
    return [
        small([[1, 1], [0, 2]], [[[3.0], [1.0]], [[1.0], [1.0]]]),
        asked(draw, 5, every_row_and_more(draw, 5, 13).reshape(3, 6), draw.integer(2, 9)),
        asked(draw, 40, every_row_and_more(draw, 40, 80).reshape(6, 20), draw.integer(2, 9)),
    ]


def other_shapes(draw: Draw) -> list[Inputs]:
    """A single id, ids of three dimensions, and a batch that reads nothing."""
    nothing = small([[1]], [[[3.0]]])
    nothing |= {"ids": torch.empty(2, 0, dtype=torch.long), "grad_output": torch.empty(2, 0, 1)}
    return [
        asked(draw, 1, torch.tensor(0), 2),
        asked(draw, 8, all_different(draw, 8, 2, 2, 2), 3),
        nothing,
    ]


def dense(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Take a step of plain Adam, which moves rows that were not read."""
    grad = finished.embedding_backward(grad_output, ids, len(table))
    return finished.adamw_step(table, grad, m, v, t, lr, weight_decay=0.0)


def dense_means(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Move only the rows that were read, but let the means of all rows fade."""
    lazy = finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr)
    return lazy[0], *dense(table, ids, grad_output, m, v, t, lr)[1:]


def sum_of_squares(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Square each place's gradient, and then add."""
    backward = finished.embedding_backward
    grad = backward(grad_output, ids, len(table))
    squares = backward(grad_output**2, ids, len(table))
    new_m, new_v = BETA1 * m + (1 - BETA1) * grad, BETA2 * v + (1 - BETA2) * squares
    m_hat, v_hat = new_m / (1 - BETA1**t), new_v / (1 - BETA2**t)
    read = (finished.count_reads(ids, len(table)) > 0)[:, None]
    moved = table - lr * m_hat / (v_hat.sqrt() + 1e-8)
    return (
        torch.where(read, moved, table),
        torch.where(read, new_m, m),
        torch.where(read, new_v, v),
    )


def last_of_each(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Step each place by itself and write the rows back, so that one write of each row stays."""
    ids, grad = ids.flatten(), grad_output.reshape(-1, table.shape[1])
    parts = finished.adamw_step(table[ids], grad, m[ids], v[ids], t, lr, weight_decay=0.0)
    whole = table.clone(), m.clone(), v.clone()
    for one, part in zip(whole, parts, strict=True):
        one[ids] = part
    return whole


def place_by_place(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Take a whole step for each place, one after the other."""
    dim = table.shape[1]
    places = zip(ids.flatten(), grad_output.reshape(-1, dim), strict=True)
    for one, grad in places:
        table, m, v = finished.sparse_adam_step(table, one[None], grad[None], m, v, t, lr)
    return table, m, v


def mean_of_places(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Average a row's gradients."""
    times = finished.count_reads(ids, len(table))[ids]
    return finished.sparse_adam_step(table, ids, grad_output / times[..., None], m, v, t, lr)


def with_decay(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Let the rows that were read decay, as AdamW's default would."""
    read = (finished.count_reads(ids, len(table)) > 0)[:, None]
    stepped = finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr)
    return stepped[0] - lr * 0.01 * table * read, *stepped[1:]


def uncorrected(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Leave out the correction by t."""
    return finished.sparse_adam_step(table, ids, grad_output, m, v, 10**6, lr)


task = Task(
    number="3.5",
    name="sparse_adam_step",
    points=3,
    reference=finished.sparse_adam_step,
    criteria=(
        Criterion(
            "a sequence that reads every row once takes a step of Adam",
            every_row_once,
            mistakes=(
                Mistake(
                    "The means are not corrected by t: divide m by 1 − 0.9**t and v by "
                    "1 − 0.999**t.",
                    uncorrected,
                ),
                Mistake("There is a decay in it. This is Adam without one.", with_decay),
            ),
        ),
        Criterion(
            "a row that is not read keeps its numbers, its m and its v",
            some_rows,
            mistakes=(
                Mistake(
                    "Rows that were not read move on by what m still holds. That is Adam as it "
                    "is; here only the rows in ids may change.",
                    dense,
                ),
                Mistake(
                    "The rows stay, but m and v of rows that were not read fade. Leave their "
                    "means as they were, too.",
                    dense_means,
                ),
            ),
        ),
        Criterion(
            "the gradients of a row that is read more than once are added before the step",
            repeated_rows,
            mistakes=(
                Mistake(
                    "The squares are added. Add the gradients first, then square: a row has one "
                    "gradient, and (a + b)² is not a² + b².",
                    sum_of_squares,
                ),
                Mistake(
                    "Only one of a repeated row's gradients is left: table[ids] = … writes each "
                    "row once for each time it is read, and one write stays. Add them up first.",
                    last_of_each,
                ),
                Mistake(
                    "A row that is read twice takes two steps. It should take one, with the sum "
                    "of both gradients.",
                    place_by_place,
                ),
                Mistake(
                    "A row's gradients are averaged. They add up.",
                    mean_of_places,
                ),
            ),
        ),
        Criterion(
            "ids of any shape, also none at all",
            other_shapes,
            mistakes=(
                Mistake(
                    "The shapes do not line up. Flatten first: ids to (N,), grad_output to (N, D).",
                    when=lambda inputs, seen: bool(seen.raised) and inputs["ids"].numel() > 0,
                ),
                Mistake(
                    "A batch that reads nothing is no error: nothing moves.",
                    when=lambda inputs, seen: bool(seen.raised) and inputs["ids"].numel() == 0,
                ),
            ),
        ),
    ),
)
