"""A probe of what flows back: it writes down the gradient of every input that has one."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from embedkit.checks.plain import Plain


def gradients(answer: Callable[..., Any], loss_weights: Tensor, **inputs: Plain) -> Any:
    """Call a function, and return the gradient that reaches each of its inputs, by name.

    The loss is the sum of all that came back, each number times its own weight. An input that is a
    list or a dict may hold further ones. What is no tensor of floats has no gradient.
    """
    given = tree_map(_asking, inputs)
    out = answer(*given.values())
    if not isinstance(out, Tensor) or not out.requires_grad:
        return None
    (out * loss_weights).sum().backward()
    return tree_map(lambda one: one.grad if isinstance(one, Tensor) else None, given)


def _asking(one: Plain) -> Plain:
    """Return a copy of a tensor of floats that asks for a gradient, and anything else as it is."""
    if isinstance(one, Tensor) and torch.is_floating_point(one):
        return one.clone().requires_grad_()
    return one
