"""What marks task 8.1, `logits_bytes`: how much memory the logits would take."""

import torch
from torch import Tensor

from embedkit import head_at_scale as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.head_at_scale.shared import in_one_piece
from embedkit.checks.probes import Inputs


def asked(draw: Draw, *shape: int, vocab_size: int, dtype: torch.dtype = torch.float32) -> Inputs:
    """One question: hidden vectors of some shape, and a table."""
    hidden = draw.numbers(*shape).to(dtype)
    return {"hidden": hidden, "table": draw.table(vocab_size, shape[-1]).to(dtype)}


def shapes(draw: Draw) -> list[Inputs]:
    """Sequences, a batch, a single vector, four axes, nothing, scattered numbers, and many."""
    apart = asked(draw, 4, 3, 2, vocab_size=7)
    apart["hidden"] = scattered(apart["hidden"])
    return [
        asked(draw, 3, 2, vocab_size=10),
        asked(draw, draw.integer(11, 20), 5, vocab_size=draw.integer(30, 40)),
        asked(draw, 2, 3, 4, vocab_size=10),
        asked(draw, 6, vocab_size=draw.integer(10, 20)),
        asked(draw, 2, 3, 2, 5, vocab_size=9),
        asked(draw, 2, 0, 5, vocab_size=9),
        apart,
        asked(draw, 2 * draw.integer(167, 180) + 1, 1, vocab_size=50_257),  # no float32 is exact
    ]


def dtypes(draw: Draw) -> list[Inputs]:
    """Half and double precision, and numbers of one byte."""
    return [
        asked(draw, 3, 2, vocab_size=10, dtype=torch.bfloat16),
        asked(draw, 10, 3, vocab_size=draw.integer(10, 20), dtype=torch.float64),
        asked(draw, 4, 3, vocab_size=8, dtype=torch.float16),
        asked(draw, 5, 2, vocab_size=9, dtype=torch.float8_e4m3fn),
    ]


def of_sequences(hidden: Tensor, table: Tensor) -> int:
    """Count the first axis only."""
    return len(hidden) * len(table) * hidden.element_size()


def of_two_axes(hidden: Tensor, table: Tensor) -> int:
    """Take the first two axes for the positions."""
    return hidden.shape[0] * hidden.shape[1] * len(table) * hidden.element_size()


task = Task(
    number="8.1",
    name="logits_bytes",
    points=1,
    reference=finished.logits_bytes,
    criteria=(
        Criterion(
            "each position has a logit for each row of the table, in hidden vectors of any shape",
            shapes,
            mistakes=(
                Mistake(
                    "There is a D too many: each logit is one number, the dot product of two "
                    "vectors of D.",
                    lambda hidden, table: hidden.numel() * len(table) * hidden.element_size(),
                ),
                Mistake(
                    "This is the size of the table. The logits have a row for each position, and "
                    "V numbers in each.",
                    lambda hidden, table: table.numel() * table.element_size(),
                ),
                Mistake(
                    "This counts numbers. A number in float32 takes 4 bytes.",
                    lambda hidden, table: hidden.numel() // hidden.shape[-1] * len(table),
                ),
                Mistake(
                    "D does not count, and V does: the last axis of the logits is as long as the "
                    "table has rows.",
                    lambda hidden, table: hidden.numel() * hidden.element_size(),
                ),
                Mistake(
                    "The first two axes are not always the positions: here they are position and "
                    "D. All axes but the last are positions.",
                    of_two_axes,
                ),
                Mistake(
                    "Only the first axis is counted. In a batch (B, T, D) there are B × T "
                    "positions: all axes but the last.",
                    of_sequences,
                ),
                in_one_piece,
                Mistake(
                    "A single vector has one axis, and a batch three. hidden.shape[:-1] is what "
                    "stands before D, whatever it is; its .numel() is 1 for nothing.",
                    when=says("out of range", "values to unpack"),
                ),
            ),
        ),
        Criterion(
            "half and double precision take other bytes",
            dtypes,
            probe="call_on_parts",
            mistakes=(
                Mistake(
                    "Not every number takes 4 bytes. hidden.element_size() knows how many it is.",
                    lambda hidden, table: 4 * hidden.shape[:-1].numel() * len(table),
                ),
            ),
        ),
    ),
)
