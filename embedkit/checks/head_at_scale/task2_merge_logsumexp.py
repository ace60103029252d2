"""What marks task 8.2, `merge_logsumexp`: two parts of the logits, described as one."""

import torch
from torch import Tensor

from embedkit import head_at_scale as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.head_at_scale.shared import overflows
from embedkit.checks.probes import Inputs, Seen

Two = tuple[Tensor, Tensor]
INF = float("inf")


def asked(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"max_a": max_a, "sum_a": sum_a, "max_b": max_b, "sum_b": sum_b}


def described(logits: Tensor) -> Two:
    """Describe the last axis of some logits by its maximum and the sum of exponentials."""
    largest = logits.amax(dim=-1)
    return largest, (logits - largest[..., None]).exp().sum(dim=-1)


def of_every_kind() -> list[Tensor]:
    """Four positions: a largest logit of 0, parts far apart, a tie, and 0 in the second part."""
    one, other = torch.tensor([0.0, 0.5, 2.0, -1.0]), torch.tensor([-1.0, 7.5, 2.0, 0.0])
    return [one, torch.tensor([1.5, 2.0, 1.0, 1.25]), other, torch.tensor([3.0, 1.5, 1.75, 1.5])]


def far_but_felt(draw: Draw) -> Inputs:
    """Two parts of which one lies below by 8 and more, and so many logits that it is felt.

    Of a sum of 200,000, exp(−20) leaves a two-thousandth of 1, and exp(−40) nothing.
    """
    below = torch.tensor([*range(8, 23), 40]).float()
    largest = draw.ids(7, len(below)).float() - 3
    most, few = 2e5 * (1 + draw.ids(9, len(below)) / 8), 1 + draw.ids(9, len(below)) / 8
    few[0] = 1e7
    first = draw.ids(2, len(below)).bool()
    parts = (largest, few), (largest - below, most)
    one = [torch.where(first, a, b) for a, b in zip(*parts, strict=True)]
    other = [torch.where(first, b, a) for a, b in zip(*parts, strict=True)]
    return asked(*one, *other)


def small_logits(draw: Draw) -> list[Inputs]:
    """One position, in which the second part is larger, then other shapes and precisions."""
    one = [torch.tensor([number]) for number in (1.0, 1.5, 2.0, 3.0)]
    single = *described(draw.numbers(4)), *described(draw.numbers(3))
    batch = *described(draw.numbers(3, 4, 5)), *described(draw.numbers(3, 4, 2))
    return [
        asked(*one),
        asked(*(one[i] for i in (2, 3, 0, 1))),
        asked(*described(draw.numbers(12, 5)), *described(draw.numbers(12, 9))),
        asked(*(torch.tensor([number]) for number in (2.0, 1.5, 2.0, 3.0))),
        asked(*of_every_kind()),
        asked(*single),
        asked(*batch),
        asked(*map(scattered, batch)),
        asked(*(part.double() for part in batch)),
        asked(*(torch.empty(2, 0) for _ in range(4))),
        far_but_felt(draw),
        {name: part.double() for name, part in far_but_felt(draw).items()},
    ]


def large_logits(draw: Draw) -> list[Inputs]:
    """Logits whose exponentials float32 cannot hold, in parts that lie far apart."""
    sums = 1 + draw.numbers(2, 12).abs()
    near, far = 300 + draw.ids(100, 12).float(), 600 + draw.ids(100, 12).float()
    return [
        asked(*(torch.tensor([number]) for number in (500.0, 1.5, 700.0, 3.0))),
        asked(*(torch.tensor([number]) for number in (-500.0, 1.5, -700.0, 3.0))),
        asked(*(torch.tensor([number]) for number in (1500.0, 1.5, 2000.0, 3.0))),
        asked(*(torch.tensor([number]).double() for number in (-21000.0, 1.5, -20000.0, 3.0))),
        asked(*(torch.tensor([number]) for number in (-2e10, 1.5, -1e10, 3.0))),
        asked(*(torch.tensor([number]) for number in (-1e30, 1.5, -2e30, 3.0))),
        asked(near, sums[0], far, sums[1]),
        asked(-near, sums[0], -far, sums[1]),
        asked(far, sums[0], -far, sums[1]),
    ]


def empty_parts(draw: Draw) -> list[Inputs]:
    """The first part is empty, then the second, then both, then one of these each."""
    nothing = torch.full((3,), -INF), torch.zeros(3)
    something = described(draw.numbers(3, 4))
    mixed = [torch.cat([a[:2], b[:1]]) for a, b in zip(nothing, something, strict=True)]
    return [
        asked(torch.tensor([-INF]), torch.zeros(1), torch.tensor([2.0]), torch.tensor([1.5])),
        asked(*something, *nothing),
        asked(*nothing, *nothing),
        asked(*mixed, *(part.roll(1) for part in mixed)),
    ]


def rescaled(a: Tensor, sum_a: Tensor, b: Tensor, sum_b: Tensor, sign: int) -> Two:
    """Rescale both sums to the larger maximum, or the wrong way round."""
    largest = torch.maximum(a, b)
    return largest, sum_a * (sign * (a - largest)).exp() + sum_b * (sign * (b - largest)).exp()


def one_for_all(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Two:
    """Take one maximum for all positions."""
    largest = torch.maximum(max_a, max_b).max()
    total = sum_a * (max_a - largest).exp() + sum_b * (max_b - largest).exp()
    return largest.expand(max_a.shape), total


def second_is_not_rescaled(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Two:
    """Rescale the first part only, as if the second always held the larger logit."""
    largest = torch.maximum(max_a, max_b)
    return largest, sum_a * (max_a - largest).exp() + sum_b


def first_is_not_rescaled(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Two:
    """Rescale the second part only."""
    largest = torch.maximum(max_a, max_b)
    return largest, sum_a + sum_b * (max_b - largest).exp()


def first_maximum(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Two:
    """Rescale everything to the maximum of the first part."""
    return max_a, sum_a + sum_b * (max_b - max_a).exp()


def sums_of_exps(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Two:
    """Return the sum of the exponentials, with nothing subtracted."""
    return torch.maximum(max_a, max_b), sum_a * max_a.exp() + sum_b * max_b.exp()


def stand_in(inputs: Inputs, seen: Seen) -> bool:
    """Whether a largest logit came back that is finite where both parts are empty."""
    nothing = (inputs["max_a"] == -INF) & (inputs["max_b"] == -INF)
    return bool(seen.value[0][nothing].isfinite().any())


def larger_part(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Two:
    """Keep the part with the larger maximum, and drop the other."""
    return torch.maximum(max_a, max_b), torch.where(max_a > max_b, sum_a, sum_b)


def log_sum_exp(max_a: Tensor, sum_a: Tensor, max_b: Tensor, sum_b: Tensor) -> Two:
    """Return the log-sum-exp in place of the sum."""
    largest, total = rescaled(max_a, sum_a, max_b, sum_b, 1)
    return largest, largest + total.log()


def right_but_for_digits(inputs: Inputs, seen: Seen) -> bool:
    """Whether both results are right to some digits."""
    wanted = finished.merge_logsumexp(**inputs)
    return all(
        torch.allclose(one, other, rtol=1e-2, atol=0)
        for one, other in zip(seen.value, wanted, strict=True)
    )


def not_a_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether something that came back is not a number."""
    return any(bool(part.isnan().any()) for part in seen.value)


task = Task(
    number="8.2",
    name="merge_logsumexp",
    points=2,
    reference=finished.merge_logsumexp,
    criteria=(
        Criterion(
            "two parts give the largest logit of both and the sum that belongs to it, in any shape",
            small_logits,
            mistakes=(
                Mistake(
                    "The sums are added as they are. Each was taken after its own maximum had "
                    "been subtracted: bring both to the common maximum first.",
                    lambda a, s, b, t: (torch.maximum(a, b), s + t),
                ),
                Mistake(
                    "The exponents have the wrong sign. To go from its own maximum to the larger "
                    "one, a sum is multiplied by exp(own − largest), which is at most 1.",
                    lambda a, s, b, t: rescaled(a, s, b, t, -1),
                ),
                Mistake(
                    "Only the first part is brought to the common maximum. Either part may hold "
                    "the smaller one.",
                    second_is_not_rescaled,
                ),
                Mistake(
                    "Only the second part is brought to the common maximum. Either part may hold "
                    "the smaller one.",
                    first_is_not_rescaled,
                ),
                Mistake(
                    "The maximum of the first part is kept. The common one is the larger of the "
                    "two, number by number.",
                    first_maximum,
                ),
                Mistake(
                    "The second result is the sum of exp(logit). The one that belongs to the "
                    "largest logit is asked for: of exp(logit − largest).",
                    sums_of_exps,
                ),
                Mistake(
                    "if and max() want a single truth, and here is one for each position. "
                    "torch.maximum and torch.where choose number by number.",
                    when=says("Boolean value of Tensor"),
                ),
                Mistake(
                    "One maximum is taken for all positions. Each position has its own: "
                    "torch.maximum compares number by number.",
                    one_for_all,
                ),
                Mistake(
                    "Only the part with the larger maximum is kept. The other one counts, too, if "
                    "for less: by exp(its maximum − largest).",
                    larger_part,
                ),
                Mistake(
                    "The second result is the log-sum-exp. The sum itself is asked for, so that "
                    "it can be merged with the next part.",
                    log_sum_exp,
                ),
            ),
        ),
        Criterion(
            "logits whose exponentials no float32 can hold are merged as well",
            large_logits,
            mistakes=(
                Mistake(
                    "Somewhere exp of a large number is taken: exp(500) is infinite in float32, "
                    "and exp(−500) is 0. Take exp of differences to the common maximum only, "
                    "which are 0 or less.",
                    when=overflows,
                ),
                Mistake(
                    "The sum has lost digits. It was added to a logit in the hundreds or above, as "
                    "its logarithm, and beside so large a number float32 keeps few digits of it. "
                    "Multiply the sums by exp(own − largest), without the logarithm.",
                    when=right_but_for_digits,
                ),
            ),
        ),
        Criterion(
            "an empty part, described by −∞ and 0, changes nothing",
            empty_parts,
            mistakes=(
                Mistake(
                    "The largest logit of two empty parts is −∞. If another number stands in for "
                    "it, use that in the exponents only.",
                    when=stand_in,
                ),
                Mistake(
                    "Where both parts are empty, −∞ − (−∞) is not a number. The sum of two empty "
                    "parts is 0.",
                    when=not_a_number,
                ),
            ),
        ),
    ),
)
