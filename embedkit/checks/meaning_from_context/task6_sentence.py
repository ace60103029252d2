"""What marks task 4.6, `sentence_step`: all pairs of a sentence in one step, negatives shared."""

import torch
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.probes import Inputs, Seen

Both = tuple[Tensor, Tensor]


def as_one_tile(ids: Tensor, window: int, negatives: Tensor) -> finished.Tiles:
    """Return a sentence as a tile by itself, with what lies outside masked off."""
    place = torch.arange(len(ids))
    return finished.Tiles(
        words=torch.nn.functional.pad(ids, (window, window))[None],
        left=place.clamp(max=window)[None],
        right=place.flip(0).clamp(max=window)[None],
        negatives=negatives[None],
    )


def sentence_step(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Take one step on all pairs of a sentence: the finished code, on copies."""
    E, C = E.clone(), C.clone()
    if len(ids):
        finished.tile_step(E, C, as_one_tile(ids, window, negatives), per_pair, lr)
    return E, C


def asked(
    draw: Draw,
    ids: Tensor,
    negatives: Tensor,
    window: int,
    per_pair: int,
    vocab_size: int,
) -> Inputs:
    """One question about two random tables, in double precision: its sums are long."""
    dim = draw.integer(2, 6)
    return {
        "E": draw.table(vocab_size, dim).double() / 2,
        "C": draw.table(vocab_size, dim).double() / 2,
        "ids": ids,
        "negatives": negatives,
        "window": window,
        "per_pair": per_pair,
        "lr": draw.integer(4, 12) / 64,  # exact in float32, so a mask of floats is no mistake
    }


def small(ids: list[int], negatives: list[int], window: int, per_pair: int) -> Inputs:
    """A question that can be followed by eye: five words, two numbers a row."""
    return {
        "E": torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.5], [0.5, 0.5]]),
        "C": torch.tensor([[0.5, 0.0], [0.0, 2.0], [1.0, -1.0], [0.0, 0.0], [-1.0, 1.0]]),
        "ids": torch.tensor(ids),
        "negatives": torch.tensor(negatives),
        "window": window,
        "per_pair": per_pair,
        "lr": 0.5,
    }


def shuffled(draw: Draw, count: int) -> Tensor:
    """The ids from 0 on, in a random order."""
    return torch.randperm(count, generator=draw.generator)


def as_many_as_asked(draw: Draw) -> list[Inputs]:
    """No word twice, and as many shared negatives as each pair shall have: all weigh 1."""
    some = shuffled(draw, 30)
    return [
        small([0, 1], [3], 1, 1),
        small([0, 1, 2], [3, 4], 1, 2),
        small([0, 1, 2], [3, 4], 2, 2),
        asked(draw, some[:9], some[9:14], 2, 5, 30),
        asked(draw, some[:12], some[14:18], 3, 4, 30),
        asked(draw, some[5:12], some[20:27], 2, 7, 30),
        asked(draw, some[:16], some[16:20], draw.integer(8, 12), 4, 30),
    ]


def more_or_fewer(draw: Draw) -> list[Inputs]:
    """No word twice; more shared negatives than each pair shall have, or fewer."""
    some = shuffled(draw, 40)
    return [
        small([0, 1], [3, 4], 1, 1),
        asked(draw, some[:9], some[9:29], 2, 5, 40),
        asked(draw, some[:8], some[9:11], 2, 6, 40),
    ]


def with_repeats(draw: Draw) -> list[Inputs]:
    """Words that come twice, negatives that come twice or stand in the sentence."""
    return [
        small([0, 1, 0], [3, 4], 1, 2),
        small([0, 0], [3], 1, 1),
        small([0, 1], [3, 3, 4], 1, 3),
        small([0, 1, 2], [1, 0], 2, 2),
        asked(draw, draw.ids(5, 14), draw.ids(5, 6), 2, 6, 7),
    ]


def other_sentences(draw: Draw) -> list[Inputs]:
    """A wide window, a single word, none, large scores, and tables scattered in memory."""
    steep = small([0, 1, 2], [3, 4], 1, 2)
    for name in ("E", "C"):
        steep[name] = 20 * steep[name]
    wide = asked(draw, shuffled(draw, 9)[:3], torch.tensor([8, 8]), draw.integer(5, 9), 2, 9)
    wide["negatives"] = torch.tensor([int(i) for i in range(9) if i not in wide["ids"]][:2])
    single = small([2], [3, 4], 2, 2)
    nothing = small([], [3, 4], 2, 2)
    nothing["ids"] = torch.empty(0, dtype=torch.long)
    some = shuffled(draw, 20)
    apart = asked(draw, some[:7], some[9:12], 2, 3, 20)
    single_precision = asked(draw, some[:5], some[9:12], 2, 3, 20)
    for name in ("E", "C"):
        apart[name] = scattered(apart[name])
        single_precision[name] = single_precision[name].float()
    return [wide, single, nothing, steep, apart, single_precision]


def pieces(ids: Tensor, window: int) -> Tensor:
    """Return which places are paired, as 1 and 0."""
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    return ((apart > 0) & (apart <= window)).float()


def stepped(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, near: Tensor, weight: Tensor, lr: float
) -> Both:
    """Take the step for any mask and any weights of the negatives."""
    rows, context_rows, noise_rows = E[ids], C[ids], C[negatives]
    true = near * (1 - (rows @ context_rows.T).sigmoid())
    false = -weight * (rows @ noise_rows.T).sigmoid()
    new_E = E.index_add(0, ids, lr * (true @ context_rows + false @ noise_rows))
    new_C = C.index_add(0, ids, lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, lr * false.T @ rows)


def once_a_place(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Count the negatives once for each place, whatever the number of its pairs."""
    near = pieces(ids, window)
    weight = torch.full((len(ids), 1), per_pair / len(negatives))
    return stepped(E, C, ids, negatives, near, weight, lr)


def weigh_nothing(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Let every shared negative count once for each pair, however many there are."""
    near = pieces(ids, window)
    return stepped(E, C, ids, negatives, near, near.sum(1, keepdim=True), lr)


def with_itself(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Pair each place with itself, too."""
    near = (pieces(ids, window) + torch.eye(len(ids))).clamp(max=1)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    return stepped(E, C, ids, negatives, near, weight, lr)


def no_window(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Pair every place with every other."""
    return sentence_step(E, C, ids, negatives, max(len(ids), 1), per_pair, lr)


def uphill(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Step along the gradient instead of against it."""
    return sentence_step(E, C, ids, negatives, window, per_pair, -lr)


def with_new_rows(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Move E first, and then take its new rows for the step of C."""
    new_E, _ = sentence_step(E, C, ids, negatives, window, per_pair, lr)
    near = pieces(ids, window)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    rows, old = new_E[ids], E[ids]
    true = near * (1 - (old @ C[ids].T).sigmoid())
    false = -weight * (old @ C[negatives].T).sigmoid()
    new_C = C.index_add(0, ids, lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, lr * false.T @ rows)


def second_table_late(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Move C first, and then take its new rows for the step of E."""
    _, new_C = sentence_step(E, C, ids, negatives, window, per_pair, lr)
    near = pieces(ids, window)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    true = near * (1 - (E[ids] @ C[ids].T).sigmoid())
    false = -weight * (E[ids] @ C[negatives].T).sigmoid()
    return E.index_add(0, ids, lr * (true @ new_C[ids] + false @ new_C[negatives])), new_C


def pair_by_pair(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Take a step for each pair, from where the last one left the tables."""
    E, C = E.clone(), C.clone()
    weights = [1.0] + [per_pair / len(negatives)] * len(negatives)
    weight = torch.tensor(weights, dtype=E.dtype)
    label = (torch.arange(len(weights)) == 0).to(E.dtype)
    for i, j in pieces(ids, window).nonzero().tolist():
        others = torch.cat([ids[j : j + 1], negatives])
        push = lr * weight * (label - (C[others] @ E[ids[i]]).sigmoid())
        center = E[ids[i]] + push @ C[others]
        C.index_add_(0, others, push[:, None] * E[ids[i]])
        E[ids[i]] = center
    return E, C


def edges_forgotten(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Take it that every place has a full window."""
    weight = torch.full((len(ids), 1), 2 * window * per_pair / len(negatives))
    return stepped(E, C, ids, negatives, pieces(ids, window), weight, lr)


def masked_too_early(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Mask before the − 1, so that places that are no pairs pull."""
    near = pieces(ids, window)
    right = sentence_step(E, C, ids, negatives, window, per_pair, lr)
    pull = lr * (1 - near).to(E.dtype)
    return right[0].index_add(0, ids, pull @ C[ids]), right[1].index_add(0, ids, pull.T @ E[ids])


def steps_only(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Return by how much the tables move."""
    new_E, new_C = sentence_step(E, C, ids, negatives, window, per_pair, lr)
    return new_E - E, new_C - C


def not_itself(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Leave out pairs of equal words, though they stand at two places."""
    near = pieces(ids, window) * (ids[:, None] != ids)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    return stepped(E, C, ids, negatives, near, weight, lr)


def plus_equals(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Write ``table[ids] += …``, which loses all but one of a row's steps."""
    near = pieces(ids, window)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    rows, context_rows, noise_rows = E[ids], C[ids], C[negatives]
    true = lr * near * (1 - (rows @ context_rows.T).sigmoid())
    false = -lr * weight * (rows @ noise_rows.T).sigmoid()
    E, C = E.clone(), C.clone()
    E[ids] += true @ context_rows + false @ noise_rows
    C[ids] += true.T @ rows
    C[negatives] += false.T @ rows
    return E, C


def repeats_were_lost(inputs: Inputs, seen: Seen) -> bool:
    """Whether one of the tables is as it is where repeats are lost."""
    wanted, lost = sentence_step(*inputs.values()), plus_equals(*inputs.values())
    return any(
        torch.allclose(found, less) and not torch.allclose(found, right)
        for found, less, right in zip(seen.value, lost, wanted, strict=True)
    )


task = Task(
    number="4.6",
    name="sentence_step",
    points=3,
    reference=sentence_step,
    criteria=(
        Criterion(
            "one step for all pairs of a sentence, where each pair has all the negatives",
            as_many_as_asked,
            mistakes=(
                Mistake(
                    "The negatives count once for each place. They belong to pairs: a place with "
                    "four contexts feels each negative four times as strongly.",
                    once_a_place,
                ),
                Mistake("Each place is paired with itself. Mask the diagonal.", with_itself),
                Mistake(
                    "Places further apart than the window are paired, too. Mask them.", no_window
                ),
                Mistake(
                    "It steps uphill: the loss grows. A step goes against the gradient.", uphill
                ),
                Mistake(
                    "C moves by rows of E that have moved already. Both tables step from where "
                    "they were.",
                    with_new_rows,
                ),
                Mistake(
                    "E moves by rows of C that have moved already. Both tables step from where "
                    "they were.",
                    second_table_late,
                ),
                Mistake(
                    "The tables move from pair to pair. This is one step: read all rows from the "
                    "tables as they were, and write into new ones.",
                    pair_by_pair,
                ),
                Mistake(
                    "Each place is taken to have a full window. One at the edge has fewer pairs, "
                    "so its negatives count less.",
                    edges_forgotten,
                ),
                Mistake(
                    "Places that are no pairs pull, too. Mask after the − 1, not before.",
                    masked_too_early,
                ),
                Mistake(
                    "These are the steps. Return the new tables: the old ones with the steps in "
                    "them.",
                    steps_only,
                ),
            ),
        ),
        Criterion(
            "with more or fewer shared negatives, each pair is charged for per_pair of them",
            more_or_fewer,
            mistakes=(
                Mistake(
                    "Each of K shared negatives weighs per_pair / K, so that a pair is charged "
                    "for per_pair of them, however many are shared.",
                    weigh_nothing,
                ),
            ),
        ),
        Criterion(
            "what comes twice adds up",
            with_repeats,
            mistakes=(
                Mistake(
                    "Two places may hold the same word, and are a pair. Compare places, not words.",
                    not_itself,
                ),
                Mistake(
                    "A row that comes twice gets only one of its steps. table[ids] += … writes "
                    "each row once; index_add_ adds them all.",
                    when=repeats_were_lost,
                ),
            ),
        ),
        Criterion(
            "wide windows, a single word, none at all, large scores, other dtypes",
            other_sentences,
        ),
    ),
)
