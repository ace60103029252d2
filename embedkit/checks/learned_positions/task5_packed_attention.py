"""What marks task 9.5, `packed_attention`: each position reads its own document only."""

import math

import torch
from torch import Tensor

from embedkit import learned_positions as finished
from embedkit.checks.cut_gradients import cut_off
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.learned_positions import wrong_attention as wrong
from embedkit.checks.learned_positions.shared import nan_flows_back
from embedkit.checks.learned_positions.task3_packed_position_ids import batch, two
from embedkit.checks.probes import Inputs, Seen


def asked(
    draw: Draw,
    document_ids: Tensor,
    head_dim: int = 4,
    more: int = 0,
    dtype: torch.dtype = torch.float32,
) -> Inputs:
    """One question with random queries, keys and values of other lengths than a key's."""
    shape = document_ids.shape
    return {
        "q": draw.numbers(*shape, head_dim).to(dtype),
        "k": draw.numbers(*shape, head_dim).to(dtype),
        "v": draw.numbers(*shape, head_dim + more).to(dtype),
        "document_ids": document_ids,
    }


def small(document_ids: list[list[int]]) -> Inputs:
    """A question that can be read by eye: all keys fit alike, so a result is a plain mean."""
    n = len(document_ids[0])
    return {
        "q": torch.zeros(1, n, 1),
        "k": torch.zeros(1, n, 1),
        "v": torch.tensor([1.0, 3.0, 10.0, 20.0, 60.0])[None, :n, None],
        "document_ids": torch.tensor(document_ids),
    }


def one_document(draw: Draw) -> list[Inputs]:
    """Sequences that hold one document each."""
    weighed = small([[2, 2]])
    weighed |= {"q": torch.tensor([[[1.0], [0.0]]]), "k": torch.tensor([[[0.0], [math.log(3)]]])}
    return [
        small([[2, 2]]),
        weighed,
        asked(draw, torch.full((2, 6), 3), more=1),
        asked(draw, torch.full((1, 5), 7), head_dim=5, more=7),
        asked(draw, torch.full((1, 5), 7), head_dim=5, more=-2),
    ]


def several(draw: Draw) -> list[Inputs]:
    """Sequences of several documents, with borders of their own; document numbers of any size.

    One batch is so long that some work through it in parts: a document that fills most of a
    sequence, and more documents than a byte can number.
    """
    long = torch.stack([torch.arange(300) // 275, torch.arange(300)])
    return [
        small([[0, 0, 1, 1]]),
        asked(draw, torch.tensor([[1, 1, 1, 0, 0], [4, 2, 2, 2, 2]])),
        asked(draw, batch(draw, 3, draw.integer(9, 14))),
        small([[0, 256, 70_000, 2**60, 2**60 + 1]]),
        asked(draw, long, head_dim=2),
    ]


def one_and_padding(draw: Draw, rows: int, seq: int, least: int = 1) -> Tensor:
    """Return sequences that hold one document each, and padding behind it."""
    ids = torch.full((rows, seq), -1)
    for row in ids:
        row[: draw.integer(1, seq - least)] = draw.integer(0, 9)
    return ids


def with_padding(draw: Draw) -> list[Inputs]:
    """Documents and padding, and a sequence of nothing but padding."""
    nothing = torch.cat([one_and_padding(draw, 1, 7), torch.full((1, 7), -1)])
    return [
        small([[0, 0, -1, -1]]),
        asked(draw, one_and_padding(draw, 3, draw.integer(9, 14), least=2)),
        asked(draw, two(draw, 3, 9, padding=True)),
        asked(draw, nothing),
    ]


def far_apart(draw: Draw) -> list[Inputs]:
    """Scores of some hundreds and of a million, exact in float32; then −10²⁶, beside 10²⁶.

    Where scores are large, one is far above the others: near ties would be lost in rounding.
    """
    question = asked(draw, torch.zeros(1, 7, dtype=torch.long), head_dim=16)
    question["q"] = (20 * draw.ids(9, 1, 7, 1) - 80).expand(1, 7, 16).float()
    question["k"] = (draw.numbers(1, 7, 1).argsort(dim=1) - 3).expand(1, 7, 16).float()
    one = small([[0, 0]])
    one |= {"q": torch.tensor([[[200.0], [-200.0]]]), "k": torch.tensor([[[1.0], [-1.0]]])}
    close = small([[0, 0]])
    close |= {"q": one["q"].sign() * 2**20, "k": torch.tensor([[[1.0], [1.0 + 2.0**-15]]])}
    hidden = small([[0, 0, 1, 1]])
    hidden["q"] = torch.full((1, 4, 1), 1e13)
    hidden["k"] = torch.tensor([-1e13, -2e13, 1e13, 2e13])[None, :, None]
    return [one, question, close, hidden]


def other_shapes(draw: Draw) -> list[Inputs]:
    """One sequence alone, heads, scattered numbers, nothing at all, double and half precision."""
    half = small([[0, 0, 1, 1]])
    half |= {name: half[name].bfloat16() for name in "qkv"}
    apart = asked(draw, torch.full((4, 8), 3))
    for name in ("q", "k", "v"):
        apart[name] = scattered(apart[name])
    heads = asked(draw, two(draw, 6, 8).reshape(2, 3, 8))
    heads["document_ids"] = scattered(heads["document_ids"])
    return [
        asked(draw, torch.full((7,), draw.integer(0, 9))),
        asked(draw, torch.full((2, 3, 5), draw.integer(0, 9))),
        apart,
        heads,
        asked(draw, torch.empty(2, 0, dtype=torch.long)),
        asked(draw, torch.full((2, 8), 5), dtype=torch.float64),
        asked(draw, two(draw, 6, 8).reshape(2, 3, 8), dtype=torch.float64),
        half,
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Queries, keys and values that ask for a gradient; some positions or all are padding.

    In the last, e to the power of some scores is infinity, also in double precision.
    """
    questions = []
    with_nothing = torch.cat([one_and_padding(draw, 2, 9), torch.full((1, 9), -1)])
    for document_ids in (torch.tensor([[0, 0, -1]]), with_nothing):
        question = asked(draw, document_ids)
        weights = draw.numbers(*question["v"].shape) * (document_ids >= 0)[..., None]
        questions.append({"loss_weights": weights, **question})
    far = small([[0, 0, 1, 1]])
    far |= {"q": torch.ones(1, 4, 1), "k": torch.tensor([0.0, 0.5, 1000, 1000.5])[None, :, None]}
    far |= {name: far[name].double() for name in "qkv"}
    questions.append({"loss_weights": draw.doubles(1, 4, 1), **far})
    return questions


def not_a_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether nan came back."""
    return isinstance(seen.value, Tensor) and bool(seen.value.isnan().any())


task = Task(
    number="9.5",
    name="packed_attention",
    points=3,
    reference=finished.attention_within_documents,
    criteria=(
        Criterion(
            "in one document, each position gets a mean of the values, weighted by softmax(q·k/√K)",
            one_document,
            mistakes=(
                Mistake(
                    "The scores are not divided by √K, the root of the length of a key.",
                    wrong.with_weights(wrong.right_weights, lambda q, v: 1.0),
                ),
                Mistake(
                    "The scores are divided by K. It is √K.",
                    wrong.with_weights(wrong.right_weights, lambda q, v: float(q.shape[-1])),
                ),
                Mistake(
                    "The scores are divided by the root of the length of a value. It is the length "
                    "of a key.",
                    wrong.with_weights(wrong.right_weights, lambda q, v: math.sqrt(v.shape[-1])),
                ),
                Mistake(
                    "The softmax runs over the queries. For each query, the weights of the keys "
                    "add up to 1: dim=-1.",
                    wrong.with_weights(wrong.wrong_axis),
                ),
                Mistake(
                    "Positions read only what stands before them. Nobody asked for a causal mask.",
                    wrong.with_weights(wrong.causal),
                ),
            ),
        ),
        Criterion(
            "no position reads another document",
            several,
            mistakes=(
                Mistake(
                    "Positions read the other documents, too.", wrong.with_weights(wrong.unmasked)
                ),
                Mistake(
                    "You mask after the softmax, and the weights that are left no longer add up to "
                    "1. Mask the scores, with −inf.",
                    wrong.with_weights(wrong.masked_late),
                ),
                Mistake(
                    "A score of 0 is a score like any other: e⁰ is 1. Set it to −inf.",
                    wrong.with_weights(wrong.zero_scores),
                ),
            ),
        ),
        Criterion(
            "padding is not read, and gets zeros",
            with_padding,
            mistakes=(
                Mistake(
                    "Padding gives nan: a softmax over nothing but −inf is 0 / 0. Give such "
                    "positions zeros.",
                    when=not_a_number,
                ),
                Mistake(
                    "Padding reads padding, as if it were a document. It may read nothing.",
                    wrong.padding_together,
                ),
                Mistake(
                    "A position that may read nothing gets a mean of everything: all its scores "
                    "are equally low. Set its weights to 0 after the softmax.",
                    wrong.with_weights(wrong.very_low),
                ),
            ),
        ),
        Criterion(
            "scores of any size",
            far_apart,
            mistakes=(
                Mistake(
                    "e to the power of some hundreds is infinity. torch's softmax takes the "
                    "largest score away first.",
                    when=not_a_number,
                ),
                Mistake(
                    "All is 0 where a document's own scores are far below the forbidden ones. "
                    "Forbidden scores become −inf, not −1e9, and before anything else is done "
                    "with them.",
                    wrong.with_weights(wrong.low_and_zeroed),
                ),
            ),
        ),
        Criterion("any number of axes in front, and the values' dtype is kept", other_shapes),
        Criterion(
            "the gradients of q, k and v are finite, also at padding",
            to_train,
            probe="gradients",
            mistakes=(
                Mistake(
                    "nan flows back into q, k or v. Cleaning it up afterwards is too late: it must "
                    "not arise on a path that the gradient takes. masked_fill the weights.",
                    when=nan_flows_back,
                ),
                cut_off,
            ),
        ),
    ),
)
