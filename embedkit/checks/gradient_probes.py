"""Probes of what flows back: they write down the gradients of inputs, and what came back ahead."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from embedkit.checks.plain import Plain, to_plain


class FlowedBack(NamedTuple):
    """The gradients of one call, None where there are none, and what two calls returned.

    In the first nothing asks for a gradient, and in the second the inputs do.
    """

    gradients: Any
    results: tuple[Plain, Plain]


def gradient(
    answer: Callable[..., Any], table: Tensor, loss_weights: Tensor, **rest: Plain
) -> FlowedBack:
    """Call a function of a table, and return the gradient that reaches the table.

    The loss is the sum of all that came back, each number times its own weight, so that a
    gradient that lands in the wrong row is seen.
    """
    table = nn.Parameter(table.clone())
    results = _back_from(answer, loss_weights, table, *rest.values())
    return FlowedBack(table.grad.to_dense() if table.grad is not None else None, results)


def gradients(answer: Callable[..., Any], loss_weights: Tensor, **inputs: Plain) -> FlowedBack:
    """Call a function, and return the gradient that reaches each of its inputs, by name.

    The loss is the sum of all that came back, each number times its own weight. An input that is a
    list or a dict may hold further ones. What is no tensor of floats has no gradient.
    """
    given = tree_map(_trained, inputs)
    results = _back_from(answer, loss_weights, *given.values())
    return FlowedBack(tree_map(lambda one: getattr(one, "grad", None), given), results)


def _back_from(
    answer: Callable[..., Any], loss_weights: Tensor, *given: Any
) -> tuple[Plain, Plain]:
    """Call a function without gradients and with them, and go back."""
    with torch.no_grad():
        quiet = to_plain(answer(*to_plain(list(given))))
    out = answer(*given)
    if isinstance(out, Tensor) and out.requires_grad:
        (out * loss_weights).sum().backward()
    return quiet, to_plain(out)


def _trained(one: Plain) -> Plain:
    """Return a copy of a tensor of floats that asks for a gradient, and anything else as it is."""
    if isinstance(one, Tensor) and torch.is_floating_point(one):
        return nn.Parameter(one.clone())
    return one
