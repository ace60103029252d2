"""What marks task 1.3, `count_pairs`: which two ids stand side by side, and how often."""

from collections import Counter
from itertools import groupby, pairwise

from embedkit import tokens_to_ids as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs

Words = dict[tuple[int, ...], int]
Counts = dict[tuple[int, int], int]


def neighbours(draw: Draw) -> list[Inputs]:
    """Words that the text holds once, in which no pair comes twice; words of one id; no words."""
    return [
        {"words": {(1, 2, 3): 1}},
        {"words": {(9, 4): 1}},
        {"words": {(1, 2): 1, (3, 4): 1}},
        {"words": {(1, 2, 3): 1, (2, 3, 1): 1}},
        {"words": {(5,): 1, (5, 6): 1}},
        {"words": {(5,): 1}},
        {"words": {}},
        {"words": {(300, 2, 7001): 1}},
        {"words": {(5, 70_000): 1}},
        {"words": {(1, 128_000): 1, (2, 28_000): 1, (1, 2**40): 1}},
        {"words": {tuple(draw.numbers(6).argsort().tolist()): 1 for _ in range(8)}},
    ]


def weighted_words(draw: Draw) -> list[Inputs]:
    """Words that the text holds more than once, also billions of times; ids rise within a word."""
    words = [tuple(sorted(draw.numbers(9).argsort().tolist()[:5])) for _ in range(8)]
    return [
        {"words": {(1, 2): 3}},
        {"words": {(1, 2, 3): 3, (2, 3): 10}},
        {"words": {(1, 2): 70_000}},
        {"words": {(1, 2): 2**24 + 1, (2, 3): 2**31 + 5, (1, 2, 3): 2**32 + 2}},
        {"words": {word: draw.integer(1, 50) for word in words}},
    ]


def repeated_pairs(draw: Draw) -> list[Inputs]:
    """Words that hold a pair more than once; no two of one text have different counts."""
    return [
        {"words": {(1, 2, 1, 2): 1}},
        {"words": {(7, 7, 7): 1}},
        {"words": {(7, 7, 7, 7, 8): 1}},
        {"words": {(7, 7, 7): 3}},
        {"words": {(12, 3, 2, 3): 1}},
        {"words": {(1, 2, 1, 22): 200}},
        {"words": {(1, 1, 2, 2, 1, 1): 4}},
        {"words": {(1, 2) * 1600: 1}},
        {"words": {tuple(sorted(draw.ids(3, 15).tolist())): 1, (1, 1): 1}},
    ]


def unweighted(words: Words) -> Counts:
    """Count each word once."""
    return finished.count_pairs(dict.fromkeys(words, 1))


def unordered(words: Words) -> Counts:
    """Take (2, 1) for (1, 2)."""
    counts: Counter[tuple[int, int]] = Counter()
    for (one, other), times in finished.count_pairs(words).items():
        counts[min(one, other), max(one, other)] += times
    return dict(counts)


def across_words(words: Words) -> Counts:
    """Count pairs in one long sequence of all words."""
    return finished.count_pairs(
        {tuple(i for word, times in words.items() for i in word * times): 1}
    )


def round_the_corner(words: Words) -> Counts:
    """Take the last and the first id of a word for a pair."""
    return finished.count_pairs({(*word, word[0]): times for word, times in words.items()})


def last_pair_missing(words: Words) -> Counts:
    """Stop one pair too early."""
    counts: Counter[tuple[int, int]] = Counter()
    for word, times in words.items():
        for i in range(len(word) - 2):
            counts[word[i], word[i + 1]] += times
    return dict(counts)


def two_by_two(words: Words) -> Counts:
    """Cut words into pairs: 1 2 3 4 gives (1, 2) and (3, 4)."""
    counts: Counter[tuple[int, int]] = Counter()
    for word, times in words.items():
        for i in range(0, len(word) - 1, 2):
            counts[word[i], word[i + 1]] += times
    return dict(counts)


def once_a_word(words: Words) -> Counts:
    """Count a pair once in each word that holds it."""
    counts: Counter[tuple[int, int]] = Counter()
    for word, times in words.items():
        for pair in set(pairwise(word)):
            counts[pair] += times
    return dict(counts)


def overwritten(words: Words) -> Counts:
    """Write the count of the last word over those before."""
    return {pair: times for word, times in words.items() for pair in pairwise(word)}


def not_overlapping(words: Words) -> Counts:
    """Use each id of a run for one pair only."""
    counts: Counter[tuple[int, int]] = Counter()
    for word, times in words.items():
        last_start: dict[tuple[int, int], int] = {}
        for i, pair in enumerate(pairwise(word)):
            if last_start.get(pair) != i - 1:
                counts[pair] += times
                last_start[pair] = i
    return dict(counts)


def once_in_a_run(words: Words) -> Counts:
    """Leave out a pair that equals the one just before it."""
    counts: Counter[tuple[int, int]] = Counter()
    for word, times in words.items():
        for pair, _ in groupby(pairwise(word)):
            counts[pair] += times
    return dict(counts)


task = Task(
    number="1.3",
    name="count_pairs",
    points=1,
    reference=finished.count_pairs,
    criteria=(
        Criterion(
            "inside each word, each two neighbours are a pair, in their order",
            neighbours,
            mistakes=(
                Mistake("The last pair of a word is missing.", last_pair_missing),
                Mistake(
                    "You cut the word into twos. Each id but the last starts a pair: 1 2 3 "
                    "holds (1, 2) and (2, 3).",
                    two_by_two,
                ),
                Mistake(
                    "The end of a word has no neighbour at its start. A word is a line, "
                    "not a ring.",
                    round_the_corner,
                ),
                Mistake(
                    "The last id of a word has no neighbour: word[i + 1] lies past the end. "
                    "Stop one place earlier.",
                    when=lambda inputs, seen: "IndexError" in seen.raised,
                ),
                Mistake(
                    "A pair that is new has no count yet that could grow. A Counter starts each "
                    "at 0, and so does counts.get(pair, 0).",
                    when=lambda inputs, seen: "KeyError" in seen.raised,
                ),
                Mistake(
                    "This is one pair. Return the counts of all pairs; choosing comes later.",
                    when=lambda inputs, seen: type(seen.value) is tuple,
                ),
                Mistake("(2, 1) is another pair than (1, 2). Keep the order.", unordered),
                Mistake(
                    "Pairs reach from the end of one word into the next. Each word stands alone.",
                    across_words,
                ),
                Mistake(
                    "A later word writes over the counts of those before. Add to them.",
                    overwritten,
                ),
                Mistake(
                    "It counts pairs of an earlier call. A default value such as {} is made once, "
                    "and every call shares it: make the dict inside the function.",
                    when=lambda inputs, seen: (
                        inputs["words"] == {(9, 4): 1} and (1, 2) in seen.value
                    ),
                ),
            ),
        ),
        Criterion(
            "a word that the text holds n times counts n times",
            weighted_words,
            mistakes=(
                Mistake(
                    "Each word counts once. The number beside it says how often the text holds it.",
                    unweighted,
                ),
            ),
        ),
        Criterion(
            "a pair that a word holds more than once counts each time, overlapping or not",
            repeated_pairs,
            mistakes=(
                Mistake(
                    "A pair counts once in each word. Count every place where it stands.",
                    once_a_word,
                ),
                *(
                    Mistake(
                        "Pairs may overlap: 7 7 7 holds (7, 7) twice. Only merging uses an id up.",
                        answer,
                    )
                    for answer in (not_overlapping, once_in_a_run)
                ),
            ),
        ),
    ),
)
