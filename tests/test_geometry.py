"""Lesson 5's code, compared element by element with gensim, scipy, scikit-learn and torch."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from scipy import stats
from sklearn.decomposition import PCA

from embedkit import widgets
from embedkit.geometry import (
    METHODS,
    all_but_the_top,
    analogy_scores,
    cosine_similarity,
    mean_cosine,
    nearest,
    neighbours,
    principal_directions,
    skewness,
    solve_analogies,
    times_a_neighbour,
    unit_rows,
)
from embedkit.ranks import average_ranks, spearman
from embedkit.word_scores import (
    accuracy_interval,
    ask_analogies,
    association,
    bootstrap_interval,
    draw_again,
    joined,
    score_pairs,
)
from embedkit.word_tables import WordTable, glove, minilm_words
from embedkit.word_tests import Analogy, RatedPair, google_analogies, simlex999, wordsim353

FLOATS = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def drawn(*shape, seed=1, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def in_gensim(table: WordTable) -> KeyedVectors:
    vectors = KeyedVectors(table.rows.shape[1])
    vectors.add_vectors(list(table.words), table.rows.numpy())
    return vectors


@pytest.fixture(scope="module")
def tables() -> dict[str, WordTable]:
    """Two real tables, and one with forms of a word in upper case, some before the lower one."""
    words = glove(12_000)
    forms = [
        word.capitalize() if i % 3 == 0 else word.upper() if i % 7 == 0 else word
        for i, word in enumerate(words.words)
    ]
    extra = [word for word in words.words[:6000] if word not in forms]
    noise = 0.15 * drawn(len(extra), 50, seed=4)
    rows = torch.cat([words.rows, words.rows[[words.ids[word] for word in extra]] + noise])
    return {
        "glove": words,
        "minilm": minilm_words().first(12_000),
        "mixed case": WordTable((*forms, *extra), rows),
    }


# ---- cosines and neighbours ----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
def test_unit_rows_equal_normalize_and_keep_zeros(dtype):
    rows = drawn(2, 5, 3, dtype=dtype)
    rows[1, 2] = 0
    expected = F.normalize(rows.double(), dim=-1)
    found = unit_rows(rows)
    assert found.dtype == dtype
    tolerance = {torch.float64: 1e-12, torch.float32: 1e-6}.get(dtype, 1e-2)
    torch.testing.assert_close(found.double(), expected, rtol=tolerance, atol=tolerance)
    assert not found[1, 2].any()


@pytest.mark.parametrize(("n", "m"), [(1, 1), (4, 7), (0, 3), (3, 0)])
def test_cosines_equal_those_of_torch_on_every_pair(n, m):
    x, y = drawn(n, 6), drawn(m, 6, seed=2)
    expected = F.cosine_similarity(x[:, None], y[None], dim=-1)
    torch.testing.assert_close(cosine_similarity(x, y), expected, rtol=1e-5, atol=1e-6)


def test_a_row_of_zeros_has_cosine_zero_with_everything():
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert cosine_similarity(x, x).tolist() == [[0.0, 0.0], [0.0, pytest.approx(1.0)]]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_long_row_in_half_precision_is_no_row_of_zeros(dtype):
    rows = torch.full((1, 768), 3000.0, dtype=dtype)
    torch.testing.assert_close(unit_rows(rows), F.normalize(rows.float(), dim=1).to(dtype))


def test_a_tiny_row_is_no_row_of_zeros():
    x = torch.tensor([[1e-12, 0.0]])
    assert cosine_similarity(x, torch.tensor([[5.0, 0.0]])).item() == pytest.approx(1.0)


@pytest.mark.parametrize("count", [1, 5, 20])
def test_nearest_equals_sorting_all_cosines(count):
    table, queries = drawn(30, 8), drawn(6, 8, seed=2)
    out = torch.tensor([[i, 2 * i] for i in range(6)])
    expected = []
    for query, left in zip(queries, out.tolist(), strict=True):
        cosines = F.cosine_similarity(query[None], table)
        order = [i for i in cosines.argsort(descending=True).tolist() if i not in left]
        expected.append(order[:count])
    assert nearest(table, queries, count, out).tolist() == expected


def test_nearest_says_when_there_are_too_few_rows():
    table, one = drawn(3, 4), drawn(1, 4)
    with pytest.raises(ValueError, match="not 4 rows"):
        nearest(table, one, 4)
    with pytest.raises(ValueError, match="not 3 rows"):
        nearest(table, one, 3, torch.tensor([[1, 1]]))


@pytest.mark.parametrize("name", ["glove", "minilm", "mixed case"])
def test_neighbours_equal_most_similar(tables, name):
    table = tables[name]
    vectors = in_gensim(table)
    for word in table.words[:3000:97]:
        expected = vectors.most_similar(word, topn=10)
        found = neighbours(table, word, 10)
        assert [w for w, _ in found] == [w for w, _ in expected]
        assert [c for _, c in found] == pytest.approx([c for _, c in expected], abs=1e-6)


def test_neighbours_of_a_vector_equal_similar_by_vector(tables):
    table = tables["glove"]
    vector = table["king"] - table["man"]
    found = neighbours(table, vector, 5)
    expected = in_gensim(table).similar_by_vector(vector.numpy(), topn=5)
    assert [w for w, _ in found] == [w for w, _ in expected]
    with_one_left_out = neighbours(table, vector, 4, leave_out=(expected[0][0],))
    assert [w for w, _ in with_one_left_out] == [w for w, _ in expected[1:]]


def test_a_word_that_the_table_lacks_is_named():
    table = WordTable(("a", "b"), drawn(2, 3))
    with pytest.raises(KeyError, match="'queen'"):
        neighbours(table, "queen", 1)


# ---- analogies -----------------------------------------------------------------------------------


def some_questions(table: WordTable, every: int) -> list[Analogy]:
    asked = [question for questions in google_analogies().values() for question in questions]
    return [question for question in asked if all(word in table for word in question)][::every]


def ids_of(table: WordTable, questions: list[Analogy]) -> torch.Tensor:
    return torch.tensor([[table.ids[word] for word in question[:3]] for question in questions])


@pytest.mark.parametrize("chunk", [1, 7, 256])
@pytest.mark.parametrize("name", ["glove", "minilm"])
def test_the_answers_equal_most_similar(tables, name, chunk):
    table = tables[name]
    vectors, questions = in_gensim(table), some_questions(table, every=37 if chunk > 1 else 301)
    found = solve_analogies(table.rows, ids_of(table, questions), chunk=chunk)
    expected = [vectors.most_similar([q.b, q.c], [q.a], topn=1)[0][0] for q in questions]
    assert [table.words[i] for i in found.tolist()] == expected


@pytest.mark.parametrize("name", ["glove", "minilm"])
def test_multiplied_answers_and_scores_equal_most_similar_cosmul(tables, name):
    table = tables[name]
    vectors, questions = in_gensim(table), some_questions(table, every=61)
    ids = ids_of(table, questions)
    found = solve_analogies(table.rows, ids, method="mul")
    expected = [vectors.most_similar_cosmul([q.b, q.c], [q.a], topn=1)[0][0] for q in questions]
    assert [table.words[i] for i in found.tolist()] == expected
    scores = analogy_scores(unit_rows(table.rows), ids[:5], "mul")
    for q, row in zip(questions[:5], scores, strict=True):
        theirs = torch.tensor(vectors.most_similar_cosmul([q.b, q.c], [q.a], topn=None))
        torch.testing.assert_close(row, theirs, rtol=1e-5, atol=1e-5)


def test_the_baselines_look_at_the_words_that_they_name():
    unit = unit_rows(drawn(9, 4))
    question = torch.tensor([[3, 1, 5]])
    a, b, c = unit[3], unit[1], unit[5]
    queries = {"add": c - a + b, "no a": c + b, "c alone": c, "b alone": b}
    assert set(queries) | {"mul"} == set(METHODS)
    for method, query in queries.items():
        expected = (unit @ query)[None]
        torch.testing.assert_close(analogy_scores(unit, question, method), expected)


def test_with_the_inputs_in_the_answer_may_be_an_input():
    table = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])
    question = torch.tensor([[0, 1, 2]])
    assert solve_analogies(table, question, keep_inputs=True).tolist() == [2]
    assert solve_analogies(table, question).tolist() == [3]
    left_out = torch.tensor([[2]])
    assert solve_analogies(table, question, "add", True, left_out).tolist() == [3]


def test_where_every_row_is_left_out_there_is_no_answer():
    with pytest.raises(ValueError, match="none to choose from"):
        solve_analogies(drawn(3, 4), torch.tensor([[0, 1, 2]]))


def test_one_row_makes_no_pair():
    with pytest.raises(ValueError, match="two rows"):
        mean_cosine(drawn(1, 4))


def test_where_nothing_is_asked_there_is_no_score():
    nothing = joined([])
    assert nothing.asked == ()
    assert len(nothing.right) == 0
    assert math.isnan(nothing.missing)
    assert all(map(math.isnan, accuracy_interval(nothing)))


def test_no_questions_have_no_answers():
    assert solve_analogies(drawn(4, 3), torch.empty(0, 3, dtype=torch.long)).tolist() == []


def test_a_method_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="'divide'"):
        solve_analogies(drawn(4, 3), torch.tensor([[0, 1, 2]]), method="divide")


@pytest.mark.parametrize("case_insensitive", [True, False])
@pytest.mark.parametrize("restrict_vocab", [5000, 300_000])
@pytest.mark.parametrize("name", ["glove", "minilm", "mixed case"])
def test_all_analogies_equal_gensim_s_evaluator(
    tables, name, restrict_vocab, case_insensitive, tmp_path
):
    table = tables[name]
    categories = {name: qs[::9] for name, qs in google_analogies().items()}
    file = tmp_path / "questions.txt"
    lines = [": " + name + "\n" + "\n".join(map(" ".join, qs)) for name, qs in categories.items()]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    score, sections = in_gensim(table).evaluate_word_analogies(
        str(file), restrict_vocab=restrict_vocab, case_insensitive=case_insensitive
    )
    right = []
    for section in sections[:-1]:
        found = ask_analogies(
            table,
            categories[section["section"]],
            restrict_vocab=restrict_vocab,
            case_insensitive=case_insensitive,
        )
        shape = str.upper if case_insensitive else str
        for kind, wanted in (("correct", True), ("incorrect", False)):
            ours = [
                tuple(map(shape, q))
                for q, ok in zip(found.asked, found.right.tolist(), strict=True)
                if ok is wanted
            ]
            assert ours == section[kind], section["section"]
        theirs = len(section["correct"]) + len(section["incorrect"])
        assert found.skipped == len(categories[section["section"]]) - theirs
        right += found.right.tolist()
    assert sum(right) / len(right) == score


def test_the_whole_file_of_questions_gives_gensim_s_score(tables):
    table = tables["glove"].first(3000)
    score, sections = in_gensim(table).evaluate_word_analogies(datapath("questions-words.txt"))
    found = {name: ask_analogies(table, qs) for name, qs in google_analogies().items()}
    for section in sections[:-1]:
        ours = found[section["section"]]
        assert int(ours.right.sum()) == len(section["correct"])
        assert len(ours.asked) == len(section["correct"]) + len(section["incorrect"])
    assert torch.cat([each.right for each in found.values()]).double().mean().item() == score


def test_joined_answers_are_those_to_all_questions_at_once(tables):
    parts = [qs[::60] for qs in google_analogies().values()]
    found = joined([ask_analogies(tables["glove"], part) for part in parts])
    at_once = ask_analogies(tables["glove"], [question for part in parts for question in part])
    assert (found.asked, found.answers) == (at_once.asked, at_once.answers)
    assert (found.skipped, found.missing) == (at_once.skipped, at_once.missing)
    assert torch.equal(found.right, at_once.right)


def test_a_category_of_which_no_word_is_known_has_no_accuracy():
    table = WordTable(("a", "b"), drawn(2, 3))
    found = ask_analogies(table, [Analogy("x", "y", "z", "w")])
    assert (found.asked, found.skipped, found.missing) == ((), 1, 1.0)
    assert math.isnan(found.accuracy)


# ---- pairs ---------------------------------------------------------------------------------------

PAIRS = {"wordsim353.tsv": wordsim353, "simlex999.txt": simlex999}


@pytest.mark.parametrize("case_insensitive", [True, False])
@pytest.mark.parametrize("restrict_vocab", [4000, 300_000])
@pytest.mark.parametrize("file", PAIRS)
@pytest.mark.parametrize("name", ["glove", "minilm", "mixed case"])
def test_pairs_equal_gensim_s_evaluator(
    tables, name, file, restrict_vocab, case_insensitive, tmp_path
):
    options = {"restrict_vocab": restrict_vocab, "case_insensitive": case_insensitive}
    table, pairs = tables[name], PAIRS[file]()
    path = datapath(file)
    if not case_insensitive:  # gensim would take names as they are written, and we in lower case
        path = str(tmp_path / file)
        (tmp_path / file).write_text(
            "\n".join("\t".join(map(str, pair)) for pair in pairs), "utf-8"
        )
    pearson, rank, missing = in_gensim(table).evaluate_word_pairs(path, **options)
    found = score_pairs(table, pairs, **options)
    assert found.correlation == pytest.approx(rank[0], rel=0, abs=1e-14)
    assert 100 * found.missing == pytest.approx(missing, abs=1e-10)
    cosines, ratings = found.cosines[found.known], found.ratings[found.known]
    assert np.corrcoef(cosines, ratings)[0, 1] == pytest.approx(pearson[0], abs=1e-6)


def test_missing_words_have_no_cosine_and_do_not_count():
    table = WordTable(("one", "two", "three"), torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]]))
    pairs = [
        RatedPair("one", "two", 5.0),
        RatedPair("one", "four", 9.0),
        RatedPair("one", "three", 1.0),
    ]
    found = score_pairs(table, pairs)
    assert found.known.tolist() == [True, False, True]
    assert found.cosines.isnan().tolist() == [False, True, False]
    assert (found.correlation, found.missing) == (pytest.approx(1.0), pytest.approx(1 / 3))


def test_no_known_pair_is_no_error():
    found = score_pairs(WordTable(("a",), drawn(1, 3)), [RatedPair("x", "y", 1.0)])
    assert found.missing == 1
    assert math.isnan(found.correlation)


def test_minilm_s_words_are_its_tokens_of_letters_only():
    table = minilm_words()
    assert len(table.words) == 22_501
    assert sum(not word.isascii() for word in table.words) == 756
    assert all(word.isalpha() for word in table.words)


# ---- ranks, correlation, intervals ---------------------------------------------------------------


@pytest.mark.parametrize("ties", [2, 5, 1000])
@pytest.mark.parametrize("shape", [(1,), (2,), (50,), (4, 30), (2, 3, 11), (0,)])
def test_ranks_equal_rankdata(shape, ties):
    x = torch.randint(ties, shape, generator=torch.Generator().manual_seed(3)).float()
    expected = stats.rankdata(x.numpy(), axis=-1) if x.numel() else np.zeros(shape)
    np.testing.assert_array_equal(average_ranks(x).numpy(), expected)


@pytest.mark.parametrize("ties", [2, 5, 10_000])
@pytest.mark.parametrize("n", [4, 10, 353])
def test_spearman_equals_scipy(n, ties):
    generator = torch.Generator().manual_seed(n)
    x = torch.randint(ties, (4, n), generator=generator).float()
    y = torch.randint(ties, (4, n), generator=generator).float()
    x[0], y[0] = drawn(n), drawn(n, seed=8)
    for one, other, found in zip(x, y, spearman(x, y), strict=True):
        expected = stats.spearmanr(one.numpy(), other.numpy()).statistic
        assert found.item() == pytest.approx(expected, rel=0, abs=1e-14, nan_ok=True)


def test_ranks_do_not_mind_how_numbers_lie_in_memory():
    x = drawn(30, 4).T
    assert torch.equal(average_ranks(x), average_ranks(x.contiguous()))


def test_with_a_nan_there_is_no_correlation():
    x, y = torch.tensor([[1, torch.nan, 3, 2], [1, 4, 3, 2]]), torch.arange(4.0).expand(2, 4)
    expected = [stats.spearmanr(a.numpy(), b.numpy()).statistic for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(spearman(x, y).numpy(), expected, atol=1e-14)
    assert spearman(y, x).isnan().tolist() == [True, False]


def test_equal_values_have_no_correlation():
    assert spearman(torch.ones(5), torch.arange(5.0)).isnan().item()


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_an_interval_equals_scipy_s_with_the_same_draws(level):
    x = drawn(40).double()
    y = x + drawn(40, seed=2).double()
    draws = torch.from_numpy(np.random.default_rng(5).integers(0, 40, size=(300, 40)))
    theirs = stats.bootstrap(
        (x.numpy(), y.numpy()),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=300,
        confidence_level=level,
        rng=np.random.default_rng(5),
    ).confidence_interval
    found = bootstrap_interval(spearman, [x, y], draws, level)
    assert found == pytest.approx((theirs.low, theirs.high), rel=0, abs=1e-12)


def test_draws_are_the_same_for_one_seed_and_reach_every_item():
    draws = draw_again(7, draws=50, seed=3)
    assert draws.shape == (50, 7)
    assert torch.equal(draws, draw_again(7, draws=50, seed=3))
    assert not torch.equal(draws, draw_again(7, draws=50, seed=4))
    assert draws.unique().tolist() == list(range(7))


@pytest.mark.parametrize("compared", [False, True])
def test_redrawn_pairs_count_as_often_as_they_were_drawn(compared):
    pairs = [("a1", "b1"), ("a2", "b2"), ("a3", "b3"), ("a4", "b4")]
    questions = [Analogy(*one, *other) for one in pairs for other in pairs if one != other]
    table = WordTable(tuple(word for pair in pairs for word in pair), drawn(8, 5))
    answers, than = ask_analogies(table, questions), ask_analogies(table, questions, "c alone")
    scores = answers.right.double() - than.right.double() * compared
    found = accuracy_interval(answers, than if compared else None, draws=200, seed=1)
    by_hand = []
    for drawn_pairs in draw_again(4, 200, seed=1).tolist():
        counted = [
            score
            for i in drawn_pairs
            for j in drawn_pairs
            for question, score in zip(questions, scores.tolist(), strict=True)
            if (question.a, question.c) == (pairs[i][0], pairs[j][0])
        ]
        if counted:
            by_hand.append(sum(counted) / len(counted))
    assert found == pytest.approx(tuple(np.percentile(by_hand, [2.5, 97.5])), abs=1e-12)


def test_answers_to_other_questions_are_not_compared():
    table = WordTable(("a", "b", "c", "d"), drawn(4, 5))
    one = ask_analogies(table, [Analogy("a", "b", "c", "d")])
    other = ask_analogies(table, [Analogy("b", "a", "c", "d")])
    with pytest.raises(ValueError, match="same questions"):
        accuracy_interval(one, other)


# ---- directions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "dim"), [(200, 5), (6, 9), (50, 50)])
def test_directions_equal_those_of_scikit_learn_up_to_sign(n, dim):
    table = drawn(n, dim).double() * torch.linspace(3, 1, dim) + 2
    theirs = PCA(n_components=4).fit(table.numpy())
    ours = principal_directions(table, 4)
    signs = torch.sign((ours.directions * torch.tensor(theirs.components_)).sum(dim=1))
    torch.testing.assert_close(ours.mean, torch.tensor(theirs.mean_))
    torch.testing.assert_close(ours.directions * signs[:, None], torch.tensor(theirs.components_))
    torch.testing.assert_close(ours.shares, torch.tensor(theirs.explained_variance_ratio_))
    assert bool((ours.directions.max(dim=1).values >= -ours.directions.min(dim=1).values).all())


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_all_but_the_top_equals_what_scikit_learn_leaves(count, dtype):
    table = (drawn(80, 6) * torch.tensor([9.0, 5, 3, 1, 0.5, 0.3]) + 4).to(dtype)
    others = drawn(7, 6, seed=5).to(dtype)
    wide = table.double().numpy()
    for rows in (table, others):
        centred = rows.double().numpy() - wide.mean(axis=0)
        pca = PCA(n_components=max(count, 1)).fit(wide)
        top = pca.components_[:count]
        found = all_but_the_top(table, count, None if rows is table else rows)
        assert found.dtype == dtype
        tolerance = {torch.float64: 1e-10, torch.float32: 1e-5}.get(dtype, 2e-2)
        expected = torch.tensor(centred - centred @ top.T @ top)
        torch.testing.assert_close(found.double(), expected, rtol=tolerance, atol=tolerance)


def test_too_many_directions_are_refused():
    with pytest.raises(ValueError, match="has not 4 directions"):
        principal_directions(drawn(9, 3), 4)


def test_the_inputs_stay_as_they_are():
    table = drawn(9, 3)
    before = table.clone()
    all_but_the_top(table, 1)
    nearest(table, table[:2], 2, torch.tensor([[0], [1]]))
    solve_analogies(table, torch.tensor([[0, 1, 2]]))
    assert torch.equal(table, before)


# ---- leaning, hubs, association ------------------------------------------------------------------


def test_the_mean_cosine_equals_the_mean_over_all_pairs():
    rows = drawn(30, 4) + 0.5
    every = cosine_similarity(rows.double(), rows.double())
    pairs = every[~torch.eye(30, dtype=torch.bool)]
    assert mean_cosine(rows) == pytest.approx(pairs.mean().item(), abs=1e-12)


@pytest.mark.parametrize("chunk", [1, 7, 512])
def test_hubs_are_counted_as_a_loop_would(chunk):
    table = drawn(40, 5)
    expected = [0] * 40
    for i in range(40):
        cosines = F.cosine_similarity(table[i][None], table)
        order = [j for j in cosines.argsort(descending=True).tolist() if j != i]
        for j in order[:6]:
            expected[j] += 1
    assert times_a_neighbour(table, 6, chunk).tolist() == expected


def test_skewness_equals_scipy():
    x = drawn(300).exp()
    assert skewness(x) == pytest.approx(stats.skew(x.double().numpy()), rel=1e-10)


def test_the_association_equals_its_definition():
    words, others, one, other = (drawn(n, 6, seed=n) for n in (5, 4, 3, 7))

    def lean(row):
        near = F.cosine_similarity(row[None], one).mean()
        return (near - F.cosine_similarity(row[None], other).mean()).item()

    leans = [lean(row) for row in (*words, *others)]
    effect = (np.mean(leans[:5]) - np.mean(leans[5:])) / np.std(leans, ddof=1)
    found = association(words, others, one, other)
    assert found.effect == pytest.approx(effect, abs=1e-5)

    difference = np.mean(leans[:5]) - np.mean(leans[5:])
    theirs = stats.permutation_test(
        (leans[:5], leans[5:]),
        lambda a, b, axis: np.mean(a, axis=axis) - np.mean(b, axis=axis),
        vectorized=True,
        n_resamples=np.inf,
        alternative="greater",
    )
    assert theirs.statistic == pytest.approx(difference)
    assert found.p_value == pytest.approx(theirs.pvalue, abs=0.02)


def test_groups_that_could_not_differ_more_have_the_smallest_p_value():
    one, other = torch.eye(2)
    towards = one + 0.1 * torch.rand(8, 2, generator=torch.Generator().manual_seed(0))
    found = association(towards, towards.flip(1), one[None], other[None], shuffles=999)
    assert found.effect > 1.5
    assert found.p_value <= 0.005


def test_a_p_value_is_never_zero():
    one, other = torch.eye(2)
    words = one.expand(30, 2) + 0.01 * drawn(30, 2)
    found = association(words, words.flip(1), one[None], other[None], shuffles=999)
    assert found.p_value == 1 / 1000


# ---- the map -------------------------------------------------------------------------------------


def test_the_map_holds_places_and_neighbours_and_stays_small():
    places = torch.tensor([[0.0, 0.0], [1.0, 2.0], [0.5, 1.0]])
    near = torch.tensor([[1, 2], [2, 0], [70, 1]])
    page = widgets.word_map(["a", "b", "c"], places, near, 50, ["b"])
    digits = widgets.DIGITS
    (code,) = [line for line in page.data.splitlines() if "const words" in line]
    code = code.split('"')[5]
    values = [
        [sum(digits.index(d) * 64**i for i, d in enumerate(reversed(part))) for part in parts]
        for parts in [(w[:3], w[3:5], w[5:7]) for w in (code[i : i + 7] for i in range(0, 21, 7))]
    ]
    assert [ids for _, *ids in values] == near.tolist()
    # the first is at the lower left, the second at the upper right, the third half way
    assert [divmod(cell, 512) for cell, *_ in values] == [(0, 511), (511, 0), (256, 255)]
    many = [f"wo{i:03}" for i in range(290)]
    ids = torch.zeros(290, 3, dtype=torch.long)
    large = widgets.word_map(many, drawn(290, 2), ids, 50, ["wo000", "wo001"])
    assert len(large.data.encode()) < 10_000
