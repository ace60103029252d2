"""What marks task 3.3, `rows_that_move`: which rows a step moves, under each optimiser."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen

SMALL = [[1, 2, 1], [2], [0]]


def histories(draw: Draw) -> list[tuple[list[Tensor], int]]:
    """A small training that can be read by eye, then others, also short and of mixed shapes.

    The last has as many rows as no integer has bits.
    """
    nothing = torch.empty(2, 0, dtype=torch.long)
    mixed = [torch.tensor(7), draw.ids(6, 2, 3), nothing, draw.ids(6, 1, 2, 2), draw.ids(6, 3)]
    vocab_size = draw.integer(12, 15)
    longer = [draw.ids(vocab_size - 3, 2, 2) for _ in range(4)]
    gappy = [draw.ids(8, 3), torch.empty(0, dtype=torch.long), draw.ids(8, 2)]
    return [
        ([torch.tensor(ids) for ids in SMALL], 5),
        (longer, vocab_size),
        (gappy, 9),
        ([*mixed, torch.tensor([2])], 9),
        ([draw.ids(5, 3)], 6),
        ([nothing, scattered(draw.ids(4, 2, 3))], 6),
        ([torch.tensor([0, 0])], 1),
        ([torch.tensor([1]), *[torch.tensor([0])] * 100], 3),
        ([torch.tensor([64, 7]), draw.ids(3000, 2, 5), torch.tensor([2999, 0])], 3000),
    ]


def under(*optimizers: str) -> Callable[[Draw], list[Inputs]]:
    """Ask for each optimiser, with trainings of its own."""

    def draws(draw: Draw) -> list[Inputs]:
        return [
            {"batches": batches, "vocab_size": vocab_size, "optimizer": optimizer}
            for optimizer in optimizers
            for batches, vocab_size in histories(draw)
        ]

    return draws


def always(optimizer: str) -> Callable[..., Tensor]:
    """Answer as if every optimiser were this one."""
    return lambda batches, vocab_size, _: finished.rows_that_move(batches, vocab_size, optimizer)


def one_step_late(batches: list[Tensor], vocab_size: int, optimizer: str) -> Tensor:
    """Let rows drift on, but not in the step that reads them for the first time."""
    moved = finished.rows_that_move(batches, vocab_size, "adam")
    return torch.cat([torch.zeros_like(moved[:1]), moved[:-1]])


def ever_read(batches: list[Tensor], vocab_size: int, optimizer: str) -> Tensor:
    """Mark every row that is ever read, also in the steps before its first reading."""
    moved = finished.rows_that_move(batches, vocab_size, "adam")
    return moved[-1:].expand_as(moved).clone()


def not_bools(inputs: Inputs, seen: Seen) -> bool:
    """Whether numbers came back where bools belong."""
    return isinstance(seen.value, Tensor) and seen.value.dtype != torch.bool


shapes_differ = Mistake(
    "The batches have shapes of their own: sentences, whole batches, a single id. Flatten each "
    "of them first.",
    when=says(
        "Sizes of tensors must match",
        "must have same number of dimensions",
        "zero-dimensional",
        "0-d tensor",
        "unhashable type: 'list'",
        "stack expects each tensor to be equal size",
    ),
)
in_one_piece = Mistake(
    "view, which torch.isin calls itself, needs ids that lie in memory one after another, and a "
    "batch need not. Bring it into one line with flatten first: that takes any.",
    when=says("view size is not compatible"),
)
numbers = Mistake(
    "These are numbers. True and False were asked for: compare them, as in count > 0.",
    when=not_bools,
)
turned = Mistake(
    "It has a row for each row of the table. It should have one for each step: (steps, V).",
    answer=lambda batches, vocab_size, optimizer: (
        finished.rows_that_move(batches, vocab_size, optimizer).T
    ),
)
plain_remembers = Mistake(
    "Plain SGD remembers nothing: a row that this step does not read has gradient 0, and "
    "lr × 0 moves nothing.",
    answer=always("adam"),
)
plain_moves_all = Mistake(
    "There is no decay in plain SGD, and a row that this step does not read has gradient 0: "
    "it stays.",
    answer=always("adamw"),
)
lazy_moves_all = Mistake(
    "SparseAdam does not touch what is not in the batch, and knows no decay.",
    answer=always("adamw"),
)
lazy_remembers = Mistake(
    "SparseAdam does keep means, but it looks only at the rows that are in the batch. All others "
    "stay where they are.",
    answer=always("adam"),
)
forgets = Mistake(
    "A row that was read earlier keeps moving: its velocity, or Adam's mean m, is not yet zero. "
    "So what counts is whether a row was read in this step or in any before.",
    answer=always("sgd"),
)
late = Mistake(
    "The step that reads a row moves it too, not only the steps after it.",
    answer=one_step_late,
)
drifts_only = Mistake(
    late.hint,
    answer=lambda batches, vocab_size, _: (
        finished.rows_that_move(batches, vocab_size, "adam")
        & ~finished.rows_that_move(batches, vocab_size, "sgd")
    ),
)
early = Mistake(
    "A row does not move before it is read for the first time. A step knows only the batches up "
    "to its own.",
    answer=ever_read,
)
adam_decays = Mistake(
    "Without decay, a row that was never read stays: its velocity or m is 0, and so is its step.",
    answer=always("adamw"),
)
decay_forgotten = Mistake(
    "Decay shrinks every row in every step, whether it was ever read or not.",
    answer=always("adam"),
)
decay_only_read = Mistake(
    "Decay does not ask who was read. AdamW shrinks every row in every step.",
    answer=always("sgd"),
)

task = Task(
    number="3.3",
    name="rows_that_move",
    points=2,
    reference=finished.rows_that_move,
    criteria=(
        Criterion(
            "plain SGD moves the rows that this step reads",
            under("sgd"),
            mistakes=(
                numbers,
                turned,
                shapes_differ,
                in_one_piece,
                plain_remembers,
                plain_moves_all,
            ),
        ),
        Criterion(
            "momentum also moves the rows that were read before",
            under("momentum"),
            mistakes=(forgets, late, drifts_only, early, adam_decays),
        ),
        Criterion(
            "Adam also moves the rows that were read before",
            under("adam"),
            mistakes=(forgets, late, drifts_only, early, adam_decays),
        ),
        Criterion(
            "AdamW's decay moves every row in every step",
            under("adamw"),
            mistakes=(decay_forgotten, decay_only_read),
        ),
        Criterion(
            "SparseAdam leaves alone what this step does not read",
            under("sparse_adam"),
            mistakes=(lazy_remembers, lazy_moves_all),
        ),
    ),
)
