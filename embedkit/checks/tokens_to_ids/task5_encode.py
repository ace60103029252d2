"""What marks task 1.5, `encode`: a text becomes ids by merges, in the order of learning."""

import string
from collections.abc import Iterable
from itertools import pairwise, product

from embedkit import tokens_to_ids as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.tokens_to_ids import wrong_encodings as wrong
from embedkit.checks.tokens_to_ids.wrong_encodings import Merges, reference

SIGNS, LETTERS = string.punctuation + string.whitespace + "0", "Zé王\u200b\xa0\u2028—“👑"
"""What stands at borders at which some tokenizer or other cuts."""

LEFT_TO_RIGHT = (
    "You merge from left to right whatever fits. The pair that stands first in the list of merges "
    "goes first, wherever it is in the text."
)


IN_PIECES = (
    "You cut the text into pieces first. Here a text is one piece, and merges may reach over a "
    "space, a line and all else."
)


def drawn_text(draw: Draw, letters: str, length: int) -> str:
    """Return random letters."""
    return "".join(letters[i] for i in draw.ids(len(letters), length).tolist())


def first_ids(draw: Draw) -> list[Inputs]:
    """Characters of several bytes, with merges that fit and without; an empty text."""
    return [
        {"text": "é", "merges": []},
        {"text": "राजा 👑", "merges": [(120, 121)]},
        {"text": "", "merges": [(120, 121)]},
        {"text": "é", "merges": [(195, 169)]},
        {"text": "King", "merges": []},
        {"text": " e\u0301é\r\n ﬁ ", "merges": []},
        {"text": "\ufeff\u200da\n\0", "merges": []},
        {"text": "👑\ufe0f \u1112\u1161\u11ab \u00ad\x85\u2028\u212b", "merges": []},
        {"text": drawn_text(draw, "abcdé王", 20), "merges": []},
        {"text": "café", "merges": [(195, 169)]},
        {"text": drawn_text(draw, "é王", 20), "merges": [(195, 169), (231, 142), (257, 139)]},
        over_borders(LETTERS),
    ]


def over_borders(signs: Iterable[str]) -> Inputs:
    """Return a text with each sign between two letters, and merges that make one token of them."""
    merges: Merges = []
    parts = [f"a{sign}b" for sign in signs]
    for part in parts:
        first, *rest = part.encode()
        for byte in rest:
            if (first, byte) not in merges:  # some signs begin with the same bytes
                merges.append((first, byte))
            first = 256 + merges.index((first, byte))
    return {"text": "".join(parts), "merges": merges}


def many_merges(base: int, later: int) -> Inputs:
    """Return a text of which the merges stand far apart in a long list.

    With a base of 1000, the pairs (97, 1300) and (98, 300) are not one, though 97 · 1000 + 1300 =
    98 · 1000 + 300. The second is in the list, so many places before the other's 1300 or behind it.
    """
    merges = list(product(range(128, 256), repeat=2))[: base + 100]
    far = base + 300 - 256
    merges[44], merges[far + later], merges[far] = (99, 100), (98, 300), (101, 102)
    return {"text": "aef bcd", "merges": merges}


def chains(draw: Draw) -> list[Inputs]:
    """Merges that build on earlier ones and never compete, some of which do not occur.

    One text is long, and one pair that occurs is turned round in the list.
    """
    letters = [97 + i for i in draw.numbers(20).argsort().tolist()]
    chain = [(letters[0], letters[1])]
    for letter in letters[2:10]:
        chain += [(letters[18], letters[19]) if len(chain) == 4 else (255 + len(chain), letter)]
    word = "".join(map(chr, letters))
    return [
        {"text": "in", "merges": [(105, 110)]},
        {"text": "in", "merges": [(110, 105)]},
        {"text": "king", "merges": [(105, 110), (256, 103)]},
        {"text": "king", "merges": [(120, 121), (105, 110), (122, 122), (257, 103)]},
        {"text": "a king", "merges": [(105, 110), (107, 256), (257, 103)]},
        {"text": "singing", "merges": [(105, 110), (256, 103)]},
        {"text": "a b, a b", "merges": [(97, 32), (256, 98), (257, 44)]},
        {"text": "in a", "merges": [(110, 32), (256, 97)]},
        {"text": "a\nb", "merges": [(10, 98)]},
        {"text": "a  b", "merges": [(32, 98)]},
        {"text": "a1", "merges": [(97, 49)]},
        {"text": "na", "merges": [(10, 97)]},
        {"text": "ae", "merges": [(97, 10)]},
        {"text": word[:10] + word[:5] + word[4:10] + word, "merges": chain},
        {"text": "k" * 3200 + "in", "merges": [(105, 110)]},
        {"text": "k" + "in" * 400, "merges": [(105, 110)]},
        many_merges(1000, -999),
        many_merges(1000, 1),
        many_merges(10_000, 1),
        over_borders([*SIGNS, ". ", "\n\n"]),
    ]


def conflicts(draw: Draw) -> list[Inputs]:
    """Merges that compete for a byte; runs of one letter; random texts with their own merges.

    In the third question a longer token would fit; in the fourth, the later merge is the more
    frequent one. In the two before the runs, the first merge makes room for a second, which
    competes with a third, from both sides.
    """
    questions: list[Inputs] = [
        {"text": "abc", "merges": [(98, 99), (97, 98)]},
        {"text": "xabcx", "merges": [(98, 99), (97, 98)]},
        {"text": "abcd", "merges": [(98, 99), (97, 98), (257, 99), (258, 100)]},
        {"text": "ababab bc abc", "merges": [(98, 99), (97, 98)]},
        {"text": "cabab", "merges": [(97, 98), (99, 97), (98, 97)]},
        {"text": "xabc", "merges": [(120, 97), (256, 98), (98, 99)]},
        {"text": "bcxa", "merges": [(120, 97), (99, 256), (98, 99)]},
        {"text": "aaa", "merges": [(97, 97)]},
        {"text": "aaab", "merges": [(97, 97)]},
        {"text": "a" * 11 + "b", "merges": [(97, 97), (256, 256), (257, 97)]},
    ]
    for letters, number in (("abc", 6), ("ab", 12), ("abcd", 40), ("kings ", 25)):
        text = drawn_text(draw, letters, 200)
        questions.append({"text": text, "merges": finished.learn_merges(text, number)})
    return questions


def left_to_right(text: str, merges: Merges) -> list[int]:
    """Merge the first pair from the left that is in the list, whatever its place there."""
    ids = list(text.encode())
    place = 0
    while place < len(ids) - 1:
        pair = ids[place], ids[place + 1]
        if pair in merges:
            ids[place : place + 2] = [256 + merges.index(pair)]
            place = 0
        else:
            place += 1
    return ids


def left_to_right_everywhere(text: str, merges: Merges) -> list[int]:
    """Merge the first pair from the left that is in the list, in all its places."""
    ids = list(text.encode())
    while found := [pair for pair in pairwise(ids) if pair in merges]:
        ids = finished.merge(ids, found[0], 256 + merges.index(found[0]))
    return ids


def left_to_right_in_passes(text: str, merges: Merges) -> list[int]:
    """Go through the text from left to right, merge whatever fits, and begin again."""
    ids = list(text.encode())
    while any(pair in merges for pair in pairwise(ids)):
        place = 0
        while place < len(ids) - 1:
            pair = ids[place], ids[place + 1]
            if pair in merges:
                ids[place : place + 2] = [256 + merges.index(pair)]
            place += 1
    return ids


def too_little_merged(inputs: Inputs, seen: Seen) -> bool:
    """Whether ids are left over in a text whose merges reach over a border."""
    across = ["a b, a b", "in a", "a\nb", "a  b", "a1"]
    across += [over_borders(signs)["text"] for signs in (SIGNS, LETTERS)]
    return inputs["text"] in across and len(seen.value) > len(reference(**inputs))


task = Task(
    number="1.5",
    name="encode",
    points=3,
    reference=reference,
    criteria=(
        Criterion(
            "merge i gives id 256 + i, and later merges build on it",
            chains,
            mistakes=(
                Mistake(
                    "A list was expected, and bytes came back: list(…) gives their values.",
                    when=lambda inputs, seen: type(seen.value) is bytes,
                ),
                Mistake(
                    "Where one id is left there is no pair, and min() of nothing is an error. "
                    "An empty text has no pair either.",
                    when=lambda inputs, seen: (
                        "ValueError" in seen.raised and "empty" in seen.message
                    ),
                ),
                Mistake(
                    "index() finds only what is there. Look first whether the pair is in it: a "
                    "merge need not occur in this text, and most pairs of it are no merge.",
                    when=lambda inputs, seen: (
                        "ValueError" in seen.raised
                        and " in " in seen.message
                        and "not" in seen.message
                    ),
                ),
                Mistake(
                    "Ids from 256 on are no bytes. Collect the ids in a list.",
                    when=lambda inputs, seen: (
                        "ValueError" in seen.raised and "range(0, 256)" in seen.message
                    ),
                ),
                Mistake("Nothing is merged.", wrong.bytes_only),
                Mistake(
                    "The ids of merges start at 256, the first number after the bytes, "
                    "and you start at 255.",
                    when=lambda inputs, seen: seen.value == [255],
                ),
                Mistake(
                    "The ids of merges start at 256, the first number after the bytes, "
                    "and you start at 257.",
                    when=lambda inputs, seen: seen.value == [257],
                ),
                Mistake(
                    "A merged pair has the number of its merge for an id. Ids 0 to 255 are bytes "
                    "already: add 256.",
                    when=lambda inputs, seen: seen.value == [0],
                ),
                Mistake(
                    "It stops at the first merge that does not occur. Later ones may fit.",
                    wrong.stops_at_a_gap,
                ),
                Mistake(
                    "Only one merge is done. Go on until no pair is left that can be merged.",
                    wrong.one_merge_only,
                ),
                Mistake(
                    "Each merge is done once, at its first place. Do it wherever the pair stands.",
                    wrong.one_at_a_time,
                ),
                Mistake(
                    "You go through the list from its end. The merge that was learned first goes "
                    "first, and later ones build on it.",
                    wrong.from_the_end_of_the_list,
                ),
                Mistake(
                    "Merge i has the id 256 + i, also where merges before it do not occur in "
                    "this text.",
                    wrong.counts_those_that_fit,
                ),
                Mistake(
                    "The spaces are gone. A space is a byte like any other, and here the text is "
                    "one piece.",
                    when=lambda inputs, seen: (
                        inputs["text"] == "a king" and seen.value == [97, 258]
                    ),
                ),
                Mistake(IN_PIECES, wrong.word_by_word),
                Mistake(IN_PIECES, when=too_little_merged),
                Mistake(
                    "Replacing in text goes wrong, for a number can end or begin with another: as "
                    "text, 10 97 is found inside 110 97 too. Compare the ids.",
                    wrong.as_text,
                ),
            ),
        ),
        Criterion(
            "where merges compete, the one that was learned first is done first",
            conflicts,
            mistakes=(
                *(
                    Mistake(LEFT_TO_RIGHT, answer)
                    for answer in (
                        left_to_right,
                        left_to_right_everywhere,
                        left_to_right_in_passes,
                    )
                ),
                Mistake(
                    "You take the longest token that fits. That is another way of cutting: here "
                    "the merge that was learned first goes first.",
                    wrong.longest_first,
                ),
                Mistake(
                    "You merge the pair that is most frequent in this text. Counting belongs to "
                    "learning; now the order of the list decides.",
                    wrong.most_frequent_first,
                ),
                Mistake(
                    "The merge that was learned last goes first. Turn it round.",
                    wrong.latest_first,
                ),
                Mistake(
                    "You merge a run from the right. From the left, aaa becomes (aa) and a.",
                    wrong.from_the_right,
                ),
                Mistake(
                    "An id is used for two pairs. In aaa the middle a is used up by the first "
                    "pair, and the last one stays.",
                    wrong.used_twice,
                ),
            ),
        ),
        Criterion(
            "the first ids are the bytes of the text in UTF-8",
            first_ids,
            mistakes=(
                Mistake(
                    "These are characters. Start from bytes: text.encode() gives them, and their "
                    "ids are 0 to 255.",
                    wrong.characters,
                ),
                Mistake(
                    "These are the bytes of another text. Encode the text as it is, with its "
                    "capitals, its white space and its accents.",
                    when=lambda inputs, seen: (
                        not inputs["merges"] and bytes(seen.value).decode() != inputs["text"]
                    ),
                ),
                Mistake(IN_PIECES, when=too_little_merged),
            ),
        ),
    ),
)
