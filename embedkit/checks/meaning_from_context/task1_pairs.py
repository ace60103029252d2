"""What marks task 4.1, `pairs_in_window`: who stands near whom."""

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.meaning_from_context import wrong_pairs as wrong
from embedkit.checks.probes import Inputs

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
    """Sentences in which no word comes twice, longer than the window, and one with an empty word.

    A text with two spaces in a row, cut at each, gives "".
    """
    return [
        asked(["the", "king", "sat"], 1),
        asked(["the", "king", "sat"], 2),
        asked(["the", "king", "of", "Judah", "sat"], 2),
        asked(some_words(draw, 9), draw.integer(1, 3)),
        asked(some_words(draw, 12), draw.integer(4, 6)),
        asked(some_words(draw, 13), draw.integer(7, 10)),
        asked([f"{word}{i}" for i in range(8) for word in WORDS], draw.integer(32, 36)),
        asked(["the", "", "king's", "8", "-", " sat"], 2),
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


BY_PLACE = (
    "The contexts of a centre come by their place: left before right, the furthest left first, "
    "and all of one centre before the next centre."
)
ONCE = "Each pair is there once. A pair that occurs twice is learned from twice."
INDEX = "index finds the first place of a word. enumerate gives each its own."


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
                    wrong.one_short,
                ),
                Mistake(
                    "Each word is paired with itself. Leave out the place of the centre.",
                    wrong.with_itself,
                ),
                Mistake(
                    "A negative index counts from the end, so the first words are paired with the "
                    "last. Begin at max(0, i − window).",
                    wrong.around_the_end,
                ),
                Mistake(
                    "A slice that begins below 0 begins near the end, and is empty here. Begin at "
                    "max(0, i − window).",
                    wrong.slice_below_zero,
                ),
                Mistake(
                    "Only what stands to the right is paired. Look left, too.", wrong.to_the_right
                ),
                Mistake(
                    "Only what stands to the left is paired. Look right, too.", wrong.to_the_left
                ),
                Mistake(
                    "The words furthest to the left are missing. Begin at i − window.",
                    wrong.left_one_short,
                ),
                Mistake(
                    "The sentence is no ring. Nothing stands before its first word, nor after its "
                    "last.",
                    wrong.ring,
                ),
                Mistake(BY_PLACE, wrong.right_first),
                Mistake(BY_PLACE, wrong.by_distance),
                Mistake(BY_PLACE, wrong.both_at_once),
                Mistake(
                    "The pairs come in the order of the text, not sorted by word.",
                    wrong.by_alphabet,
                ),
                Mistake(
                    "Words near an end of the sentence have pairs, too, with what there is.",
                    wrong.full_windows_only,
                ),
                Mistake("The centre comes first in each pair, its context second.", wrong.turned),
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
                    "There is one list for each centre. All pairs stand in one list: extend it, "
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
                    wrong.without_equals,
                ),
                Mistake(ONCE, wrong.without_repeats),
                Mistake(ONCE, wrong.contexts_once),
                Mistake(INDEX, wrong.first_place),
                Mistake(INDEX, wrong.first_place_of_others),
                Mistake(
                    "The pairs come by the place of the centre, not gathered by its word.",
                    wrong.gathered,
                ),
                Mistake(
                    "remove takes away the first equal word, which may stand at another place. "
                    "Leave out the place.",
                    wrong.removed_by_word,
                ),
            ),
        ),
        Criterion(
            "a window wider than the sentence, a single word, none at all",
            short_sentences,
        ),
    ),
)
