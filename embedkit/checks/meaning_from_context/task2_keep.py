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
        asked(few, draw.integer(5, 20) / 1000),
        asked(draw.ids(10**6, 40) + 10**6, draw.integer(1, 4) / 1000),
        asked(torch.tensor([draw.integer(5, 99)]), 0.1),
        asked(torch.tensor([3 * 10**9, 2 * 10**9]), draw.integer(1, 9) / 1000),
        asked(draw.ids(10**6, 40) + 10**6, draw.integer(1, 9) / 100_000),
    ]


def rare_words(draw: Draw) -> list[Inputs]:
    """Words so rare that the formula gives 1 or more, some of them only because of its sum.

    Beside frequent words and by themselves.
    """
    return [
        asked(torch.tensor([90, 10]), 0.05),
        asked(torch.tensor([10, 90]), 0.05),
        asked(torch.tensor([3, 3]), 0.9),
        asked(torch.tensor([3, 3]), 0.25),
        asked(50 + draw.ids(10, 10), draw.integer(6, 15) / 100),
        asked(draw.ids(900, 30) ** 2 + 1, draw.integer(5, 20) / 1000),
        asked(
            torch.cat([draw.ids(9, 20) + 1, torch.tensor([10**6])]), draw.integer(1, 9) / 100_000
        ),
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


def of_the_number(counts: Tensor, sample: float) -> Tensor:
    """Divide by the number of words in the vocabulary."""
    ratio = sample * len(counts) / counts.double()
    return (ratio.sqrt() + ratio).clamp(max=1).float()


def dropped(counts: Tensor, sample: float) -> Tensor:
    """Return the probability that a word is dropped."""
    return 1 - finished.keep_probability(counts, sample)


def dropped_in_the_paper(counts: Tensor, sample: float) -> Tensor:
    """Return the probability that a word is dropped, as the paper prints it."""
    return (1 - (sample / share_of(counts)).sqrt()).clamp(min=0).float()


def root_of_both(counts: Tensor, sample: float) -> Tensor:
    """Let the root cover the sum of the two terms."""
    return (2 * sample / share_of(counts)).sqrt().clamp(max=1).float()


def root_of_the_sum(counts: Tensor, sample: float) -> Tensor:
    """Take a second root, of the sum."""
    ratio = sample / share_of(counts)
    return (ratio.sqrt() + ratio).sqrt().clamp(max=1).float()


def whole_shares(counts: Tensor, sample: float) -> Tensor:
    """Divide integers by //."""
    ratio = sample / (counts // counts.sum()).double()
    return (ratio.sqrt() + ratio).clamp(max=1).float()


def shared_out(counts: Tensor, sample: float) -> Tensor:
    """Make the probabilities add up to 1."""
    kept = finished.keep_probability(counts, sample)
    return kept / kept.sum()


def all_if_any(counts: Tensor, sample: float) -> Tensor:
    """Keep all words always if one of them is rare."""
    kept = unbounded(counts, sample)
    return torch.ones_like(kept) if (kept > 1).any() else kept


def terms_bounded(counts: Tensor, sample: float) -> Tensor:
    """Bound each of the two terms."""
    ratio = sample / share_of(counts)
    return (ratio.sqrt().clamp(max=1) + ratio.clamp(max=1)).float()


def bounded_below_sample(counts: Tensor, sample: float) -> Tensor:
    """Keep always what is rarer than sample, and let the rest exceed 1."""
    kept = unbounded(counts, sample)
    return torch.where(share_of(counts) <= sample, torch.ones_like(kept), kept)


def unbounded(counts: Tensor, sample: float) -> Tensor:
    """Let it exceed 1."""
    ratio = sample / share_of(counts)
    return (ratio.sqrt() + ratio).float()


ROOT = "The root covers the first term only: √(sample / f), and then sample / f is added."

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
                Mistake(ROOT, root_of_both),
                Mistake(ROOT, root_of_the_sum),
                Mistake(
                    "All of these are 1. Either f / sample stands in place of sample / f, or "
                    "clamp(min=1), which raises all to 1, in place of clamp(max=1).",
                    turned,
                ),
                Mistake("// cuts the shares to 0. Divide with /.", whole_shares),
                Mistake(
                    "Each word is kept or not by itself, so these need not add up to 1. Leave the "
                    "last division out.",
                    shared_out,
                ),
                Mistake(
                    "Python's min, max and if want one yes or no, and a tensor gives one for each "
                    "word. clamp looks at every number by itself.",
                    when=says("is ambiguous"),
                ),
                Mistake(
                    "f is the share of the text that a word makes up. Divide the counts by their "
                    "sum.",
                    of_counts,
                ),
                Mistake(
                    "f is a share of the text. Divide by the sum of the counts, not by how many "
                    "words there are.",
                    of_the_number,
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
                    "This is how likely a word is dropped, as the paper has it. Return how likely "
                    "it is kept, with both terms.",
                    dropped_in_the_paper,
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
                Mistake(
                    "One rare word makes all of them be kept. Each word has its own bound: "
                    "clamp(max=1) looks at every number by itself.",
                    all_if_any,
                ),
                Mistake("Bound the sum of the two terms, not each of them.", terms_bounded),
                Mistake(
                    "The formula exceeds 1 for words somewhat more frequent than sample, too. "
                    "Bound what it gives.",
                    bounded_below_sample,
                ),
            ),
        ),
    ),
)
