"""What marks task 5.4, `spearman`: the correlation of ranks, where equal values share theirs."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import ranks as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.geometry.shared import gives
from embedkit.checks.probes import Inputs, Seen


def reference(x: Tensor, y: Tensor) -> Tensor:
    """Answer by the finished code, in float32."""
    return finished.spearman(x, y).float()


def asked(x: Tensor, y: Tensor) -> Inputs:
    """One question, in the order of the arguments."""
    return {"x": x, "y": y}


def no_ties(draw: Draw) -> list[Inputs]:
    """Values that all differ, on scales on which their sizes would mislead, once 1000 of them.

    Products of sums of that many squared ranks do not fit into an int64.
    """
    x, y = draw.numbers(40), draw.numbers(40)
    many = draw.numbers(1000).argsort().float()
    noisy = many + 400 * draw.numbers(1000)
    apart = scattered(draw.numbers(20, 2))
    large = torch.tensor([2**60 + 1, 2**60, 2**63 - 1, 1 - 2**63])
    fine = 1 + 2**-52 * torch.tensor([2, 3, 1, 4]).double()
    return [
        asked(torch.tensor([0.1, 0.4, 0.3, 9.0]), torch.tensor([1.0, 2.0, 3.0, 4.0])),
        asked(torch.tensor([-5.0, 2.0, 90.0]), torch.tensor([8.0, 7.0, -600.0])),
        asked(x, x.exp() ** 2),
        asked(x, -x.exp()),
        asked(x, (x + y).exp()),
        asked(draw.numbers(300), draw.numbers(300)),
        asked(many, noisy.argsort().argsort().float()),
        asked(torch.tensor([2.0, 1.0]), torch.tensor([5.0, 7.0])),
        asked(large, torch.tensor([1, 2, 3, 4])),
        asked(torch.tensor([1.0, 2.0, 3.0, 4.0]), 2**40 + torch.tensor([1, 0, 3, 2])),
        asked(torch.tensor([1.0, 2.0, 3.0, 4.0]), fine),
        asked(fine, torch.tensor([1.0, 2.0, 3.0, 4.0])),
        asked(fine, fine.flip(0)),
        asked(apart[:, 0], apart[:, 1].exp()),
    ]


def own_ranks(draw: Draw, kinds: int, count: int) -> Tensor:
    """Draw values with ties, spaced as twice their ranks: whole, and in line with their ranks."""
    return (2 * finished.average_ranks(draw.every_id(kinds, count))).long()


def ties(draw: Draw) -> list[Inputs]:
    """Values of which some are equal, as floats and as whole numbers."""
    twice = torch.tensor([2.0, 5.0, 5.0, 8.0])
    found = [
        asked(twice, torch.tensor([2.0, 4.0, 6.0, 8.0])),
        asked(twice.long(), torch.tensor([4, 2, 6, 8])),
        asked(torch.tensor([3, 3, 7, 7]), torch.tensor([2, 6, 6, 6]).flip(0)),
        asked(torch.tensor([-3, 2, -3, 8]), torch.tensor([-1, -1, -9, 0])),
        asked(torch.tensor([0.0, -0.0, -1.0, 1.0]), torch.tensor([2.0, 4.0, 6.0, 8.0])),
    ]
    for kinds, count in ((3, 9), (6, 30), (40, 200), (2, 12)):
        x, y = own_ranks(draw, kinds, count), own_ranks(draw, kinds + 1, count)
        found += [asked(x.float() / 4, y.float()), asked(x, y), asked(x, y.float())]
    mostly_equal = torch.cat([torch.zeros(300), torch.arange(1.0, 101)])
    return [*found, asked(mostly_equal, draw.numbers(400))]


def all_equal(draw: Draw) -> list[Inputs]:
    """One list, or both, without any order."""
    number = draw.numbers(1)
    return [
        asked(torch.tensor([3.0, 3.0, 3.0]), torch.tensor([1.0, 2.0, 3.0])),
        asked(draw.numbers(7), number.expand(7).clone()),
        asked(number.expand(4).clone(), torch.ones(4, dtype=torch.long)),
        asked(torch.tensor([3.0, 3.0, 3.0]), torch.tensor([3.0, 3.0, 3.0])),
    ]


def correlation(x: Tensor, y: Tensor) -> Tensor:
    """Correlate two lists as they are."""
    x, y = x.double() - x.double().mean(), y.double() - y.double().mean()
    found: Tensor = x @ y / (x.norm() * y.norm())
    return found.float()


def of_ranks(rank: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Correlate ranks that are computed in some wrong way."""
    return lambda x, y: correlation(rank(x), rank(y))


def not_centred(first: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Divide the ranks' dot product by their lengths, where the smallest has this rank."""

    def wrong(x: Tensor, y: Tensor) -> Tensor:
        x, y = (finished.average_ranks(v).double() - 1 + first for v in (x, y))
        found: Tensor = x @ y / (x.norm() * y.norm())
        return found

    return wrong


def in_given_order(values: Tensor) -> Tensor:
    """Rank equal values in the order in which they stand."""
    return values.argsort(stable=True).argsort()


def short_formula(x: Tensor, y: Tensor) -> Tensor:
    """Use the formula that holds without ties only, on shared ranks."""
    d = finished.average_ranks(x) - finished.average_ranks(y)
    n = len(x)
    return (1 - 6 * d.square().sum() / (n * (n * n - 1))).float()


def dense(values: Tensor) -> Tensor:
    """Number the different values."""
    places: Tensor = values.unique(return_inverse=True)[1]
    return places


def first_place(values: Tensor) -> Tensor:
    """Give equal values the smallest of their ranks."""
    return (values[:, None] > values[None, :]).sum(dim=1)


def whole(values: Tensor) -> Tensor:
    """Cut shared ranks down to whole numbers, where the values are whole."""
    ranks = finished.average_ranks(values)
    return ranks if values.is_floating_point() else ranks.long()


def two_counts(x: Tensor, y: Tensor) -> Tensor:
    """Divide a mean over N by standard deviations over N − 1."""
    x, y = finished.average_ranks(x), finished.average_ranks(y)
    covariance: Tensor = ((x - x.mean()) * (y - y.mean())).mean()
    return (covariance / (x.std() * y.std())).float()


def kendall(x: Tensor, y: Tensor) -> Tensor:
    """Correlate the signs of all differences: tau-b."""
    one, other = ((v[:, None].double() - v.double()).sign().flatten() for v in (x, y))
    found: Tensor = one @ other / (one.norm() * other.norm())
    return found.float()


def rounded_down(values: Tensor) -> Tensor:
    """Cut all shared ranks down to whole numbers."""
    return finished.average_ranks(values).floor()


def squeezed(inputs: Inputs, seen: Seen) -> bool:
    """Whether values that differ in their own type are the same in float32."""
    return any(len(v.float().unique()) < len(v.unique()) for v in inputs.values())


def is_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether a Python number came back in place of a tensor."""
    return isinstance(seen.value, float | int)


def no_nan(inputs: Inputs, seen: Seen) -> bool:
    """Whether a number came back where none is right."""
    return isinstance(seen.value, Tensor) and not bool(seen.value.isnan().any())


a_number = Mistake(
    "It returns a Python number. A tensor of shape () was asked for: leave out .item().",
    when=is_number,
)
of_values = Mistake(
    "This is the correlation of the values. Spearman's looks at their ranks only.",
    when=gives(correlation),
)
one_argsort = Mistake(
    "argsort says which value comes first, not in which place each value comes. Its argsort says "
    "that.",
    answer=of_ranks(lambda values: values.argsort()),
)
mean_of_ranks = Mistake(
    "The ranks are not centred. Subtract the mean of the ranks from each list first.",
    when=gives(not_centred(0), not_centred(1)),
)
turned = Mistake(
    "The sign is turned. Perhaps one of the two lists is ranked from the largest.",
    when=gives(lambda x, y: -reference(x, y)),
)
sorted_values = Mistake(
    "You correlate sorted values. Then it no longer counts which value stands beside which: each "
    "value gets its rank, and stays in its place.",
    answer=of_ranks(lambda values: values.sort().values),
)
mixed_counts = Mistake(
    "You divide a mean over N by standard deviations over N − 1, which is what std computes. Use "
    "the sums, or norms, as in the formula.",
    answer=two_counts,
)
of_signs = Mistake(
    "This is Kendall's correlation, which counts the pairs in the same order. Spearman's is the "
    "ordinary correlation of the ranks.",
    when=gives(kendall),
)
made_equal = Mistake(
    "Values that differ are taken for equal: they are turned to float32, or rounded, or compared "
    "only nearly. Rank them in the type in which they come.",
    when=squeezed,
)
in_double = Mistake(
    "The result is float64. Compute in it, and give back .float().",
    when=lambda inputs, seen: isinstance(seen.value, Tensor) and seen.value.dtype == torch.float64,
)
whole_mean = Mistake(
    "A mean of whole numbers is no whole number: turn the ranks, or the values, into floats first.",
    when=says("mean(): could not infer", "Input dtype must be either a floating point"),
)
any_order = Mistake(
    "Equal values get different ranks, in the order in which they happen to stand. They share the "
    "mean of the ranks that they take up.",
    when=gives(of_ranks(in_given_order), of_ranks(lambda values: values.argsort().argsort())),
)
d_squared = Mistake(
    "1 − 6 Σd² / (N(N² − 1)) holds only where no values are equal. Correlate the ranks instead.",
    answer=short_formula,
)
numbered = Mistake(
    "You number the different values: 5, 7, 7, 9 become 1, 2, 2, 3. Equal values take up several "
    "ranks and share their mean: 1, 2.5, 2.5, 4.",
    answer=of_ranks(dense),
)
smallest_rank = Mistake(
    "Equal values get the smallest of the ranks that they take up. They get its mean: for "
    "5, 7, 7, 9 that is 1, 2.5, 2.5, 4.",
    answer=of_ranks(first_place),
)
cut = Mistake(
    "Shared ranks such as 2.5 are cut to whole numbers. Keep the "
    "ranks in floats, whatever came in.",
    answer=of_ranks(whole),
    when=gives(of_ranks(rounded_down)),
)
not_nan = Mistake(
    "Where all values are equal they have no order, and no correlation. 0 divided by 0 gives nan "
    "by itself, if nothing is added to keep it away.",
    when=no_nan,
)

task = Task(
    number="5.4",
    name="spearman",
    points=2,
    reference=reference,
    criteria=(
        Criterion(
            "it is the correlation of the ranks, whatever the values",
            no_ties,
            mistakes=(
                a_number,
                of_values,
                one_argsort,
                mean_of_ranks,
                in_double,
                whole_mean,
                turned,
                sorted_values,
                mixed_counts,
                of_signs,
                made_equal,
            ),
        ),
        Criterion(
            "equal values share the mean of their ranks, in floats and in whole numbers",
            ties,
            mistakes=(any_order, d_squared, numbered, smallest_rank, cut),
        ),
        Criterion(
            "where all values are equal, it is nan",
            all_equal,
            mistakes=(not_nan,),
        ),
    ),
)
