"""Lesson 4, meaning from context: skip-gram with negative sampling, to be read and to be fast.

First the pieces, as one would write them on paper: pairs, what is skipped, what is drawn as noise,
the loss and its gradients. Then the loop that trains a table; it does the same arithmetic for many
words at once, in :mod:`embedkit.tiles`. The method is that of Mikolov, Sutskever, Chen, Corrado and
Dean, 2013, https://arxiv.org/abs/1310.4546, and the one that gensim's ``Word2Vec(sg=1)`` follows.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64, Integer
from torch import Tensor
from tqdm import tqdm

from embedkit.device import pick_device
from embedkit.learning_the_table import embedding_backward
from embedkit.tiles import Tiling, draw_tiles, tile_step, usual_tiling
from embedkit.word_tables import WordTable

Token = TypeVar("Token")

BAG = 2**20
"""How many tickets the bag holds from which negatives are drawn, rounding aside.

Each word has one at least. For some thousand words that changes no share by more than 2 in 100; a
vocabulary of a million would need a larger bag.
"""


def pairs_in_window(tokens: Sequence[Token], window: int) -> list[tuple[Token, Token]]:
    """Pair each token with every other one that stands at most ``window`` places away.

    Args:
        tokens: one sentence, as words or as ids.
        window: how many places to look to the left and to the right.

    Returns:
        (center, context), by the place of the center, then by that of the context.
    """
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(max(0, i - window), min(len(tokens), i + window + 1))
        if j != i
    ]


def keep_probability(counts: Integer[Tensor, "vocab"], sample: float) -> Float[Tensor, "vocab"]:
    """Return how likely an occurrence of each word is kept, so that frequent words are thinned.

    A word that makes up the share f of the text is kept with probability
    ``sqrt(sample / f) + sample / f``, or always if that exceeds 1. It is the formula of word2vec's
    code and of gensim; the paper's own has no second term.

    Args:
        counts: how often each word occurs, at least once.
        sample: usually 1e-3; smaller is stricter. Words above 2.6 times this share are thinned.
    """
    ratio = sample * counts.sum() / counts.double()
    return (ratio.sqrt() + ratio).clamp(max=1).float()


def noise_distribution(
    counts: Integer[Tensor, "vocab"], power: float = 0.75
) -> Float[Tensor, "vocab"]:
    """Return the distribution from which negatives are drawn: shares of ``counts ** power``.

    Args:
        counts: how often each word occurs.
        power: 1 draws words as they occur in the text, 0 draws all alike.
    """
    weights = counts.double() ** power
    return (weights / weights.sum()).float()


def negative_sampling_loss(
    positive: Float[Tensor, "*pairs"], negative: Float[Tensor, "*pairs negatives"]
) -> Float[Tensor, "*pairs"]:
    """Return ``−log σ(positive) − Σ log σ(−negative)`` for each pair, without overflow.

    Args:
        positive: the score of each pair that occurred, a dot product.
        negative: the scores of the same centers with words drawn from the noise.
    """
    return F.softplus(-positive) + F.softplus(negative).sum(dim=-1)


def negative_sampling_gradients(
    centers_table: Float[Tensor, "vocab dim"],
    contexts_table: Float[Tensor, "vocab dim"],
    centers: Integer[Tensor, "pairs"],
    contexts: Integer[Tensor, "pairs"],
    negatives: Integer[Tensor, "pairs negatives"],
) -> tuple[Float[Tensor, "vocab dim"], Float[Tensor, "vocab dim"]]:
    """Return the gradients of both tables, for the sum of the losses of all pairs.

    Equal to what autograd finds for :func:`negative_sampling_loss`, derived by hand: the loss by a
    score is ``σ(score) − 1`` for a pair that occurred and ``σ(score)`` for one that was drawn.

    Args:
        centers_table: E, the rows of words as centers; what the training is for.
        contexts_table: C, the rows of words as contexts.
        centers: the ids of the pairs' centers.
        contexts: the ids of the words that stood near them.
        negatives: for each pair, the ids that were drawn from the noise.

    Returns:
        The gradient of E and that of C; the rows of a word that comes in several pairs add up.
    """
    center_rows = centers_table[centers.long()]
    others = torch.cat([contexts[:, None], negatives], dim=1)  # column 0 is the true one
    other_rows = contexts_table[others.long()]
    by_score = torch.einsum("pd,pkd->pk", center_rows, other_rows).sigmoid()
    by_score[:, 0] -= 1
    to_centers = torch.einsum("pk,pkd->pd", by_score, other_rows)
    to_others = torch.einsum("pk,pd->pkd", by_score, center_rows)
    vocab_size = len(centers_table)
    return (
        embedding_backward(to_centers, centers, vocab_size),
        embedding_backward(to_others, others, vocab_size),
    )


@dataclass(frozen=True)
class SkipGramTable(WordTable):
    """What skip-gram leaves behind: a table of words, and more than most people keep of it.

    Args:
        contexts: the second table, the rows of the same words as contexts.
        counts: how often each word occurs.
        losses: the mean loss of a pair at every tenth step, as training went on.
    """

    contexts: Float[Tensor, "vocab dim"]
    counts: Int64[Tensor, "vocab"]
    losses: tuple[float, ...]


def count_words(
    sentences: Sequence[Sequence[str]], min_count: int
) -> tuple[tuple[str, ...], Int64[Tensor, "vocab"]]:
    """Return the words that occur at least ``min_count`` times, most frequent first, and counts.

    Raises:
        TypeError: if a sentence is a string, whose items are letters.
        ValueError: if no word is frequent enough.
    """
    if any(isinstance(sentence, str) for sentence in sentences):
        raise TypeError("a sentence is a list of words here; split strings with words_of first.")
    counted = Counter(chain.from_iterable(sentences)).most_common()
    kept = [(word, count) for word, count in counted if count >= min_count]
    if not kept:
        raise ValueError(f"no word occurs {min_count} times or more; lower min_count.")
    return tuple(word for word, _ in kept), torch.tensor([count for _, count in kept])


class Text(NamedTuple):
    """A text as training needs it, made by :func:`prepare`."""

    words: tuple[str, ...]
    """The vocabulary, most frequent word first."""
    counts: Int64[Tensor, "vocab"]
    """How often each word occurs."""
    ids: Int64[Tensor, "tokens"]
    """The text without its rare words, one sentence after another."""
    sentence: Int64[Tensor, "tokens"]
    """The number of the sentence that each of them belongs to."""
    keep: Float[Tensor, "vocab"]
    """How likely an occurrence of each word is kept."""
    noise: Float[Tensor, "vocab"]
    """How likely each word is drawn as a negative."""


def prepare(sentences: Sequence[Sequence[str]], min_count: int, sample: float) -> Text:
    """Turn sentences into ids, and count what the training draws by.

    Raises:
        TypeError: if a sentence is a string.
        ValueError: if no word is frequent enough.
    """
    words, counts = count_words(sentences, min_count)
    row_of = {word: row for row, word in enumerate(words)}
    ids = torch.tensor([row_of.get(word, -1) for word in chain.from_iterable(sentences)])
    sentence = torch.repeat_interleave(torch.tensor([len(one) for one in sentences]))
    known = ids >= 0
    chances = keep_probability(counts, sample), noise_distribution(counts)
    return Text(words, counts, ids[known], sentence[known], *chances)


def note_loss(losses: list[float], loss: float) -> None:
    """Add a loss to those that were measured, and stop a training that runs away.

    Raises:
        ArithmeticError: if the last ten are more than twice the first on average, or no numbers.
    """
    losses.append(loss)
    recent = sum(losses[-10:]) / len(losses[-10:])
    if not recent <= 2 * losses[0]:
        raise ArithmeticError(
            f"training ran away: the loss of a pair rose from {losses[0]:.2f} to {recent:.3g}. "
            "Take a lower lr, or a Tiling with a smaller batch."
        )


def train_skipgram(
    sentences: Iterable[Sequence[str]],
    *,
    dim: int = 100,
    window: int = 5,
    negatives: int = 5,
    sample: float = 1e-3,
    min_count: int = 5,
    epochs: int = 10,
    lr: float = 0.025,
    seed: int = 1,
    workers: int = 2,
    tiling: Tiling | None = None,
    progress: bool = False,
    after_epoch: Callable[[int, Float[Tensor, "vocab dim"]], None] | None = None,
) -> SkipGramTable:
    """Train a table of words by skip-gram with negative sampling.

    The settings mean what they mean in gensim's ``Word2Vec(sg=1)``, and start where it starts,
    except that there ``sample=0`` thins nothing; here 1 does so. One worker gives the same table
    for a seed each time on one processor. Several workers are threads that change the same two
    tables without waiting for each other, as in Recht, Ré, Wright and Niu, 2011,
    https://arxiv.org/abs/1106.5730; then two runs with one seed differ, too.

    Args:
        sentences: lists of words; no pair reaches from one to another.
        dim: D, the length of a row.
        window: how far a word looks at most.
        negatives: how many words are drawn from the noise for each pair.
        sample: how strictly frequent words are thinned; see :func:`keep_probability`.
        min_count: rarer words are left out.
        epochs: how often the text is gone through.
        lr: the learning rate at the start; it falls evenly to 1e-4.
        seed: any integer.
        workers: how many threads train at once on a CPU; elsewhere it is one.
        tiling: the arrangement of the arithmetic, or None for :func:`embedkit.tiles.usual_tiling`.
        progress: whether to show a bar.
        after_epoch: called with the number of epochs done and the table as it is then.

    Returns:
        The table, most frequent word first, on the CPU.

    Raises:
        TypeError: if a sentence is a string.
        ValueError: if a setting is out of range, no word is frequent enough, or no pair is left.
        ArithmeticError: if training ran away, as it does where ``lr`` or a batch is too large.
    """
    check_settings(
        dim=dim, window=window, negatives=negatives, min_count=min_count, epochs=epochs,
        workers=workers, sample=sample, lr=lr,
    )  # fmt: skip
    text = prepare(list(sentences), min_count, sample)
    kept = text.counts * text.keep
    tiling = tiling or usual_tiling(window, negatives, lr, kept / kept.sum(), text.noise)
    device = pick_device()
    workers = workers if device.type == "cpu" else 1
    ids, sentence, keep = (part.to(device) for part in (text.ids, text.sentence, text.keep))
    shares = [sentence % workers == worker for worker in range(workers)]
    tickets = (text.noise * BAG).round().long().clamp(min=1)
    bag = torch.arange(len(tickets)).repeat_interleave(tickets).to(device)
    generators = [torch.Generator(device).manual_seed(seed + 7919 * w) for w in range(workers)]
    E = torch.rand(len(tickets), dim, device=device, generator=generators[0]).mul(2).sub(1) / dim
    C = torch.zeros_like(E)
    losses: list[float] = []

    def one_pass(epoch: int, worker: int) -> None:
        mine = shares[worker]
        chance = (keep, bag, window, tiling, generators[worker])
        drawn = draw_tiles(ids[mine], sentence[mine], *chance)
        for step, (done, tiles) in enumerate(drawn):
            now = lr + (1e-4 - lr) * (epoch + done) / epochs
            loss = tile_step(E, C, tiles, negatives, now, measure=step % 10 == 0)
            if loss is not None:
                note_loss(losses, loss.item())

    threads_before = torch.get_num_threads()
    torch.set_num_threads(1)  # each worker computes alone
    try:
        with ThreadPoolExecutor(workers) as pool:
            for epoch in tqdm(range(epochs), disable=not progress, unit="pass"):
                list(pool.map(one_pass, [epoch] * workers, range(workers)))
                if after_epoch is not None:
                    after_epoch(epoch + 1, E)
    finally:
        torch.set_num_threads(threads_before)
    if not losses:
        raise ValueError(
            "no sentence was left with two words to make a pair of: "
            "take longer sentences, a lower min_count or a larger sample."
        )
    if not (E.isfinite().all() and C.isfinite().all()):
        raise ArithmeticError("training ran away in its last steps; take a lower lr.")
    return SkipGramTable(text.words, E.cpu(), C.cpu(), text.counts, tuple(losses))


def check_settings(*, window: int, sample: float, lr: float, **others: int) -> None:
    """Refuse settings that :func:`train_skipgram` has no use for.

    Raises:
        ValueError: with the name of the first that is out of range.
    """
    for name, number in {"window": window, **others}.items():
        if number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}.")
    if window > 32_767:  # the tiles hold it in two bytes
        raise ValueError(f"window must be at most 32767, got {window}.")
    if not sample > 0:
        raise ValueError(f"sample must be above 0, got {sample}; 1 keeps every word.")
    if not lr >= 1e-4:
        raise ValueError(f"lr must be at least 0.0001, where it falls to, got {lr}.")
