"""What marks task 4.2, `keep_probability`: how frequent words are thinned."""

import torch
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.probes import Inputs


def asked(counts: Tensor, sample: float) -> Inputs:
    """One question, in the order of the arguments."""
    return {"counts": counts, "sample": sample}


def frequent_words(draw: Draw) -> list[Inputs]:
    """Words of which each makes up more than three times the share that counts as frequent."""
    few = 500 + draw.ids(500, 7)
    return [
        asked(torch.tensor([75, 25]), 0.01),
        asked(torch.tensor([3 * 10**9, 10**9]), 0.02),
        asked(few, draw.integer(5, 20) / 1000),
        asked(draw.ids(10**6, 40) + 10**6, draw.integer(1, 4) / 1000),
        asked(torch.tensor([draw.integer(5, 99)]), 0.1),
    ]


def rare_words(draw: Draw) -> list[Inputs]:
    """Rare words, some beside frequent ones; for some it takes both terms to reach 1."""
    return [
        asked(torch.tensor([90, 10]), 0.05),
        asked(torch.tensor([3, 3]), 0.25),
        asked(torch.tensor([278, 722]), 0.1),
        asked(torch.cat([50 + draw.ids(10, 10), 2000 + draw.ids(900, 2)]), 0.02),
        asked(50 + draw.ids(10, 10), draw.integer(6, 15) / 100),
    ]


def frequent_and_rare_words(draw: Draw) -> list[Inputs]:
    """Frequent words by themselves, and then rare ones beside them."""
    return frequent_words(draw) + rare_words(draw)


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


def all_or_none(counts: Tensor, sample: float) -> Tensor:
    """Keep all words as soon as one must be."""
    kept = unbounded(counts, sample)
    return torch.ones_like(kept) if (kept > 1).any() else kept


def raised_to_one(counts: Tensor, sample: float) -> Tensor:
    """Mix up clamp's two ends."""
    return unbounded(counts, sample).clamp(min=1)


def dropped_as_in_the_paper(counts: Tensor, sample: float) -> Tensor:
    """Return what the paper prints: how likely a word is dropped, without the second term."""
    return 1 - of_the_paper(counts, sample)


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
            "each word is kept with the probability of the formula, and never with more than 1",
            frequent_and_rare_words,
            mistakes=(
                Mistake(
                    "The second term is missing. The paper has only the root; word2vec's code, "
                    "and this task, add sample / f.",
                    of_the_paper,
                ),
                Mistake("The root is missing: it is the first of two terms.", without_root),
                Mistake(
                    "clamp(min=1) raises everything to 1. It is max=1 that bounds from above.",
                    raised_to_one,
                ),
                Mistake("It is sample / f, not f / sample.", turned),
                Mistake(
                    "This is how likely a word is dropped, as the paper has it. Return how likely "
                    "it is kept.",
                    dropped_as_in_the_paper,
                ),
                Mistake(
                    "Python's min and if want one yes or no, and a tensor gives one for each word. "
                    "clamp(max=1) looks at every number by itself.",
                    when=says("ambiguous"),
                ),
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
                Mistake(
                    "For rare words the formula gives more than 1. clamp(max=1) keeps it there.",
                    unbounded,
                ),
                Mistake(
                    "One rare word makes all of them be kept. Each word has a bound of its own: "
                    "clamp(max=1) looks at every number by itself.",
                    all_or_none,
                ),
            ),
        ),
    ),
)
