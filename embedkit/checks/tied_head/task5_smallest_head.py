"""What marks task 7.5, `smallest_head`: as few numbers a row as certain probabilities need."""

import torch
from torch import Tensor

from embedkit import tied_head as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.probes import Inputs, Seen


def distributions(draw: Draw, contexts: int, vocab_size: int, rank: int) -> Inputs:
    """Random probabilities that a head with ``rank`` numbers a row can give, and none smaller."""
    hidden = torch.linalg.qr(draw.numbers(contexts, rank).double())[0]
    table = torch.linalg.qr(draw.numbers(vocab_size, rank).double())[0]
    table = table - table.mean(dim=0)
    return {"probabilities": (3 * hidden @ table.T + draw.numbers(contexts, 1)).softmax(dim=1)}


def generic(draw: Draw) -> list[Inputs]:
    """Low rank and full rank, more contexts than tokens, a single context, contexts alike."""
    small = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]).double()
    alike = distributions(draw, 1, 8, 1)["probabilities"].expand(5, 8).clone()
    return [
        {"probabilities": small},
        distributions(draw, 9, 12, draw.integer(2, 4)),
        distributions(draw, 4, 12, 4),
        distributions(draw, 30, 40, draw.integer(8, 14)),
        {"probabilities": torch.tensor([[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]]).double()},
        {"probabilities": draw.numbers(20, 5).double().softmax(dim=1)},
        {"probabilities": draw.numbers(1, 6).double().softmax(dim=1)},
        {"probabilities": alike},
    ]


def all_equal(draw: Draw) -> list[Inputs]:
    """All tokens are equally likely."""
    vocab_size = draw.integer(5, 9)
    return [
        {"probabilities": torch.full((3, 4), 0.25).double()},
        {"probabilities": torch.full((2, vocab_size), 1 / vocab_size).double()},
    ]


def parts(seen: Seen) -> tuple[Tensor, Tensor]:
    """Return the two results as they came."""
    hidden, table = seen.value
    return hidden, table


def gives_them(inputs: Inputs, seen: Seen) -> bool:
    """Whether the softmax of what came back is what was asked for, element by element."""
    hidden, table = parts(seen)
    found = (hidden @ table.T).softmax(dim=1)
    wanted = inputs["probabilities"]
    return (
        found.shape == wanted.shape
        and found.dtype == wanted.dtype
        and torch.allclose(found, wanted, rtol=1e-6, atol=1e-9)
    )


def least(inputs: Inputs) -> int:
    """The smallest number of columns."""
    return finished.smallest_head(inputs["probabilities"])[1].shape[1]


def gives_them_with_least(inputs: Inputs, seen: Seen) -> bool:
    """Whether, besides, there are no more columns than it takes."""
    return gives_them(inputs, seen) and parts(seen)[1].shape[1] == least(inputs)


one_too_many = Mistake(
    "It works, with a number a row more than it takes. The softmax does not feel what is added "
    "to all scores of a context: take each context's mean off the logarithms first.",
    when=lambda inputs, seen: (
        gives_them(inputs, seen) and parts(seen)[1].shape[1] == least(inputs) + 1
    ),
)
two_results = Mistake(
    "Two results are wanted, as a tuple: hidden of shape (N, D) and table of shape (V, D).",
    when=lambda inputs, seen: not isinstance(seen.value, tuple) or len(seen.value) != 2,
)
turned = Mistake(
    "The table lies on its side: it has a row for each token, so it is (V, D). "
    "What torch.linalg.svd gives third is (D, V).",
    when=lambda inputs, seen: (
        says("shapes cannot be multiplied", "size mismatch")(inputs, seen)
        or parts(seen)[1].shape[0] != inputs["probabilities"].shape[1]
    ),
)
no_logarithm = Mistake(
    "The product gives the probabilities themselves. It should give scores, whose softmax they "
    "are: factorise their logarithms.",
    when=lambda inputs, seen: torch.allclose(
        parts(seen)[0] @ parts(seen)[1].T, inputs["probabilities"], atol=1e-6
    ),
)
sizes_left_out = Mistake(
    "The singular values are left out, or are in both factors. hidden @ table.T must hold them "
    "once: left * sizes and right.T, or their roots in each.",
    when=lambda inputs, seen: _without_sizes(inputs, seen),
)


def _without_sizes(inputs: Inputs, seen: Seen) -> bool:
    scores = inputs["probabilities"].log()
    for shifted in (scores, scores - scores.mean(dim=1, keepdim=True)):
        left, sizes, right = torch.linalg.svd(shifted, full_matrices=False)
        product = parts(seen)[0] @ parts(seen)[1].T
        kept = sizes > 1e-6
        for power in (0, 2):
            if torch.allclose(product, (left * (sizes**power * kept)) @ right, atol=1e-6):
                return True
    return False


wrong_mean = Mistake(
    "The mean of each token was taken off, not that of each context. Adding to a column changes "
    "the probabilities; adding to a row does not.",
    when=lambda inputs, seen: torch.allclose(
        parts(seen)[0] @ parts(seen)[1].T,
        inputs["probabilities"].log() - inputs["probabilities"].log().mean(dim=0),
        atol=1e-6,
    ),
)
full_size = Mistake(
    "It works, but nothing was saved: D is as large as it can be. Keep only the columns whose "
    "singular values are above 1e-6.",
    when=lambda inputs, seen: (
        gives_them(inputs, seen) and parts(seen)[1].shape[1] >= min(inputs["probabilities"].shape)
    ),
)

task = Task(
    number="7.5",
    name="smallest_head",
    points=3,
    reference=finished.smallest_head,
    criteria=(
        Criterion(
            "softmax(hidden @ table.T) gives the probabilities, with the smallest D",
            generic,
            accepts=gives_them_with_least,
            mistakes=(
                two_results,
                turned,
                no_logarithm,
                sizes_left_out,
                wrong_mean,
                full_size,
                one_too_many,
            ),
        ),
        Criterion(
            "where all tokens are equally likely, no numbers are needed",
            all_equal,
            accepts=gives_them_with_least,
            mistakes=(
                Mistake(
                    "If all tokens are equally likely, no numbers are needed at all: D is 0, and "
                    "the product of (N, 0) and (0, V) is zeros.",
                    when=lambda inputs, seen: True,
                ),
            ),
        ),
    ),
)
