"""What marks task 1.4, `merge`: two ids become one, wherever they stand side by side."""

from embedkit import tokens_to_ids as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs

Pair = tuple[int, int]


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
        {"ids": [11, 2, 1, 22, 1, 2, 3], "pair": (1, 2), "new_id": 256},
        {"ids": [4, 0, 3, 0, 0, 5, 1], "pair": (3, 0), "new_id": 300},
        {"ids": [*draw.ids(3, 60).tolist(), 3], "pair": (1, 2), "new_id": 256},
        {"ids": [4, 5, 6] * 30 + [7], "pair": (4, 5), "new_id": 256},
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
        {"ids": [3, *(3 + draw.ids(4, 30)).tolist(), 1], "pair": (1, 2), "new_id": 256},
    ]


def runs(draw: Draw) -> list[Inputs]:
    """Runs of one id, to be merged with itself, with something after them."""
    length = draw.integer(6, 9)
    return [
        {"ids": [7, 7, 7, 3], "pair": (7, 7), "new_id": 9},
        {"ids": [7, 7, 7, 7, 3], "pair": (7, 7), "new_id": 9},
        {"ids": [3, *[7] * length, 4, *[7] * (length + 1), 5], "pair": (7, 7), "new_id": 256},
        {"ids": [*draw.ids(2, 40).tolist(), 2], "pair": (1, 1), "new_id": 256},
    ]


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
    merged = finished.merge(ids, pair, new_id)
    return [i for one in merged for i in ([*pair, new_id] if one == new_id else [one])]


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


task = Task(
    number="1.4",
    name="merge",
    points=2,
    reference=finished.merge,
    criteria=(
        Criterion(
            "the pair becomes the new id wherever it stands, and all else stays",
            pair_inside,
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
                Mistake("The last id is lost: it starts no pair, but it stays.", end_lost),
                Mistake("Only the first occurrence is merged. Go on to the end.", first_only),
            ),
        ),
        Criterion(
            "the end of the sequence is right, also where it is short or empty",
            at_the_end,
            mistakes=(
                Mistake(
                    "It reads past the end: the last id has no neighbour. Look whether there is "
                    "one before you compare.",
                    when=lambda inputs, seen: "IndexError" in seen.raised,
                ),
            ),
        ),
        Criterion(
            "in a run, pairs are taken from the left, and each id is used once",
            runs,
            mistakes=(
                Mistake(
                    "You merge from the right. From the left, 7 7 7 becomes the new id and a 7.",
                    from_the_right,
                ),
                Mistake(
                    "An id is used for two pairs. In 7 7 7 the middle 7 is used up by the first "
                    "pair, and the last one stays.",
                    used_twice,
                ),
            ),
        ),
    ),
)
