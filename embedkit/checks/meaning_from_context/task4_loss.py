"""What marks task 4.4, `negative_sampling_loss`: what a pair and its negatives cost."""

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.probes import Inputs, Seen


def asked(positive: Tensor, negative: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"positive": positive, "negative": negative}


def some_pairs(draw: Draw) -> list[Inputs]:
    """A few pairs with moderate scores."""
    return [
        asked(torch.tensor([0.0]), torch.tensor([[0.0]])),
        asked(torch.tensor([2.0, -1.0]), torch.tensor([[1.0, -3.0], [0.0, 2.0]])),
        asked(draw.numbers(9), 1.5 * draw.numbers(9, 5)),
        asked(draw.numbers(4), draw.numbers(4, 1)),
        asked(draw.numbers(6), draw.numbers(6, 6)),
    ]


def large_scores(draw: Draw) -> list[Inputs]:
    """Scores for which the sigmoid is 0 or 1 in float32, and e to them overflows."""
    far = torch.tensor([-120.0, 120.0, 30.0])
    return [
        asked(torch.tensor([-120.0]), torch.tensor([[0.0]])),
        asked(torch.tensor([0.0]), torch.tensor([[120.0, 0.0]])),
        asked(torch.tensor([-1000.0, 0.0]), torch.tensor([[0.0], [1000.0]])),
        asked(torch.tensor([-1000.0, 0.0]).double(), torch.tensor([[0.0], [1000.0]]).double()),
        asked(torch.tensor([-12.0]).double(), torch.tensor([[12.0]]).double()),
        asked(far, torch.stack([far, -far], dim=1)),
        asked(50 * draw.numbers(20), 50 * draw.numbers(20, 5)),
    ]


def other_shapes(draw: Draw) -> list[Inputs]:
    """A single pair, batches, no pairs, double precision, and scores scattered in memory."""
    return [
        asked(torch.tensor(1.0), torch.tensor([2.0, 3.0])),
        asked(draw.numbers(2, 3), draw.numbers(2, 3, 4)),
        asked(draw.numbers(5, 5, 5), draw.numbers(5, 5, 5, 5)),
        asked(torch.empty(0), torch.empty(0, 5)),
        asked(draw.numbers(4).double(), draw.numbers(4, 3).double()),
        asked(scattered(draw.numbers(3, 4)), scattered(draw.numbers(3, 4, 5))),
    ]


def capped(inputs: Inputs, seen: Seen) -> bool:
    """Whether the loss of a large score is finite, and too small."""
    right = finished.negative_sampling_loss(**inputs)
    too_small = seen.value < right - 1e-3 * right.abs()
    return bool(seen.value.isfinite().all() and too_small.any())


def same_sign(positive: Tensor, negative: Tensor) -> Tensor:
    """Reward high scores of negatives, too."""
    return F.softplus(-positive) + F.softplus(-negative).sum(-1)


def averaged(positive: Tensor, negative: Tensor) -> Tensor:
    """Average over the negatives."""
    return F.softplus(-positive) + F.softplus(negative).mean(-1)


def upside_down(positive: Tensor, negative: Tensor) -> Tensor:
    """Return what shall grow, not what shall fall."""
    return -finished.negative_sampling_loss(positive, negative)


def labels_turned(positive: Tensor, negative: Tensor) -> Tensor:
    """Push the true context away, and the negatives near."""
    return F.softplus(positive) + F.softplus(-negative).sum(-1)


def not_summed(positive: Tensor, negative: Tensor) -> Tensor:
    """Keep one number for each negative."""
    return F.softplus(-positive)[..., None] + F.softplus(negative)


def one_number(positive: Tensor, negative: Tensor) -> Tensor:
    """Add up all pairs."""
    return finished.negative_sampling_loss(positive, negative).sum()


def one_mean(positive: Tensor, negative: Tensor) -> Tensor:
    """Average over all pairs."""
    return finished.negative_sampling_loss(positive, negative).mean()


def negatives_lowered(positive: Tensor, negative: Tensor) -> Tensor:
    """Subtract what the negatives cost."""
    return F.softplus(-positive) - F.softplus(negative).sum(-1)


def context_lowered(positive: Tensor, negative: Tensor) -> Tensor:
    """Make the true context cost what a negative costs."""
    return F.softplus(positive) + F.softplus(negative).sum(-1)


def over_second_axis(positive: Tensor, negative: Tensor) -> Tensor:
    """Add along dim 1, which is the last one only in the simplest case."""
    return F.softplus(-positive) + F.softplus(negative).sum(1)


def infinite(inputs: Inputs, seen: Seen) -> bool:
    """Whether an infinity, or what comes of one, came back."""
    return not bool(seen.value.isfinite().all())


task = Task(
    number="4.4",
    name="negative_sampling_loss",
    points=2,
    reference=finished.negative_sampling_loss,
    criteria=(
        Criterion(
            "each pair costs −log σ(positive) and −log σ(−negative) for each negative",
            some_pairs,
            mistakes=(
                Mistake(
                    "The negatives are treated like the true context. Their scores shall be low, "
                    "so theirs is σ(−score).",
                    same_sign,
                ),
                Mistake("The negatives are averaged. The formula adds them up.", averaged),
                Mistake(
                    "The sign is turned round: a loss is never negative, and falls as the scores "
                    "get better.",
                    upside_down,
                ),
                Mistake(
                    "The true context is pushed away and the negatives are pulled near. It is "
                    "σ(positive) and σ(−negative).",
                    labels_turned,
                ),
                Mistake(
                    "There is a number for each negative. Add along the last dimension, so that "
                    "each pair has one.",
                    not_summed,
                ),
                Mistake("All pairs are added up. Return one loss for each pair.", one_number),
                Mistake("All pairs are averaged. Return one loss for each pair.", one_mean),
                Mistake(
                    "The term of the negatives has its sign turned: log σ(x) is −softplus(−x).",
                    negatives_lowered,
                ),
                Mistake(
                    "The term of the true context has its sign turned: log σ(x) is −softplus(−x).",
                    context_lowered,
                ),
            ),
        ),
        Criterion(
            "large scores neither overflow nor lose digits",
            large_scores,
            mistakes=(
                Mistake(
                    "Something was added to keep the logarithm finite, and now caps the loss. "
                    "F.logsigmoid(x) is exact for all x.",
                    when=capped,
                ),
                Mistake(
                    "σ of a very negative number is 0, and its logarithm −∞; e to a large one "
                    "overflows. float64 only moves the border. F.logsigmoid(x) computes log σ(x) "
                    "without either; so does −F.softplus(−x).",
                    when=infinite,
                ),
            ),
        ),
        Criterion(
            "scores of any shape: a single pair, batches, none at all",
            other_shapes,
            mistakes=(
                Mistake(
                    "The negatives lie along the last dimension, whichever number it has. "
                    "Sum with dim=-1.",
                    over_second_axis,
                    when=lambda inputs, seen: (
                        "Dimension out of range" in seen.message or "must match" in seen.message
                    ),
                ),
            ),
        ),
    ),
)
