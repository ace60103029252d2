"""What marks task 2.2, `one_hot`: a 1 in the place that the id names."""

import torch
import torch.nn.functional as F

from embedkit import lookup_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.lookup_table.shared import looked_at_memory, one_id_was_looped_over
from embedkit.checks.probes import Inputs


def one_hot_of_one_id(draw: Draw) -> list[Inputs]:
    """Single ids; the vocabulary is larger than the id needs."""
    return [
        {"ids": torch.tensor(2), "vocab_size": 4},
        {"ids": draw.ids(7), "vocab_size": draw.integer(9, 12)},
    ]


def one_hot_of_sequences(draw: Draw) -> list[Inputs]:
    """Sequences whose ids all lie well below the vocabulary's end, and one with the last id."""
    return [
        {"ids": torch.tensor([1, 0]), "vocab_size": 4},
        {"ids": torch.tensor([3, 3]), "vocab_size": 4},
        {"ids": draw.ids(6, 5), "vocab_size": draw.integer(8, 12)},
        {"ids": torch.empty(0, dtype=torch.long), "vocab_size": 4},
    ]


def one_hot_of_batches(draw: Draw) -> list[Inputs]:
    """Batches, also transposed; batch, seq and vocab_size all differ."""
    return [
        {"ids": torch.tensor([[1, 0, 2]]), "vocab_size": 4},
        {"ids": draw.ids(9, draw.integer(2, 3), draw.integer(4, 6)), "vocab_size": 9},
        {"ids": torch.tensor([[0], [0]]), "vocab_size": 1},
        {"ids": torch.tensor([[299, 256], [43, 44]]), "vocab_size": 300},
        {"ids": torch.tensor([[2999, 2049]]), "vocab_size": 3000},
        {"ids": draw.ids(9, 2, 3, 4), "vocab_size": 9},
        {"ids": draw.ids(5, 2, 0), "vocab_size": 5},
        {"ids": draw.ids(9, 4, 3).T, "vocab_size": 9},
    ]


integer_ones = Mistake(
    "The numbers are right, but they are integers. F.one_hot gives int64, and a matrix product "
    "with a float table needs floats: .float() mends it.",
    answer=lambda ids, vocab_size: F.one_hot(ids, vocab_size),
)
vocab_size_guessed = Mistake(
    "The length is the largest id plus 1. It should be vocab_size, or two sentences would get "
    "vectors of different lengths.",
    answer=lambda ids, vocab_size: F.one_hot(ids).float(),
)
vocab_first = Mistake(
    "The vocabulary is the first dimension here. It should be the last: (…, V).",
    answer=lambda ids, vocab_size: F.one_hot(ids, vocab_size).float().movedim(-1, 0),
)
off_by_one = Mistake(
    "The 1 stands one place too early: you count ids from 1. Id 0 has its 1 in place 0.",
    answer=lambda ids, vocab_size: F.one_hot((ids - 1) % vocab_size, vocab_size).float(),
)
many_hot = Mistake(
    "All ids share one vector. That is a bag of words: each id needs a vector of its own.",
    answer=lambda ids, vocab_size: F.one_hot(ids, vocab_size).float().sum(dim=-2).clamp(max=1),
)
counts = Mistake(
    "All ids share one vector of counts. Each id needs a vector of its own.",
    answer=lambda ids, vocab_size: F.one_hot(ids, vocab_size).float().sum(dim=-2),
)
id_in_place = Mistake(
    "The place is right, but it holds the id itself. It should hold a 1: the id is a name, "
    "not a quantity.",
    answer=lambda ids, vocab_size: F.one_hot(ids, vocab_size).float() * ids[..., None],
)
looped_over_one_id = Mistake(
    "A single id has the shape (): there is nothing to loop over, and it has no length. "
    "Flatten the ids first and restore their shape at the end, or compare them all at once: "
    "ids[..., None] == torch.arange(vocab_size).",
    when=one_id_was_looped_over,
)
not_lined_up = Mistake(
    "Ids and vocabulary do not line up: give the ids a last dimension of 1, ids[..., None], "
    "and each of them is compared with all V numbers.",
    when=says("must match the size of tensor"),
)
ones_for_all = Mistake(
    "Each vector has a 1 for every id of its sequence. It should have one only, for its own id.",
    answer=lambda ids, vocab_size: torch.zeros(*ids.shape, vocab_size).index_fill(
        -1, ids.flatten(), 1.0
    ),
)
one_hot_flattened = Mistake(
    "The batch is flattened. Ids of shape (B, T) should give (B, T, V).",
    answer=lambda ids, vocab_size: F.one_hot(ids.flatten(), vocab_size).float(),
)
booleans = Mistake(
    "The places are right, but they are True and False. A product needs floats: .float().",
    answer=lambda ids, vocab_size: F.one_hot(ids, vocab_size).bool(),
)

task = Task(
    number="2.2",
    name="one_hot",
    points=1,
    reference=finished.one_hot,
    criteria=(
        Criterion(
            "one id gives V zeros and a single 1, in float32",
            one_hot_of_one_id,
            mistakes=(
                looped_over_one_id,
                integer_ones,
                booleans,
                vocab_size_guessed,
                off_by_one,
                id_in_place,
            ),
        ),
        Criterion(
            "a sequence gives one vector for each id",
            one_hot_of_sequences,
            mistakes=(not_lined_up, ones_for_all, vocab_first, many_hot, counts),
        ),
        Criterion(
            "a batch (B, T) gives (B, T, V)",
            one_hot_of_batches,
            mistakes=(one_hot_flattened, looked_at_memory),
        ),
    ),
)
