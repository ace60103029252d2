"""What learners write for task 4.6, `sentence_step`, that is wrong."""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor

from embedkit.checks.meaning_from_context.finished_sentence_step import (
    Both,
    sentence_step,
)

Answer = Callable[..., Both]


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
