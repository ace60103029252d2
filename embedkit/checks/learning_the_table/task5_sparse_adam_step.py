"""What marks task 3.5, `sparse_adam_step`: Adam on the rows that were read, and on no others."""

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.learning_the_table import wrong_sparse_adam_steps as wrong
from embedkit.checks.learning_the_table.shared import (
    any_axes,
    in_one_piece,
    not_flattened,
    nothing_to_divide,
    stopped_at_sentences,
)
from embedkit.checks.learning_the_table.task4_adamw_step import steps_of_half
from embedkit.checks.learning_the_table.wrong_sparse_adam_steps import LR
from embedkit.checks.probes import Inputs


def asked(draw: Draw, vocab_size: int, ids: Tensor, t: int, dim: int = 3) -> Inputs:
    """One question: a table in the midst of training."""
    return {
        "table": draw.table(vocab_size, dim),
        "ids": ids,
        "grad_output": steps_of_half(draw, *ids.shape, dim) / 3,
        "m": draw.numbers(vocab_size, dim),
        "v": 1 + draw.numbers(vocab_size, dim).abs(),
        "t": t,
        "lr": draw.integer(2, 40) / 100,
    }


def all_different(draw: Draw, vocab_size: int, *shape: int) -> Tensor:
    """Ids of which no two are equal."""
    count = int(torch.tensor(shape).prod())
    return torch.randperm(vocab_size, generator=draw.generator)[:count].reshape(shape)


def small(ids: int | list[int] | list[list[int]], grads: object, t: int = 1) -> Inputs:
    """A question that can be read by eye: a table of three rows whose means are still zero."""
    return {
        "table": torch.tensor([[1.0], [2.0], [3.0]]),
        "ids": torch.tensor(ids),
        "grad_output": torch.tensor(grads),
        "m": torch.zeros(3, 1),
        "v": torch.zeros(3, 1),
        "t": t,
        "lr": LR,
    }


def every_row_once(draw: Draw) -> list[Inputs]:
    """Sequences that read every row once, early and late; last, so little that eps is felt.

    The correction of v is felt for thousands of steps. One gradient is large.
    """
    faint = asked(draw, 6, all_different(draw, 6, 6), 20_000)
    for name, size in (("grad_output", 1e-5), ("m", 1e-5), ("v", 1e-10)):
        faint[name] = size * faint[name]
    steep = asked(draw, 6, all_different(draw, 6, 6), draw.integer(2, 9))
    steep["grad_output"] = 1000 * steep["grad_output"]
    return [
        small([2, 0, 1], [[0.5], [-2.0], [1.0]]),
        asked(draw, 6, all_different(draw, 6, 6), draw.integer(2, 9)),
        asked(draw, 6, all_different(draw, 6, 6), draw.integer(15, 60)),
        *(asked(draw, 6, all_different(draw, 6, 6), t) for t in (120, 300, 1100, 2500, 5000)),
        steep,
        faint,
    ]


def some_rows(draw: Draw) -> list[Inputs]:
    """Batches that read some rows once, where m and v of the others are not zero."""
    drifting, single = small([[2, 0]], [[[0.5], [-2.0]]], t=4), small(1, [3.0], t=4)
    for question in (drifting, single):
        question |= {"m": torch.full((3, 1), 0.5), "v": torch.ones(3, 1)}
    return [
        drifting,
        asked(draw, 9, all_different(draw, 9, 2, 2), draw.integer(2, 9)),
        single,
    ]


def repeated_rows(draw: Draw) -> list[Inputs]:
    """Batches that read every row, and some more than once."""
    return [
        small([[1, 1], [0, 2]], [[[3.0], [1.0]], [[1.0], [1.0]]]),
        asked(draw, 5, draw.every_id(5, 3, 6), draw.integer(2, 9)),
        asked(draw, 40, draw.every_id(40, 3, 2, 20), draw.integer(2, 9)),
        small([[1, 1], [2, 1]], [[[2.0], [1.0]], [[0.5], [-1.0]]], t=3),
        asked(draw, 9, draw.ids(6, 14), draw.integer(2, 9)),
        asked(draw, 3, torch.tensor([1] * 256), draw.integer(2, 9)),
    ]


def gradients_of_zero(draw: Draw) -> list[Inputs]:
    """Rows that were read, and whose gradients are 0 or add up to it."""
    drifting = small([1, 1, 2], [[2.0], [-2.0], [0.0]], t=4)
    drifting |= {"m": torch.full((3, 1), 0.5), "v": torch.ones(3, 1)}
    still = asked(draw, 6, torch.tensor([[4, 0], [2, 4]]), draw.integer(2, 9))
    still["grad_output"] = torch.zeros(2, 2, 3)
    return [drifting, small([1, 1], [[2.0], [-2.0]]), still]


def other_shapes(draw: Draw) -> list[Inputs]:
    """A single id, three dimensions, nothing, and gradients scattered in memory."""
    nothing = small([[1]], [[[3.0]]], t=3)
    nothing |= {"ids": torch.empty(2, 0, dtype=torch.long), "grad_output": torch.empty(2, 0, 1)}
    nothing |= {"m": torch.full((3, 1), 0.5), "v": torch.ones(3, 1)}
    apart = asked(draw, 15, scattered(all_different(draw, 15, 3, 5)), 4)
    for name in ("table", "grad_output", "m", "v"):
        apart[name] = scattered(apart[name])
    long = asked(draw, 3000, torch.tensor([2999, 1000, 7]), 5, dim=1)
    long |= {"m": torch.zeros(3000, 1), "v": torch.zeros(3000, 1)}
    return [
        small(1, [3.0]),
        asked(draw, 8, all_different(draw, 8, 2, 2, 2), 3),
        nothing,
        apart,
        asked(draw, 4, all_different(draw, 4, 4, 1), 5, dim=4),
        long,
    ]


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
                    wrong.uncorrected,
                ),
                Mistake("There is a decay in it. This is Adam without one.", wrong.with_decay),
                Mistake(
                    "The m and v that came back are those that came in. Return the new ones.",
                    wrong.old_means,
                ),
                Mistake("eps is missing. It is added to the root of v.", wrong.without_eps),
                Mistake(
                    "eps is added under the root. It belongs behind it.", wrong.eps_in_the_root
                ),
            ),
        ),
        Criterion(
            "a row that is not read keeps its numbers, its m and its v",
            some_rows,
            mistakes=(
                Mistake(
                    "Rows that were not read move on by what m still holds. That is Adam as it "
                    "is; here only the rows in ids may change.",
                    wrong.dense,
                ),
                Mistake(
                    "m and v stay, but rows that were not read move by them. Only the rows in ids "
                    "may change.",
                    wrong.dense_table,
                ),
                not_flattened,
                stopped_at_sentences,
                any_axes,
                Mistake(
                    "The rows stay, but m and v of rows that were not read fade. Leave their "
                    "means as they were, too.",
                    wrong.dense_means,
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
                    wrong.sum_of_squares,
                ),
                Mistake(
                    "Only one of a repeated row's gradients is left: table[ids] = … writes each "
                    "row once for each time it is read, and one write stays. Add them up first.",
                    wrong.last_of_each,
                ),
                Mistake(
                    "Only the first of a repeated row's gradients is left. Add them all up.",
                    wrong.first_of_each,
                ),
                Mistake(
                    "A repeated row's means take in its gradients one after the other, and fade "
                    "each time. Add the gradients first, then update the means once.",
                    wrong.means_place_by_place,
                ),
                Mistake(
                    "A row that is read twice takes two steps. It should take one, with the sum "
                    "of both gradients.",
                    wrong.place_by_place,
                ),
                Mistake(
                    "A row's gradients are averaged. They add up.",
                    wrong.mean_of_places,
                ),
            ),
        ),
        Criterion(
            "a row that was read takes its step, even if its gradients add up to zero",
            gradients_of_zero,
            mistakes=(
                Mistake(
                    "A row that was read takes its step even if its gradients add up to zero. "
                    "Look at the ids, not at the gradient.",
                    wrong.where_gradient,
                ),
            ),
        ),
        Criterion(
            "ids of any shape: a single id, three dimensions, none at all",
            other_shapes,
            mistakes=(
                in_one_piece,
                nothing_to_divide,
                any_axes,
                Mistake(
                    "A batch that reads nothing is no error: nothing moves.",
                    when=lambda inputs, seen: bool(seen.raised) and inputs["ids"].numel() == 0,
                ),
            ),
        ),
    ),
)
