"""Probes of what flows back: they write down the gradients of inputs, and what came back ahead."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map

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
    trained = nn.Parameter(table.clone())
    results, found = _back_from(answer, loss_weights, trained, *rest.values())
    return FlowedBack(found[trained], results)


def gradients(answer: Callable[..., Any], loss_weights: Tensor, **inputs: Plain) -> FlowedBack:
    """Call a function, and return the gradient that reaches each of its inputs, by name.

    The loss is the sum of all that came back, each number times its own weight. An input that is a
    list or a dict may hold further ones. What is no tensor of floats has no gradient.
    """
    given = tree_map(_trained, inputs)
    results, found = _back_from(answer, loss_weights, *given.values())
    return FlowedBack(tree_map(found.get, given), results)


def all_gradients(
    loss: Tensor, parameters: Sequence[nn.Parameter]
) -> dict[nn.Parameter, Tensor | None]:
    """Return the gradient of each parameter, None where there is none.

    What stands in ``.grad`` counts for nothing: anybody can write there.

    Raises:
        RuntimeError: if there is no way back from the loss at all.
    """
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    dense = [one if one is None else one.to_dense() for one in found]
    return dict(zip(parameters, dense, strict=True))


def gradients_from(
    out: Any, loss_weights: Tensor, parameters: Sequence[nn.Parameter]
) -> dict[nn.Parameter, Tensor | None]:
    """Return the gradients of what came back, each number times its own weight, by parameter."""
    if not (isinstance(out, Tensor) and out.requires_grad):
        return dict.fromkeys(parameters)
    return all_gradients((out * loss_weights).sum(), parameters)


def _back_from(
    answer: Callable[..., Any], loss_weights: Tensor, *given: Any
) -> tuple[tuple[Plain, Plain], dict[nn.Parameter, Tensor | None]]:
    """Call a function without gradients and with them, and go back."""
    parameters = [one for one in tree_leaves(given) if isinstance(one, nn.Parameter)]
    with torch.no_grad():
        quiet = to_plain(answer(*to_plain(list(given))))
    out = answer(*given)
    return (quiet, to_plain(out)), gradients_from(out, loss_weights, parameters)


def _trained(one: Plain) -> Plain:
    """Return a copy of a tensor of floats that asks for a gradient, and anything else as it is."""
    if isinstance(one, Tensor) and torch.is_floating_point(one):
        return nn.Parameter(one.clone())
    return one
