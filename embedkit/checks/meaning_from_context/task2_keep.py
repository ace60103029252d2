"""What marks task 4.2, `keep_probability`: how frequent words are thinned."""

import torch
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs


def asked(counts: Tensor, sample: float) -> Inputs:
    """One question, in the order of the arguments."""
    return {"counts": counts, "sample": sample}


def frequent_words(draw: Draw) -> list[Inputs]:
    """Words of which each makes up more than three times the share that counts as frequent."""
    few = 500 + draw.ids(500, 7)
    return [
        asked(torch.tensor([75, 25]), 0.01),
        asked(few, draw.integer(5, 20) / 1000),
        asked(draw.ids(10**6, 40) + 10**6, draw.integer(1, 4) / 1000),
        asked(torch.tensor([draw.integer(5, 99)]), 0.1),
    ]


def rare_words(draw: Draw) -> list[Inputs]:
    """Words so rare that the formula gives 1 or more, some of them only because of its sum."""
    return [
        asked(torch.tensor([3, 3]), 0.9),
        asked(torch.tensor([3, 3]), 0.25),
        asked(50 + draw.ids(10, 10), draw.integer(6, 15) / 100),
    ]


def share_of(counts: Tensor) -> Tensor:
    """Return the share of the text that each word makes up."""
    return counts.double() / counts.sum()


def of_the_paper(counts: Tensor, sample: float) -> Tensor:
    """Leave the second term out, as the paper does."""
    return (sample / share_of(counts)).sqrt().clamp(max=1).float()


def without_root(counts: Tensor, sample: float) -> Tensor:
    """Forget the root."""
    return (sample / share_of(counts)).clamp(max=1).float()


def turned(counts: Tensor, sample: float) -> Tensor:
    """Divide the share by the sample."""
    ratio = share_of(counts) / sample
    return (ratio.sqrt() + ratio).clamp(max=1).float()


def of_counts(counts: Tensor, sample: float) -> Tensor:
    """Take counts for shares."""
    ratio = sample / counts.double()
    return (ratio.sqrt() + ratio).clamp(max=1).float()


def of_the_largest(counts: Tensor, sample: float) -> Tensor:
    """Divide by the largest count instead of the sum."""
    ratio = sample * counts.max() / counts.double()
    return (ratio.sqrt() + ratio).clamp(max=1).float()


def dropped(counts: Tensor, sample: float) -> Tensor:
    """Return the probability that a word is dropped."""
    return 1 - finished.keep_probability(counts, sample)


def unbounded(counts: Tensor, sample: float) -> Tensor:
    """Let it exceed 1."""
    ratio = sample / share_of(counts)
    return (ratio.sqrt() + ratio).float()


task = Task(
    number="4.2",
    name="keep_probability",
    points=1,
    reference=finished.keep_probability,
    criteria=(
        Criterion(
            "frequent words are kept with the probability of the formula",
            frequent_words,
            mistakes=(
                Mistake(
                    "The second term is missing. The paper has only the root; word2vec's code, "
                    "and this task, add sample / f.",
                    of_the_paper,
                ),
                Mistake("The root is missing: it is the first of two terms.", without_root),
                Mistake("It is sample / f, not f / sample.", turned),
                Mistake(
                    "f is the share of the text that a word makes up. Divide the counts by their "
                    "sum.",
                    of_counts,
                ),
                Mistake(
                    "f is a share of the whole text. Divide by the sum of the counts, not by the "
                    "largest.",
                    of_the_largest,
                ),
                Mistake(
                    "This is how likely a word is dropped. Return how likely it is kept.", dropped
                ),
            ),
        ),
        Criterion(
            "rare words are always kept: no probability exceeds 1",
            rare_words,
            mistakes=(
                Mistake(
                    "For rare words the formula gives more than 1. clamp(max=1) keeps it there.",
                    unbounded,
                ),
            ),
        ),
    ),
)
