"""Lesson 5, ranks: whether two lists put the same things in the same order."""

import torch
from jaxtyping import Float
from torch import Tensor


def average_ranks(x: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
    """Number the values along the last axis from 1, smallest first; equal ones share their mean.

    The same as ``scipy.stats.rankdata``.
    """
    in_order = x.sort(dim=-1).values.contiguous()
    smaller = torch.searchsorted(in_order, x.contiguous(), right=False)
    not_larger = torch.searchsorted(in_order, x.contiguous(), right=True)
    return (smaller + 1 + not_larger).double() / 2


def spearman(x: Float[Tensor, "*batch n"], y: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
    """Return Spearman's rank correlation along the last axis.

    The same as ``scipy.stats.spearmanr``: the correlation of the ranks, where equal values share
    the mean of their ranks. It is computed in float64, and is nan where all values are equal or
    one of them is nan.

    Args:
        x: values, of which only the order counts.
        y: as many values.

    Returns:
        A number from −1 to 1 for each batch.
    """
    unknown = (x.isnan() | y.isnan()).any(dim=-1)
    x, y = average_ranks(x), average_ranks(y)
    x, y = x - x.mean(dim=-1, keepdim=True), y - y.mean(dim=-1, keepdim=True)
    found = (x * y).sum(dim=-1) / (x.square().sum(dim=-1) * y.square().sum(dim=-1)).sqrt()
    return found.masked_fill(unknown, torch.nan)
