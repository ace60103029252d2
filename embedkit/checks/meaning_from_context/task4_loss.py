"""What marks task 4.4, `negative_sampling_loss`: what a pair and its negatives cost."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.cut_gradients import cut_off
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
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
        asked(draw.numbers(3), draw.numbers(3, draw.integer(30, 60))),
    ]


def large_scores(draw: Draw) -> list[Inputs]:
    """Scores for which the sigmoid is 0 or 1, in float32 and in float64, and e overflows."""
    far = torch.tensor([-120.0, 120.0, 30.0])
    return [
        asked(torch.tensor([-120.0]), torch.tensor([[0.0]])),
        asked(torch.tensor([0.0]), torch.tensor([[120.0, 0.0]])),
        asked(torch.tensor([-1000.0]), torch.tensor([[0.0]])),
        asked(torch.tensor([0.0]), torch.tensor([[1000.0, 0.0]])),
        asked(torch.tensor([-1000.0]).double(), torch.tensor([[0.0]]).double()),
        asked(torch.tensor([-1e6, 1e6, -1e9]), torch.tensor([[0.0], [1e6], [1e9]])),
        asked(torch.tensor([-17.0]).double(), torch.tensor([[17.0]]).double()),
        asked(far, torch.stack([far, -far], dim=1)),
        asked(50 * draw.numbers(20), 50 * draw.numbers(20, 5)),
    ]


def other_shapes(draw: Draw) -> list[Inputs]:
    """A single pair, batches, no pairs, other dtypes, and scores scattered in memory."""
    return [
        asked(torch.tensor(1.0), torch.tensor([2.0, 3.0])),
        asked(draw.numbers(2, 3), draw.numbers(2, 3, 4)),
        asked(draw.numbers(5, 5, 5), draw.numbers(5, 5, 5, 5)),
        asked(torch.empty(0), torch.empty(0, 5)),
        asked(draw.doubles(4), draw.doubles(4, 3)),
        asked(draw.numbers(4).half(), draw.numbers(4, 2).half()),
        asked(draw.numbers(4).bfloat16(), draw.numbers(4, 2).bfloat16()),
        asked(scattered(draw.numbers(3, 4)), scattered(draw.numbers(3, 4, 5))),
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Scores that ask for a gradient, also large ones, zeros, and a single pair.

    All scores are 0 at first, where C starts with zeros: there a formula may have a corner.
    """
    small = asked(torch.tensor([2.0]), torch.tensor([[1.0, -3.0]]))
    at_the_start = asked(torch.zeros(2), torch.zeros(2, 3))
    far = torch.tensor([-3000.0, 3000.0, -120.0, 120.0, 60.0])
    return [
        {"loss_weights": torch.ones(1), **small},
        {"loss_weights": draw.numbers(6), **asked(draw.numbers(6), draw.numbers(6, 4))},
        {"loss_weights": draw.numbers(6), **asked(50 * draw.numbers(6), 50 * draw.numbers(6, 4))},
        {"loss_weights": draw.numbers(), **asked(draw.numbers(), draw.numbers(3))},
        {"loss_weights": torch.ones(2), **at_the_start},
        {"loss_weights": draw.numbers(5), **asked(far, torch.stack([far, -far], dim=1))},
    ]


def same_sign(positive: Tensor, negative: Tensor) -> Tensor:
    """Reward high scores of negatives, too."""
    return F.softplus(-positive) + F.softplus(-negative).sum(-1)


def averaged(positive: Tensor, negative: Tensor) -> Tensor:
    """Average over the negatives."""
    return F.softplus(-positive) + F.softplus(negative).mean(-1)


def averaged_all(positive: Tensor, negative: Tensor) -> Tensor:
    """Average over the true context and the negatives."""
    each = torch.cat([F.softplus(-positive)[..., None], F.softplus(negative)], dim=-1)
    return each.mean(-1)


def one_mean(positive: Tensor, negative: Tensor) -> Tensor:
    """Average over the pairs."""
    return finished.negative_sampling_loss(positive, negative).mean()


def one_mean_of_all(positive: Tensor, negative: Tensor) -> Tensor:
    """Average over everything, as a loss of PyTorch does that is not told otherwise."""
    return averaged_all(positive, negative).mean()


def true_turned(positive: Tensor, negative: Tensor) -> Tensor:
    """Push the true context away, too."""
    return F.softplus(positive) + F.softplus(negative).sum(-1)


def negatives_added(positive: Tensor, negative: Tensor) -> Tensor:
    """Add log σ of the negatives instead of subtracting it."""
    return F.softplus(-positive) - F.softplus(negative).sum(-1)


def negatives_added_and_turned(positive: Tensor, negative: Tensor) -> Tensor:
    """Take the sign of the score for that of the term."""
    return F.softplus(-positive) - F.softplus(-negative).sum(-1)


def negatives_of_all(positive: Tensor, negative: Tensor) -> Tensor:
    """Add the negatives of all pairs to each."""
    return F.softplus(-positive) + F.softplus(negative).sum()


def over_first_axis(positive: Tensor, negative: Tensor) -> Tensor:
    """Add along the pairs."""
    return F.softplus(-positive) + F.softplus(negative).sum(0)


def true_for_each(positive: Tensor, negative: Tensor) -> Tensor:
    """Count the true context once for each negative."""
    return (F.softplus(-positive)[..., None] + F.softplus(negative)).sum(-1)


def log_of_the_sum(positive: Tensor, negative: Tensor) -> Tensor:
    """Take one logarithm of all the negatives' sigmoids."""
    return F.softplus(-positive) - (-negative).sigmoid().sum(-1).log()


def sigmoid_of_the_sum(positive: Tensor, negative: Tensor) -> Tensor:
    """Add the scores before the sigmoid."""
    return F.softplus(-positive) + F.softplus(negative.sum(-1))


def no_logarithm(positive: Tensor, negative: Tensor) -> Tensor:
    """Forget the logarithm."""
    return -positive.sigmoid() - (-negative).sigmoid().sum(-1)


def base_two(positive: Tensor, negative: Tensor) -> Tensor:
    """Take another logarithm."""
    return finished.negative_sampling_loss(positive, negative) / math.log(2)


def true_only(positive: Tensor, negative: Tensor) -> Tensor:
    """Leave the negatives out."""
    return F.softplus(-positive)


def negatives_only(positive: Tensor, negative: Tensor) -> Tensor:
    """Leave the true context out."""
    return F.softplus(negative).sum(-1)


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


def over_second_axis(positive: Tensor, negative: Tensor) -> Tensor:
    """Add along dim 1, which is the last one only in the simplest case."""
    return F.softplus(-positive) + F.softplus(negative).sum(1)


def infinite(inputs: Inputs, seen: Seen) -> bool:
    """Whether an infinity, or what comes of one, came back."""
    return not bool(seen.value.isfinite().all())


def infinite_far_out(inputs: Inputs, seen: Seen) -> bool:
    """Whether that happened where float64 overflows, too, and it may have been used."""
    return infinite(inputs, seen) and any(score.abs().max() > 700 for score in inputs.values())


def nan_flows_back(inputs: Inputs, seen: Seen) -> bool:
    """Whether a gradient is not finite."""
    return not all(bool(seen.value[name].isfinite().all()) for name in ("positive", "negative"))


def bent_at_zero(inputs: Inputs, seen: Seen) -> bool:
    """Whether the gradients are wrong where all scores are 0."""
    return not (inputs["positive"].any() or inputs["negative"].any())


def wanted(inputs: Inputs) -> Tensor:
    """Return the right losses."""
    return finished.negative_sampling_loss(**inputs)


def capped(inputs: Inputs, seen: Seen) -> bool:
    """Whether a loss came back that is finite, and too small."""
    short = wanted(inputs) - seen.value
    return bool(seen.value.isfinite().all() and (short > 0.5).any() and (short > -0.01).all())


def hidden(inputs: Inputs, seen: Seen) -> bool:
    """Whether the largest number that there is came back."""
    return bool((seen.value.isfinite() & (seen.value > 1e30)).any())


ONE_SUM = "The sum stands outside: log σ of each negative by itself, and then the sum of these."
AVERAGED = "The terms are averaged. The formula adds them up."
ALL_AVERAGED = "All pairs are averaged. Return one loss for each pair."
NEGATIVES_SIGN = (
    "The sign of the negatives' term is turned. Both terms are subtracted: −log σ(s), and "
    "−log σ(−s_i) for each negative."
)

task = Task(
    number="4.4",
    name="negative_sampling_loss",
    points=1,
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
                Mistake(ALL_AVERAGED, one_mean),
                Mistake(ALL_AVERAGED, one_mean_of_all),
                Mistake(AVERAGED, averaged_all),
                Mistake(
                    "The sign of the true context's term is turned: −log σ(s) is softplus(−s).",
                    true_turned,
                ),
                Mistake(NEGATIVES_SIGN, negatives_added),
                Mistake(NEGATIVES_SIGN, negatives_added_and_turned),
                Mistake(
                    "The negatives of all pairs are added to each. Sum along the last dimension "
                    "only.",
                    negatives_of_all,
                ),
                Mistake(
                    "It sums along the pairs. A pair's negatives lie along the last dimension: "
                    "dim=-1.",
                    over_first_axis,
                ),
                Mistake("The true context counts once, not once for each negative.", true_for_each),
                Mistake(ONE_SUM, log_of_the_sum),
                Mistake(ONE_SUM, sigmoid_of_the_sum),
                Mistake("The logarithm is missing: it is −log σ, not −σ.", no_logarithm),
                Mistake("This is a logarithm to base 2. log is the natural one.", base_two),
                Mistake("The negatives are missing.", true_only),
                Mistake("The true context is missing.", negatives_only),
            ),
        ),
        Criterion(
            "large scores neither overflow nor lose digits",
            large_scores,
            mistakes=(
                Mistake(
                    "Something that was added or clamped to keep the logarithm finite now caps "
                    "the loss. F.logsigmoid(x) is exact for all x.",
                    when=capped,
                ),
                Mistake(
                    "An infinity was replaced by the largest number that there is. That hides the "
                    "overflow. F.logsigmoid(x) has none.",
                    when=hidden,
                ),
                Mistake(
                    "float64 only moves the border: σ(−1000) is 0 there, too, and e¹⁰⁰⁰ is "
                    "infinite. F.logsigmoid(x) computes log σ(x) without either.",
                    when=infinite_far_out,
                ),
                Mistake(
                    "In float32 σ(−120) is 0, and its logarithm −∞; e¹²⁰ overflows. "
                    "F.logsigmoid(x) computes log σ(x) without either; so does −F.softplus(−x).",
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
                Mistake(
                    "view needs numbers that lie in memory one after another. reshape takes any.",
                    when=says("view size is not compatible"),
                ),
            ),
        ),
        Criterion(
            "the right gradients reach the scores of pairs and negatives, also of 0 and far out",
            to_train,
            probe="gradients",
            mistakes=(
                cut_off,
                Mistake(
                    "NaN flows back. torch.where throws away what overflows, but not its gradient: "
                    "0 times an infinity is NaN. F.logsigmoid(x) needs no choice between two "
                    "formulas.",
                    when=nan_flows_back,
                ),
                Mistake(
                    "The losses are right, but not the gradient at a score of 0, where all begin "
                    "if C starts with zeros. log σ has the slope one half there; relu, clamp and "
                    "abs have a corner, and slope 0 or 1. F.logsigmoid(x) has none.",
                    when=bent_at_zero,
                ),
            ),
        ),
    ),
)
