"""What a table of words scores on what people say of words, and how sure that score is.

The answers, the scores and the share of words that are missing equal those of gensim's evaluators,
``KeyedVectors.evaluate_word_analogies`` and ``evaluate_word_pairs``, on the same vectors.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from embedkit.geometry import cosine_similarity, solve_analogies, unit_rows
from embedkit.ranks import spearman
from embedkit.word_tables import WordTable
from embedkit.word_tests import Analogy, RatedPair


@dataclass(frozen=True)
class AnalogyAnswers:
    """What a table answers to the questions of one category.

    Args:
        asked: the questions whose four words the table has.
        answers: its answer to each of them.
        right: whether the answer is the word that was asked for.
        skipped: how many questions were not asked, because a word is missing.
    """

    asked: tuple[Analogy, ...]
    answers: tuple[str, ...]
    right: Bool[Tensor, "asked"]
    skipped: int

    @property
    def accuracy(self) -> float:
        """The share of right answers among the questions that were asked; nan if none was."""
        return self.right.double().mean().item()

    @property
    def missing(self) -> float:
        """The share of questions that were not asked; nan if there are no questions."""
        every = self.skipped + len(self.asked)
        return self.skipped / every if every else math.nan


@dataclass(frozen=True)
class PairScores:
    """How alike a table finds the words of rated pairs.

    Args:
        known: for each pair, whether the table has both words.
        cosines: for each pair, the cosine of its rows; nan where a word is missing.
        ratings: what people say.
    """

    known: Bool[Tensor, "pairs"]
    cosines: Float[Tensor, "pairs"]
    ratings: Float[Tensor, "pairs"]

    @property
    def missing(self) -> float:
        """The share of pairs with a word that the table lacks."""
        return 1 - self.known.double().mean().item()

    @property
    def correlation(self) -> float:
        """Spearman's correlation of cosines and ratings, on the pairs that the table has."""
        return spearman(self.cosines[self.known], self.ratings[self.known]).item()


def joined(parts: Sequence[AnalogyAnswers]) -> AnalogyAnswers:
    """Put the answers to several categories together."""
    return AnalogyAnswers(
        asked=tuple(question for part in parts for question in part.asked),
        answers=tuple(answer for part in parts for answer in part.answers),
        right=torch.cat([torch.empty(0, dtype=torch.bool), *(part.right for part in parts)]),
        skipped=sum(part.skipped for part in parts),
    )


def ask_analogies(
    table: WordTable,
    questions: Sequence[Analogy],
    method: str = "add",
    keep_inputs: bool = False,
    restrict_vocab: int | None = None,
    case_insensitive: bool = True,
) -> AnalogyAnswers:
    """Ask a table a list of analogies; those with a word that it lacks are skipped.

    The same as gensim's ``KeyedVectors.evaluate_word_analogies``, which knows the method ``add``.

    Args:
        table: the words and their rows.
        questions: *a is to b as c is to which?*, and the answer that is expected.
        method: see :func:`embedkit.geometry.analogy_scores`.
        keep_inputs: whether a, b and c themselves may be the answer.
        restrict_vocab: use the first so many words only, both to ask and to answer.
        case_insensitive: whether ``King`` and ``king`` count as one word; its row is then that
            of the form which comes first.
    """
    table = table if restrict_vocab is None else table.first(restrict_vocab)
    forms = _forms(table, case_insensitive)
    keyed = [[_key(word, case_insensitive) for word in question] for question in questions]
    known = [all(key in forms for key in question) for question in keyed]
    asked = [question for question, has in zip(keyed, known, strict=True) if has]
    ids = _matrix([[forms[key][0] for key in question[:3]] for question in asked], table, 3)
    out = _matrix([[i for key in question[:3] for i in forms[key]] for question in asked], table, 3)
    leave_out = None if keep_inputs else out
    found = solve_analogies(table.rows, ids, method, keep_inputs, leave_out).tolist()
    right = [answer in forms[question[3]] for answer, question in zip(found, asked, strict=True)]
    return AnalogyAnswers(
        asked=tuple(question for question, has in zip(questions, known, strict=True) if has),
        answers=tuple(table.words[i] for i in found),
        right=torch.tensor(right, dtype=torch.bool),
        skipped=len(questions) - len(asked),
    )


def score_pairs(
    table: WordTable,
    pairs: Sequence[RatedPair],
    restrict_vocab: int | None = None,
    case_insensitive: bool = True,
) -> PairScores:
    """Ask a table how alike the words of rated pairs are.

    ``.correlation`` and ``.missing`` are what gensim's ``KeyedVectors.evaluate_word_pairs`` gives.

    Args:
        table: the words and their rows.
        pairs: two words each, and people's rating.
        restrict_vocab: use the first so many words only.
        case_insensitive: whether ``King`` and ``king`` count as one word; its row is then that
            of the form which comes first.
    """
    table = table if restrict_vocab is None else table.first(restrict_vocab)
    forms = _forms(table, case_insensitive)
    keyed = [[_key(word, case_insensitive) for word in pair[:2]] for pair in pairs]
    known = torch.tensor([all(key in forms for key in pair) for pair in keyed], dtype=torch.bool)
    ids = [[forms[key][0] for key in pair] for pair in keyed if all(key in forms for key in pair)]
    rows = unit_rows(table.rows[_matrix(ids, table, 2)])
    cosines = torch.full((len(pairs),), torch.nan, dtype=torch.float64)
    if ids:
        cosines[known] = (rows[:, 0] * rows[:, 1]).sum(dim=1).cpu().double()
    return PairScores(known, cosines, torch.tensor([pair.score for pair in pairs]).double())


def draw_again(count: int, draws: int = 2000, seed: int = 0) -> Int[Tensor, "draws count"]:
    """Draw samples of a sample: each as large, and with replacement.

    Args:
        count: how many items the sample has.
        draws: how many samples to draw.
        seed: the same seed draws the same ones.

    Returns:
        The places of the items that each draw holds.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(count, (draws, count), generator=generator)


def bootstrap_interval(
    statistic: Callable[..., Float[Tensor, "draws"]],
    samples: Sequence[Tensor],
    draws: Int[Tensor, "draws count"],
    level: float = 0.95,
) -> tuple[float, float]:
    """Say between which values a statistic lies in most redrawn samples: its percentile interval.

    The samples are redrawn together, so what belongs to one item stays together. The same as
    ``scipy.stats.bootstrap(..., paired=True, method="percentile")`` with the same draws. A draw
    on which the statistic is nan is left out.

    Args:
        statistic: a function of the samples that works along their last axis.
        samples: what was measured of each item, one tensor a measurement.
        draws: the places that each draw holds, from :func:`draw_again`.
        level: in what share of the draws the statistic lies between the two.

    Returns:
        The lower and the upper end.
    """
    values = statistic(*(sample[draws] for sample in samples)).double()
    tail = (1 - level) / 2
    low, high = values.nanquantile(torch.tensor([tail, 1 - tail], dtype=torch.float64)).tolist()
    return low, high


def accuracy_interval(
    answers: AnalogyAnswers,
    than: AnalogyAnswers | None = None,
    draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return a bootstrap interval of an accuracy that redraws pairs of words, not questions.

    A category is made of a few pairs, such as *man, woman*, each set against each other. What a
    table gets wrong about one pair it gets wrong in many questions, so these are no independent
    draws. Here the pairs are redrawn, and a question counts as often as its two pairs together.

    Args:
        answers: a table's answers to some questions.
        than: other answers to the same questions; then the interval is that of the difference.
        draws: how many samples of pairs to draw.
        seed: of these draws.
        level: in what share of the draws the accuracy lies between the two ends.

    Returns:
        The lower and the upper end; nan for both if no question was asked.

    Raises:
        ValueError: if the other answers are to other questions.
    """
    if than is not None and than.asked != answers.asked:
        raise ValueError("only answers to the same questions can be compared pair by pair.")
    if not answers.asked:
        return math.nan, math.nan
    of_question = [((q.a, q.b), (q.c, q.d)) for q in answers.asked]
    pairs = {pair: i for i, pair in enumerate(dict.fromkeys(p for two in of_question for p in two))}
    one, other = torch.tensor([[pairs[p] for p in two] for two in of_question]).T
    right = answers.right.double() - (0 if than is None else than.right.double())
    asked_of = torch.zeros(len(pairs), len(pairs), dtype=torch.float64)
    right_of = asked_of.index_put((one, other), right, accumulate=True)
    asked_of.index_put_((one, other), torch.ones_like(right), accumulate=True)

    def accuracy(drawn: Int[Tensor, "draws pairs"]) -> Float[Tensor, "draws"]:
        times = torch.zeros(drawn.shape, dtype=torch.float64)
        times.scatter_add_(1, drawn, torch.ones_like(times))
        # t R t, the sum over both pairs of a question, for each draw's counts t
        return (times @ right_of * times).sum(dim=1) / (times @ asked_of * times).sum(dim=1)

    every = draw_again(len(pairs), draws, seed)
    return bootstrap_interval(accuracy, [torch.arange(len(pairs))], every, level)


class Association(NamedTuple):
    """How far two groups of words differ in what they lie close to."""

    effect: float
    p_value: float


def association(
    words: Float[Tensor, "n dim"],
    others: Float[Tensor, "m dim"],
    one_pole: Float[Tensor, "p dim"],
    other_pole: Float[Tensor, "q dim"],
    shuffles: int = 10_000,
    seed: int = 0,
) -> Association:
    """Measure which of two groups of words lies closer to one pole than to another.

    The Word Embedding Association Test of Caliskan, Bryson and Narayanan, 2017,
    https://arxiv.org/abs/1608.07187. A word's lean is its mean cosine with one pole's words less
    that with the other's. The effect is the difference of the groups' mean leans, in standard
    deviations of all leans, and lies between −2 and 2 for groups of equal size.

    Args:
        words: the rows of one group.
        others: the rows of the group that it is compared with, usually as many.
        one_pole: the rows of the words that stand for one pole.
        other_pole: the rows of those that stand for the other.
        shuffles: how often the words are dealt into two groups at random.
        seed: of those random deals.

    Returns:
        The effect, and in what share of random deals the difference was at least as large, in
        this direction; the deal that was found counts as one, so it is never 0.
    """
    both = torch.cat([words, others]).double().cpu()
    poles = [cosine_similarity(both, pole.double().cpu()) for pole in (one_pole, other_pole)]
    leans = poles[0].mean(dim=1) - poles[1].mean(dim=1)
    n = len(words)
    difference = leans[:n].mean() - leans[n:].mean()
    generator = torch.Generator().manual_seed(seed)
    dealt = leans[torch.rand(shuffles, len(leans), generator=generator).argsort(dim=1)]
    by_chance = dealt[:, :n].mean(dim=1) - dealt[:, n:].mean(dim=1)
    # the deal that was found is one of those that chance could give
    as_large = (by_chance >= difference - 1e-12).sum().item()
    return Association((difference / leans.std()).item(), (1 + as_large) / (1 + shuffles))


def _key(word: str, case_insensitive: bool) -> str:
    return word.upper() if case_insensitive else word


def _forms(table: WordTable, case_insensitive: bool) -> dict[str, list[int]]:
    """Return, for each word, the rows of all its forms, in the table's order."""
    forms: dict[str, list[int]] = {}
    for i, word in enumerate(table.words):
        forms.setdefault(_key(word, case_insensitive), []).append(i)
    return forms


def _matrix(lists: Sequence[Sequence[int]], table: WordTable, width: int) -> Int[Tensor, "n width"]:
    """Return lists of ids as one tensor, at least so wide; shorter ones repeat their first id."""
    width = max([width, *map(len, lists)])
    full = [[*ids, *[ids[0]] * (width - len(ids))] for ids in lists]
    return torch.tensor(full, dtype=torch.long, device=table.rows.device).reshape(-1, width)
