"""What marks task 4.1, `pairs_in_window`: who stands near whom."""

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.probes import Inputs

Pairs = list[tuple[str, str]]
TEXT = "in the beginning God made heaven earth light water fish beast man woman"
WORDS = TEXT.split()


def asked(tokens: list[str], window: int) -> Inputs:
    """One question, in the order of the arguments."""
    return {"tokens": tokens, "window": window}


def some_words(draw: Draw, count: int) -> list[str]:
    """Different words in a random order."""
    places = draw.numbers(len(WORDS)).argsort()[:count].tolist()
    return [WORDS[place] for place in places]


def different_words(draw: Draw) -> list[Inputs]:
    """Sentences in which no word comes twice, longer than the window."""
    return [
        asked(["the", "king", "sat"], 1),
        asked(["the", "king", "of", "Judah", "sat"], 2),
        asked(some_words(draw, 9), draw.integer(1, 3)),
        asked(some_words(draw, 12), draw.integer(4, 6)),
        asked(some_words(draw, 12), draw.integer(7, 9)),
    ]


def words_that_come_twice(draw: Draw) -> list[Inputs]:
    """Sentences in which a word is near to itself."""
    draw_from = some_words(draw, 3)
    return [
        asked(["holy", "holy"], 1),
        asked(["day", "by", "day"], 2),
        asked(["holy"] * 3, 1),
        asked([draw_from[i] for i in draw.ids(3, 9).tolist()], draw.integer(2, 4)),
    ]


def short_sentences(draw: Draw) -> list[Inputs]:
    """A window wider than the sentence, a single word, and none."""
    return [
        asked(["be", "still"], 5),
        asked(["amen"], 2),
        asked([], 3),
        asked(sorted(some_words(draw, 3)), draw.integer(3, 9)),
    ]


def one_short(tokens: list[str], window: int) -> Pairs:
    """End the range on the right one place too early."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(max(0, i - window), min(len(tokens), i + window))
        if j != i
    ]


def with_itself(tokens: list[str], window: int) -> Pairs:
    """Forget to leave out the word's own place."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(max(0, i - window), min(len(tokens), i + window + 1))
    ]


def around_the_end(tokens: list[str], window: int) -> Pairs:
    """Let places before the first word count from the end."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(i - window, min(len(tokens), i + window + 1))
        if j != i and j >= -len(tokens)
    ]


def to_the_right(tokens: list[str], window: int) -> Pairs:
    """Look to the right only."""
    places = {(i, j) for i in range(len(tokens)) for j in range(i + 1, i + window + 1)}
    return [(tokens[i], tokens[j]) for i, j in sorted(places) if j < len(tokens)]


def turned(tokens: list[str], window: int) -> Pairs:
    """Put the context first."""
    pairs = finished.pairs_in_window(tokens, window)
    return [(context, center) for center, context in pairs]


def without_equals(tokens: list[str], window: int) -> Pairs:
    """Leave out equal words instead of equal places."""
    pairs = finished.pairs_in_window(tokens, window)
    return [(center, context) for center, context in pairs if center != context]


def without_repeats(tokens: list[str], window: int) -> Pairs:
    """Keep each pair once."""
    return list(dict.fromkeys(finished.pairs_in_window(tokens, window)))


def by_alphabet(tokens: list[str], window: int) -> Pairs:
    """Sort the pairs."""
    return sorted(finished.pairs_in_window(tokens, window))


def by_word(tokens: list[str], window: int) -> Pairs:
    """Gather the pairs by their centers."""
    pairs = finished.pairs_in_window(tokens, window)
    return [pair for center in dict.fromkeys(tokens) for pair in pairs if pair[0] == center]


def first_equal_removed(tokens: list[str], window: int) -> Pairs:
    """Take the first word that equals the center out of the window, instead of its place."""
    pairs = []
    for i, center in enumerate(tokens):
        near = tokens[max(0, i - window) : i + window + 1]
        near.remove(center)
        pairs += [(center, other) for other in near]
    return pairs


def slice_below_zero(tokens: list[str], window: int) -> Pairs:
    """Let a slice begin below 0, which is near the end."""
    pairs = []
    for i, center in enumerate(tokens):
        near = tokens[i - window : i] + tokens[i + 1 : i + 1 + window]
        pairs += [(center, other) for other in near]
    return pairs


def to_the_left(tokens: list[str], window: int) -> Pairs:
    """Look to the left only."""
    return [
        (center, tokens[j]) for i, center in enumerate(tokens) for j in range(max(0, i - window), i)
    ]


def first_place(tokens: list[str], window: int) -> Pairs:
    """Look a word's place up by the word, which finds the first."""
    pairs = []
    for token in tokens:
        i = tokens.index(token)
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                pairs.append((token, tokens[j]))
    return pairs


task = Task(
    number="4.1",
    name="pairs_in_window",
    points=1,
    reference=finished.pairs_in_window,
    criteria=(
        Criterion(
            "each word is paired with those near it, left and right, in order",
            different_words,
            mistakes=(
                Mistake(
                    "The words furthest to the right are missing: a range ends one before its "
                    "second number, so it must be i + window + 1.",
                    one_short,
                ),
                Mistake(
                    "Each word is paired with itself. Leave out the place of the center.",
                    with_itself,
                ),
                Mistake(
                    "A negative index counts from the end, so the first words are paired with the "
                    "last. Begin at max(0, i − window).",
                    around_the_end,
                ),
                Mistake("Only what stands to the right is paired. Look left, too.", to_the_right),
                Mistake("Only what stands to the left is paired. Look right, too.", to_the_left),
                Mistake(
                    "A slice that begins below 0 begins near the end. Begin at max(0, i − window).",
                    slice_below_zero,
                ),
                Mistake(
                    "The pairs come in the order of the text, not sorted by word.", by_alphabet
                ),
                Mistake("The center comes first in each pair, its context second.", turned),
                Mistake(
                    "The window reaches beyond the last word. End at len(tokens).",
                    when=says("list index out of range"),
                ),
                Mistake(
                    "A pair is a tuple, written with round brackets.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value[0], list) and isinstance(seen.value[0][0], str)
                    ),
                ),
            ),
        ),
        Criterion(
            "a word that comes twice is one word at two places",
            words_that_come_twice,
            mistakes=(
                Mistake(
                    "Two places may hold the same word. Compare places, not words.",
                    without_equals,
                ),
                Mistake(
                    "Each pair is there once. A pair that occurs twice is learned from twice.",
                    without_repeats,
                ),
                Mistake(
                    "The pairs come by the place of the center, not gathered by word.", by_word
                ),
                Mistake(
                    "remove takes away the first equal word, which may be at another place. Leave "
                    "out the place.",
                    first_equal_removed,
                ),
                Mistake(
                    "index finds the first place of a word. enumerate gives each its own.",
                    first_place,
                ),
            ),
        ),
        Criterion(
            "a window wider than the sentence, a single word, none at all",
            short_sentences,
        ),
    ),
)
