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
        asked(torch.tensor([3 * 10**9, 10**9]), 0.75),
    ]


def other_powers(draw: Draw) -> list[Inputs]:
    """The same under other powers: as in the text, all alike, and steeper."""
    counts = draw.ids(900, 12) + 1
    return [
        asked(torch.tensor([3, 1]), 1.0),
        asked(torch.tensor([3, 1]), 0.0),
        asked(counts, float(draw.integer(1, 2))),
        asked(counts, 3.0),
        asked(torch.tensor([16, 1]), 0.5),
    ]


def not_shared_out(counts: Tensor, power: float) -> Tensor:
    """Raise the counts, and do not divide."""
    return (counts.double() ** power).float()


def not_one(inputs: Inputs, seen: Seen) -> bool:
    """Whether what came back does not add up to 1."""
    return abs(float(seen.value.sum()) - 1) > 1e-3


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


def fixed_power(counts: Tensor, power: float) -> Tensor:
    """Take three quarters whatever was asked."""
    return finished.noise_distribution(counts, 0.75)


sums_to_one = (
    "These numbers do not add up to 1. Divide by the sum of what you have after the power, not by "
    "that of the counts."
)

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
                Mistake(sums_to_one, when=not_one),
                Mistake(
                    "These are the shares in the text. Raise the counts to the power first.",
                    as_in_the_text,
                ),
                Mistake(
                    "The raised counts are cut to integers. Work with floats.",
                    cut,
                ),
                Mistake(
                    "A softmax raises e to each number. A share is a number divided by the sum.",
                    softmaxed,
                ),
            ),
        ),
        Criterion(
            "the power is the one that is given",
            other_powers,
            mistakes=(
                Mistake("It takes ¾ whatever power is given. Use the argument.", fixed_power),
            ),
        ),
    ),
)
