"""What marks task 4.5, `negative_sampling_gradients`: which way both tables are pushed."""

import torch
from torch import Tensor

from embedkit import meaning_from_context as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen

Both = tuple[Tensor, Tensor]


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


def each_once(draw: Draw) -> list[Inputs]:
    """Pairs in which no center, and no other word, comes twice."""
    others = shuffled(draw, 40)
    return [
        small([0], [1], [[2]]),
        small([0, 2], [1, 0], [[2], [3]]),
        small([0], [1], [[2, 3]]),
        small([2], [1], [[2]]),
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
    ]


def with_repeats(draw: Draw) -> list[Inputs]:
    """Words that come in several pairs, as a negative twice, or as context and negative."""
    return [
        small([0, 0], [1, 2], [[3], [0]]),
        small([0, 2], [1, 2], [[3], [3]]),
        small([0], [1], [[1]]),
        small([2], [0], [[1, 1, 1]]),
        asked(draw, draw.ids(6, 16), draw.ids(6, 16), draw.ids(6, 16, 5), 9),
        asked(draw, draw.ids(3, 5), draw.ids(3, 5), draw.ids(3, 5, 5), 3),
    ]


def other_inputs(draw: Draw) -> list[Inputs]:
    """No pairs, double precision, and tables and ids scattered in memory."""
    nothing = torch.empty(0, dtype=torch.long)
    others = shuffled(draw, 40)
    noise = others[8:32].reshape(8, 3)
    doubled = asked(draw, shuffled(draw, 40)[:8], others[:8], noise, 40)
    apart = asked(draw, shuffled(draw, 40)[:8], others[:8], scattered(noise), 40)
    for name in ("E", "C"):
        doubled[name] = doubled[name].double()
        apart[name] = scattered(apart[name])
    steep = small([0, 2], [1, 0], [[2], [3]])
    for name in ("E", "C"):
        steep[name] = 20 * steep[name]
    return [
        steep,
        asked(draw, nothing, nothing, torch.empty(0, 5, dtype=torch.long), 4),
        doubled,
        apart,
    ]


def by_scores(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor, by_score: Tensor
) -> Both:
    """Send the gradients of the scores on to both tables, and add up repeats."""
    others = torch.cat([contexts[:, None], negatives], dim=1)
    to_centers = torch.einsum("pk,pkd->pd", by_score, C[others])
    to_others = torch.einsum("pk,pd->pkd", by_score, E[centers])
    return (
        torch.zeros_like(E).index_add(0, centers, to_centers),
        torch.zeros_like(C).index_add(0, others.flatten(), to_others.flatten(0, 1)),
    )


def sigmoids(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Tensor:
    """Return σ of all scores, the true context first."""
    others = torch.cat([contexts[:, None], negatives], dim=1)
    return torch.einsum("pd,pkd->pk", E[centers], C[others]).sigmoid()


def all_true(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Take σ − 1 for the negatives, too."""
    by_score = sigmoids(E, C, centers, contexts, negatives) - 1
    return by_scores(E, C, centers, contexts, negatives, by_score)


def all_false(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Forget the − 1 of the true context."""
    by_score = sigmoids(E, C, centers, contexts, negatives)
    return by_scores(E, C, centers, contexts, negatives, by_score)


def plain_scores(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor
) -> Both:
    """Forget the sigmoid."""
    by_score = sigmoids(E, C, centers, contexts, negatives).logit()
    by_score = by_score - torch.tensor([1.0] + [0.0] * negatives.shape[1])
    return by_scores(E, C, centers, contexts, negatives, by_score)


def uphill(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Turn the sign round."""
    one, other = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    return -one, -other


def averaged(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Divide by the number of pairs."""
    one, other = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    return one / len(centers), other / len(centers)


def swapped(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Return the gradient of C first."""
    one, other = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    return other, one


def centers_feel_no_negatives(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor
) -> Both:
    """Forget that the negatives push the center, too."""
    by_score = sigmoids(E, C, centers, contexts, negatives)
    true = (by_score[:, :1] - 1) * C[contexts]
    _, other = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    return torch.zeros_like(E).index_add(0, centers, true), other


def negatives_averaged(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor
) -> Both:
    """Divide what the negatives give by their number."""
    by_score = sigmoids(E, C, centers, contexts, negatives)
    by_score = torch.cat([by_score[:, :1] - 1, by_score[:, 1:] / negatives.shape[1]], dim=1)
    return by_scores(E, C, centers, contexts, negatives, by_score)


def only_contexts_in_c(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor
) -> Both:
    """Forget that the negatives' rows are pushed, too."""
    true = (sigmoids(E, C, centers, contexts, negatives)[:, :1] - 1) * E[centers]
    one, _ = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    return one, torch.zeros_like(C).index_add(0, contexts, true)


def own_rows(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Read the other words' rows from E, as though there were one table."""
    return finished.negative_sampling_gradients(E, E, centers, contexts, negatives)


def plus_equals(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Write ``grad[ids] += …``, which loses all but one of an id's gradients."""
    others = torch.cat([contexts[:, None], negatives], dim=1)
    by_score = sigmoids(E, C, centers, contexts, negatives)
    by_score[:, 0] -= 1
    grad_E, grad_C = torch.zeros_like(E), torch.zeros_like(C)
    grad_E[centers] += torch.einsum("pk,pkd->pd", by_score, C[others])
    grad_C[others] += torch.einsum("pk,pd->pkd", by_score, E[centers])
    return grad_E, grad_C


def repeats_were_lost(inputs: Inputs, seen: Seen) -> bool:
    """Whether the gradient of the centers is right, or that of the others, and repeats lack."""
    wanted = finished.negative_sampling_gradients(*inputs.values())
    lost = plus_equals(*inputs.values())
    return any(
        torch.allclose(found, less) and not torch.allclose(found, right)
        for found, less, right in zip(seen.value, lost, wanted, strict=True)
    )


task = Task(
    number="4.5",
    name="negative_sampling_gradients",
    points=2,
    reference=finished.negative_sampling_gradients,
    criteria=(
        Criterion(
            "both tables get their gradients, where no word comes twice",
            each_once,
            mistakes=(
                Mistake(
                    "σ − 1 belongs to the true context alone. For a negative, the loss by its "
                    "score is σ.",
                    all_true,
                ),
                Mistake(
                    "For the true context, the loss by its score is σ − 1. The − 1 is missing.",
                    all_false,
                ),
                Mistake("The sigmoid is missing: it is σ(score), not the score.", plain_scores),
                Mistake(
                    "The sign is turned round. This is the gradient; the step brings the minus.",
                    uphill,
                ),
                Mistake(
                    "It is divided by the number of pairs. The loss here is the sum over them.",
                    averaged,
                ),
                Mistake("The gradient of E comes first, that of C second.", swapped),
                Mistake(
                    "The centers feel their true contexts only. Each negative pushes its center, "
                    "too.",
                    centers_feel_no_negatives,
                ),
                Mistake(
                    "Contexts and negatives have their rows in C. E is for the centers.", own_rows
                ),
                Mistake(
                    "The negatives are averaged. Each of them pushes in full.", negatives_averaged
                ),
                Mistake(
                    "In C, the negatives' rows are pushed, too, away from the center.",
                    only_contexts_in_c,
                ),
                Mistake(
                    "Each gradient has the shape of its table, (V, D): start from zeros, and add "
                    "each row where its id says.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, tuple)
                        and [one.shape for one in seen.value]
                        != [inputs["E"].shape, inputs["C"].shape]
                    ),
                ),
            ),
        ),
        Criterion(
            "what comes twice adds up",
            with_repeats,
            mistakes=(
                Mistake(
                    "A word that comes twice keeps only one of its gradients. grad[ids] += … "
                    "writes each place once; index_add_ adds them all.",
                    when=repeats_were_lost,
                ),
            ),
        ),
        Criterion(
            "large scores, no pairs at all, other dtypes, tables scattered in memory",
            other_inputs,
            mistakes=(
                Mistake(
                    "e to a large score overflows, or a logarithm of 0 is taken, and nan is what "
                    "comes of it. sigmoid does without either.",
                    when=lambda inputs, seen: bool(seen.value[0].isnan().any()),
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
