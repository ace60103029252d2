"""What marks task 4.6, `sentence_step`: all pairs of a sentence in one step, negatives shared."""

from typing import cast

import torch
from torch import Tensor

from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.meaning_from_context import wrong_sentence_steps as wrong
from embedkit.checks.meaning_from_context.finished_sentence_step import sentence_step
from embedkit.checks.meaning_from_context.wrong_sentence_steps import Answer, Parts, altered
from embedkit.checks.probes import Inputs, Seen


def asked(
    draw: Draw,
    ids: Tensor,
    negatives: Tensor,
    window: int,
    per_pair: int,
    vocab_size: int,
    dim: int = 0,
) -> Inputs:
    """One question about two random tables, in double precision: its sums are long."""
    dim = dim or draw.integer(2, 6)
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


def from_near_to_far(draw: Draw) -> Inputs:
    """A sentence whose scores reach up to 18, where a sigmoid is not quite 0 or 1."""
    some = shuffled(draw, 30)
    question = asked(draw, some[:12], some[12:16], 11, 4, 30)
    scores = question["E"][some[:12]] @ question["C"][some[:16]].T
    scores.fill_diagonal_(0)  # no place is paired with itself
    root = (18 / scores.abs().max()).sqrt()
    return question | {name: root * question[name] for name in ("E", "C")}


def as_many_as_asked(draw: Draw) -> list[Inputs]:
    """No word twice, and as many shared negatives as each pair shall have: all weigh 1.

    One window is wide, and the sentence long enough for it.
    """
    some, words = shuffled(draw, 30), shuffled(draw, 40)
    return [
        small([0, 1], [3], 1, 1),
        small([2, 0], [4], 1, 1),
        small([0, 1, 2], [3, 4], 1, 2),
        small([0, 1, 2], [3, 4], 2, 2),
        asked(draw, some[:9], some[9:14], 2, 5, 30),
        asked(draw, some[:12], some[14:18], 3, 4, 30),
        asked(draw, some[5:12], some[20:27], 2, 7, 30),
        asked(draw, some[:14], some[14:19], 5, 5, 30),
        asked(draw, words[:30], words[30:34], draw.integer(18, 25), 4, 40),
        from_near_to_far(draw),
    ]


def more_or_fewer(draw: Draw) -> list[Inputs]:
    """No word twice; more shared negatives than each pair shall have, or fewer.

    Where one is no multiple of the other, single precision will do.
    """
    some = shuffled(draw, 40)
    odd = [(some[:6], some[9:21], 2, 5), (some[:6], some[9:16], 1, 3), (some[:5], some[9:12], 2, 7)]
    return [
        small([0, 1], [3, 4], 1, 1),
        asked(draw, some[:9], some[9:29], 2, 5, 40),
        asked(draw, some[:8], some[9:11], 2, 6, 40),
        asked(draw, some[:8], some[9:11], 2, 2 * draw.integer(5, 12) + 1, 40),
        *(in_single_precision(asked(draw, *sentence, 40)) for sentence in odd),
    ]


def in_single_precision(question: Inputs) -> Inputs:
    """Return a question with tables in float32."""
    return question | {name: question[name].float() for name in ("E", "C")}


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
        asked(draw, draw.ids(6, 8), draw.ids(6, 2), 2, 4, 6, dim=6),
        asked(draw, draw.ids(6, 8), draw.ids(6, 2), 2, 4, 6, dim=1),
        asked(draw, draw.ids(2000, 6), draw.ids(2000, 2), 2, 4, 2000),
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
    single_precision = in_single_precision(asked(draw, some[:5], some[9:12], 2, 3, 20))
    for name in ("E", "C"):
        single[name] = single[name].double()
        nothing[name] = nothing[name].double()
        apart[name] = scattered(apart[name])
    far = small([3, 2], [4], 1, 1)
    far["E"] *= 2000
    return [wide, single, nothing, far, apart, single_precision]


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
                    wrong.once_a_place,
                ),
                Mistake("Each place is paired with itself. Mask the diagonal.", wrong.with_itself),
                Mistake(
                    "Places further apart than the window are paired, too. Mask them.",
                    wrong.no_window,
                ),
                Mistake(
                    "It steps uphill: the loss grows. A step goes against the gradient.",
                    wrong.uphill,
                ),
                Mistake(
                    "A place at the edge has fewer pairs than 2 · window, so its negatives count "
                    "less.",
                    wrong.no_edges,
                ),
                Mistake(WEIGHT, wrong.weigh_one_share),
                Mistake(WEIGHT, wrong.weigh_per_pair),
                Mistake(OWN_PAIRS, wrong.all_pairs),
                Mistake(OWN_PAIRS, wrong.mean_pairs),
                Mistake(SUM, wrong.over_pairs),
                Mistake(SUM, wrong.over_places),
                Mistake(
                    "Only what stands to the right is paired. Look left, too.", wrong.to_the_right
                ),
                Mistake("The window ends one place too early, on both sides.", wrong.one_too_few),
                Mistake("The window ends one place too late, on both sides.", wrong.one_too_many),
                Mistake(OUTSIDE, wrong.masked_between),
                Mistake(OUTSIDE, wrong.masked_before),
                Mistake(OUTSIDE, wrong.masked_by_infinity),
                Mistake(
                    "For the true contexts, the loss by the score is σ − 1. The − 1 is missing.",
                    wrong.no_minus_one,
                ),
                Mistake(
                    "σ − 1 belongs to the true contexts alone. For a negative it is σ.",
                    wrong.minus_one_for_all,
                ),
                Mistake(
                    "C's step needs the gradients by the scores transposed: a row of C is pushed "
                    "by all centres, which lie along the other dimension.",
                    wrong.not_transposed,
                ),
                Mistake(
                    "The centres feel no negatives. Each negative pushes them, too.",
                    wrong.centers_without_negatives,
                ),
                Mistake(
                    "In C, the negatives' rows do not move. They are pushed away.",
                    wrong.negatives_stay,
                ),
                Mistake(
                    "In C, the true contexts' rows do not move. They are pulled near.",
                    wrong.contexts_stay,
                ),
                Mistake(
                    "i and j are places in the sentence. The word at place i, whose row is meant, "
                    "is ids[i].",
                    wrong.places_for_words,
                ),
                Mistake(
                    "The negatives are pulled near. By their score the loss is +σ, and a step goes "
                    "against it.",
                    wrong.negatives_pulled,
                ),
                Mistake("The new E comes first, the new C second.", wrong.swapped),
                Mistake(
                    "The learning rate is missing: a step is lr times the gradient.", wrong.no_rate
                ),
                Mistake(STEPS, wrong.steps_only),
                Mistake(STEPS, wrong.minus_steps),
                Mistake(STEPS, wrong.gradients_only),
                Mistake(MOVED, wrong.E_first),
                Mistake(MOVED, wrong.C_first),
                Mistake(MOVED, wrong.E_first_anew),
                Mistake(MOVED, wrong.C_first_anew),
                Mistake(MOVED, wrong.moving_by_places),
                Mistake(MOVED, wrong.moving_by_pairs),
            ),
        ),
        Criterion(
            "with more or fewer shared negatives, each pair is charged for per_pair of them",
            more_or_fewer,
            mistakes=(
                Mistake(WEIGHT, wrong.weigh_nothing),
                Mistake(WEIGHT, wrong.weigh_upside_down),
                Mistake(WEIGHT, wrong.weigh_whole),
                Mistake(
                    "Only the first per_pair negatives are taken. All K count, each by per_pair / "
                    "K.",
                    wrong.first_negatives,
                ),
            ),
        ),
        Criterion(
            "what comes twice adds up",
            with_repeats,
            mistakes=(
                Mistake(EQUAL_WORDS, wrong.no_equal_words),
                Mistake(EQUAL_WORDS, wrong.no_equal_words_counted),
                Mistake(
                    "A negative may be the word itself: E's row and C's row of it are two rows.",
                    wrong.no_own_negative,
                ),
                Mistake("A negative that is drawn twice counts twice.", wrong.unique_negatives),
                Mistake(
                    "A word that comes twice stands at two places. Go through places, not words.",
                    wrong.unique_words,
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
