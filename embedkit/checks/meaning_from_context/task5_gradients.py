"""What marks task 4.5, `negative_sampling_gradients`: which way both tables are pushed."""

import torch
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.meaning_from_context import wrong_gradients as wrong
from embedkit.checks.meaning_from_context.wrong_gradients import Both, sigmoids
from embedkit.checks.probes import Inputs, Seen


def asked(
    draw: Draw, centers: Tensor, contexts: Tensor, negatives: Tensor, vocab_size: int, dim: int = 3
) -> Inputs:
    """One question about two random tables."""
    return {
        "E": draw.table(vocab_size, dim) / 2,
        "C": draw.table(vocab_size, dim) / 2,
        "centers": centers,
        "contexts": contexts,
        "negatives": negatives,
    }


def small(centers: list[int], contexts: list[int], negatives: list[list[int]]) -> Inputs:
    """A question that can be computed by hand: two numbers a row."""
    return {
        "E": torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.5]]),
        "C": torch.tensor([[0.5, 0.0], [0.0, 2.0], [1.0, -1.0], [0.0, 0.0]]),
        "centers": torch.tensor(centers),
        "contexts": torch.tensor(contexts),
        "negatives": torch.tensor(negatives),
    }


def shuffled(draw: Draw, count: int) -> Tensor:
    """The ids from 0 on, in a random order."""
    return torch.randperm(count, generator=draw.generator)


def from_near_to_far(draw: Draw) -> Inputs:
    """A question whose scores reach up to 18, where a sigmoid is not quite 0 or 1.

    In double precision, in which that is felt.
    """
    others = shuffled(draw, 40).reshape(10, 4)
    question = asked(draw, shuffled(draw, 40)[:10], others[:, 0], others[:, 1:], 40)
    E, C = draw.doubles(40, 3), draw.doubles(40, 3)
    scores = (E[question["centers"]][:, None] * C[others]).sum(dim=-1)
    root = (18 / scores.abs().max()).sqrt()
    return question | {"E": root * E, "C": root * C}


def each_once(draw: Draw) -> list[Inputs]:
    """Pairs in which no centre, and no other word, comes twice."""
    others = shuffled(draw, 40)
    return [
        small([0], [1], [[2]]),
        small([2], [1], [[2]]),
        small([0], [1], [[2, 3]]),
        small([0, 2], [1, 0], [[2], [3]]),
        asked(
            draw,
            shuffled(draw, 40)[:6],
            others[:6],
            others[6:36].reshape(6, 5),
            40,
            draw.integer(2, 9),
        ),
        asked(draw, shuffled(draw, 9)[:4], shuffled(draw, 9)[:4], torch.arange(9, 13)[:, None], 13),
        asked(draw, shuffled(draw, 9)[:2], others[:2], others[2:16].reshape(2, 7), 40),
        asked(draw, shuffled(draw, 9)[:1], others[:1], others[None, 1 : draw.integer(20, 40)], 40),
    ]


def with_repeats(draw: Draw) -> list[Inputs]:
    """Words that come in several pairs, as a negative twice, or as context and negative."""
    return [
        small([0, 2], [1, 0], [[3], [3]]),
        small([0, 0], [1, 2], [[3], [3]]),
        small([0], [1], [[1]]),
        small([2], [0], [[1, 1, 1]]),
        asked(draw, draw.ids(6, 16), draw.ids(6, 16), draw.ids(6, 16, 5), 9),
        asked(draw, draw.ids(3, 5), draw.ids(3, 5), draw.ids(3, 5, 5), 3),
        asked(draw, draw.ids(5, 4), draw.ids(5, 4), draw.ids(5, 4, 2), 5, dim=1),
        asked(draw, draw.ids(2000, 4), draw.ids(2000, 4), draw.ids(2000, 4, 2), 2000),
    ]


def other_inputs(draw: Draw) -> list[Inputs]:
    """No pairs, scores of −3000, 2000, 3 to 18, double precision, and what lies scattered."""
    far = small([0, 3], [1, 2], [[2], [3]])
    far["E"] *= 2000
    nothing = torch.empty(0, dtype=torch.long)
    others = shuffled(draw, 40)
    noise = others[8:32].reshape(8, 3)
    doubled = asked(draw, shuffled(draw, 40)[:8], others[:8], noise, 40)
    apart = asked(draw, shuffled(draw, 40)[:8], others[:8], scattered(noise), 40)
    none = asked(draw, nothing, nothing, torch.empty(0, 5, dtype=torch.long), 4)
    for name in ("E", "C"):
        none[name] = none[name].double()
        doubled[name] = draw.doubles(40, 3) / 2
        apart[name] = scattered(apart[name])
    return [
        none,
        far,
        from_near_to_far(draw),
        doubled,
        apart,
    ]


def plus_equals(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Write ``grad[ids] += …``, which loses all but one of an id's gradients."""
    others = torch.cat([contexts[:, None], negatives], dim=1)
    by_score = sigmoids(E, C, centers, contexts, negatives)
    by_score[:, 0] -= 1
    grad_E, grad_C = torch.zeros_like(E), torch.zeros_like(C)
    grad_E[centers] += torch.einsum("pk,pkd->pd", by_score, C[others])
    grad_C[others] += torch.einsum("pk,pd->pkd", by_score, E[centers])
    return grad_E, grad_C


def not_finite(inputs: Inputs, seen: Seen) -> bool:
    """Whether infinities or nan came back."""
    return not all(bool(table.isfinite().all()) for table in seen.value)


def repeats_were_lost(inputs: Inputs, seen: Seen) -> bool:
    """Whether the gradient of the centres is right, or that of the others, and repeats lack."""
    wanted = finished.negative_sampling_gradients(*inputs.values())
    lost = plus_equals(*inputs.values())
    return any(
        torch.allclose(found, less) and not torch.allclose(found, right)
        for found, less, right in zip(seen.value, lost, wanted, strict=True)
    )


HALF_TURNED = (
    "One kind is pushed uphill: by the score, it is σ − 1 for the true context, and σ for a "
    "negative."
)

task = Task(
    number="4.5",
    name="negative_sampling_gradients",
    points=3,
    reference=finished.negative_sampling_gradients,
    criteria=(
        Criterion(
            "both tables get their gradients, where no word comes twice",
            each_once,
            mistakes=(
                Mistake(
                    "σ − 1 belongs to the true context alone. For a negative, the loss by its "
                    "score is σ.",
                    wrong.all_true,
                ),
                Mistake(
                    "For the true context, the loss by its score is σ − 1. The − 1 is missing.",
                    wrong.all_false,
                ),
                Mistake(
                    "The sigmoid is missing: it is σ(score), not the score.", wrong.plain_scores
                ),
                Mistake(
                    "The sign is turned round. This is the gradient; the step brings the minus.",
                    wrong.uphill,
                ),
                Mistake(
                    "It is divided by the number of pairs. The loss here is the sum over them.",
                    wrong.averaged,
                ),
                Mistake(HALF_TURNED, wrong.true_uphill),
                Mistake(HALF_TURNED, wrong.false_uphill),
                Mistake(
                    "For a negative it is σ of its score, not of minus it.",
                    wrong.of_minus_the_score,
                ),
                Mistake(
                    "The loss by the score is σ − 1, or σ, already. The slope of σ is in it.",
                    wrong.derived_twice,
                ),
                Mistake(
                    "The negatives are averaged. Each pushes in full.", wrong.negatives_averaged
                ),
                Mistake("Only the first negative of each pair counts.", wrong.first_negative_only),
                Mistake(
                    "A negative may have its centre's id, and counts: E's row and C's row of one "
                    "word are two rows.",
                    wrong.without_own_center,
                ),
                Mistake(
                    "A score is a product: its gradient by one factor is the other factor. E's "
                    "rows are pushed along rows of C, and these along rows of E.",
                    wrong.own_factor,
                ),
                Mistake(
                    "In C, only the true contexts' rows move. The negatives' are pushed, too.",
                    wrong.only_true_contexts,
                ),
                Mistake(
                    "In C, only the negatives' rows move. The true contexts' are pulled, too.",
                    wrong.only_negatives,
                ),
                Mistake("The gradient of E comes first, that of C second.", wrong.swapped),
                Mistake(
                    "The centres feel their true contexts only. Each negative pushes its centre, "
                    "too.",
                    wrong.centers_feel_no_negatives,
                ),
                Mistake(
                    "Contexts and negatives have their rows in C. E is for the centres.",
                    wrong.own_rows,
                ),
                Mistake(
                    "index_add_ takes one row for each id, and the ids in one line: flatten both.",
                    when=says("Index is supposed to be a vector", "Number of indices"),
                ),
                Mistake(
                    "A comparison gives True or False, which cannot be subtracted. Multiply it by "
                    "1.0, or call .float() on it.",
                    when=says("with a bool tensor is not supported"),
                ),
                Mistake(
                    "Each gradient has the shape of its table, (V, D): start from zeros, and add "
                    "each row where its id says.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, tuple)
                        and (
                            seen.value[0].shape != inputs["E"].shape
                            or seen.value[1].shape != inputs["C"].shape
                        )
                    ),
                ),
            ),
        ),
        Criterion(
            "what comes twice adds up",
            with_repeats,
            mistakes=(
                Mistake(
                    "A word that comes twice gets the mean of its gradients. They add up.",
                    wrong.mean_of_repeats,
                ),
                Mistake(
                    "A negative that is drawn three times for a pair counts three times.",
                    wrong.each_negative_once,
                ),
                Mistake(
                    "A negative may equal the context: each counts.", wrong.without_own_context
                ),
                Mistake(
                    "A word that comes twice keeps only one of its gradients. grad[ids] += … "
                    "writes each place once; index_add_ adds them all.",
                    when=repeats_were_lost,
                ),
            ),
        ),
        Criterion(
            "no pairs at all, large scores, other dtypes, what lies scattered in memory",
            other_inputs,
            mistakes=(
                Mistake(
                    "e to a large score overflows, and ∞ / ∞ is nan; so is what comes back "
                    "through the logarithm of a sigmoid that is 0. torch.sigmoid and F.logsigmoid "
                    "take scores of any size.",
                    when=not_finite,
                ),
                Mistake(
                    "Some of your tensors are float32 whatever came in. torch.zeros_like(E) takes "
                    "over E's dtype.",
                    when=says("dtype", "Double", "double"),
                ),
                Mistake(
                    "view needs numbers that lie in memory one after another. reshape takes any, "
                    "and so does flatten.",
                    when=says("view size is not compatible"),
                ),
            ),
        ),
    ),
)
