"""What marks task 8.3, `blockwise_cross_entropy`: the loss, a few rows of the table at a time."""

import torch
from torch import Tensor

from embedkit import head_at_scale as finished
from embedkit.checks.framework import AtScale, Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.head_at_scale.shared import (
    AT_NO_TIME,
    HOLDS_THE_LOGITS_UNSEEN,
    far_apart,
    holds_too_much,
    leaves_torch,
    no_wider_than,
    overflows,
    right_and_small,
    wide,
    wide_at_scale,
)
from embedkit.checks.probes import Inputs, Seen


def asked(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Inputs:
    """One question, in the order of the arguments."""
    return {"hidden": hidden, "table": table, "targets": targets, "block_size": block_size}


def small() -> tuple[Tensor, Tensor, Tensor]:
    """A question that can be read by eye: logits 1, 2, 3, 4 and 2, 4, 6, 8."""
    table = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    return torch.tensor([[1.0], [2.0]]), table, torch.tensor([1, 2])


def any_blocks(draw: Draw) -> list[Inputs]:
    """One block with the whole table, even blocks, and blocks of which the last is shorter."""
    hidden, table, targets = small()
    return [
        asked(hidden, table, targets, block_size=4),
        asked(*wide(draw, 9, 12, 3), block_size=50),
        asked(hidden, table, targets, block_size=2),
        asked(hidden, table.flip(0), targets, block_size=2),
        asked(hidden[1:], table, targets[1:], block_size=3),
        asked(*wide(draw, 9, 24, 3), block_size=3),
        asked(*wide(draw, 5, 7, 3), block_size=1),
        asked(hidden, table, torch.tensor([3, 1]), block_size=3),
        asked(*wide(draw, 9, 13, 3), block_size=5),
        asked(*wide(draw, 12, 31, 4), block_size=draw.integer(7, 9)),
    ]


def large_logits(draw: Draw) -> list[Inputs]:
    """Logits in the hundreds, and then in the thousands, which float64 cannot take either."""
    hidden, far = torch.tensor([[100.0], [-100.0]]), torch.tensor([[10.0], [30.0]])
    return [
        asked(hidden, small()[1], torch.tensor([0, 3]), block_size=2),
        asked(hidden * far, small()[1], torch.tensor([0, 3]), block_size=2),
        asked((hidden * far).double(), small()[1].double(), torch.tensor([3, 0]), block_size=2),
        asked(torch.tensor([[-1e6], [-1e10]]), small()[1], torch.tensor([0, 3]), block_size=2),
        asked(*far_apart(draw, 8, 12), block_size=4),
        asked(*far_apart(draw, 8, 15), block_size=5),
    ]


def far_but_many(draw: Draw) -> Inputs:
    """As many rows as GPT-2 has, all far below one of them, or none: together they are felt.

    That is asked in float64: so little beside so large a logit has few digits in float32.
    """
    rows = 50_257
    table = torch.stack([torch.zeros(rows), draw.numbers(rows) / 10], dim=1).double()
    table[draw.integer(0, rows - 1), 0] = 1
    hidden = torch.tensor([[0.0, 1.0], [9.0, 1.0], [14.0, 2.0], [19.0, 1.0], [24.0, 2.0]]).double()
    return asked(hidden, table, draw.ids(rows, 5), block_size=rows)


def other_inputs(draw: Draw) -> list[Inputs]:
    """Double precision, no position at all, and inputs scattered in memory."""
    hidden, table, targets = wide(draw, 9, 12, 3)
    nothing = torch.empty(0, 3), table, torch.empty(0, dtype=torch.long)
    nothing_double = nothing[0].double(), table.double(), nothing[2]
    return [
        asked(scattered(hidden), scattered(table), targets, block_size=4),
        asked(hidden.double(), table.double(), targets, block_size=6),
        asked(*nothing, block_size=4),
        asked(*nothing_double, block_size=4),
        far_but_many(draw),
    ]


def many_logits(draw: Draw) -> list[Inputs]:
    """Far more logits than anything that is needed."""
    return [asked(*wide(draw, 40, 1200, 3), block_size=4 * draw.integer(5, 6))]


def with_a_rest(draw: Draw) -> list[Inputs]:
    """The same, and a table of which the last block is short."""
    return [*many_logits(draw), asked(*wide(draw, 40, 1200 + draw.integer(1, 9), 3), block_size=20)]


def one_block(inputs: Inputs) -> int:
    """Return how many logits one block has."""
    return len(inputs["hidden"]) * int(inputs["block_size"])


def makes_so_many_parts(inputs: Inputs, seen: Seen) -> bool:
    """Whether the largest product is what it is if block_size is the number of parts."""
    rows = -(-len(inputs["table"]) // inputs["block_size"])
    return bool(seen.value["widest"] == len(inputs["hidden"]) * rows)


def logits_at_scale(draw: Draw) -> Inputs:
    """So many logits that the memory they take is seen from outside."""
    block_size = 2000 + draw.integer(0, 200)
    return asked(*wide_at_scale(draw), block_size=block_size)


def blocks_added(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Add up the log-sum-exps of the blocks."""
    parts = [(hidden @ block.T).logsumexp(dim=1) for block in table.split(block_size)]
    return torch.stack(parts).sum(dim=0) - (hidden * table[targets]).sum(dim=1)


def never_rescaled(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Keep a running maximum, and forget to bring the running sum along."""
    largest, total = hidden.new_full((len(hidden),), -torch.inf), hidden.new_zeros(len(hidden))
    for block in table.split(block_size):
        logits = hidden @ block.T
        largest = torch.maximum(largest, logits.amax(dim=1))
        total = total + (logits - largest[:, None]).exp().sum(dim=1)
    return largest + total.log() - (hidden * table[targets]).sum(dim=1)


def own_maximum(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Rescale the running sum, and add sums that were taken with each block's own maximum."""
    largest, total = hidden.new_full((len(hidden),), -torch.inf), hidden.new_zeros(len(hidden))
    for block in table.split(block_size):
        logits = hidden @ block.T
        new = torch.maximum(largest, logits.amax(dim=1))
        exps = (logits - logits.amax(dim=1, keepdim=True)).exp()
        total, largest = total * (largest - new).exp() + exps.sum(dim=1), new
    return largest + total.log() - (hidden * table[targets]).sum(dim=1)


def starts_at_0(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Let the running maximum start at 0."""
    logits = hidden @ table.T
    largest = logits.amax(dim=1).clamp(min=0)
    total = (logits - largest[:, None]).exp().sum(dim=1)
    return largest + total.log() - (hidden * table[targets]).sum(dim=1)


def one_maximum(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Take one maximum for all positions."""
    logits = hidden @ table.T
    total = (logits - logits.max()).exp().sum(dim=1)
    return logits.max() + total.log() - (hidden * table[targets]).sum(dim=1)


def without_maximum(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Forget to add the maximum to the logarithm of the sum."""
    losses = finished.blockwise_cross_entropy(hidden, table, targets, block_size)
    return losses - (hidden @ table.T).amax(dim=1)


def first_block_only(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Return in the first turn of the loop."""
    logits = hidden @ table[:block_size].T
    losses: Tensor = logits.logsumexp(dim=1) - (hidden * table[targets]).sum(dim=1)
    return losses


def last_block_dropped(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Look at whole blocks only."""
    kept = table[: len(table) // block_size * block_size or len(table)]
    return (hidden @ kept.T).logsumexp(dim=1) - (hidden * table[targets]).sum(dim=1)


def last_block_only(hidden: Tensor, table: Tensor, targets: Tensor, block_size: int) -> Tensor:
    """Keep nothing of the blocks before."""
    block = table.split(block_size)[-1]
    losses: Tensor = (hidden @ block.T).logsumexp(dim=1) - (hidden * table[targets]).sum(dim=1)
    return losses


nothing_to_add = Mistake(
    "With no position at all there is nothing to do, and nothing to stumble over: the result "
    "has shape (0,).",
    when=lambda inputs, seen: bool(seen.raised) and not len(inputs["hidden"]),
)

task = Task(
    number="8.3",
    name="blockwise_cross_entropy",
    points=2,
    reference=finished.blockwise_cross_entropy,
    criteria=(
        Criterion(
            "blocks of any size give the loss of each position; the last may be shorter",
            any_blocks,
            mistakes=(
                Mistake(
                    "One number came back. The loss of each position is asked for: N numbers.",
                    when=lambda inputs, seen: seen.value.ndim == 0,
                ),
                Mistake(
                    "The sign is turned round. The loss is log-sum-exp minus the target's logit.",
                    lambda *given: -finished.blockwise_cross_entropy(*given),
                ),
                Mistake(
                    "The target's logit is not subtracted: this is the log-sum-exp.",
                    lambda h, E, y, block_size: (h @ E.T).logsumexp(dim=1),
                ),
                Mistake(
                    "The log-sum-exps of the blocks are added. Their exponentials add up: merge "
                    "the blocks as in task 8.2.",
                    blocks_added,
                ),
                Mistake(
                    "The running sum is not brought to the new maximum when a block has a larger "
                    "one. Multiply it by exp(old maximum − new maximum).",
                    never_rescaled,
                ),
                Mistake(
                    "Each block's sum is taken with the maximum of that block. Both sums must "
                    "belong to the common maximum before they are added.",
                    own_maximum,
                ),
                Mistake(
                    "The maximum that was subtracted is missing at the end: log-sum-exp is the "
                    "maximum plus the logarithm of the sum.",
                    without_maximum,
                ),
                Mistake(
                    "Only the first block is left. Is return inside the loop?",
                    first_block_only,
                ),
                Mistake(
                    "Only the last block is left. Carry the maximum and the sum from block to "
                    "block.",
                    last_block_only,
                ),
                Mistake(
                    "A target is an id of the whole table. In a block that begins with row "
                    "first, its place is target − first, if the block holds it at all.",
                    when=says("out of bounds", "index out of range"),
                ),
                Mistake(
                    "nan came back. Before the first block the maximum is −∞, and exp(old maximum "
                    "− new maximum) is 0. The other way round it is infinite, and 0 × ∞ is nan.",
                    when=lambda inputs, seen: bool(seen.value.isnan().any()),
                ),
                Mistake(
                    "The rows behind the last whole block are left out. V need not be a multiple "
                    "of block_size: count the blocks with range(0, V, block_size).",
                    last_block_dropped,
                ),
            ),
        ),
        Criterion(
            "logits in the hundreds do not overflow",
            large_logits,
            mistakes=(
                Mistake(
                    "The running maximum starts at 0, which is larger than all logits of some "
                    "positions. −∞ is smaller than any.",
                    starts_at_0,
                ),
                Mistake(
                    "One maximum is taken for all positions. Each has its own: amax(dim=1).",
                    one_maximum,
                ),
                Mistake(
                    "All exponentials of a position became 0, and the logarithm of 0 is −∞. What "
                    "was subtracted lies far above all its logits. The largest of them is as far "
                    "as one may go.",
                    when=lambda inputs, seen: bool((seen.value == -torch.inf).any()),
                ),
                Mistake(
                    "exp of a logit in the hundreds is infinite in float32. Subtract the maximum "
                    "before you take exp.",
                    when=overflows,
                ),
            ),
        ),
        Criterion(
            "float64, no positions, and inputs scattered in memory",
            other_inputs,
            mistakes=(nothing_to_add,),
        ),
        Criterion(
            AT_NO_TIME,
            many_logits,
            probe="call_and_weigh",
            mistakes=(
                leaves_torch,
                holds_too_much,
            ),
            accepts=right_and_small(finished.blockwise_cross_entropy),
        ),
        Criterion(
            "each product takes block_size rows of the table, or fewer",
            with_a_rest,
            probe="call_and_weigh",
            mistakes=(
                Mistake(
                    "chunk(n) makes n parts, however large. split(n) makes parts of n rows.",
                    when=makes_so_many_parts,
                ),
                Mistake(
                    "It multiplies with more rows at a time than block_size says. Whoever calls it "
                    "chooses the size, to fit the memory that there is.",
                    when=lambda inputs, seen: True,
                ),
            ),
            accepts=no_wider_than(one_block),
        ),
    ),
    at_scale=AtScale(AT_NO_TIME, logits_at_scale, HOLDS_THE_LOGITS_UNSEEN),
)
