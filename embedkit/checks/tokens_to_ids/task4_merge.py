"""What marks task 1.4, `merge`: two ids become one, wherever they stand side by side."""

from itertools import pairwise

from embedkit import tokens_to_ids as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen

Pair = tuple[int, int]

ROUND = (*(10**n for n in range(2, 7)), *(2**n for n in range(6, 25)), 30_522, 50_257, 128_256)
BASES = tuple(base + apart for base in ROUND for apart in (-1, 0, 1))
"""Where first · base + second packs two ids into one, (0, base + 2) is the same as (1, 2)."""

PAST_THE_END = (
    "It reads past the end. The last id has no neighbour; and in a list that becomes shorter, "
    "range still counts to the old length."
)


def pair_inside(draw: Draw) -> list[Inputs]:
    """Sequences that hold the pair once, more than once, or never; none ends with its first id."""
    return [
        {"ids": [1, 2, 3], "pair": (1, 2), "new_id": 9},
        {"ids": [5, 1, 2, 3], "pair": (1, 2), "new_id": 9},
        {"ids": [2, 1, 2, 3], "pair": (1, 2), "new_id": 9},
        {"ids": [2, 1, 1, 3], "pair": (1, 2), "new_id": 9},
        {"ids": [1, 3, 2], "pair": (1, 2), "new_id": 9},
        {"ids": [1, 2, 3, 1, 2, 3], "pair": (1, 2), "new_id": 9},
        {"ids": [1, 2, 1, 2, 3], "pair": (1, 2), "new_id": 9},
        {"ids": [0, 1, 3], "pair": (0, 1), "new_id": 9},
        {"ids": [0, 258, 1, 12, 3], "pair": (1, 2), "new_id": 9},
        {"ids": [1, 12, 3], "pair": (11, 2), "new_id": 9},
        {"ids": [9, 9, 1, 2, 70_000], "pair": (1, 2), "new_id": 9},
        {"ids": [256, 512, 768], "pair": (1, 2), "new_id": 9},
        {"ids": [5, 1, 2, 3], "pair": (1, 2), "new_id": 0},
        {"ids": [i for base in BASES for i in (0, base + 2)], "pair": (1, 2), "new_id": 9},
        {"ids": [0, 256, 512, 0], "pair": (1, 2), "new_id": 9},
        {"ids": [11, 2, 1, 22, 1, 2, 3], "pair": (1, 2), "new_id": 256},
        {"ids": [4, 0, 3, 0, 0, 5, 1], "pair": (3, 0), "new_id": 300},
        {"ids": [*draw.ids(3, 60).tolist(), 3], "pair": (1, 2), "new_id": 256},
        {"ids": [4, 5, 6] * 30 + [7], "pair": (4, 5), "new_id": 256},
        {"ids": [*range(3200), 1, 2, 7], "pair": (1, 2), "new_id": 9},
        {
            "ids": [1000 + i for i in [*draw.ids(3, 60).tolist(), 1, 2, 3]],
            "pair": (1001, 1002),
            "new_id": 256,
        },
    ]


def at_the_end(draw: Draw) -> list[Inputs]:
    """Sequences that end with the pair or with its first id; short ones; none."""
    return [
        {"ids": [2, 3, 1], "pair": (1, 2), "new_id": 9},
        {"ids": [3, 1, 2], "pair": (1, 2), "new_id": 9},
        {"ids": [1, 2], "pair": (1, 2), "new_id": 9},
        {"ids": [1], "pair": (1, 2), "new_id": 9},
        {"ids": [], "pair": (1, 2), "new_id": 9},
        {"ids": [5, 3], "pair": (3, 0), "new_id": 9},
        {"ids": [3, *(3 + draw.ids(4, 30)).tolist(), 1], "pair": (1, 2), "new_id": 256},
    ]


def runs(draw: Draw) -> list[Inputs]:
    """Runs of one id, to be merged with itself, in the middle and at the end."""
    length = draw.integer(6, 9)
    return [
        {"ids": [7, 7, 7, 3], "pair": (7, 7), "new_id": 9},
        {"ids": [7, 7, 7, 7, 3], "pair": (7, 7), "new_id": 9},
        {"ids": [7, 7, 7], "pair": (7, 7), "new_id": 9},
        {"ids": [7, 3, 7], "pair": (7, 7), "new_id": 9},
        {"ids": [3, *[7] * length, 4, *[7] * (length + 1), 5], "pair": (7, 7), "new_id": 256},
        {"ids": [*draw.ids(2, 40).tolist(), 2], "pair": (1, 1), "new_id": 256},
    ]


def nothing_merged(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Compare a list of two with a tuple, which are never equal."""
    return list(ids)


def as_text(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Write the ids as text, and replace in the text."""
    text = " ".join(map(str, ids)).replace(f"{pair[0]} {pair[1]}", str(new_id))
    return [int(number) for number in text.split()]


def round_the_corner(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Take the first id for the neighbour of the last."""
    merged = finished.merge(ids, pair, new_id)
    ring = ids and (ids[-1], ids[0]) == pair
    return [*merged[:-1], new_id] if ring else merged


def first_only(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Merge the first occurrence."""
    for i in range(len(ids) - 1):
        if (ids[i], ids[i + 1]) == pair:
            return [*ids[:i], new_id, *ids[i + 2 :]]
    return list(ids)


def second_kept(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Write the new id for the first of the two, and keep the second."""
    following = [*ids[1:], None]
    return [
        new_id if (one, other) == pair else one for one, other in zip(ids, following, strict=True)
    ]


def either(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Write the new id for each of the two, wherever it stands."""
    return [new_id if i in pair else i for i in ids]


def inserted(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Keep both and put the new id behind them."""
    merged: list[int] = []
    for place, one in enumerate(ids):
        ends_pair = place > 0 and (ids[place - 1], one) == pair
        merged += [one, new_id] if ends_pair else [one]
    return merged


def end_lost(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Lose the last id unless it is merged."""
    merged = finished.merge(ids, pair, new_id)
    return merged[:-1] if tuple(ids[-2:]) != pair else merged


def from_the_right(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Merge from right to left."""
    return finished.merge(ids[::-1], (pair[1], pair[0]), new_id)[::-1]


def unordered(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Merge the two in either order."""
    merged: list[int] = []
    place = 0
    while place < len(ids):
        found = sorted(ids[place : place + 2]) == sorted(pair)
        merged.append(new_id if found else ids[place])
        place += 2 if found else 1
    return merged


def looks_back(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Let each end of a pair turn what was written last into the new id."""
    merged: list[int] = []
    for place, one in enumerate(ids):
        if place and (ids[place - 1], one) == pair:
            merged[-1] = new_id
        else:
            merged.append(one)
    return merged


def used_twice(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Let pairs overlap: each start of a pair gives the new id."""
    merged: list[int] = []
    covered = False
    for place, one in enumerate(ids):
        starts = tuple(ids[place : place + 2]) == pair
        if starts:
            merged.append(new_id)
        elif not covered:
            merged.append(one)
        covered = starts
    return merged


def handed_back(inputs: Inputs, seen: Seen) -> bool:
    """Whether a list without the pair came back itself, and so was emptied with what came back."""
    holds_it = inputs["pair"] in pairwise(inputs["ids"])
    return bool(not holds_it and seen.value == inputs["ids"] and not seen.inputs_after["ids"])


not_new = Mistake(
    "Where there is nothing to merge, your list is the very one that came in: whoever changes one "
    "changes the other. Return a new list, always.",
    when=handed_back,
)

task = Task(
    number="1.4",
    name="merge",
    points=2,
    reference=finished.merge,
    criteria=(
        Criterion(
            "the pair becomes the new id wherever it stands, and all else stays",
            pair_inside,
            probe="call_for_a_new_list",
            mistakes=(
                Mistake(
                    "The new id is there, but the second id of the pair stayed. After a pair, "
                    "go on two places further.",
                    second_kept,
                ),
                Mistake("The pair is still there. The new id takes its place.", inserted),
                Mistake(
                    "Each of the two ids is replaced wherever it stands. They become one only "
                    "where they stand side by side, in this order.",
                    either,
                ),
                Mistake(
                    "(2, 1) is another pair than (1, 2). Only the pair in its own order is merged.",
                    unordered,
                ),
                Mistake(
                    "Nothing is merged. A slice such as ids[i:i + 2] is a list, the pair is a "
                    "tuple, and a list never equals a tuple: make a tuple of the slice.",
                    nothing_merged,
                ),
                Mistake(
                    "Replacing in text goes wrong, for a number can end with another number: as "
                    "text, 1 2 is found inside 11 2 too. Compare the ids.",
                    as_text,
                ),
                Mistake(PAST_THE_END, when=lambda inputs, seen: "IndexError" in seen.raised),
                Mistake("The last id is lost: it starts no pair, but it stays.", end_lost),
                Mistake("Only the first occurrence is merged. Go on to the end.", first_only),
                not_new,
            ),
        ),
        Criterion(
            "the end of the sequence is right, also where it is short or empty",
            at_the_end,
            probe="call_for_a_new_list",
            mistakes=(
                not_new,
                Mistake(
                    "Where there is no id, there is no first one. Nothing stays nothing.",
                    when=lambda inputs, seen: "IndexError" in seen.raised and not inputs["ids"],
                ),
                Mistake(PAST_THE_END, when=lambda inputs, seen: "IndexError" in seen.raised),
                Mistake(
                    "The last id has no neighbour. The first one is not it: the ids are a line, "
                    "not a ring.",
                    round_the_corner,
                ),
            ),
        ),
        Criterion(
            "in a run, pairs are taken from the left, and each id is used once",
            runs,
            probe="call_for_a_new_list",
            mistakes=(
                not_new,
                Mistake(
                    "You merge from the right. From the left, 7 7 7 becomes the new id and a 7.",
                    from_the_right,
                ),
                Mistake(
                    "An id is used for two pairs. In 7 7 7 the middle 7 is used up by the first "
                    "pair, and the last one stays.",
                    used_twice,
                ),
                Mistake(
                    "An id is used for two pairs, and the whole run becomes one. In 7 7 7 the "
                    "middle 7 is used up by the first pair, and the last one stays.",
                    looks_back,
                ),
            ),
        ),
    ),
)
