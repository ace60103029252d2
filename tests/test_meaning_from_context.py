"""Lesson 4's code: gradients against autograd, tiles against pairs, formulae against gensim."""

import math
from collections import Counter
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from gensim.models import KeyedVectors, Word2Vec

from benchmarks import skipgram
from embedkit import meaning_from_context as lesson
from embedkit.corpora import kjv_verses, words_of
from embedkit.learning_the_table import count_reads
from embedkit.meaning_from_context import (
    SkipGramTable,
    count_words,
    keep_probability,
    negative_sampling_gradients,
    negative_sampling_loss,
    noise_distribution,
    note_loss,
    pairs_in_window,
    train_skipgram,
)
from embedkit.ranks import spearman
from embedkit.tiles import Tiles, Tiling, band, draw_tiles, tile_step, usual_tiling
from embedkit.word_scores import score_pairs
from embedkit.word_tables import WordTable
from embedkit.word_tests import google_analogies, wordsim353

V, D = 13, 6


def seeded(seed=1):
    return torch.Generator().manual_seed(seed)


def drawn(*shape, seed=1, dtype=torch.float64):
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64).to(dtype)


def some_ids(*shape, seed=2, vocab_size=V):
    return torch.randint(vocab_size, shape, generator=seeded(seed))


def verses(count):
    return [words_of(verse) for verse in kjv_verses()[:count]]


# pairs


def test_pairs_of_a_sentence_by_hand():
    assert pairs_in_window(["a", "b", "c", "d"], 1) == [
        ("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "c"),
    ]  # fmt: skip
    assert pairs_in_window([], 2) == pairs_in_window(["a"], 3) == []
    assert pairs_in_window([7, 7], 5) == [(7, 7), (7, 7)]


@pytest.mark.parametrize("window", [1, 2, 5, 40])
def test_pairs_are_all_places_that_are_near_and_differ(window):
    places = list(range(12))
    expected = [(i, j) for i in places for j in places if 0 < abs(i - j) <= window]
    assert pairs_in_window(places, window) == expected


# chances, against gensim's own numbers


@pytest.fixture(scope="module")
def gensims_vocabulary():
    sentences = verses(3000)
    model = Word2Vec(min_count=5, sample=1e-3)
    model.build_vocab(sentences)
    return sentences, model


def test_words_and_counts_are_gensims(gensims_vocabulary):
    sentences, model = gensims_vocabulary
    words, counts = count_words(sentences, min_count=5)
    assert set(words) == set(model.wv.index_to_key)
    assert dict(zip(words, counts.tolist(), strict=True)) == {
        word: model.wv.get_vecattr(word, "count") for word in words
    }
    assert all(one >= other for one, other in pairwise(counts.tolist()))


def test_keep_probability_is_gensims(gensims_vocabulary):
    sentences, model = gensims_vocabulary
    words, counts = count_words(sentences, min_count=5)
    theirs = [model.wv.get_vecattr(word, "sample_int") / (2**32 - 1) for word in words]
    ours = keep_probability(counts, 1e-3)
    torch.testing.assert_close(ours, torch.tensor(theirs).float(), rtol=1e-6, atol=1e-6)
    assert ours[0] < 0.3
    assert ours[-1] == 1


def test_the_noise_is_gensims(gensims_vocabulary):
    sentences, model = gensims_vocabulary
    words, counts = count_words(sentences, min_count=5)
    edges = [0, *model.cum_table.tolist()]
    theirs = {
        word: (high - low) / edges[-1]
        for word, (low, high) in zip(model.wv.index_to_key, pairwise(edges), strict=True)
    }
    expected = torch.tensor([theirs[word] for word in words])
    torch.testing.assert_close(noise_distribution(counts), expected, rtol=1e-5, atol=1e-8)


def test_powers_of_the_noise():
    counts = torch.tensor([16, 1, 81])
    torch.testing.assert_close(
        noise_distribution(counts), torch.tensor([8.0, 1.0, 27.0]) / 36, rtol=1e-6, atol=0
    )
    torch.testing.assert_close(noise_distribution(counts, 1.0), counts / 98, rtol=1e-6, atol=0)
    assert noise_distribution(counts, 0.0).tolist() == pytest.approx([1 / 3] * 3)


# the loss and its gradients


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,)])
def test_the_loss_is_its_formula(shape):
    positive, negative = drawn(*shape), drawn(*shape, 5, seed=3)
    expected = -positive.sigmoid().log() - (-negative).sigmoid().log().sum(-1)
    torch.testing.assert_close(negative_sampling_loss(positive, negative), expected)


def test_the_loss_does_not_overflow():
    positive, negative = torch.tensor([-300.0, 300.0]), torch.tensor([[300.0], [-300.0]])
    assert negative_sampling_loss(positive, negative).tolist() == [600.0, 0.0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("pairs", "negatives"), [(1, 1), (40, 5), (7, 1), (0, 3)])
def test_the_gradients_by_hand_equal_autograd(seed, pairs, negatives):
    E, C = (drawn(V, D, seed=seed + n).requires_grad_() for n in (10, 20))
    centers, contexts = some_ids(pairs, seed=seed), some_ids(pairs, seed=seed + 50)
    noise = some_ids(pairs, negatives, seed=seed + 99)
    positive = (E[centers] * C[contexts]).sum(-1)
    negative = (E[centers][:, None] * C[noise]).sum(-1)
    expected = torch.autograd.grad(negative_sampling_loss(positive, negative).sum(), (E, C))
    found = negative_sampling_gradients(E.detach(), C.detach(), centers, contexts, noise)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12)


# tiles


def plain_step(E, C, pairs, negatives, lr):
    """Skip-gram as on paper: a pair at a time, from the tables as they were. The tests' oracle.

    A pair is (center, context, [(negative, weight), …]).
    """
    new_E, new_C, losses = E.clone(), C.clone(), []
    for center, context, drawn_ids in pairs:
        labelled = [(context, 1.0, 1.0)] + [(k, 0.0, weight) for k, weight in drawn_ids]
        loss = 0.0
        for other, label, weight in labelled:
            score = E[center] @ C[other]
            push = lr * weight * (label - torch.sigmoid(score))
            new_E[center] += push * C[other]
            new_C[other] += push * E[center]
            loss -= weight * F.logsigmoid(score if label else -score).item()
        losses.append(loss)
    return new_E, new_C, losses


def some_tiles(count, tile, window, shared, seed=0):
    """Tiles whose positions look 0 to ``window`` places far to either side."""
    return Tiles(
        words=some_ids(count, tile + 2 * window, seed=seed),
        left=torch.randint(window + 1, (count, tile), generator=seeded(seed + 1)),
        right=torch.randint(window + 1, (count, tile), generator=seeded(seed + 2)),
        negatives=some_ids(count, shared, seed=seed + 3),
    )


def pairs_of(tiles, negatives):
    """Say in plain loops which pairs a batch of tiles stands for."""
    window = (tiles.words.shape[1] - tiles.left.shape[1]) // 2
    for words, left, right, noise in zip(*(part.tolist() for part in tiles), strict=True):
        weighted = [(k, negatives / len(noise)) for k in noise]
        for t, (low, high) in enumerate(zip(left, right, strict=True)):
            place = window + t
            for other in range(place - low, place + high + 1):
                if other != place:
                    yield words[place], words[other], weighted


@pytest.mark.parametrize(
    ("count", "tile", "window", "shared", "negatives"),
    [(1, 1, 1, 1, 1), (1, 8, 2, 4, 5), (3, 5, 3, 2, 5), (2, 32, 5, 64, 5), (4, 4, 6, 3, 2)],
)
def test_a_step_on_tiles_is_a_step_on_all_their_pairs(count, tile, window, shared, negatives):
    tiles = some_tiles(count, tile, window, shared)
    E, C = drawn(V, D, seed=5), drawn(V, D, seed=6)
    pairs = list(pairs_of(tiles, negatives))
    new_E, new_C, losses = plain_step(E, C, pairs, negatives, lr=0.1)
    loss = tile_step(E, C, tiles, negatives, lr=0.1, measure=True)
    torch.testing.assert_close(E, new_E, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(C, new_C, rtol=1e-10, atol=1e-12)
    assert loss.item() == pytest.approx(sum(losses) / len(losses))


def test_a_step_is_the_gradient_by_hand():
    """With as many shared negatives as a pair has, tiles and pairs have the same formula."""
    tiles = some_tiles(2, 6, 2, shared=5)
    pairs = list(pairs_of(tiles, negatives=5))
    centers, contexts, noise = (torch.tensor(part) for part in zip(
        *((i, j, [k for k, _ in weighted]) for i, j, weighted in pairs), strict=True
    ))  # fmt: skip
    E, C = drawn(V, D, seed=5), drawn(V, D, seed=6)
    grad_E, grad_C = negative_sampling_gradients(E, C, centers, contexts, noise)
    expected = E - 0.1 * grad_E, C - 0.1 * grad_C
    assert tile_step(E, C, tiles, negatives=5, lr=0.1) is None
    torch.testing.assert_close((E, C), expected, rtol=1e-10, atol=1e-12)


def test_the_band_leaves_out_the_word_itself_and_what_is_too_far():
    tiles = Tiles(
        words=torch.zeros(1, 7, dtype=torch.long),
        left=torch.tensor([[0, 1, 2]]),
        right=torch.tensor([[1, 0, 2]]),
        negatives=torch.zeros(1, 1, dtype=torch.long),
    )
    assert band(tiles).int().tolist() == [
        [[0, 0, 0, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 1, 1]]
    ]


# going through the text

SENTENCES = [[0, 1, 2, 3, 4], [5], [6, 7], [], [8, 9, 10, 11, 12, 0, 1, 2, 3, 4, 5, 6]]


def text_of(sentences):
    numbers = torch.repeat_interleave(torch.tensor([len(one) for one in sentences]))
    return torch.tensor([word for one in sentences for word in one]), numbers


def gone_through(sentences, window, tiling, keep=None, seed=0):
    keep = torch.ones(V) if keep is None else keep
    bag = torch.arange(V)
    batches = list(draw_tiles(*text_of(sentences), keep, bag, window, tiling, seeded(seed)))
    assert [done for done, _ in batches] == sorted(done for done, _ in batches)
    assert all(len(tiles.words) <= tiling.batch for _, tiles in batches)
    return [pair for _, tiles in batches for pair in pairs_of(tiles, 1)]


@pytest.mark.parametrize("tiling", [Tiling(4, 2, 3), Tiling(1, 1, 1), Tiling(32, 8, 8)])
def test_with_a_window_of_one_the_pairs_are_those_of_the_sentences(tiling):
    found = Counter(pair[:2] for pair in gone_through(SENTENCES, 1, tiling))
    assert found == Counter(pair for one in SENTENCES for pair in pairs_in_window(one, 1))


@pytest.mark.parametrize("seed", range(4))
def test_wider_windows_are_drawn_evenly_and_stay_in_their_sentence(seed):
    sentences = [list(range(V))] * 3 + [[0, 1]] * 2
    found = Counter(p[:2] for p in gone_through(sentences, 3, Tiling(4, 2, 3), seed=seed))
    widest = Counter(pair for one in sentences for pair in pairs_in_window(one, 3))
    nearest = Counter(pair for one in sentences for pair in pairs_in_window(one, 1))
    assert nearest <= found <= widest


def test_a_word_looks_one_to_window_places_far_equally_often():
    sentences = [list(range(V))] * 4000
    found = Counter(p[:2] for p in gone_through(sentences, 3, Tiling(32, 1, 64)))
    for distance, share in ((1, 1), (2, 2 / 3), (3, 1 / 3)):
        times = found[(6, 6 + distance)]
        assert abs(times / 4000 - share) < 4 * math.sqrt(0.25 / 4000), distance


def test_words_are_kept_with_their_probability_and_windows_close_the_gaps():
    keep = torch.ones(V)
    keep[1] = 0.25
    sentences = [[0, 1, 2]] * 4000
    found = Counter(p[:2] for p in gone_through(sentences, 1, Tiling(32, 1, 64), keep))
    kept = found[(0, 1)] / 4000
    assert abs(kept - 0.25) < 4 * math.sqrt(0.25 * 0.75 / 4000)
    assert found[(0, 2)] == 4000 - found[(0, 1)]


def test_negatives_are_drawn_from_the_bag():
    bag = torch.tensor([3, 3, 3, 7])
    text = text_of([[0, 1, 2, 4]] * 2000)
    batches = draw_tiles(*text, torch.ones(V), bag, 2, Tiling(8, 16, 4), seeded())
    noise = torch.cat([tiles.negatives.flatten() for _, tiles in batches])
    share = count_reads(noise, V) / len(noise)
    assert share[3] + share[7] == 1
    assert abs(share[3] - 0.75) < 4 * math.sqrt(0.75 * 0.25 / len(noise))


# training


def trained(sentences=None, **options):
    settings = {"dim": 16, "epochs": 1, "workers": 1, "min_count": 5, "seed": 3} | options
    return train_skipgram(verses(1500) if sentences is None else sentences, **settings)


def test_one_worker_repeats_a_seed_to_the_last_digit():
    one, same, other = trained(), trained(), trained(seed=4)
    assert isinstance(one, WordTable)
    assert isinstance(one, SkipGramTable)
    for name in ("rows", "contexts"):
        assert torch.equal(getattr(one, name), getattr(same, name))
        assert not torch.equal(getattr(one, name), getattr(other, name))
    assert one.losses == same.losses
    assert one.rows.shape == one.contexts.shape == (len(one.words), 16)


def test_two_workers_go_through_the_whole_text(monkeypatch):
    seen = []
    real = lesson.tile_step

    def counting(E, C, tiles, *rest, **options):
        seen.append(int((tiles.left + tiles.right > 0).sum()))
        return real(E, C, tiles, *rest, **options)

    monkeypatch.setattr(lesson, "tile_step", counting)
    sentences = [["a", "b", "c"], ["d", "e"], ["f", "a"], ["b", "c", "d", "e"]] * 25
    table = trained(sentences, workers=2, sample=1.0, min_count=1, epochs=3)
    assert sum(seen) == 3 * sum(map(len, sentences))
    assert table.rows.isfinite().all()


def test_the_loss_begins_at_six_log_two_and_falls():
    table = trained(epochs=4, dim=50)
    assert table.losses[0] == pytest.approx(6 * math.log(2), abs=1e-3)
    assert sum(table.losses[-10:]) / 10 < 0.8 * table.losses[0]


def test_words_of_the_same_contexts_end_up_close():
    """Two made-up languages that share no word: rows of one lie nearer to each other."""
    generator = seeded()
    pick = lambda words: [words[i] for i in torch.randint(len(words), (8,), generator=generator)]  # noqa: E731
    one, other = [f"a{i}" for i in range(10)], [f"b{i}" for i in range(10)]
    sentences = [pick(words) for _ in range(400) for words in (one, other)]
    table = trained(sentences, sample=1.0, epochs=5, tiling=Tiling(8, 8, 1))
    rows = F.normalize(table.rows, dim=1)
    cosines = rows @ rows.T
    is_one = torch.tensor([word.startswith("a") for word in table.words])
    within = torch.cat(
        [cosines[is_one][:, is_one].flatten(), cosines[~is_one][:, ~is_one].flatten()]
    )
    assert within.min() > cosines[is_one][:, ~is_one].max()


def test_after_each_epoch_the_table_is_shown():
    shown = []
    table = trained(epochs=3, after_epoch=lambda n, rows: shown.append((n, rows.clone())))
    assert [n for n, _ in shown] == [1, 2, 3]
    assert torch.equal(shown[-1][1], table.rows)
    assert not torch.equal(shown[0][1], shown[1][1])


def test_the_callers_threads_are_as_they_were():
    before = torch.get_num_threads()
    state = torch.get_rng_state()
    trained()
    with pytest.raises(RuntimeError, match="stop here"):
        trained(after_epoch=stop)
    assert torch.get_num_threads() == before
    assert torch.equal(torch.get_rng_state(), state)


def stop(epoch, rows):
    raise RuntimeError("stop here")


@pytest.fixture(scope="module")
def bible():
    return verses(None)


@pytest.fixture(scope="module")
def counted(bible):
    return count_words(bible, 5)[1]


def usual_for(counts, window=5, negatives=5, lr=0.025, sample=1e-3):
    kept = counts * keep_probability(counts, sample)
    return usual_tiling(window, negatives, lr, kept / kept.sum(), noise_distribution(counts))


def test_the_usual_batch_shrinks_where_a_row_would_move_too_far(counted):
    assert usual_for(counted) == usual_for(counted, window=1) == Tiling(16, 32, 32)
    assert usual_for(counted, window=10).batch == 18
    for harder in ({"window": 20}, {"negatives": 20}, {"lr": 0.05}, {"sample": 1.0}):
        assert usual_for(counted, **harder).batch < 12, harder
    assert usual_for(counted, window=500, negatives=50).batch == 1
    assert usual_for(count_words(verses(300), 5)[1], window=10, sample=1.0).batch < 4


HARD = [{"window": 10}, {"window": 20}, {"negatives": 20}, {"lr": 0.05}, {"sample": 1.0}]


@pytest.mark.parametrize("harder", HARD, ids=lambda harder: next(iter(harder)))
def test_training_is_safe_even_when_two_workers_read_the_same_old_rows(bible, counted, harder):
    # one worker with steps twice as large stands for two that happen to step together
    twice = Tiling(batch=2 * usual_for(counted, **harder).batch)
    table = train_skipgram(bible[:8000], epochs=1, workers=1, tiling=twice, **harder)
    assert sum(table.losses[-10:]) / 10 < 0.8 * table.losses[0]
    assert max(table.losses) < 1.3 * table.losses[0]
    assert table.rows.norm(dim=1).max() < 10


@pytest.mark.parametrize("harder", [{}, {"window": 10}, {"min_count": 1}])
def test_a_small_text_without_thinning_trains(harder):
    settings = {"sample": 1.0, "epochs": 5, "workers": 2} | harder
    table = train_skipgram(verses(1500), **settings)
    assert sum(table.losses[-10:]) / 10 < 0.8 * table.losses[0]
    assert table.rows.norm(dim=1).max() < 10


def test_a_training_that_runs_away_says_so_at_once(bible):
    shown = []
    with pytest.raises(ArithmeticError, match=r"rose from 4\.16 to .*smaller batch"):
        train_skipgram(
            bible, tiling=Tiling(batch=512), after_epoch=lambda n, _: shown.append(n), workers=1
        )
    assert not shown
    with pytest.raises(ArithmeticError, match="lower lr"):
        trained([["a", "b", "c", "d"]] * 3000, sample=1.0, lr=5.0, epochs=5)


@pytest.mark.parametrize("bad", ["E", "C"])
def test_infinity_in_either_table_is_seen_at_the_end(monkeypatch, bad):
    def spoil(E, C, *rest, **options):
        {"E": E, "C": C}[bad][0, 0] = math.inf
        return torch.tensor(1.0)

    monkeypatch.setattr(lesson, "tile_step", spoil)
    with pytest.raises(ArithmeticError, match="last steps"):
        trained(verses(50), min_count=1)


def test_losses_may_jump_but_not_run_away():
    losses = []
    for loss in [4.0] * 9 + [40.0] + [4.0] * 9:
        note_loss(losses, loss)
    assert len(losses) == 19
    for last in (60.0, math.inf, math.nan):
        with pytest.raises(ArithmeticError, match=r"from 4\.00"):
            note_loss([4.0] * 20, last)
    with pytest.raises(ArithmeticError):
        note_loss([], math.nan)


# edges


def test_more_workers_than_sentences_train_as_one_does():
    one_sentence = [words_of("a b c a b d c a") * 40]
    table = trained(one_sentence, min_count=1, workers=2, sample=1.0, epochs=2)
    assert table.rows.isfinite().all()
    assert table.losses[0] == pytest.approx(6 * math.log(2), abs=1e-2)
    assert len(trained([["a", "b"]] * 3, min_count=1, workers=4, sample=1.0).words) == 2


def test_words_alone_in_their_sentence_make_no_pair_and_no_loss():
    assert list(gone_through([[0], [1], []], 2, Tiling(4, 2, 3))) == []
    table = trained([["a", "b"], ["c"]] * 200, min_count=1, sample=1.0, tiling=Tiling(4, 2, 1))
    assert all(math.isfinite(loss) for loss in table.losses)
    start = trained([["a", "b"], ["c"]] * 200, min_count=1, sample=1.0, lr=1e-4)
    c = table.ids["c"]
    assert torch.equal(table.rows[c], start.rows[c])  # nothing moved it


@pytest.mark.parametrize(
    ("sentences", "options"),
    [
        ([["a"], ["b"]] * 9, {"sample": 1.0}),
        ([["a", "b"]] * 9, {"sample": 1e-30}),
        ([["a", "rare"]] * 1 + [["a"]] * 9, {"min_count": 2, "sample": 1.0}),
    ],
)
def test_a_text_without_any_pair_says_so(sentences, options):
    with pytest.raises(ValueError, match="two words to make a pair"):
        trained(sentences, **{"min_count": 1, "workers": 2} | options)


def test_sentences_may_come_one_by_one():
    sentences = verses(300)
    streamed = trained(one for one in sentences)
    assert torch.equal(streamed.rows, trained(sentences).rows)


def test_the_bag_keeps_the_shares_of_the_noise(counted):
    noise = noise_distribution(counted)
    tickets = (noise * lesson.BAG).round().clamp(min=1)
    torch.testing.assert_close(tickets / tickets.sum(), noise, rtol=0.02, atol=0)


def test_own_errors():
    with pytest.raises(TypeError, match="words_of"):
        trained(["in the beginning"] * 5)
    with pytest.raises(ValueError, match="lower min_count"):
        trained([["a", "b"]], min_count=2)
    for name in ("window", "epochs", "workers", "dim", "negatives", "min_count"):
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
            trained([["a", "b"]] * 9, **{name: 0})
    with pytest.raises(ValueError, match="window must be at most 32767, got 32768"):
        trained([["a", "b"]] * 9, window=2**15)
    for sample in (0, -1.0, math.nan):
        with pytest.raises(ValueError, match="sample must be above 0"):
            trained([["a", "b"]] * 9, sample=sample)
    for lr in (0.0, -1.0, 5e-5, math.nan):
        with pytest.raises(ValueError, match=r"lr must be at least 0\.0001"):
            trained([["a", "b"]] * 9, lr=lr)
    for sizes in ((0, 1, 1), (1, 0, 1), (1, 1, 0)):
        with pytest.raises(ValueError, match="from 1 on"):
            Tiling(*sizes)


def test_the_benchmark_tells_how_pairs_are_ranked(tmp_path):
    family = {word for question in google_analogies()["family"] for word in question}
    words = sorted({word for pair in wordsim353() for word in pair[:2]} | family)
    rows = torch.randn(len(words), 20, generator=torch.Generator().manual_seed(5))
    vectors = KeyedVectors(20)
    vectors.add_vectors(words, rows.numpy())
    found = score_pairs(WordTable(tuple(words), rows), wordsim353())
    expected = spearman(found.cosines[found.known], found.ratings[found.known])
    told = skipgram.judge(vectors, skipgram.only_family(tmp_path))
    assert told["wordsim353"] == pytest.approx(float(expected), abs=1e-4)
