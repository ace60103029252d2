"""What marks task 4.6, `sentence_step`: all pairs of a sentence in one step, negatives shared."""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor

from embedkit import tiles
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.probes import Inputs, Seen

Both = tuple[Tensor, Tensor]
Answer = Callable[..., Both]


def as_one_tile(ids: Tensor, window: int, negatives: Tensor) -> tiles.Tiles:
    """Return a sentence as a tile by itself, with what lies outside masked off."""
    place = torch.arange(len(ids))
    return tiles.Tiles(
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
        tiles.tile_step(E, C, as_one_tile(ids, window, negatives), per_pair, lr)
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
        "E": draw.doubles(vocab_size, dim) / 2,
        "C": draw.doubles(vocab_size, dim) / 2,
        "ids": ids,
        "negatives": negatives,
        "window": window,
        "per_pair": per_pair,
        "lr": draw.integer(5, 20) / 100,
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
        small([2, 0], [4], 1, 1),
        small([0, 1, 2], [3, 4], 1, 2),
        small([0, 1, 2], [3, 4], 2, 2),
        asked(draw, some[:9], some[9:14], 2, 5, 30),
        asked(draw, some[:12], some[14:18], 3, 4, 30),
        asked(draw, some[5:12], some[20:27], 2, 7, 30),
        asked(draw, some[:14], some[14:19], 5, 5, 30),
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
        small([0, 0], [3], 1, 1),
        small([0, 1, 0], [3, 4], 1, 2),
        small([0, 1], [3, 3], 1, 2),
        small([0, 1], [3, 3, 4], 1, 3),
        small([0, 0, 1], [3, 1], 2, 2),
        small([0, 1, 2], [1, 0], 2, 2),
        asked(draw, draw.ids(5, 14), draw.ids(5, 6), 2, 6, 7),
    ]


def other_sentences(draw: Draw) -> list[Inputs]:
    """Wide windows, a single word, none, scores of −3000 and 3000, and what lies scattered."""
    wide = asked(draw, shuffled(draw, 9)[:3], torch.tensor([8, 8]), draw.integer(5, 9), 2, 9)
    wide["negatives"] = torch.tensor([int(i) for i in range(9) if i not in wide["ids"]][:2])
    single = small([2], [3, 4], 2, 2)
    nothing = small([], [3, 4], 2, 2)
    nothing["ids"] = torch.empty(0, dtype=torch.long)
    some = shuffled(draw, 20)
    apart = asked(draw, some[:7], some[9:12], 2, 3, 20)
    single_precision = asked(draw, some[:5], some[9:12], 2, 3, 20)
    for name in ("E", "C"):
        single[name] = single[name].double()
        nothing[name] = nothing[name].double()
        apart[name] = scattered(apart[name])
        single_precision[name] = single_precision[name].float()
    far = small([3, 2], [4], 1, 1)
    far["E"] *= 2000
    return [wide, single, nothing, far, apart, single_precision]


def pieces(ids: Tensor, window: int) -> Tensor:
    """Return which places are paired, as 1 and 0."""
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    return ((apart > 0) & (apart <= window)).float()


Parts = dict[str, Any]
Change = Callable[[Parts], Parts]


def as_it_is(parts: Parts) -> Parts:
    """Change nothing."""
    return {}


def altered(mask: Change = as_it_is, push: Change = as_it_is, move: Change = as_it_is) -> Answer:
    """Return an answer in which some part of the step is wrong.

    Each change takes all parts so far by name, and returns those that it replaces.

    Args:
        mask: replaces ``near``, which places are paired, or ``weight``, that of the negatives.
        push: replaces ``true`` or ``false``, the gradients by the scores.
        move: replaces ``new_E`` or ``new_C``.
    """

    def answer(
        E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
    ) -> Both:
        p: Parts = {"E": E, "C": C, "ids": ids, "negatives": negatives, "window": window}
        p |= {"per_pair": per_pair, "lr": lr, "K": len(negatives)}
        p["near"] = pieces(ids, window).to(E.dtype)
        p["weight"] = p["near"].sum(1, keepdim=True) * per_pair / len(negatives)
        p |= mask(p)
        p |= {"rows": E[ids], "contexts": C[ids], "noise": C[p["negatives"]]}
        p |= scored(p)
        p |= push(p)
        p |= {"new_E": moved_centers(p), "new_C": moved_others(p)}
        p |= move(p)
        return p["new_E"], p["new_C"]

    return answer


def scored(p: Parts) -> Parts:
    """Return the gradients by the scores."""
    true = p["near"] * ((p["rows"] @ p["contexts"].T).sigmoid() - 1)
    return {"true": true, "false": p["weight"] * (p["rows"] @ p["noise"].T).sigmoid()}


def moved_centers(p: Parts) -> Tensor:
    """Return E after the step."""
    push = p["true"] @ p["contexts"] + p["false"] @ p["noise"]
    return cast("Tensor", p["E"].index_add(0, p["ids"], -p["lr"] * push))


def moved_others(p: Parts) -> Tensor:
    """Return C after the step."""
    new = p["C"].index_add(0, p["ids"], -p["lr"] * p["true"].T @ p["rows"])
    push = p["false"].T @ p["rows"]
    return cast("Tensor", new.index_add(0, p["negatives"], -p["lr"] * push))


def weighing(weight: Callable[[Parts], Any]) -> Answer:
    """Return an answer in which the negatives of a place weigh something else."""
    return altered(mask=lambda p: {"weight": weight(p) * torch.ones(len(p["ids"]), 1)})


def pairs(p: Parts) -> Tensor:
    """Return how many pairs each place has."""
    return cast("Tensor", p["near"].sum(1, keepdim=True))


once_a_place = weighing(lambda p: p["per_pair"] / p["K"])
weigh_nothing = weighing(pairs)
weigh_one_share = weighing(lambda p: pairs(p) / p["K"])
weigh_per_pair = weighing(lambda p: pairs(p) * p["per_pair"])
weigh_upside_down = weighing(lambda p: pairs(p) * p["K"] / p["per_pair"])
weigh_whole = weighing(lambda p: pairs(p) * (p["per_pair"] // p["K"]))
no_edges = weighing(lambda p: 2 * p["window"] * p["per_pair"] / p["K"])
all_pairs = weighing(lambda p: p["near"].sum() * p["per_pair"] / p["K"])
mean_pairs = weighing(lambda p: pairs(p).mean() * p["per_pair"] / p["K"])
first_negatives = altered(
    lambda p: {"negatives": p["negatives"][: p["per_pair"]], "weight": pairs(p)}
)


def paired(near: Callable[[Parts], Tensor]) -> Answer:
    """Return an answer that pairs other places, and counts these."""

    def mask(p: Parts) -> Parts:
        mine = near(p).to(p["E"].dtype)
        return {"near": mine, "weight": mine.sum(1, keepdim=True) * p["per_pair"] / p["K"]}

    return altered(mask)


with_itself = paired(lambda p: (p["near"] + torch.eye(len(p["ids"]))).clamp(max=1))
to_the_right = paired(lambda p: p["near"].triu())
one_too_few = paired(lambda p: pieces(p["ids"], p["window"] - 1))
one_too_many = paired(lambda p: pieces(p["ids"], p["window"] + 1))


def other_words(p: Parts) -> Tensor:
    """Return the mask without pairs of equal words."""
    return cast("Tensor", p["near"] * (p["ids"][:, None] != p["ids"]))


no_equal_words = paired(other_words)
no_equal_words_counted = altered(lambda p: {"near": other_words(p)})
no_own_negative = altered(
    push=lambda p: {"false": p["false"] * (p["ids"][:, None] != p["negatives"])}
)
over_pairs = altered(
    push=lambda p: {k: p[k] / p["near"].sum().clamp(min=1) for k in ("true", "false")}
)
over_places = altered(push=lambda p: {k: p[k] / max(1, len(p["ids"])) for k in ("true", "false")})


def pulling(true: Callable[[Parts, Tensor], Tensor]) -> Answer:
    """Return an answer with another gradient by the scores of the true contexts."""
    return altered(push=lambda p: {"true": true(p, p["rows"] @ p["contexts"].T)})


masked_between = pulling(lambda p, s: p["near"] * s.sigmoid() - 1)
masked_before = pulling(lambda p, s: (p["near"] * s).sigmoid() - 1)
masked_by_infinity = pulling(
    lambda p, s: s.masked_fill(p["near"] == 0, -float("inf")).sigmoid() - 1
)
no_minus_one = pulling(lambda p, s: p["near"] * s.sigmoid())
minus_one_for_all = altered(push=lambda p: {"false": p["false"] - p["weight"]})
not_transposed = altered(
    move=lambda p: {"new_C": moved_others(p | {"true": p["true"].T}), "new_E": p["new_E"]}
)
centers_without_negatives = altered(
    move=lambda p: {"new_E": moved_centers(p | {"false": 0 * p["false"]})}
)
negatives_stay = altered(move=lambda p: {"new_C": moved_others(p | {"false": 0 * p["false"]})})
contexts_stay = altered(move=lambda p: {"new_C": moved_others(p | {"true": 0 * p["true"]})})
swapped = altered(move=lambda p: {"new_E": p["new_C"], "new_C": p["new_E"]})
no_rate = altered(push=lambda p: {"lr": 1})
steps_only = altered(move=lambda p: {"new_E": p["new_E"] - p["E"], "new_C": p["new_C"] - p["C"]})
gradients_only = altered(
    move=lambda p: {
        "new_E": (p["E"] - p["new_E"]) / p["lr"],
        "new_C": (p["C"] - p["new_C"]) / p["lr"],
    }
)
minus_steps = altered(move=lambda p: {"new_E": p["E"] - p["new_E"], "new_C": p["C"] - p["new_C"]})


def new_other_rows(p: Parts) -> Parts:
    """Return the rows of C that have moved already."""
    return {"contexts": p["new_C"][p["ids"]], "noise": p["new_C"][p["negatives"]]}


def new_center_rows(p: Parts) -> Parts:
    """Return the rows of E that have moved already."""
    return {"rows": p["new_E"][p["ids"]]}


def scored_again(p: Parts) -> Parts:
    """Return the parts with gradients by the scores that fit their rows."""
    return p | scored(p)


E_first = altered(move=lambda p: {"new_C": moved_others(p | new_center_rows(p))})
C_first = altered(move=lambda p: {"new_E": moved_centers(p | new_other_rows(p))})
E_first_anew = altered(move=lambda p: {"new_C": moved_others(scored_again(p | new_center_rows(p)))})
C_first_anew = altered(move=lambda p: {"new_E": moved_centers(scored_again(p | new_other_rows(p)))})


def moving_by_pairs(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Go through the pairs in a loop, with rows that move meanwhile."""
    E, C = E.clone(), C.clone()
    for i, j in pieces(ids, window).nonzero().tolist():
        center, weight = ids[i], per_pair / len(negatives)
        for other, label, share in [(ids[j], 1, 1.0)] + [(k, 0, weight) for k in negatives]:
            push = lr * share * ((E[center] @ C[other]).sigmoid() - label)
            row = E[center].clone()
            E[center] -= push * C[other]
            C[other] -= push * row
    return E, C


def moving_by_places(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Go through the places in a loop, with rows that move meanwhile."""
    E, C = E.clone(), C.clone()
    for i, near in enumerate(pieces(ids, window)):
        others = ids[near > 0]
        row = E[ids[i]].clone()
        true = (C[others] @ row).sigmoid() - 1
        false = len(others) * per_pair / len(negatives) * (C[negatives] @ row).sigmoid()
        E[ids[i]] -= lr * (true @ C[others] + false @ C[negatives])
        C.index_add_(0, others, -lr * true[:, None] * row)
        C.index_add_(0, negatives, -lr * false[:, None] * row)
    return E, C


def unique_negatives(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Let a negative that is drawn twice count once."""
    return sentence_step(E, C, ids, negatives.unique(), window, per_pair, lr)


def unique_words(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Merge equal words that stand side by side."""
    return sentence_step(E, C, ids.unique_consecutive(), negatives, window, per_pair, lr)


def no_window(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Pair every place with every other."""
    return sentence_step(E, C, ids, negatives, max(len(ids), 1), per_pair, lr)


def places_for_words(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Take the rows with the numbers of the places."""
    return sentence_step(E, C, torch.arange(len(ids)), negatives, window, per_pair, lr)


negatives_pulled = altered(push=lambda p: {"false": -p["false"]})


def uphill(
    E: Tensor, C: Tensor, ids: Tensor, negatives: Tensor, window: int, per_pair: int, lr: float
) -> Both:
    """Step along the gradient instead of against it."""
    return sentence_step(E, C, ids, negatives, window, per_pair, -lr)


def assigned_centers(p: Parts) -> Tensor:
    """Write each row of E once."""
    new, push = p["E"].clone(), p["true"] @ p["contexts"] + p["false"] @ p["noise"]
    new[p["ids"]] -= p["lr"] * push
    return cast("Tensor", new)


def assigned_others(p: Parts, contexts: bool, negatives: bool) -> Tensor:
    """Write each row of C once, for the contexts, for the negatives, or for both."""
    new = p["C"].clone()
    for ids, push, once in (
        (p["ids"], p["true"].T @ p["rows"], contexts),
        (p["negatives"], p["false"].T @ p["rows"], negatives),
    ):
        if once:
            new[ids] -= p["lr"] * push
        else:
            new.index_add_(0, ids, -p["lr"] * push)
    return cast("Tensor", new)


def lossy(contexts: bool, negatives: bool) -> Answer:
    """Return an answer that writes rows once, in E and in one or both of C's steps."""
    return altered(
        move=lambda p: {
            "new_E": assigned_centers(p),
            "new_C": assigned_others(p, contexts, negatives),
        }
    )


lossy_steps = [lossy(True, True), lossy(True, False), lossy(False, True)]


def repeats_were_lost(inputs: Inputs, seen: Seen) -> bool:
    """Whether one of the tables is what ``table[ids] += …`` makes of it, and that is wrong."""
    wanted = sentence_step(*inputs.values())
    return any(
        torch.allclose(found, less) and not torch.allclose(found, right)
        for step in lossy_steps
        for found, less, right in zip(seen.value, step(*inputs.values()), wanted, strict=True)
    )


def not_finite(inputs: Inputs, seen: Seen) -> bool:
    """Whether infinities or nan came back."""
    return not all(bool(table.isfinite().all()) for table in seen.value)


MOVED = "A table moves by rows that have moved already. Both tables step from where they were."
WEIGHT = (
    "Each of K shared negatives weighs per_pair / K, so that a pair is charged for per_pair of "
    "them, however many are shared."
)
OWN_PAIRS = "Each place counts its own pairs, and its negatives so many times."
SUM = "The loss is the sum over all pairs, not their mean."
OUTSIDE = (
    "A place that is no pair must push with 0. Multiply by the mask after the − 1, not before it."
)
STEPS = "These are steps, or gradients. Return the tables after the step."
EQUAL_WORDS = "Two places may hold the same word, and are a pair. Compare places, not words."

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
                    "A place at the edge has fewer pairs than 2 · window, so its negatives count "
                    "less.",
                    no_edges,
                ),
                Mistake(WEIGHT, weigh_one_share),
                Mistake(WEIGHT, weigh_per_pair),
                Mistake(OWN_PAIRS, all_pairs),
                Mistake(OWN_PAIRS, mean_pairs),
                Mistake(SUM, over_pairs),
                Mistake(SUM, over_places),
                Mistake("Only what stands to the right is paired. Look left, too.", to_the_right),
                Mistake("The window ends one place too early, on both sides.", one_too_few),
                Mistake("The window ends one place too late, on both sides.", one_too_many),
                Mistake(OUTSIDE, masked_between),
                Mistake(OUTSIDE, masked_before),
                Mistake(OUTSIDE, masked_by_infinity),
                Mistake(
                    "For the true contexts, the loss by the score is σ − 1. The − 1 is missing.",
                    no_minus_one,
                ),
                Mistake(
                    "σ − 1 belongs to the true contexts alone. For a negative it is σ.",
                    minus_one_for_all,
                ),
                Mistake(
                    "C's step needs the gradients by the scores transposed: a row of C is pushed "
                    "by all centers, which lie along the other dimension.",
                    not_transposed,
                ),
                Mistake(
                    "The centers feel no negatives. Each negative pushes them, too.",
                    centers_without_negatives,
                ),
                Mistake(
                    "In C, the negatives' rows do not move. They are pushed away.",
                    negatives_stay,
                ),
                Mistake(
                    "In C, the true contexts' rows do not move. They are pulled near.",
                    contexts_stay,
                ),
                Mistake(
                    "i and j are places in the sentence. The word at place i, whose row is meant, "
                    "is ids[i].",
                    places_for_words,
                ),
                Mistake(
                    "The negatives are pulled near. By their score the loss is +σ, and a step goes "
                    "against it.",
                    negatives_pulled,
                ),
                Mistake("The new E comes first, the new C second.", swapped),
                Mistake("The learning rate is missing: a step is lr times the gradient.", no_rate),
                Mistake(STEPS, steps_only),
                Mistake(STEPS, minus_steps),
                Mistake(STEPS, gradients_only),
                Mistake(MOVED, E_first),
                Mistake(MOVED, C_first),
                Mistake(MOVED, E_first_anew),
                Mistake(MOVED, C_first_anew),
                Mistake(MOVED, moving_by_places),
                Mistake(MOVED, moving_by_pairs),
            ),
        ),
        Criterion(
            "with more or fewer shared negatives, each pair is charged for per_pair of them",
            more_or_fewer,
            mistakes=(
                Mistake(WEIGHT, weigh_nothing),
                Mistake(WEIGHT, weigh_upside_down),
                Mistake(WEIGHT, weigh_whole),
                Mistake(
                    "Only the first per_pair negatives are taken. All K count, each by per_pair / "
                    "K.",
                    first_negatives,
                ),
            ),
        ),
        Criterion(
            "what comes twice adds up",
            with_repeats,
            mistakes=(
                Mistake(EQUAL_WORDS, no_equal_words),
                Mistake(EQUAL_WORDS, no_equal_words_counted),
                Mistake(
                    "A negative may be the word itself: E's row and C's row of it are two rows.",
                    no_own_negative,
                ),
                Mistake("A negative that is drawn twice counts twice.", unique_negatives),
                Mistake(
                    "A word that comes twice stands at two places. Go through places, not words.",
                    unique_words,
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
            mistakes=(
                Mistake(
                    "e to a large score overflows, and ∞ / ∞ is nan; so is what comes back "
                    "through the logarithm of a sigmoid that is 0. torch.sigmoid and F.logsigmoid "
                    "take scores of any size.",
                    when=not_finite,
                ),
            ),
        ),
    ),
)
