"""What marks task 3.1, `count_reads`: how often each row is read."""

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.learning_the_table.shared import (
    SENTENCES_FIRST,
    in_one_piece,
    stopped_at_sentences,
)
from embedkit.checks.probes import Inputs


def one_sequence(draw: Draw) -> list[Inputs]:
    """Sequences in which the last row of the table is read; often in two, by far ids in one."""
    ids = draw.ids(9, 30)
    ids[draw.integer(0, 29)] = 8
    return [
        {"ids": torch.tensor([2, 0, 2, 3]), "vocab_size": 4},
        {"ids": ids, "vocab_size": 9},
        {"ids": torch.cat([draw.ids(4, 300), torch.full((300,), 4)]), "vocab_size": 5},
        {"ids": torch.full((33_000,), 1), "vocab_size": 2},
        {"ids": 50_256 - torch.arange(300), "vocab_size": 50_257},
    ]


def last_rows_unread(draw: Draw) -> list[Inputs]:
    """Batches that do not read the last rows, and one of a single id far below the end.

    A share of 107 reads, times 107, is often a little less than the count that it comes from.
    """
    return [
        {"ids": torch.tensor([[1, 0, 1]]), "vocab_size": 4},
        {"ids": draw.ids(6, 3, 7), "vocab_size": draw.integer(9, 12)},
        {"ids": draw.ids(60, 1, 107), "vocab_size": 64},
        {"ids": torch.tensor([[3]]), "vocab_size": 3000},
    ]


def any_shape(draw: Draw) -> list[Inputs]:
    """Single ids, three and four dimensions, nothing, and a batch scattered in memory."""
    ids = draw.ids(7, 2, 3, 4)
    ids[0, 0, 0] = 6
    apart = draw.ids(6, 3, 7)
    apart[2, 1] = 5
    return [
        {"ids": torch.tensor([[[2, 0], [2, 1]], [[2, 2], [0, 3]]]), "vocab_size": 4},
        {"ids": torch.tensor(3), "vocab_size": 4},
        {"ids": torch.zeros(2, 1, dtype=torch.long), "vocab_size": 1},
        {"ids": ids, "vocab_size": 7},
        {"ids": draw.ids(5, 2, 2, 3, 2), "vocab_size": 5},
        {"ids": torch.empty(2, 0, dtype=torch.long), "vocab_size": 3},
        {"ids": scattered(apart), "vocab_size": 6},
    ]


def counted_once(ids: Tensor, vocab_size: int) -> Tensor:
    """Say whether a row is read, not how often."""
    return finished.count_reads(ids, vocab_size).clamp(max=1)


def loop_over_sentences(ids: Tensor, vocab_size: int) -> Tensor:
    """Take the first axis of a batch for its ids: each sentence counts a row once."""
    counts = torch.zeros(vocab_size, dtype=torch.long)
    for sentence in ids:
        counts[sentence] += 1
    return counts


no_minlength = Mistake(
    "There is one count for each id up to the largest that was read. There should be one for "
    "each of the V rows: bincount takes minlength=vocab_size.",
    answer=lambda ids, vocab_size: torch.bincount(ids.flatten()),
)
once_each = Mistake(
    "Each row is counted once, however often it was read. An id that comes twice is read twice.",
    answer=counted_once,
)
only_rows_read = Mistake(
    "Only the rows that were read have a count. A row that nobody read has one too: 0.",
    answer=lambda ids, vocab_size: ids.unique(return_counts=True)[1],
)
off_by_one = Mistake(
    "Each count stands one place too early: you count ids from 1. Id 0 is counted in place 0.",
    answer=lambda ids, vocab_size: finished.count_reads(ids, vocab_size).roll(-1),
)
off_by_one_late = Mistake(
    "Each count stands one place too late. Id 0 is counted in place 0.",
    answer=lambda ids, vocab_size: finished.count_reads(ids, vocab_size + 1).roll(1)[:vocab_size],
)
below_zero = Mistake(
    "bincount met a number below 0. Ids count from 0 already: nothing is to be taken from them.",
    when=lambda inputs, seen: (
        "1-d non-negative integral inputs" in seen.message and inputs["ids"].ndim == 1
    ),
)
one_dimension = Mistake(
    "torch.bincount counts ids that stand in one row. Flatten the batch first.",
    when=says("1-d non-negative integral inputs"),
)
looped_over_one_id = Mistake(
    SENTENCES_FIRST,
    when=says("0-d tensor", "converted to"),
)
counts_sentences = Mistake(SENTENCES_FIRST, answer=loop_over_sentences)

task = Task(
    number="3.1",
    name="count_reads",
    points=1,
    reference=finished.count_reads,
    criteria=(
        Criterion(
            "each row is counted as often as a sequence reads it",
            one_sequence,
            mistakes=(only_rows_read, once_each, off_by_one, off_by_one_late, below_zero),
        ),
        Criterion(
            "a row that is not read counts 0, up to the last",
            last_rows_unread,
            mistakes=(no_minlength, one_dimension, stopped_at_sentences, counts_sentences),
        ),
        Criterion(
            "ids of any shape are counted, also none at all",
            any_shape,
            mistakes=(looped_over_one_id, one_dimension, in_one_piece),
        ),
    ),
)
