"""What marks task 7.1, `logits`: the dot product of each vector with each row."""

import torch
from torch import Tensor

from embedkit import tied_head as finished
from embedkit.checks.cut_gradients import cut_off
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen


def asked(hidden: Tensor, table: Tensor, bias: Tensor | None = None) -> Inputs:
    """One question, in the order of the arguments."""
    return {"hidden": hidden, "table": table, "bias": bias}


SMALL = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 3.0]], dtype=torch.float32)


def shapes(draw: Draw) -> list[Inputs]:
    """A text, a batch, a single vector, none at all, and numbers scattered in memory.

    Once there are as many vectors as numbers in each, and as many rows.
    """
    return [
        asked(torch.tensor([[1.0, 1000.0], [0.0, 1.0]]), SMALL),
        asked(draw.numbers(7, 4), draw.table(9, 4)),
        asked(draw.numbers(5, 5), draw.table(5, 5)),
        asked(draw.numbers(2, 3, 4), draw.table(9, 4)),
        asked(draw.numbers(4), draw.table(9, 4)),
        asked(draw.numbers(3, 3, 3), draw.table(3, 3)),
        asked(draw.numbers(2, 3, 5, 4), draw.table(9, 4)),
        asked(draw.numbers(2, 1, 3, 2, 4), draw.table(9, 4)),
        asked(draw.numbers(2, 1, 2, 3, 1, 2, 4), draw.table(9, 4)),
        asked(1e6 * draw.ids(9, 2, 3).float(), draw.ids(9, 5, 3).float() - 4),
        asked(draw.numbers(3, 4), draw.table(1, 4)),
        asked(draw.numbers(3, 1), draw.table(4, 1)),
        asked(1000 * draw.numbers(2, 2), draw.table(3000, 2)),
        asked(torch.empty(2, 0, 4), draw.table(9, 4)),
        asked(scattered(draw.numbers(3, 5, 4)), scattered(draw.table(9, 4))),
    ]


def biases(draw: Draw) -> list[Inputs]:
    """A number for each token; once there are as many places as tokens."""
    return [
        asked(torch.tensor([[1.0, 10.0]]), SMALL, torch.tensor([100.0, 0.0, 300.0])),
        asked(torch.tensor([[1.0, 10.0]]), SMALL, torch.tensor([100.0, 0.0, -100.0])),
        asked(draw.numbers(6, 4), draw.table(6, 4), draw.numbers(6)),
        asked(draw.numbers(2, 9, 4), draw.table(9, 4), draw.numbers(9)),
        asked(draw.numbers(4), draw.table(9, 4), draw.numbers(9)),
        asked(torch.empty(2, 0, 4), draw.table(9, 4), draw.numbers(9)),
    ]


def other_dtypes(draw: Draw) -> list[Inputs]:
    """All in double, and in half precision with small whole numbers, whose sums are exact."""
    hidden, table, zeros = draw.ids(5, 2, 3), draw.ids(5, 7, 3), torch.zeros(7)
    thirds = hidden.double() / 3, table.double() / 3
    halves = hidden.bfloat16(), table.bfloat16()
    return [
        asked(*thirds),
        asked(torch.empty(0, 3).double(), thirds[1]),
        asked(*thirds, zeros.double()),
        asked(*halves),
        asked(*halves, zeros.bfloat16()),
    ]


def with_default(draw: Draw) -> list[Inputs]:
    """Questions that name no bias at all."""
    return [
        {"hidden": torch.tensor([[1.0, 10.0]]), "table": SMALL},
        {"hidden": draw.numbers(2, 3, 4), "table": draw.table(6, 4)},
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Vectors, a table and a bias that ask for a gradient; also without a bias, or one of zeros."""
    small = asked(torch.tensor([[1.0, 10.0], [2.0, 0.0]]), SMALL, torch.tensor([100.0, 0.0, 300.0]))
    batch = asked(draw.numbers(2, 3, 4), draw.table(6, 4))
    return [
        {"loss_weights": torch.ones(2, 3), **small},
        {"loss_weights": draw.numbers(2, 3, 6), **batch},
        {
            "loss_weights": draw.numbers(5, 6),
            **asked(draw.numbers(5, 4), draw.table(6, 4), draw.numbers(6)),
        },
        {
            "loss_weights": draw.numbers(3, 6),
            **asked(draw.numbers(3, 4), draw.table(6, 4), torch.zeros(6)),
        },
    ]


def looked_up(inputs: Inputs, seen: Seen) -> bool:
    """Whether what came back has the vectors' shape and not one number a token."""
    value, hidden = seen.value, inputs["hidden"]
    return isinstance(value, Tensor) and value.shape == hidden.shape and hidden.numel() > 0


def stopped(inputs: Inputs, seen: Seen, axes: bool) -> bool:
    """Whether it stopped at vectors in two axes, or else in another number of them."""
    return bool(seen.raised) and (inputs["hidden"].ndim == 2) == axes


on_its_side = Mistake(
    "The scores lie on their side. There is one row of V scores for each vector: "
    "hidden comes first in the product, and the table is turned.",
    answer=lambda hidden, table, bias=None: (hidden @ table.T).transpose(0, -1),
    when=lambda inputs, seen: (
        inputs["hidden"].ndim == 2
        and seen.value.shape == (len(inputs["table"]), len(inputs["hidden"]))
    ),
)
not_turned = Mistake(
    "hidden @ table multiplies the vectors with the columns of the table. The score of a token is "
    "the product with its row: turn the table, table.T.",
    when=lambda inputs, seen: (
        looked_up(inputs, seen)
        or (
            stopped(inputs, seen, axes=True)
            and says("cannot be multiplied", "must match the size", "size mismatch")(inputs, seen)
        )
    ),
)
probabilities = Mistake(
    "These are probabilities. Logits are the scores before the softmax.",
    answer=lambda hidden, table, bias=None: finished.logits(hidden, table, bias).softmax(-1),
)
cosines = Mistake(
    "The scores are cosines, or divided by something else. A logit is the plain dot product.",
    answer=lambda hidden, table, bias=None: torch.cosine_similarity(
        hidden[..., None, :], table, dim=-1
    ),
)
no_bias = Mistake(
    "The bias is not added. Each token has one number, and it is added to the token's score.",
    answer=lambda hidden, table, bias=None: finished.logits(hidden, table),
)
bias_of_none = Mistake(
    "bias may be None: then add nothing. Ask for it first: bias is None.",
    when=says("'NoneType'"),
)
truth_of_a_bias = Mistake(
    "“if bias” asks whether a tensor is true, which one of many numbers is not. "
    "Ask: bias is not None.",
    when=says("Boolean value of Tensor"),
)
bias_of_places = Mistake(
    "The bias is added along the wrong axis: it has one number for each token, not for each place.",
    answer=lambda hidden, table, bias=None: finished.logits(hidden, table) + bias[:, None],
)
not_summed = Mistake(
    "The products stand side by side. A score is one number: multiply, and sum over D.",
    when=lambda inputs, seen: (
        seen.value.shape == (*inputs["hidden"].shape[:-1], *inputs["table"].shape)
    ),
)
one_score = Mistake(
    "A single number came back for each vector. Wanted are V of them, a score for every token.",
    when=lambda inputs, seen: (
        len(inputs["table"]) > 1 and seen.value.shape == inputs["hidden"].shape[:-1]
    ),
)
one_axis_lost = Mistake(
    "The vectors were laid in one row, and the shape was not given back: hidden's own, with V in "
    "the last place.",
    when=lambda inputs, seen: (
        seen.value.shape != (*inputs["hidden"].shape[:-1], len(inputs["table"]))
    ),
)
two_axes_only = Mistake(
    "The vectors may come in any number of axes: a single one, or a batch of texts. The last "
    "axis is that of their D numbers; all others are to be kept.",
    when=lambda inputs, seen: (
        stopped(inputs, seen, axes=False)
        or says("1D tensors expected", "must be a 3D")(inputs, seen)
    ),
)
in_one_piece = Mistake(
    "view needs numbers that lie in memory one after another, and these need not. "
    "reshape takes any.",
    when=says("view size is not compatible"),
)
nothing_to_divide = Mistake(
    "−1 cannot be worked out where there are no numbers. hidden @ table.T needs no reshape.",
    when=says("-1 can be any value", "unspecified dimension size -1"),
)
in_float32 = Mistake(
    "The scores have another dtype than what came in. Keep the dtype of hidden.",
    when=lambda inputs, seen: (
        isinstance(seen.value, Tensor) and seen.value.dtype != inputs["hidden"].dtype
    ),
)
bias_must_come = Mistake(
    "It stops when no bias is given. Keep the default, bias=None, in the signature.",
    when=says("missing 1 required positional argument"),
)

task = Task(
    number="7.1",
    name="logits",
    points=1,
    reference=finished.logits,
    criteria=(
        Criterion(
            "each vector gets one score a token, the dot product with the token's row, "
            "whatever the vectors' shape",
            shapes,
            mistakes=(
                in_one_piece,
                nothing_to_divide,
                bias_of_none,
                two_axes_only,
                not_turned,
                probabilities,
                cosines,
                on_its_side,
                not_summed,
                one_score,
                one_axis_lost,
            ),
        ),
        Criterion(
            "the bias of a token is added to its score",
            biases,
            mistakes=(no_bias, truth_of_a_bias, bias_of_places, two_axes_only),
        ),
        Criterion("the dtype is kept", other_dtypes, mistakes=(in_float32,)),
        Criterion("without a bias it works, too", with_default, mistakes=(bias_must_come,)),
        Criterion(
            "gradients reach the vectors, the table and the bias",
            to_train,
            probe="gradients",
            mistakes=(cut_off,),
        ),
    ),
)
