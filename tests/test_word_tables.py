"""Tables of words, and the questions that they are compared by: whole, and as they were."""

import pytest
import torch

from embedkit.pretrained import load
from embedkit.word_tables import WordTable, glove, minilm_words
from embedkit.word_tests import google_analogies, simlex999, wordsim353

SMALL = WordTable(("sea", "ship", "sail"), torch.tensor([[1.0, 0.0], [2.0, 3.0], [4.0, 5.0]]))


def test_a_word_leads_to_its_row():
    assert SMALL["ship"].tolist() == [2.0, 3.0]
    assert "sail" in SMALL
    assert "whale" not in SMALL
    assert SMALL.first(2).words == ("sea", "ship")
    assert torch.equal(SMALL.first(2).rows, SMALL.rows[:2])


def test_what_is_not_there_is_named():
    with pytest.raises(KeyError, match="no row for 'whale'"):
        SMALL["whale"]
    with pytest.raises(ValueError, match="2 words cannot name 3 rows"):
        WordTable(("sea", "ship"), torch.zeros(3, 2))
    with pytest.raises(ValueError, match="comes twice"):
        WordTable(("sea", "sea"), torch.zeros(2, 2))


def test_glove_has_the_rows_that_its_authors_published():
    table = glove(1_000)
    assert table.rows.shape == (1_000, 50)
    assert table.rows.dtype == torch.float32
    assert table.words[:4] == ("the", ",", ".", "of")
    published = torch.tensor([0.418, 0.24968, -0.41242, 0.1217])
    assert torch.equal(table["the"][:4], published)


def test_minilm_keeps_whole_words_and_their_own_rows():
    table, model = minilm_words(), load("minilm")
    ids = model.tokenizer().get_vocab()
    rows = model.word_table()
    assert all(word.isalpha() for word in table.words)
    assert not {"[CLS]", "##ing", "1"} & set(table.words)
    for word in ("king", "queen", table.words[0], table.words[-1]):
        assert torch.equal(table[word], rows[ids[word]])


def test_the_questions_are_whole():
    analogies = google_analogies()
    assert len(analogies) == 14
    assert sum(map(len, analogies.values())) == 19_544
    assert len(analogies["family"]) == 506
    assert ("king", "queen", "man", "woman") in analogies["family"]
    assert len(wordsim353()) == 353
    assert wordsim353()[1] == ("tiger", "cat", 7.35)
    assert len(simlex999()) == 999
    assert simlex999()[0] == ("old", "new", 1.58)
