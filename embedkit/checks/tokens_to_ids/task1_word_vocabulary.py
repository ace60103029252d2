"""What marks task 1.1, `word_vocabulary`: a number for each of the most frequent words."""

from collections import Counter
from itertools import product

from embedkit import tokens_to_ids as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen

NAMES = ["ark", "bow", "cup", "dew", "eel", "fig", "gem", "hay", "ink", "jar", "kid", "log"]
ALIKE = ["kings", "king,", "king", "don't", "dont", "done", "1611", "cafe\u0301", "café", "-", ""]
"""Words that become one, or none, or change their order, if a word is cleaned.

The last e of one has its mark apart. A text with two spaces in a row, cut at each, gives "".
"""

CAPITALS = ["Lot", "LORD", "Laban", "Gad", "GOD", "Ark", '"', "1611", "king", "élan", "zeal"]
CAPITALS += ["(And", "king9", "king10", "understands", "understanding"]
"""Words for which it matters that Python compares letter by letter, by character number."""
SIGNS = '"-1AZ_azéßΩﬁ👑'


def words_with_counts(draw: Draw, counts: list[int]) -> list[str]:
    """Return shuffled words, each as often as ``counts`` says; which word is which is drawn."""
    names = [NAMES[i] for i in shuffled(draw, len(NAMES))]
    words = [name for name, count in zip(names, counts, strict=False) for _ in range(count)]
    return [words[i] for i in shuffled(draw, len(words))]


def shuffled(draw: Draw, number: int) -> list[int]:
    """Return the integers below ``number`` in a random order."""
    order: list[int] = draw.numbers(number).argsort().tolist()
    return order


def different_counts(draw: Draw) -> list[Inputs]:
    """Texts in which no two words are equally frequent, an empty one, and a long one."""
    return [
        {"words": ["king", "the", "the"], "size": 3},
        {"words": ["man", "sea", "sea"], "size": 3},
        {"words": ["king", "King", "the", "the", "King", "the"], "size": 4},
        {"words": words_with_counts(draw, [5, 2, 9, 1, 7]), "size": 6},
        {"words": words_with_counts(draw, [11, 3, 12, 1, 2, 8]), "size": 7},
        {"words": [], "size": 1},
        {"words": ["man"] * 1100 + ["the"] * 1200, "size": 3},
    ]


def equal_counts(draw: Draw) -> list[Inputs]:
    """Texts in which some words are equally frequent, and some differ by little; one of many words.

    Sorting that does not keep the order of equals often keeps that of a few. One text has each word
    of two signs, so that capitals, accents and digits meet in front and behind.
    """
    of_two_signs = list(map("".join, product(SIGNS, repeat=2)))
    many = [f"{name}{i}" for name in NAMES for i in range(draw.integer(5, 7))]
    return [
        {"words": ["the", "man", "the", "king"], "size": 4},
        {"words": ["sun", "moon", "sea"], "size": 4},
        {"words": ["ark", "Zion"], "size": 3},
        {"words": ["ark", "Zion", "sea", "Ark"], "size": 5},
        {"words": [*ALIKE, ALIKE[0]], "size": 1 + len(ALIKE)},
        {"words": ["👑", "ﬁsh", "sea", " sea"], "size": 5},
        {"words": CAPITALS, "size": 1 + len(CAPITALS)},
        {
            "words": [of_two_signs[i] for i in shuffled(draw, len(of_two_signs))],
            "size": 1 + len(of_two_signs),
        },
        {"words": words_with_counts(draw, [3, 1, 3, 1, 3, 1, 1]), "size": 8},
        {"words": words_with_counts(draw, [2] * 9), "size": 10},
        {"words": words_with_counts(draw, [701, 700, 699, 400]), "size": 5},
        {"words": [many[i] for i in shuffled(draw, len(many))], "size": len(many) + 1},
    ]


def too_many_words(draw: Draw) -> list[Inputs]:
    """Vocabularies that hold fewer words than the text, and one with room to spare."""
    return [
        {"words": ["the", "king", "the"], "size": 2},
        {"words": ["the", "man", "the", "king"], "size": 3},
        {"words": words_with_counts(draw, [2] * 9), "size": 5},
        {"words": words_with_counts(draw, [6, 1, 4, 2, 9]), "size": 4},
        {"words": words_with_counts(draw, [1, 2, 3, 4, 5, 6]), "size": 3},
        {"words": ["the", "king", "the"], "size": 1},
        {"words": ["the", "king", "the"], "size": 100},
    ]


def by_count_then_backwards(words: list[str], size: int) -> dict[str, int]:
    """Sort pairs of count and word, and turn the whole round."""
    counts = Counter(words)
    pairs = sorted(((counts[word], word) for word in counts), reverse=True)
    return {word: i for i, word in enumerate(["[UNK]", *[w for _, w in pairs][: size - 1]])}


def as_first_seen(words: list[str], size: int) -> dict[str, int]:
    """Leave ties in the order in which the text brings them."""
    common = [word for word, _ in Counter(words).most_common(size - 1)]
    return {word: i for i, word in enumerate(["[UNK]", *common])}


def capitals_mixed_in(words: list[str], size: int) -> dict[str, int]:
    """Sort equals as a dictionary does."""
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word.lower(), word))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}


def capitals_in_front_only(inputs: Inputs, seen: Seen) -> bool:
    """Whether capitals stand before small letters in the first place of a word, not behind it."""
    ids = seen.value
    in_front = max(ids[word] for word in ("Gad", "GOD", "Laban", "LORD")) < ids["king"]
    return bool(in_front and ids["Gad"] < ids["GOD"] and ids["Laban"] < ids["LORD"])


def alphabetical(words: list[str], size: int) -> dict[str, int]:
    """Sort the words and nothing else."""
    return {word: i for i, word in enumerate(["[UNK]", *sorted(set(words))[: size - 1]])}


def in_order_of_appearance(words: list[str], size: int) -> dict[str, int]:
    """Number the words as they come."""
    return {word: i for i, word in enumerate(["[UNK]", *list(dict.fromkeys(words))[: size - 1]])}


def without_unknown(words: list[str], size: int) -> dict[str, int]:
    """Forget the entry for unknown words."""
    whole = finished.word_vocabulary(words, size + 1)
    return {word: i - 1 for word, i in whole.items() if i > 0}


def unknown_at_the_end(words: list[str], size: int) -> dict[str, int]:
    """Put the entry for unknown words behind all others."""
    known = without_unknown(words, size - 1)
    return {**known, "[UNK]": len(known)}


def rarest_first(words: list[str], size: int) -> dict[str, int]:
    """Sort by rising frequency."""
    counts = Counter(words)
    rising = sorted(counts, key=lambda word: (counts[word], word))
    return {word: i for i, word in enumerate(["[UNK]", *rising[: size - 1]])}


def one_too_many(words: list[str], size: int) -> dict[str, int]:
    """Count the words only, and not ``[UNK]``."""
    return finished.word_vocabulary(words, size + 1)


def ties_after_the_cut(words: list[str], size: int) -> dict[str, int]:
    """Choose the words first, and sort equals afterwards."""
    common = Counter(words).most_common(size - 1)
    common.sort(key=lambda item: (-item[1], item[0]))
    return {word: i for i, word in enumerate(["[UNK]", *(word for word, _ in common)])}


def counts_for_ids(words: list[str], size: int) -> dict[str, int]:
    """Give each word its count for an id."""
    counts = Counter(words)
    kept = finished.word_vocabulary(words, size)
    return {word: counts[word] if i else 0 for word, i in kept.items()}


def in_lower_case(words: list[str], size: int) -> dict[str, int]:
    """Take “King” and “king” for one word."""
    return finished.word_vocabulary([word.lower() for word in words], size)


task = Task(
    number="1.1",
    name="word_vocabulary",
    points=2,
    reference=finished.word_vocabulary,
    criteria=(
        Criterion(
            "[UNK] has id 0, and the words follow, the most frequent first",
            different_counts,
            mistakes=(
                Mistake(
                    "[UNK] is missing. Id 0 is its place, so the first word has id 1.",
                    without_unknown,
                ),
                Mistake("[UNK] stands at the end. Its id is 0.", unknown_at_the_end),
                Mistake(
                    "The values are counts. The id of a word is its place in the order.",
                    counts_for_ids,
                ),
                Mistake("The rarest word comes first. Turn the order round.", rarest_first),
                Mistake(
                    "The words are in alphabetical order. The more frequent one comes first, "
                    "whatever its letters.",
                    alphabetical,
                ),
                Mistake(
                    "The words are in the order in which the text brings them. The more "
                    "frequent one comes first.",
                    in_order_of_appearance,
                ),
                Mistake(
                    "You take capitals for small letters. Here “King” and “king” are two words.",
                    in_lower_case,
                ),
                Mistake(
                    "It holds words of an earlier text. A default value such as {} is made once, "
                    "and every call shares it: make the dict inside the function.",
                    when=lambda inputs, seen: "the" in set(seen.value) - set(inputs["words"]),
                ),
            ),
        ),
        Criterion(
            "words that are equally frequent stand as Python sorts them",
            equal_counts,
            mistakes=(
                Mistake(
                    "Words that are equally frequent stand in the order in which the text brings "
                    "them, as in most_common. Sort by two things: by falling count, and then "
                    "by the word.",
                    as_first_seen,
                ),
                Mistake(
                    "Capitals are mixed in with small letters. Python sorts strings with all "
                    "capitals in front: “Zion” comes before “ark”.",
                    capitals_mixed_in,
                ),
                Mistake(
                    "Only in front of a word do capitals come first. Python compares letter by "
                    "letter: “LORD” comes before “Laban”, for O is a capital and a is not.",
                    when=capitals_in_front_only,
                ),
                Mistake(
                    "Words that are equally frequent stand in reverse alphabetical order: "
                    "reverse=True turns both keys round. A key of (-count, word) turns only one.",
                    by_count_then_backwards,
                ),
                Mistake(
                    "A word is missing. Words that differ in anything are two words: “king,” is "
                    "not “king”, and “don't” is a word too.",
                    when=lambda inputs, seen: (
                        ALIKE[0] in inputs["words"] and len(seen.value) < inputs["size"]
                    ),
                ),
            ),
        ),
        Criterion(
            "there are at most `size` entries, and [UNK] is one of them",
            too_many_words,
            mistakes=(
                Mistake(
                    "There is one entry too many. [UNK] takes one of the `size` places.",
                    one_too_many,
                ),
                Mistake(
                    "Equals are sorted after the cut, so the order of the text still decides "
                    "which of them stay. Sort all words first, and then keep size - 1.",
                    ties_after_the_cut,
                ),
                Mistake(
                    "All words are in it. Keep the first size - 1 of them.",
                    when=lambda inputs, seen: len(seen.value) == 1 + len(set(inputs["words"])),
                ),
            ),
        ),
    ),
)
