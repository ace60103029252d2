"""What marks task 10.5, `look_back`: a query matrix that finds the position some steps before."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import sinusoidal as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen


def asked(key_weight: Tensor, steps: int, base: float) -> Inputs:
    """One question."""
    return {"key_weight": key_weight, "steps": steps, "base": base}


def invertible(draw: Draw, dim: int) -> Tensor:
    """Return a matrix that turns, stretches and turns: far from singular, alike to no other."""
    one, other = (torch.linalg.qr(draw.table(dim, dim).double()).Q for _ in range(2))
    matrix: Tensor = one @ torch.linspace(0.5, 2.5, dim, dtype=torch.float64).diag() @ other
    return matrix


def stretched_rotation(draw: Draw) -> Tensor:
    """Return a matrix that turns two columns and stretches one."""
    turn = torch.tensor([[0.6, 0.8], [-0.8, 0.6]], dtype=torch.float64)
    stretch = torch.tensor([1.0, float(draw.integer(2, 5))], dtype=torch.float64)
    stretched: Tensor = turn @ stretch.diag()
    return stretched


def stretch(draw: Draw, dim: int) -> Tensor:
    """Return a matrix that stretches each column by a number of its own."""
    return (1 + draw.numbers(dim).abs()).double().diag()


def back(draw: Draw) -> list[Inputs]:
    """Two columns, then more, whose keys are made by matrices of all kinds.

    With 98 columns, a rounded step from 0 to 1 would be taken once too often; among 128 clocks,
    slow ones are nearly alike. Both only stretch, since many numbers take long to write down.
    """
    return [
        asked(torch.tensor([[2.0, 1.0], [0.0, 4.0]], dtype=torch.float64), 1, 100.0),
        asked(stretched_rotation(draw), draw.integer(2, 5), 100.0),
        asked(invertible(draw, 4), 2, 100.0),
        asked(invertible(draw, 4), 2, float(draw.integer(20, 90))),
        asked(invertible(draw, 12), draw.integer(100, 900), 10_000.0),
        asked(invertible(draw, 64), draw.integer(1_000, 9_000), 10_000.0),
        asked(scattered(invertible(draw, 8)), draw.integer(3, 40), float(draw.integer(20, 900))),
        asked(torch.tensor([2.0, 2.0**-30]).double().diag(), 1, 100.0),
        asked(invertible(draw, 6), draw.integer(2, 9), 1.5),
        asked(invertible(draw, 6), draw.integer(100, 900), 41_829.37),
        asked(stretch(draw, 98), draw.integer(3, 30), 10_000.0),
        asked(stretch(draw, 256), draw.integer(3, 30), 1e12),
    ]


def ahead(draw: Draw) -> list[Inputs]:
    """Steps ahead, and none; at first, the key matrices only stretch."""
    return [
        asked(torch.tensor([2.0, 4.0]).double().diag(), -1, 100.0),
        asked(torch.tensor([2.0, 4.0]).double().diag(), 0, 100.0),
        asked(stretch(draw, 6), -draw.integer(2, 9), float(draw.integer(20, 900))),
        asked(invertible(draw, 8), -draw.integer(2, 9), float(draw.integer(20, 900))),
        asked(invertible(draw, 4), 0, 100.0),
    ]


def in_float32(draw: Draw) -> list[Inputs]:
    """Key matrices in float32, also for many steps; most only stretch, so right ways agree."""
    return [
        asked(torch.tensor([2.0, 4.0]).diag(), 1, 100.0),
        asked(stretch(draw, 8).float(), draw.integer(2, 9), 1_000.0),
        asked(torch.tensor([[2.0, 1.0], [0.0, 4.0]]), 3, 100.0),
        asked(stretch(draw, 8).float(), draw.integer(5_000, 9_000), 100.0),
        asked(torch.tensor([2.0, 2.0**-30]).diag(), 1, 100.0),
    ]


Combine = Callable[[Tensor, Tensor], Tensor]


def combined(combine: Combine) -> Callable[..., Tensor]:
    """Return an answer that combines the key matrix and the move back in another way."""

    def answer(key_weight: Tensor, steps: int, base: float) -> Tensor:
        move = finished.shift_matrix(-steps, len(key_weight), base)
        return combine(key_weight.double(), move).to(key_weight.dtype)

    return answer


def is_single(inputs: Inputs, seen: Seen) -> bool:
    """Whether the matrix is nearly right."""
    if not isinstance(seen.value, Tensor):
        return False
    right = finished.look_back(**inputs)
    same_kind = (seen.value.shape, seen.value.dtype) == (right.shape, right.dtype)
    return same_kind and torch.allclose(seen.value, right, rtol=0, atol=1e-3)


def is_wider(inputs: Inputs, seen: Seen) -> bool:
    """Whether a float32 question got a float64 answer."""
    return isinstance(seen.value, Tensor) and seen.value.dtype != inputs["key_weight"].dtype


task = Task(
    number="10.5",
    name="look_back",
    points=3,
    reference=finished.look_back,
    criteria=(
        Criterion(
            "the score of t for s is rows[t − steps] · rows[s], whatever makes the keys",
            back,
            mistakes=(
                Mistake(
                    "key_weight may lie scattered in memory, where .view stops. No view is needed "
                    "here; .reshape takes any tensor.",
                    when=says("view size"),
                ),
                Mistake(
                    "It looks ahead. To look back, the query must become row t − steps.",
                    combined(lambda key, move: move.T @ torch.linalg.inv(key).T),
                ),
                Mistake(
                    "The keys went through key_weight, and nothing takes that out of the score "
                    "again. What must query_weight @ key_weight.T be?",
                    combined(lambda key, move: move),
                ),
                Mistake(
                    "The query goes through key_weight, too, so that it counts twice in the score. "
                    "What must query_weight @ key_weight.T be?",
                    combined(lambda key, move: move @ key),
                ),
                Mistake(
                    "The inverse is right, and its transpose is missing: the score holds "
                    "key_weight.T.",
                    combined(lambda key, move: move @ torch.linalg.inv(key)),
                ),
                Mistake(
                    "The transpose of a matrix is its inverse only if it is a rotation. "
                    "key_weight need not be one.",
                    combined(lambda key, move: move @ key.T),
                ),
                Mistake(
                    "The two matrices stand in the wrong order. In rows @ A @ B, A comes first.",
                    combined(lambda key, move: torch.linalg.inv(key).T @ move),
                ),
                Mistake(
                    "This is the product query_weight @ key_weight.T that is needed, with "
                    "key_weight on the wrong side. Solve for query_weight.",
                    combined(lambda key, move: torch.linalg.inv(key) @ move),
                ),
                Mistake(
                    "It is right to some digits only. Is float32 on the way? Then make the "
                    "frequencies, and the inverse, float64. A move that is fitted to rows is as "
                    "inexact as the slow clocks, which hardly move in them: write it down.",
                    when=is_single,
                ),
            ),
        ),
        Criterion(
            "negative steps look ahead, and 0 steps at the position itself",
            ahead,
            mistakes=(
                Mistake(
                    "Negative steps should look ahead.",
                    when=lambda inputs, seen: inputs["steps"] < 0,
                ),
            ),
        ),
        Criterion(
            "the key matrix's dtype is kept",
            in_float32,
            mistakes=(
                Mistake(
                    "A float32 key matrix meets a float64 one. Compute in float64, and give back "
                    "key_weight's dtype.",
                    when=says("same dtype", "expected m1 and m2", "to have the same", "dtype"),
                ),
                Mistake(
                    "A float32 key matrix gets float64 queries. Give back key_weight's dtype.",
                    when=is_wider,
                ),
            ),
        ),
    ),
)
