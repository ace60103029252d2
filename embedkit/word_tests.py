"""What people say of words: the questions with which tables of words are commonly compared.

The three sets come inside gensim. They are read from its files; nothing of gensim is imported.
"""

from functools import cache
from typing import NamedTuple

from embedkit.packages import Package, verified_folder

WORD_TESTS = Package(
    requirement="gensim==4.4.0",
    module="gensim",
    folder="test/test_data",
    sha256={
        "questions-words.txt": "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
        "wordsim353.tsv": "f92a022fc2537793a15bc3a8c162ebcd74990e033a228bb6388cb71e4c0b1e1d",
        "simlex999.txt": "d5e0501971478a511430ee880bd0121e94ac701ba86d90544d83e6d2ba3db05d",
    },
)


class Analogy(NamedTuple):
    """One question: ``a`` is to ``b`` as ``c`` is to which word? ``d``, its authors say."""

    a: str
    b: str
    c: str
    d: str


class RatedPair(NamedTuple):
    """Two words, and how alike people found them, on a scale from 0 to 10."""

    one: str
    other: str
    score: float


@cache
def google_analogies() -> dict[str, tuple[Analogy, ...]]:
    """Return the 19,544 questions of the Google analogy test, by category, in lower case.

    Mikolov, Chen, Corrado and Dean, 2013, https://arxiv.org/abs/1301.3781.

    Raises:
        FileNotFoundError: if gensim, or one of its files, is missing.
        ValueError: if a file is not the one that the course was written with.
    """
    categories: dict[str, list[Analogy]] = {}
    for line in _lines("questions-words.txt"):
        if line.startswith(":"):
            questions = categories.setdefault(line.removeprefix(":").strip(), [])
        else:
            questions.append(Analogy(*line.lower().split()))
    return {category: tuple(questions) for category, questions in categories.items()}


def wordsim353() -> tuple[RatedPair, ...]:
    """Return the 353 pairs of WordSim-353, rated by how *related* two words are.

    Finkelstein and others, 2002, https://doi.org/10.1145/503104.503110.

    Raises:
        FileNotFoundError: if gensim, or one of its files, is missing.
        ValueError: if a file is not the one that the course was written with.
    """
    return _rated_pairs("wordsim353.tsv")


def simlex999() -> tuple[RatedPair, ...]:
    """Return the 999 pairs of SimLex-999, rated by how *similar* two words are, not how related.

    Hill, Reichart and Korhonen, 2015, https://aclanthology.org/J15-4004.

    Raises:
        FileNotFoundError: if gensim, or one of its files, is missing.
        ValueError: if a file is not the one that the course was written with.
    """
    return _rated_pairs("simlex999.txt")


@cache
def _rated_pairs(file: str) -> tuple[RatedPair, ...]:
    pairs = [line.lower().split("\t") for line in _lines(file) if not line.startswith("#")]
    return tuple(RatedPair(one, other, float(score)) for one, other, score in pairs)


def _lines(file: str) -> list[str]:
    text = (verified_folder(WORD_TESTS) / file).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip()]
