"""What marks task 3.4, `adamw_step`: one step of Adam with decoupled weight decay."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.learning_the_table import wrong_adamw_steps as wrong
from embedkit.checks.probes import Inputs


def asked(table: Tensor, grad: Tensor, m: Tensor, v: Tensor, t: int, **options: float) -> Inputs:
    """One question, in the order of the arguments."""
    usual = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0}
    return {"table": table, "grad": grad, "m": m, "v": v, "t": t, **usual, **options}


def steps_of_half(draw: Draw, *shape: int) -> Tensor:
    """Multiples of one half, none of them 0: no gradient is so small that eps is felt."""
    sizes = 1 + draw.ids(6, *shape)
    return torch.where(draw.numbers(*shape) < 0, -0.5, 0.5) * sizes


def first_steps(draw: Draw) -> list[Inputs]:
    """First steps from m = v = 0, without decay; one row has gradient 0."""
    grad = steps_of_half(draw, 6, 3)
    grad[draw.integer(0, 5)] = 0
    zeros = torch.zeros(6, 3)
    small = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    gradient = torch.tensor([[2.0, -0.5], [0.0, 0.0]])
    return [
        asked(small, gradient, torch.zeros(2, 2), torch.zeros(2, 2), 1),
        asked(draw.table(6, 3), grad, zeros, zeros, 1, lr=0.03),
        asked(draw.table(6, 3), grad, zeros, zeros, 1, beta1=0.8, beta2=0.95),
    ]


def later_steps(draw: Draw) -> list[Inputs]:
    """Later steps, with what earlier ones left in m and v; one row is not read any more.

    In one the correction of v is small, and felt since the rate is large.
    """
    small = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    gradient = torch.tensor([[2.0, -0.5], [0.0, 0.0]])
    m, v = torch.tensor([[0.5, 0.5], [0.5, -0.5]]), torch.tensor([[1.0, 1.0], [0.25, 1.0]])

    def means() -> tuple[Tensor, Tensor]:
        return draw.numbers(6, 3), 1 + draw.numbers(6, 3).abs()

    grad = steps_of_half(draw, 6, 3)
    grad[2] = 0
    later = asked(draw.table(6, 3), grad, *means(), 3)
    return [
        asked(small, gradient, m, v, 3),
        asked(draw.table(6, 3), grad, *means(), 2),
        asked(draw.table(6, 3), grad, *means(), draw.integer(40, 200)),
        asked(draw.table(6, 3), grad, *means(), 700, lr=0.05, beta1=0.8, beta2=0.95),
        asked(draw.table(6, 3), grad, *means(), 5000),
        asked(draw.table(6, 3), grad, *means(), 8000, lr=10.0),
        in_each(scattered, later),
        in_each(lambda numbers: numbers[:, :1].clone(), later),
    ]


def in_each(change: Callable[[Tensor], Tensor], question: Inputs) -> Inputs:
    """Change every tensor of a question."""
    return {n: change(one) if isinstance(one, Tensor) else one for n, one in question.items()}


def with_decay(draw: Draw) -> list[Inputs]:
    """Steps with decay; some rows have gradient 0, and in two questions m has faded.

    The decay asks for nothing else: it is the same in late steps, without any gradient, and for
    rows of one number.
    """
    grad = steps_of_half(draw, 6, 3)
    grad[1] = grad[4] = 0
    small = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    gradient = torch.tensor([[2.0, -0.5], [0.0, 0.0]])
    zeros, ones = torch.zeros(6, 3), torch.ones(6, 3)
    return [
        asked(small, gradient, torch.zeros(2, 2), torch.ones(2, 2), 5, weight_decay=0.5),
        asked(draw.table(6, 3), grad, zeros, ones, 9, lr=0.3, weight_decay=0.7),
        asked(draw.table(6, 3), grad, draw.numbers(6, 3), ones, 4, lr=0.2, weight_decay=0.6),
        asked(draw.table(6, 1), grad[:, :1], zeros[:, :1], ones[:, :1], 2, weight_decay=0.6),
        asked(draw.table(6, 3), zeros, zeros, ones, 3000, weight_decay=0.6),
    ]


def small_gradients(draw: Draw) -> list[Inputs]:
    """Gradients so small, or eps so large, that it matters where eps is added.

    In the third, betas and eps are 0. In the last, a row without a gradient has little left.
    """
    small = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    gradient = torch.tensor([[0.1, -0.1], [0.2, 0.3]])
    tiny, zeros = 1e-6 * steps_of_half(draw, 6, 3), torch.zeros(6, 3)
    betas = {"beta1": 0.8, "beta2": 0.95}
    no_options = {"beta1": 0.0, "beta2": 0.0, "eps": 0.0}
    faint_m, faint_v = 1e-6 * draw.numbers(6, 3), 1e-12 * (1 + draw.numbers(6, 3).abs())
    return [
        asked(small, gradient, torch.zeros(2, 2), torch.zeros(2, 2), 2, lr=1.0, eps=0.1),
        asked(draw.table(6, 3), tiny, zeros, zeros, 3, lr=1.0, eps=1e-6, **betas),
        asked(draw.table(6, 3), 0.01 * tiny, zeros, zeros, 3, lr=1.0, **no_options),
        asked(draw.table(6, 3), zeros, faint_m, faint_v, 9, eps=1e-6),
    ]


def other_dtypes(draw: Draw) -> list[Inputs]:
    """All in double, and all in half precision, with numbers that are not close to 0 there."""
    grad, zeros = steps_of_half(draw, 4, 3).double() / 3, torch.zeros(4, 3).double()
    whole, halves = (1 + draw.ids(4, 3, 2)).half(), steps_of_half(draw, 3, 2).half()
    none, options = torch.zeros(3, 2).half(), {"beta1": 0.5, "beta2": 0.75, "weight_decay": 0.5}
    small = asked(whole, halves, none, 1 + none, 5, **options)
    other_half = {name: small[name].bfloat16() for name in ("table", "grad", "m", "v")}
    return [
        asked(draw.table(4, 3).double() / 3, grad, zeros, 1 + zeros, 2),
        small,
        small | other_half,
    ]


def with_defaults(draw: Draw) -> list[Inputs]:
    """Questions that name nothing behind lr: one that feels the betas and the decay, one eps."""
    table, ones = torch.tensor([[1.0, 2.0]]), torch.ones(1, 2)
    first = asked(table, torch.tensor([[2.0, -0.5]]), ones, ones, 3)
    small = 5e-8 * steps_of_half(draw, 4, 2)
    faint = asked(draw.table(4, 2), small, torch.zeros(4, 2), torch.zeros(4, 2), 2)
    named = ("table", "grad", "m", "v", "t", "lr")
    return [{name: question[name] for name in named} for question in (first, faint)]


uncorrected = Mistake(
    "The means are not corrected. m and v start at zero, so early on they are too small: divide "
    "m by 1 − beta1**t and v by 1 − beta2**t.",
    answer=wrong.variant(corrected=""),
)
half_corrected = "Only one of the two means is corrected. Both start at zero: divide m, and v too."
v_uncorrected = Mistake(half_corrected, answer=wrong.variant(corrected="m"))
m_uncorrected = Mistake(half_corrected, answer=wrong.variant(corrected="v"))
one_less = Mistake(
    "1 is taken from t. t counts from 1 already, so the first step divides by 1 − beta1.",
    answer=wrong.variant(first=-1),
)
weights_turned = Mistake(
    "The weights of old and new are turned round. beta is the part that is kept, and 1 − beta "
    "the part of the new gradient.",
    answer=wrong.variant(weights="turned"),
)
weights_missing = Mistake(
    "The gradient comes in whole. Only the part 1 − beta of it, and of its square, is new.",
    answer=wrong.variant(weights="missing"),
)
without_lr = Mistake(
    "lr is missing: the step is lr times the quotient.", wrong.variant(scaled=False)
)
corrected_too_soon = Mistake(
    "The means are corrected before the gradient is in them. First update m and v, then correct.",
    answer=wrong.variant(of_old=True),
)
swapped_means = Mistake(
    "v comes back before m. The order is table, m, v.",
    answer=lambda *inputs: tuple(finished.adamw_step(*inputs)[place] for place in (0, 2, 1)),
)
from_zero = Mistake(
    "t is taken to count from 0. It counts from 1, so the first step divides by 1 − beta1.",
    answer=wrong.variant(first=1),
)
no_root = Mistake(
    "The step is divided by v itself. Divide by its square root, which has the gradient's size.",
    answer=wrong.variant(root=False),
)
square_of_the_mean = Mistake(
    "v holds the square of m. It is the running mean of the squared gradients: grad**2.",
    answer=wrong.variant(mean_of_squares=False),
)
swapped_betas = Mistake(
    "The two betas are swapped: beta1 belongs to m, beta2 to v.",
    answer=wrong.variant(betas="swapped"),
)
uphill = Mistake(
    "The table goes uphill. A step goes against the gradient.", wrong.variant(sign=-1.0)
)
means_not_kept = Mistake(
    "The m and v that came back are those that came in. Return the new ones, or the next step "
    "starts from nothing.",
    answer=wrong.old_means,
)
means_corrected_twice = Mistake(
    "The m and v that came back are the corrected ones. The next step would correct them once "
    "more: return the running means themselves.",
    answer=wrong.corrected_means,
)
starts_again = Mistake(
    "m and v start from zero in each step. They carry on from those that came in.",
    answer=wrong.forgetful,
)
no_decay = Mistake(
    "There is no weight decay. AdamW also multiplies the old table by 1 − lr × weight_decay.",
    answer=wrong.variant(decay="none"),
)
decay_in_gradient = Mistake(
    "The decay is added to the gradient, so m and v divide it out again. That is Adam with an L2 "
    "penalty. In AdamW the decay shrinks the table itself, apart from the gradient.",
    answer=wrong.variant(decay="in the gradient"),
)
decay_without_lr = Mistake(
    "The table shrinks by weight_decay. It should shrink by lr × weight_decay.",
    answer=wrong.variant(decay="without lr"),
)
decay_grows = Mistake(
    "Decay makes the table larger. It takes the part lr × weight_decay away.",
    answer=wrong.variant(decay="upwards"),
)
decay_read_rows = Mistake(
    "Rows whose gradient is 0 do not shrink. AdamW's decay does not ask who was read.",
    answer=wrong.variant(decay="rows that were read"),
)
decay_afterwards = Mistake(
    "The step itself shrinks too. Shrink the old table, then take the step.",
    answer=wrong.variant(decay="afterwards"),
)
eps_in_the_root = Mistake(
    "eps is added under the root. It belongs behind it: sqrt(v) + eps.",
    answer=wrong.variant(eps_inside=True),
)

task = Task(
    number="3.4",
    name="adamw_step",
    points=2,
    reference=finished.adamw_step,
    criteria=(
        Criterion(
            "the first step, without decay, moves each number by lr against its gradient's sign",
            first_steps,
            mistakes=(
                uphill,
                uncorrected,
                v_uncorrected,
                m_uncorrected,
                from_zero,
                one_less,
                no_root,
                square_of_the_mean,
                swapped_betas,
                means_not_kept,
                means_corrected_twice,
                weights_turned,
                weights_missing,
                without_lr,
                corrected_too_soon,
                swapped_means,
            ),
        ),
        Criterion(
            "later steps carry m and v on, and a row drifts on without a gradient",
            later_steps,
            mistakes=(starts_again,),
        ),
        Criterion(
            "decay shrinks every row by lr × weight_decay of itself, apart from the gradient",
            with_decay,
            mistakes=(
                no_decay,
                decay_in_gradient,
                decay_without_lr,
                decay_grows,
                decay_read_rows,
                decay_afterwards,
            ),
        ),
        Criterion(
            "eps is added to the root of v",
            small_gradients,
            mistakes=(eps_in_the_root,),
        ),
        Criterion("double and half precision stay what they are", other_dtypes),
        Criterion("what is not given is taken from the signature", with_defaults),
    ),
)
