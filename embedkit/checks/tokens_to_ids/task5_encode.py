"""What marks task 1.5, `encode`: a text becomes ids by merges, in the order of learning."""

import re
from collections import Counter
from itertools import pairwise

from embedkit import tokens_to_ids as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs

Merges = list[tuple[int, int]]


def reference(text: str, merges: Merges) -> list[int]:
    """Merge the bytes of a whole text, the pair that was learned first before all others."""
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        ids = finished.merge(ids, pair, 256 + rank)
    return ids


def drawn_text(draw: Draw, letters: str, length: int) -> str:
    """Return random letters."""
    return "".join(letters[i] for i in draw.ids(len(letters), length).tolist())


def first_ids(draw: Draw) -> list[Inputs]:
    """Characters of several bytes, with merges that fit and without; an empty text."""
    return [
        {"text": "é", "merges": []},
        {"text": "राजा 👑", "merges": [(120, 121)]},
        {"text": "", "merges": [(120, 121)]},
        {"text": drawn_text(draw, "abcdé王", 20), "merges": []},
        {"text": "café", "merges": [(195, 169)]},
        {"text": drawn_text(draw, "é王", 20), "merges": [(195, 169), (231, 142), (257, 139)]},
    ]


def chains(draw: Draw) -> list[Inputs]:
    """Merges that build on earlier ones and never compete, some of which do not occur."""
    letters = [97 + i for i in draw.numbers(20).argsort().tolist()]
    chain = [(letters[0], letters[1])]
    for letter in letters[2:10]:
        chain += [(letters[18], letters[19]) if len(chain) == 4 else (255 + len(chain), letter)]
    word = "".join(map(chr, letters))
    return [
        {"text": "in", "merges": [(105, 110)]},
        {"text": "king", "merges": [(105, 110), (256, 103)]},
        {"text": "king", "merges": [(120, 121), (105, 110), (122, 122), (257, 103)]},
        {"text": "a king", "merges": [(105, 110), (107, 256), (257, 103)]},
        {"text": "singing", "merges": [(105, 110), (256, 103)]},
        {"text": "a b, a b", "merges": [(97, 32), (256, 98), (257, 44)]},
        {"text": word[:10] + word[:5] + word[4:10] + word, "merges": chain},
    ]


def conflicts(draw: Draw) -> list[Inputs]:
    """Merges that compete for a letter; runs of one letter; random texts with their own merges.

    In the third question a longer token would fit; in the fourth, the later merge is the more
    frequent one.
    """
    questions: list[Inputs] = [
        {"text": "abc", "merges": [(98, 99), (97, 98)]},
        {"text": "xabcx", "merges": [(98, 99), (97, 98)]},
        {"text": "abcd", "merges": [(98, 99), (97, 98), (257, 99), (258, 100)]},
        {"text": "ababab bc abc", "merges": [(98, 99), (97, 98)]},
        {"text": "cabab", "merges": [(97, 98), (99, 97), (98, 97)]},
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


def longest_first(text: str, merges: Merges) -> list[int]:
    """Take the longest token that fits, from left to right."""
    tokens = finished.BytePairTokenizer(merges).tokens
    by_bytes = {token: i for i, token in reversed(list(enumerate(tokens)))}
    rest, ids = text.encode(), []
    while rest:
        length = max(n for n in range(1, len(rest) + 1) if rest[:n] in by_bytes)
        ids.append(by_bytes[rest[:length]])
        rest = rest[length:]
    return ids


def most_frequent_first(text: str, merges: Merges) -> list[int]:
    """Merge the pair that is most frequent in this text."""
    ids = list(text.encode())
    while True:
        counts = Counter(pair for pair in pairwise(ids) if pair in merges)
        if not counts:
            return ids
        pair = counts.most_common(1)[0][0]
        ids = finished.merge(ids, pair, 256 + merges.index(pair))


def latest_first(text: str, merges: Merges) -> list[int]:
    """Merge the pair that was learned last."""
    ids = list(text.encode())
    while found := [pair for pair in pairwise(ids) if pair in merges]:
        pair = max(found, key=merges.index)
        place = list(pairwise(ids)).index(pair)
        ids[place : place + 2] = [256 + merges.index(pair)]
    return ids


def one_merge_only(text: str, merges: Merges) -> list[int]:
    """Stop after the first merge that fits."""
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        if pair in pairwise(ids):
            return finished.merge(ids, pair, 256 + rank)
    return ids


def stops_at_a_gap(text: str, merges: Merges) -> list[int]:
    """Stop at the first merge that does not occur."""
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        if pair not in pairwise(ids):
            break
        ids = finished.merge(ids, pair, 256 + rank)
    return ids


def bytes_only(text: str, merges: Merges) -> list[int]:
    """Merge nothing."""
    return list(text.encode())


def characters(text: str, merges: Merges) -> list[int]:
    """Start from characters."""
    ids = [ord(letter) for letter in text]
    for rank, pair in enumerate(merges):
        ids = finished.merge(ids, pair, 256 + rank)
    return ids


def word_by_word(text: str, merges: Merges) -> list[int]:
    """Cut the text at its spaces, and encode each word with the space before it."""
    return [i for word in re.findall(" ?[^ ]+| +", text) for i in reference(word, merges)]


def one_at_a_time(text: str, merges: Merges) -> list[int]:
    """Merge each pair once, at its first place."""
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        for place in range(len(ids) - 1):
            if (ids[place], ids[place + 1]) == pair:
                ids[place : place + 2] = [256 + rank]
                break
    return ids


def from_the_right(text: str, merges: Merges) -> list[int]:
    """Merge each pair from right to left."""
    ids = list(text.encode())
    for rank, (one, other) in enumerate(merges):
        ids = finished.merge(ids[::-1], (other, one), 256 + rank)[::-1]
    return ids


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
                    when=lambda inputs, seen: "ValueError" in seen.raised,
                ),
                Mistake("Nothing is merged.", bytes_only),
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
                    stops_at_a_gap,
                ),
                Mistake(
                    "Only one merge is done. Go on until no pair is left that can be merged.",
                    one_merge_only,
                ),
                Mistake(
                    "Each merge is done once, at its first place. Do it wherever the pair stands.",
                    one_at_a_time,
                ),
                Mistake(
                    "You cut the text into words first. Here a text is one piece, and merges may "
                    "reach over a space.",
                    word_by_word,
                ),
            ),
        ),
        Criterion(
            "where merges compete, the one that was learned first is done first",
            conflicts,
            mistakes=(
                Mistake(
                    "You merge from left to right whatever fits. The pair that stands first in "
                    "the list of merges goes first, wherever it is in the text.",
                    left_to_right,
                ),
                Mistake(
                    "You take the longest token that fits. That is another way of cutting: here "
                    "the merge that was learned first goes first.",
                    longest_first,
                ),
                Mistake(
                    "You merge the pair that is most frequent in this text. Counting belongs to "
                    "learning; now the order of the list decides.",
                    most_frequent_first,
                ),
                Mistake(
                    "The merge that was learned last goes first. Turn it round.",
                    latest_first,
                ),
                Mistake(
                    "You merge a run from the right. From the left, aaa becomes (aa) and a.",
                    from_the_right,
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
                    characters,
                ),
            ),
        ),
    ),
)
