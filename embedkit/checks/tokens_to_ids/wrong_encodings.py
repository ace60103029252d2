"""What learners write for task 1.5, `encode`, that is wrong, and the code it departs from."""

import re
from collections import Counter
from itertools import pairwise

from embedkit import tokens_to_ids as finished

Merges = list[tuple[int, int]]


def reference(text: str, merges: Merges) -> list[int]:
    """Merge the bytes of a whole text, the pair that was learned first before all others."""
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        ids = finished.merge(ids, pair, 256 + rank)
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


def from_the_end_of_the_list(text: str, merges: Merges) -> list[int]:
    """Go through the list of merges backwards."""
    ids = list(text.encode())
    for rank, pair in reversed(list(enumerate(merges))):
        ids = finished.merge(ids, pair, 256 + rank)
    return ids


def counts_those_that_fit(text: str, merges: Merges) -> list[int]:
    """Give the next id to each merge that fits, and none to the others."""
    ids, new_id = list(text.encode()), 256
    for pair in merges:
        if pair in pairwise(ids):
            ids = finished.merge(ids, pair, new_id)
            new_id += 1
    return ids


def as_text(text: str, merges: Merges) -> list[int]:
    """Write the ids as text, and replace in the text."""
    written = " ".join(map(str, text.encode()))
    for rank, (one, other) in enumerate(merges):
        written = written.replace(f"{one} {other}", str(256 + rank))
    return [int(number) for number in written.split()]


def used_twice(text: str, merges: Merges) -> list[int]:
    """Let pairs overlap: each start of a pair gives the new id."""
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        merged, covered = [], False
        for place, one in enumerate(ids):
            starts = tuple(ids[place : place + 2]) == pair
            if starts or not covered:
                merged.append(256 + rank if starts else one)
            covered = starts
        ids = merged
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
