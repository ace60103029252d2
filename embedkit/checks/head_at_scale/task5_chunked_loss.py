"""What marks task 8.5, `chunked_loss`: the loss and both gradients, a few positions at a time."""

import torch
from torch import Tensor

from embedkit import head_at_scale as finished
from embedkit.checks.compare import close
from embedkit.checks.framework import AtScale, Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.head_at_scale import wrong_losses as wrong
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
from embedkit.checks.head_at_scale.wrong_losses import IGNORED, Three
from embedkit.checks.probes import Inputs, Seen


def reference(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Return the mean loss and its gradients, by the finished code."""
    counts = targets != IGNORED
    share = 1 / counts.sum().to(hidden.dtype)
    losses, grad_hidden, grad_table = finished.chunked_losses(
        hidden, table, targets.masked_fill(~counts, 0), counts * share, chunk_size=chunk_size
    )
    return (losses * counts * share).sum(), grad_hidden, grad_table


def asked(given: tuple[Tensor, Tensor, Tensor], chunk_size: int) -> Inputs:
    """One question, in the order of the arguments."""
    hidden, table, targets = given
    return {"hidden": hidden, "table": table, "targets": targets, "chunk_size": chunk_size}


def small() -> tuple[Tensor, Tensor, Tensor]:
    """A question that can be read by eye."""
    hidden = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    table = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    return hidden, table, torch.tensor([1, 2, 1])


def with_ignored(
    given: tuple[Tensor, Tensor, Tensor], places: list[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Mark some targets as ignored."""
    hidden, table, targets = given
    targets = targets.clone()
    targets[places] = IGNORED
    return hidden, table, targets


def any_chunks(draw: Draw) -> list[Inputs]:
    """One chunk with all positions, and more chunks, of which the last may be shorter."""
    return [
        asked(small(), chunk_size=3),
        asked(wide(draw, 8, 5, 4), chunk_size=20),
        asked(small(), chunk_size=2),
        asked(wide(draw, 9, 11, 3), chunk_size=3),
        asked(wide(draw, 10, 7, 3), chunk_size=4),
        asked(wide(draw, 5, 7, 3), chunk_size=1),
        asked(wide(draw, 1, 7, 3), chunk_size=2),
        asked(wide(draw, 6, 4, 4), chunk_size=4),
    ]


def ignored_targets(draw: Draw) -> list[Inputs]:
    """Some positions do not count, in one question a whole chunk; V is larger than 100, too."""
    return [
        asked(with_ignored(small(), [1]), chunk_size=3),
        asked(with_ignored(wide(draw, 9, 11, 3), [0, 4, 5]), chunk_size=3),
        asked(with_ignored(wide(draw, 9, 150, 3), [0, 1, 2, 7]), chunk_size=3),
        asked(with_ignored(wide(draw, 4, 6, 2), [0, 1, 2]), chunk_size=2),
    ]


def large_logits(draw: Draw) -> list[Inputs]:
    """Logits in the hundreds and thousands, in one chunk with small ones.

    Where two are largest and equal, that is asked in float64: a right log-sum-exp of 1,000 is
    rounded so much in float32 that the gradient shows it.
    """
    hidden, table, _ = small()
    far, rows, targets = far_apart(draw, 8, 12)
    apart = torch.tensor([[-1000.0, 0.0], [0.0, 2000.0], [1.0, 1.0]])
    return [
        asked((apart, table, torch.tensor([1, 3, 2])), chunk_size=3),
        asked((100 * hidden, table, torch.tensor([0, 3, 3])), chunk_size=1),
        asked((far.double(), rows.double(), targets), chunk_size=4),
    ]


def many_rows(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Draw a table of as many rows as GPT-2's: most are unlikely, and together they are felt."""
    hidden = torch.tensor([[0.5, 0.0], [1.0, 1.0], [0.0, 3.0]]).double()
    return hidden, draw.doubles(50_257, 2), draw.ids(50_257, 3)


def other_inputs(draw: Draw) -> list[Inputs]:
    """Double precision, and inputs scattered in memory."""
    hidden, table, targets = wide(draw, 9, 12, 3)
    return [
        asked((scattered(hidden), scattered(table), targets), chunk_size=3),
        asked((hidden, table, targets.repeat_interleave(2)[::2]), chunk_size=3),
        asked(with_ignored((hidden.double(), table.double(), targets), [3, 5]), chunk_size=3),
        asked(many_rows(draw), chunk_size=3),
    ]


def many_logits(draw: Draw) -> list[Inputs]:
    """Far more logits than anything that is needed; also with few positions."""
    return [
        asked(with_ignored(wide(draw, 150, 400, 2), [5, 80]), chunk_size=draw.integer(2, 3)),
        asked(wide(draw, 40, 400, 1), chunk_size=1),
    ]


def with_a_rest(draw: Draw) -> list[Inputs]:
    """The same, and positions of which the last chunk is short."""
    given = wide(draw, 151, 400, 2)
    return [*many_logits(draw), asked(given, chunk_size=draw.integer(2, 3))]


def one_chunk(inputs: Inputs) -> int:
    """Return how many numbers the logits of a chunk have, or the gradient of the table."""
    vocab_size, model_dim = inputs["table"].shape
    return int(vocab_size * max(inputs["chunk_size"], model_dim))


def logits_at_scale(draw: Draw) -> Inputs:
    """So many logits that the memory they take is seen from outside."""
    given = with_ignored(wide_at_scale(draw), [5, 400])
    return asked(given, chunk_size=draw.integer(4, 6))


def right_to_float32(inputs: Inputs, seen: Seen) -> bool:
    """Whether what came back in float64 has the right digits of float32, and wrong ones behind."""
    pairs = zip(seen.value, reference(*inputs.values()), strict=True)
    return all(one.dtype == torch.float64 and close(one.float(), y.float()) for one, y in pairs)


task = Task(
    number="8.5",
    name="chunked_loss",
    points=3,
    reference=reference,
    criteria=(
        Criterion(
            "chunks of any size give the mean loss and both gradients; the last may be shorter",
            any_chunks,
            mistakes=(
                Mistake(
                    "The gradients lack the target. That of the logits is softmax − onehot: 1 is "
                    "taken off at the target of each position.",
                    wrong.without_targets,
                ),
                Mistake(
                    "The gradients have the wrong sign. That of the logits is softmax − onehot.",
                    wrong.turned_round,
                ),
                Mistake(
                    "The loss is the mean, and the gradients are those of the sum. Divide them "
                    "by the number of positions, too.",
                    wrong.only_gradients_added_up,
                ),
                Mistake(
                    "This is the sum over the positions, and its gradients. The mean is asked for.",
                    wrong.added_up,
                ),
                Mistake(
                    "A product does not fit. The gradient of the logits is (N, V). With which of "
                    "the two, and which way round, do you get (N, D), and (V, D)?",
                    when=says("shapes cannot be multiplied", "size mismatch"),
                ),
                Mistake(
                    "The positions behind the last whole chunk are left out. Count the chunks with "
                    "range(0, N, chunk_size).",
                    wrong.whole_chunks,
                ),
                Mistake(
                    "The mean of the chunks' means is not the mean of all, since the last chunk "
                    "may be shorter. Divide by the number of all positions that count.",
                    wrong.chunk_means,
                ),
                Mistake(
                    "The gradient of the table is that of the last chunk only. Every chunk adds "
                    "to it: +=.",
                    wrong.last_chunk_only,
                ),
            ),
        ),
        Criterion(
            "a position whose target is −100 counts for nothing",
            ignored_targets,
            mistakes=(
                Mistake(
                    "Ignored positions add nothing, but they still count in the mean. Divide by "
                    "the number of targets that are not −100.",
                    wrong.divided_by_all,
                ),
                Mistake(
                    "The loss is divided by the number of all positions, the gradients by those "
                    "that count.",
                    wrong.one_of_both_by_all(loss_is=True),
                ),
                Mistake(
                    "The gradients are divided by the number of all positions, the loss by those "
                    "that count.",
                    wrong.one_of_both_by_all(loss_is=False),
                ),
                Mistake(
                    "The softmax of an ignored position is still in the gradients. Its row of the "
                    "logits' gradient must be 0.",
                    wrong.softmax_of_ignored,
                ),
                Mistake(
                    "An ignored position counts as if its target were row 0. Its loss and its "
                    "row of the gradient must be 0.",
                    wrong.ignored_as_row_0,
                ),
                Mistake(
                    "Where an ignored target is used as an index, −100 counts from the end, or "
                    "stops. Put such positions aside first.",
                    when=says("out of bounds", "out of range"),
                ),
                Mistake(
                    "A chunk in which every position is ignored must add nothing. Its own mean "
                    "would be 0/0, which is not a number.",
                    when=overflows,
                ),
            ),
        ),
        Criterion(
            "logits in the hundreds do not overflow",
            large_logits,
            mistakes=(
                Mistake(
                    "exp of a logit in the hundreds is infinite in float32. Subtract the maximum "
                    "of each position before you take exp.",
                    when=overflows,
                ),
            ),
        ),
        Criterion(
            "float64, and inputs scattered in memory",
            other_inputs,
            mistakes=(
                Mistake(
                    "In float64 the digits are right to float32's precision only. Something on "
                    "the way is float32, such as 1 / n where n is a tensor of integers.",
                    when=right_to_float32,
                ),
            ),
        ),
        Criterion(
            AT_NO_TIME,
            many_logits,
            probe="call_and_weigh",
            mistakes=(
                leaves_torch,
                holds_too_much,
                Mistake(
                    "A result requires a gradient, so a graph lives on in it. detach() gives the "
                    "numbers alone.",
                    when=lambda inputs, seen: bool(seen.value["graph"]),
                ),
            ),
            accepts=right_and_small(reference, graph_is_fine=False),
        ),
        Criterion(
            "each product is of chunk_size positions, or fewer",
            with_a_rest,
            probe="call_and_weigh",
            mistakes=(
                Mistake(
                    "It takes more positions at a time than chunk_size says. Whoever calls it "
                    "chooses the size, to fit the memory that there is.",
                    when=lambda inputs, seen: True,
                ),
            ),
            accepts=no_wider_than(one_chunk),
        ),
    ),
    at_scale=AtScale(AT_NO_TIME, logits_at_scale, HOLDS_THE_LOGITS_UNSEEN),
)
