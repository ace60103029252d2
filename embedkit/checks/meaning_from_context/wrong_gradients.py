"""What learners write for task 4.5, `negative_sampling_gradients`, that is wrong."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import meaning_from_context as finished

Both = tuple[Tensor, Tensor]


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


def altered(
    change: Callable[[Tensor, dict[str, Tensor]], Tensor],
) -> Callable[..., Both]:
    """Return an answer that has the gradients by the scores wrong.

    Args:
        change: takes the right ones, the true context first, and the ids by name.
    """

    def answer(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
        by_score = sigmoids(E, C, centers, contexts, negatives)
        by_score[:, 0] -= 1
        ids = {"centers": centers, "contexts": contexts, "negatives": negatives}
        by_score = change(by_score, ids)
        return by_scores(E, C, centers, contexts, negatives, by_score)

    return answer


def true_and_false(true: float, false: float) -> Callable[[Tensor, dict[str, Tensor]], Tensor]:
    """Return a change that multiplies the true context's gradient, and the negatives'."""
    return lambda g, ids: torch.cat([true * g[:, :1], false * g[:, 1:]], dim=1)


def put(g: Tensor, true: Tensor | None = None, false: Tensor | None = None) -> Tensor:
    """Put other gradients in the place of the true context's, or of the negatives'."""
    return torch.cat(
        [g[:, :1] if true is None else true, g[:, 1:] if false is None else false], dim=1
    )


all_true = altered(lambda g, ids: put(g, false=g[:, 1:] - 1))

all_false = altered(lambda g, ids: put(g, true=g[:, :1] + 1))

plain_scores = altered(lambda g, ids: put(g, (g[:, :1] + 1).logit() - 1, g[:, 1:].logit()))

true_uphill = altered(true_and_false(-1, 1))

false_uphill = altered(true_and_false(1, -1))

of_minus_the_score = altered(lambda g, ids: put(g, false=1 - g[:, 1:]))

derived_twice = altered(lambda g, ids: put(g, g[:, :1] * (1 + g[:, :1]), g[:, 1:] * (1 - g[:, 1:])))

negatives_averaged = altered(lambda g, ids: put(g, false=g[:, 1:] / (g.shape[1] - 1)))

first_negative_only = altered(
    lambda g, ids: put(g, false=g[:, 1:] * (torch.arange(g.shape[1] - 1) == 0))
)

without_own_center = altered(
    lambda g, ids: put(g, false=g[:, 1:] * (ids["negatives"] != ids["centers"][:, None]))
)

without_own_context = altered(
    lambda g, ids: put(g, false=g[:, 1:] * (ids["negatives"] != ids["contexts"][:, None]))
)


def drawn_before(ids: dict[str, Tensor]) -> Tensor:
    """Return which negatives of a pair came before among the same pair's."""
    same = ids["negatives"][:, :, None] == ids["negatives"][:, None, :]
    return same.tril(-1).any(dim=2)


each_negative_once = altered(lambda g, ids: put(g, false=g[:, 1:] * ~drawn_before(ids)))


def own_factor(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Multiply each factor's gradient by this factor instead of by the other."""
    others = torch.cat([contexts[:, None], negatives], dim=1)
    by_score = sigmoids(E, C, centers, contexts, negatives)
    by_score[:, 0] -= 1
    to_centers = torch.einsum("pk,pd->pd", by_score, E[centers])
    to_others = torch.einsum("pk,pkd->pkd", by_score, C[others])
    return (
        torch.zeros_like(E).index_add(0, centers, to_centers),
        torch.zeros_like(C).index_add(0, others.flatten(), to_others.flatten(0, 1)),
    )


def only_true_contexts(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor
) -> Both:
    """Forget that the negatives' rows are pushed, too."""
    one, _ = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    none = altered(true_and_false(1, 0))
    return one, none(E, C, centers, contexts, negatives)[1]


def only_negatives(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor
) -> Both:
    """Forget that the true contexts' rows are pulled, too."""
    one, _ = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    none = altered(true_and_false(0, 1))
    return one, none(E, C, centers, contexts, negatives)[1]


def mean_of_repeats(
    E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor
) -> Both:
    """Divide each row by how often its word comes."""
    one, other = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    others = torch.cat([contexts, negatives.flatten()])
    return (
        one / centers.bincount(minlength=len(E)).clamp(min=1)[:, None],
        other / others.bincount(minlength=len(C)).clamp(min=1)[:, None],
    )


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
    """Forget that the negatives push the centre, too."""
    by_score = sigmoids(E, C, centers, contexts, negatives)
    true = (by_score[:, :1] - 1) * C[contexts]
    _, other = finished.negative_sampling_gradients(E, C, centers, contexts, negatives)
    return torch.zeros_like(E).index_add(0, centers, true), other


def own_rows(E: Tensor, C: Tensor, centers: Tensor, contexts: Tensor, negatives: Tensor) -> Both:
    """Read the other words' rows from E, as though there were one table."""
    return finished.negative_sampling_gradients(E, E, centers, contexts, negatives)
