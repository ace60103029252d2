"""What marks task 4.3, `noise_distribution`: what negatives are drawn from."""

import torch
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen


def asked(counts: Tensor, power: float) -> Inputs:
    """One question, in the order of the arguments."""
    return {"counts": counts, "power": power}


def usual_power(draw: Draw) -> list[Inputs]:
    """Counts under the power that word2vec takes."""
    return [
        asked(torch.tensor([16, 1]), 0.75),
        asked(draw.ids(900, 12) + 1, 0.75),
        asked(draw.ids(10**6, 50) + 1, 0.75),
        asked(torch.tensor([draw.integer(2, 99)]), 0.75),
        asked(torch.tensor([3 * 10**9, 2 * 10**9]), 0.75),
    ]


def other_powers(draw: Draw) -> list[Inputs]:
    """The same under other powers: as in the text, all alike, and steeper."""
    counts = draw.ids(900, 12) + 1
    return [
        asked(torch.tensor([3, 1]), 1.0),
        asked(torch.tensor([16, 1]), 0.5),
        asked(torch.tensor([3, 1]), 0.0),
        asked(counts, draw.integer(1, 7) / 8 + 1),
        asked(counts, float(draw.integer(1, 2))),
        asked(counts, 3.0),
        asked(counts, draw.integer(1, 3) / 8),
        asked(draw.ids(10**7, 12) + 10**7, 3.0),
    ]


def not_shared_out(counts: Tensor, power: float) -> Tensor:
    """Raise the counts, and do not divide."""
    return (counts.double() ** power).float()


def running_sum(counts: Tensor, power: float) -> Tensor:
    """Add the shares up from word to word."""
    return finished.noise_distribution(counts, power).cumsum(0)


def wrong_sum(inputs: Inputs, seen: Seen) -> bool:
    """Whether there is a number for each word, and they do not add up to 1."""
    total = float(seen.value.sum())
    return seen.value.shape == inputs["counts"].shape and abs(total - 1) > 0.01


def as_in_the_text(counts: Tensor, power: float) -> Tensor:
    """Forget the power."""
    return finished.noise_distribution(counts, 1.0)


def cut(counts: Tensor, power: float) -> Tensor:
    """Keep the raised counts as integers."""
    weights = (counts.double() ** power).long()
    return (weights / weights.sum()).float()


def softmaxed(counts: Tensor, power: float) -> Tensor:
    """Take a softmax to make a distribution."""
    return (counts.double() ** power).softmax(0).float()


def softmaxed_product(counts: Tensor, power: float) -> Tensor:
    """Multiply by the power, and take a softmax."""
    return (counts.double() * power).softmax(0).float()


def softmaxed_shares(counts: Tensor, power: float) -> Tensor:
    """Raise the shares, and take a softmax."""
    return ((counts.double() / counts.sum()) ** power).softmax(0).float()


def zero_is_none(counts: Tensor, power: float) -> Tensor:
    """Take a power of 0 for one that is not given."""
    return finished.noise_distribution(counts, power or 0.75)


def fixed_power(counts: Tensor, power: float) -> Tensor:
    """Take three quarters whatever was asked."""
    return finished.noise_distribution(counts, 0.75)


SOFTMAX = "A softmax raises e to each number. A share is a number divided by the sum."

task = Task(
    number="4.3",
    name="noise_distribution",
    points=1,
    reference=finished.noise_distribution,
    criteria=(
        Criterion(
            "each word has its share of the counts to the power of ¾",
            usual_power,
            mistakes=(
                Mistake(
                    "These are weights, not yet shares. Divide them by their sum.", not_shared_out
                ),
                Mistake("This is a running sum. Return each word's own share.", running_sum),
                Mistake(
                    "These are the shares in the text. Raise the counts to the power first.",
                    as_in_the_text,
                ),
                Mistake(
                    "The raised counts are cut to integers. Work with floats.",
                    cut,
                ),
                Mistake(SOFTMAX, softmaxed),
                Mistake(SOFTMAX, softmaxed_product),
                Mistake(SOFTMAX, softmaxed_shares),
                Mistake(
                    "These numbers do not add up to 1. Divide by the sum of what you have after "
                    "the power, and by nothing else.",
                    when=wrong_sum,
                ),
            ),
        ),
        Criterion(
            "the power is the one that is given",
            other_powers,
            mistakes=(
                Mistake(
                    "A power of 0 is a power: all words are drawn alike. `or` takes it for none.",
                    zero_is_none,
                ),
                Mistake("It takes ¾ whatever power is given. Use the argument.", fixed_power),
            ),
        ),
    ),
)
