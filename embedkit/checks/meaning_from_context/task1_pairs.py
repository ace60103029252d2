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
        asked(["the", "king", "sat"], 2),
        asked(["the", "king", "of", "Judah", "sat"], 2),
        asked(some_words(draw, 9), draw.integer(1, 3)),
        asked(some_words(draw, 12), draw.integer(4, 6)),
        asked(some_words(draw, 13), draw.integer(7, 10)),
    ]


def words_that_come_twice(draw: Draw) -> list[Inputs]:
    """Sentences in which a word is near to itself, with others in between and without."""
    return [
        asked(["holy", "holy"], 1),
        asked(["holy", "is", "holy"], 2),
        asked(["holy"] * 3, 1),
        asked(["holy"] * draw.integer(5, 9), draw.integer(2, 4)),
        asked([WORDS[i] for i in draw.ids(3, 9).tolist()], draw.integer(2, 4)),
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


def to_the_left(tokens: list[str], window: int) -> Pairs:
    """Look to the left only."""
    return [
        (center, tokens[j]) for i, center in enumerate(tokens) for j in range(max(0, i - window), i)
    ]


def slice_below_zero(tokens: list[str], window: int) -> Pairs:
    """Let a slice begin before the first word."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in tokens[i - window : i] + tokens[i + 1 : i + window + 1]
    ]


def left_one_short(tokens: list[str], window: int) -> Pairs:
    """Begin one place too late on the left."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(max(0, i - window + 1), min(len(tokens), i + window + 1))
        if j != i
    ]


def ring(tokens: list[str], window: int) -> Pairs:
    """Go on at the other end."""
    places = range(len(tokens))
    offsets = [d for d in range(-window, window + 1) if d]
    return [(tokens[i], tokens[(i + d) % len(tokens)]) for i in places for d in offsets]


def right_first(tokens: list[str], window: int) -> Pairs:
    """Take the right neighbours before the left ones."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in tokens[i + 1 : i + window + 1] + tokens[max(0, i - window) : i]
    ]


def by_distance(tokens: list[str], window: int) -> Pairs:
    """Take the nearest first."""
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for d in range(1, window + 1)
        for j in (i - d, i + d)
        if 0 <= j < len(tokens)
    ]


def both_at_once(tokens: list[str], window: int) -> Pairs:
    """Put both directions of a pair side by side."""
    right = to_the_right(tokens, window)
    return [pair for one, other in right for pair in ((one, other), (other, one))]


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


def contexts_once(tokens: list[str], window: int) -> Pairs:
    """Keep each context of a place once."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in dict.fromkeys(tokens[max(0, i - window) : i] + tokens[i + 1 : i + window + 1])
    ]


def gathered(tokens: list[str], window: int) -> Pairs:
    """Gather the contexts of all places of a word."""
    near: dict[str, list[str]] = {}
    for i, center in enumerate(tokens):
        before = tokens[max(0, i - window) : i]
        near.setdefault(center, []).extend(before + tokens[i + 1 : i + window + 1])
    return [(center, other) for center, others in near.items() for other in others]


def removed_by_word(tokens: list[str], window: int) -> Pairs:
    """Take the center out of its window by its word, which takes the first."""
    pairs = []
    for i, center in enumerate(tokens):
        near = tokens[max(0, i - window) : i + window + 1]
        near.remove(center)
        pairs += [(center, other) for other in near]
    return pairs


def by_alphabet(tokens: list[str], window: int) -> Pairs:
    """Sort the pairs."""
    return sorted(finished.pairs_in_window(tokens, window))


def first_place_of_others(tokens: list[str], window: int) -> Pairs:
    """Look the places of the contexts up by their words."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in tokens[max(0, i - window) : i + window + 1]
        if tokens.index(other) != i
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


BY_PLACE = (
    "The contexts of a center come by their place: left before right, the furthest left first, "
    "and all of one center before the next center."
)
ONCE = "Each pair is there once. A pair that occurs twice is learned from twice."
INDEX = "index finds the first place of a word. enumerate gives each its own."


def full_windows_only(tokens: list[str], window: int) -> Pairs:
    """Leave out the words near both ends."""
    inner = range(window, len(tokens) - window)
    near = [offset for offset in range(-window, window + 1) if offset]
    return [(tokens[i], tokens[i + offset]) for i in inner for offset in near]


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
                Mistake(
                    "A slice that begins below 0 begins near the end, and is empty here. Begin at "
                    "max(0, i − window).",
                    slice_below_zero,
                ),
                Mistake("Only what stands to the right is paired. Look left, too.", to_the_right),
                Mistake("Only what stands to the left is paired. Look right, too.", to_the_left),
                Mistake(
                    "The words furthest to the left are missing. Begin at i − window.",
                    left_one_short,
                ),
                Mistake(
                    "The sentence is no ring. Nothing stands before its first word, nor after its "
                    "last.",
                    ring,
                ),
                Mistake(BY_PLACE, right_first),
                Mistake(BY_PLACE, by_distance),
                Mistake(BY_PLACE, both_at_once),
                Mistake(
                    "The pairs come in the order of the text, not sorted by word.", by_alphabet
                ),
                Mistake(
                    "Words near an end of the sentence have pairs, too, with what there is.",
                    full_windows_only,
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
                Mistake(
                    "There is one list for each center. All pairs stand in one list: extend it, "
                    "instead of appending lists.",
                    when=lambda inputs, seen: isinstance(seen.value[0], list),
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
                Mistake(ONCE, without_repeats),
                Mistake(ONCE, contexts_once),
                Mistake(INDEX, first_place),
                Mistake(INDEX, first_place_of_others),
                Mistake(
                    "The pairs come by the place of the center, not gathered by its word.",
                    gathered,
                ),
                Mistake(
                    "remove takes away the first equal word, which may stand at another place. "
                    "Leave out the place.",
                    removed_by_word,
                ),
            ),
        ),
        Criterion(
            "a window wider than the sentence, a single word, none at all",
            short_sentences,
        ),
    ),
)
