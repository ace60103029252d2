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
    rare = torch.tensor([[1e-200, 0.5, 0.5], [0.25, 0.25, 0.5]], dtype=torch.float64)
    alike = distributions(draw, 1, 8, 1)["probabilities"].expand(5, 8).clone()
    return [
        {"probabilities": small},
        distributions(draw, 9, 12, draw.integer(2, 4)),
        distributions(draw, 4, 12, 4),
        distributions(draw, 30, 40, draw.integer(18, 24)),
        {"probabilities": torch.tensor([[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]]).double()},
        {"probabilities": draw.numbers(20, 5).double().softmax(dim=1)},
        {"probabilities": draw.numbers(1, 6).double().softmax(dim=1)},
        {"probabilities": alike},
        {"probabilities": rare},
        {"probabilities": near_the_bound(draw)},
        {"probabilities": large_scores(draw)},
        {"probabilities": draw.numbers(300, 320).double().softmax(dim=1)},
    ]


def large_scores(draw: Draw) -> Tensor:
    """Probabilities whose scores have a singular value above a thousand. The first four count.

    The squares of such scores are too large for their rounding not to be felt; and whoever takes
    the bound for a part of the largest, even a billionth, loses the fourth.
    """
    left, right = draw.doubles(60, 5), draw.doubles(80, 5)
    left[:, 0] = left[:, 0].sign()
    right[:, 0] = (torch.arange(80) % 2 * 2.0 - 1)[draw.numbers(80).argsort()]
    return with_singular_values(left, right, [1400.0, 20.0, 15.0, 1.2e-6, 1e-7])


def near_the_bound(draw: Draw) -> Tensor:
    """Probabilities whose scores have the singular values 3, 2e-6 and 2e-7. Two count."""
    return with_singular_values(draw.doubles(6, 3), draw.doubles(8, 3), [3.0, 2e-6, 2e-7])


def with_singular_values(left: Tensor, right: Tensor, sizes: list[float]) -> Tensor:
    """Give probabilities whose scores have these singular values.

    The directions are those of the columns, each less its share of the columns before.
    """
    left, right = torch.linalg.qr(left)[0], torch.linalg.qr(right - right.mean(dim=0))[0]
    found: Tensor = (left * torch.tensor(sizes).double() @ right.T).softmax(dim=1)
    return found


def all_equal(draw: Draw) -> list[Inputs]:
    """All tokens are equally likely, at last but for the rounding of some computation."""
    vocab_size = draw.integer(5, 9)
    return [
        {"probabilities": torch.full((3, 4), 0.25).double()},
        {"probabilities": torch.full((2, vocab_size), 1 / vocab_size).double()},
        {"probabilities": torch.full((1, 4), 0.25).double()},
        {"probabilities": (1 + 1e-11 * draw.numbers(3, 7).double()) / 7},
    ]


def parts(seen: Seen) -> tuple[Tensor, Tensor]:
    """Return the two results as they came."""
    hidden, table = seen.value
    return hidden, table


def gives_them(inputs: Inputs, seen: Seen) -> bool:
    """Whether the softmax of what came back is what was asked for, element by element."""
    hidden, table = parts(seen)
    wanted = inputs["probabilities"]
    if (len(hidden), len(table)) != wanted.shape:
        return False
    found = (hidden @ table.T).softmax(dim=1)
    return found.dtype == wanted.dtype and torch.allclose(found, wanted, rtol=1e-6, atol=0)


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
    when=lambda inputs, seen: (
        not seen.raised and (not isinstance(seen.value, tuple) or len(seen.value) != 2)
    ),
)
changed_over = Mistake(
    "The two are changed over: hidden comes first, with a row for each context, then the table.",
    when=lambda inputs, seen: (
        [len(part) for part in parts(seen)] == list(inputs["probabilities"].shape)[::-1]
        and len(parts(seen)[0]) != len(parts(seen)[1])
    ),
)
columns_differ = Mistake(
    "hidden and table must have the same number of columns, D. Keep the same ones of all three "
    "that the decomposition gives.",
    when=lambda inputs, seen: (
        not seen.raised
        and parts(seen)[1].shape[0] == inputs["probabilities"].shape[1]
        and parts(seen)[0].shape[1] != parts(seen)[1].shape[1]
    ),
)
other_logarithm = Mistake(
    "The scores are the right ones times a number. The softmax takes powers of e: only the "
    "natural logarithm, log, undoes it.",
    when=lambda inputs, seen: _scaled(inputs, seen),
)
added_to_it = Mistake(
    "Here a probability is tiny. None is 0, so nothing need be added to them, and nothing cut "
    "off: take the logarithm as they are.",
    when=lambda inputs, seen: bool(inputs["probabilities"].min() < 1e-9),
)
cut_elsewhere = Mistake(
    "The scores here have the singular values 3, 2e-6 and 2e-7. Those up to 1e-6 count as "
    "zero, and no others: D is 2.",
    when=lambda inputs, seen: inputs["probabilities"].shape == (6, 8),
)
squares_of_scores = Mistake(
    "Squares of large scores, as in scores.T @ scores, are rounded by more than the bound's "
    "square: rounding errors count as directions. Take the scores' own singular values.",
    when=lambda inputs, seen: (
        inputs["probabilities"].shape == (60, 80)
        and gives_them(inputs, seen)
        and parts(seen)[1].shape[1] > least(inputs)
    ),
)
part_of_the_largest = Mistake(
    "The scores here have the singular values 1400, 20, 15, 1.2e-6 and 1e-7. All but the last "
    "count: the bound is 1e-6, whatever the largest is, and no part of the largest.",
    when=lambda inputs, seen: (
        inputs["probabilities"].shape == (60, 80)
        and gives_them(inputs, seen)
        and parts(seen)[1].shape[1] < least(inputs)
    ),
)
mean_lost_its_axis = Mistake(
    "The mean over tokens has lost its axis, and no longer stands beside the scores: "
    "keepdim=True keeps it as a column.",
    when=says("must match the size of tensor"),
)
wrong_way_round = Mistake(
    "What torch.linalg.svd gives third is turned already: its *rows* are what you want. "
    "Take the first D rows and turn them, Vh[:D].T, not the first D columns.",
    when=lambda inputs, seen: _columns_of_right(inputs, seen),
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


def _scaled(inputs: Inputs, seen: Seen) -> bool:
    scores = inputs["probabilities"].log()
    found = parts(seen)[0] @ parts(seen)[1].T
    for wanted in (scores, scores - scores.mean(dim=1, keepdim=True)):
        times = (found * wanted).sum() / (wanted * wanted).sum()
        base_2_or_10_or_turned = any(abs(times - t) < 1e-5 for t in (1.442695, 0.4342945, -1))
        if base_2_or_10_or_turned and torch.allclose(found, times * wanted, atol=1e-6):
            return True
    return False


def _columns_of_right(inputs: Inputs, seen: Seen) -> bool:
    scores = inputs["probabilities"].log()
    table = parts(seen)[1]
    if len(table) != scores.shape[1]:
        return False
    for shifted in (scores, scores - scores.mean(dim=1, keepdim=True)):
        for full in (True, False):
            right = torch.linalg.svd(shifted, full_matrices=full)[2][:, : table.shape[1]]
            if right.shape == table.shape and torch.allclose(table, right, atol=1e-6):
                return True
    return False


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
        gives_them(inputs, seen)
        and parts(seen)[1].shape[1] >= max(min(inputs["probabilities"].shape), least(inputs) + 1)
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
                mean_lost_its_axis,
                changed_over,
                wrong_way_round,
                turned,
                columns_differ,
                no_logarithm,
                sizes_left_out,
                wrong_mean,
                other_logarithm,
                full_size,
                cut_elsewhere,
                one_too_many,
                squares_of_scores,
                part_of_the_largest,
                added_to_it,
            ),
        ),
        Criterion(
            "where all tokens are equally likely, no numbers are needed",
            all_equal,
            accepts=gives_them_with_least,
            mistakes=(
                Mistake(
                    "If all tokens are equally likely, no numbers are needed at all: D is 0, and "
                    "the product of (N, 0) and (0, V) is zeros. A bound that is a part of the "
                    "largest singular value, as matrix_rank takes, cannot find that all are zero: "
                    "here it is 1e-6.",
                    when=lambda inputs, seen: True,
                ),
            ),
        ),
    ),
)
