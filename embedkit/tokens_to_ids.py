"""Lesson 1, tokens to ids: a text is cut into tokens, and each token has a number for a name."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise

Pair = tuple[int, int]
"""Two ids that stand side by side."""

UNKNOWN = "[UNK]"
"""The name that all words share which a vocabulary of words does not hold."""

BYTES = 256
"""How many values a byte has, and so how many tokens there are before the first merge."""

PIECES = r" ?[^ \t\r\n0-9!-/:-@\[-`{-~]+| ?[0-9]+| ?[!-/:-@\[-`{-~]+|[ \t\r\n]+"
"""How a text is cut before any pair is merged: runs of letters, digits, signs and white space.

A space directly before a piece belongs to it, unless more white space stands before that space.
All else counts as a letter: control characters, and all signs and digits that are not ASCII. The
rule uses nothing in which Python's ``re`` and the regular expressions of ``tokenizers`` differ.
"""


def _byte_names() -> tuple[str, ...]:
    visible = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(BYTES, 2 * BYTES))
    return tuple(chr(byte if byte in visible else next(others)) for byte in range(BYTES))


BYTE_NAMES = _byte_names()
"""The visible character by which GPT-2 and ``tokenizers`` write each byte: a space is ``Ġ``.

Letters, digits and signs stand for themselves; the other bytes have the characters from 256 on.
"""


def word_vocabulary(words: Iterable[str], size: int) -> dict[str, int]:
    """Return a vocabulary of whole words: ``[UNK]``, then the most frequent ones.

    Args:
        words: the words of a text, in any order.
        size: V, the largest number of entries, 1 or more; ``[UNK]``, whose id is 0, is one of
            them.

    Returns:
        The id of each word. Of two words that are equally frequent, the one that Python sorts
        first has the smaller id: that is by character number, letter by letter, each capital
        before each small letter.
    """
    counts = Counter(words)
    del counts[UNKNOWN]
    by_frequency = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate([UNKNOWN, *by_frequency[: size - 1]])}


def pieces_of(text: str) -> list[str]:
    """Cut a text into the pieces inside which pairs are merged; joined, they are the text."""
    return re.findall(PIECES, text)


def count_pairs(words: Mapping[tuple[int, ...], int]) -> dict[Pair, int]:
    """Count how often two ids stand side by side, for each such pair.

    Args:
        words: each word, as a tuple of ids, and how often the text holds it.

    Returns:
        The count of each pair that occurs. Pairs may overlap: 7 7 7 holds (7, 7) twice.
    """
    counts: dict[Pair, int] = defaultdict(int)
    for ids, times in words.items():
        for pair in pairwise(ids):
            counts[pair] += times
    return dict(counts)


def merge(ids: Sequence[int], pair: Pair, new_id: int) -> list[int]:
    """Write ``new_id`` in place of ``pair``, from left to right.

    Args:
        ids: a sequence of ids.
        pair: the two ids to be replaced where they stand side by side.
        new_id: the id of the token that they become.

    Returns:
        The new sequence, shorter by one for each new id in it. An id is used only once: (7, 7)
        in 7 7 7 leaves the last 7 as it is.
    """
    merged: list[int] = []
    place = 0
    while place < len(ids):
        here, after = ids[place], ids[place + 1] if place + 1 < len(ids) else None
        found = (here, after) == pair
        merged.append(new_id if found else here)
        place += 2 if found else 1
    return merged


def learn_merges(text: str, number: int) -> list[Pair]:
    """Learn merges from a text: merge the most frequent pair, and again, and again.

    Each byte is a token at first, with its value for an id; merge i makes token 256 + i. Of two
    pairs that are equally frequent, the one with the smaller first id is first, and of equal first
    ids, the one with the smaller second. Equal to ``BpeTrainer`` of ``tokenizers``, merge for
    merge, where that numbers the bytes in the same way.

    A merge changes few words, so each pair knows which words hold it, and only these are counted
    anew. A queue holds the pairs by count. A pair that has become rarer since it was put there is
    put back when its turn comes. That is quick for text with spaces. Text without them is one long
    piece, which each merge counts anew.

    Args:
        text: what to learn from.
        number: how many merges to learn; fewer if the text runs out of pairs.

    Returns:
        The merges in the order in which they were learned, each a pair of ids.

    Paper:
        Sennrich et al. 2016, https://arxiv.org/abs/1508.07909, here on the text's bytes.
    """
    times = Counter(pieces_of(text))
    words = {piece: list(piece.encode()) for piece in times}
    counts: dict[Pair, int] = defaultdict(int)
    holders: dict[Pair, set[str]] = defaultdict(set)
    for piece, ids in words.items():
        for pair in pairwise(ids):
            counts[pair] += times[piece]
            holders[pair].add(piece)
    queue = [(-count, pair) for pair, count in counts.items()]
    heapify(queue)

    merges: list[Pair] = []
    while queue and len(merges) < number:
        noted, best = heappop(queue)
        if -noted != counts[best]:
            if counts[best] > 0:
                heappush(queue, (-counts[best], best))
            continue
        new_id = BYTES + len(merges)
        merges.append(best)
        fresh: set[Pair] = set()
        for piece in holders.pop(best):
            old, new = words[piece], merge(words[piece], best, new_id)
            words[piece] = new
            for pair in pairwise(old):
                counts[pair] -= times[piece]
            for pair in pairwise(new):
                counts[pair] += times[piece]
                if new_id in pair:
                    holders[pair].add(piece)
                    fresh.add(pair)
        for pair in fresh:
            heappush(queue, (-counts[pair], pair))
    return merges


@dataclass(frozen=True)
class BytePairTokenizer:
    """Turns text into ids by a list of merges, and ids into text.

    Ids 0 to 255 are the bytes, merge i makes id 256 + i, and special tokens have the last ids.

    Args:
        merges: what :func:`learn_merges` returned; usually tens of thousands.
        special_tokens: names of tokens that stand for no text, such as ``<|endoftext|>``.
    """

    merges: Sequence[Pair]
    special_tokens: tuple[str, ...] = ()

    @cached_property
    def tokens(self) -> list[bytes]:
        """The bytes that each id stands for; for a special token, those of its name."""
        tokens = [bytes([byte]) for byte in range(BYTES)]
        for left, right in self.merges:
            tokens.append(tokens[left] + tokens[right])
        return tokens + [name.encode() for name in self.special_tokens]

    @cached_property
    def ranks(self) -> dict[Pair, int]:
        """The place of each pair in the list of merges."""
        return {pair: rank for rank, pair in enumerate(self.merges)}

    @property
    def vocab_size(self) -> int:
        """V, the number of ids."""
        return BYTES + len(self.merges) + len(self.special_tokens)

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """Return the ids of a text.

        Args:
            text: any text.
            allow_special: whether the name of a special token stands for that token where the text
                holds it. Leave it off for text from other people: to them it is text.

        Raises:
            UnicodeEncodeError: if the text holds half a surrogate pair, which no UTF-8 can say.
        """
        if allow_special and self.special_tokens:
            return self._encode_with_special(text)
        known: dict[str, list[int]] = {}
        ids: list[int] = []
        for piece in pieces_of(text):
            if piece not in known:
                known[piece] = self._encode_piece(piece)
            ids += known[piece]
        return ids

    def _encode_piece(self, piece: str) -> list[int]:
        """Merge the bytes of a piece, the pair that was learned first before all others."""
        never = len(self.merges)
        ids = list(piece.encode())
        while len(ids) > 1:
            pair = min(pairwise(ids), key=lambda pair: self.ranks.get(pair, never))
            if pair not in self.ranks:
                break
            ids = merge(ids, pair, BYTES + self.ranks[pair])
        return ids

    def _encode_with_special(self, text: str) -> list[int]:
        """Cut the text at the names of special tokens, the longest name first."""
        ids: list[int] = []
        longest_first = sorted(self.special_tokens, key=len, reverse=True)
        for part in re.split(f"({'|'.join(map(re.escape, longest_first))})", text):
            if part in self.special_tokens:
                ids.append(self.special_id(part))
            else:
                ids += self.encode(part)
        return ids

    def special_id(self, name: str) -> int:
        """Return the id of a special token.

        Raises:
            ValueError: if there is no special token of that name.
        """
        return BYTES + len(self.merges) + self.special_tokens.index(name)

    def decode(self, ids: Iterable[int], *, errors: str = "replace") -> str:
        """Return the text that ids stand for.

        Args:
            ids: token ids.
            errors: what becomes of bytes that are no valid UTF-8, such as half a character:
                ``replace`` writes � for them, ``strict`` raises ``UnicodeDecodeError``.

        Raises:
            IndexError: if an id is below 0, or V or more.
        """
        together = bytearray()
        for i in ids:
            if not 0 <= i < self.vocab_size:
                raise IndexError(
                    f"id {i} is outside the vocabulary: it has {self.vocab_size} tokens, "
                    f"so ids run from 0 to {self.vocab_size - 1}."
                )
            together += self.tokens[i]
        return together.decode("utf-8", errors)
