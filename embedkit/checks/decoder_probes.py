"""Probes of lesson 12: they hand over a model's weights, or a model to be measured.

Like those in :mod:`embedkit.checks.probes`, they only write down what an answer does.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map


def weights_gradients(
    answer: Callable[..., Any],
    ids: Tensor,
    weights: dict[str, Any],
    heads: int,
    loss_weights: Tensor,
) -> Any:
    """Call a model, and return the gradients that reach its weights.

    The loss is the sum of all logits, each times its own weight.
    """
    weights = tree_map(lambda one: one.clone().requires_grad_(), weights)
    logits = answer(ids, weights, heads)
    if not isinstance(logits, Tensor) or not logits.requires_grad:
        return None
    (logits * loss_weights).sum().backward()
    return tree_map(lambda one: one.grad, weights)


def measured_model(answer: Callable[..., Any], table: Tensor, ids: Tensor, length: int) -> Any:
    """Hand over a model that reads up to ``length`` tokens, and return what was measured.

    The logits at a place depend on the token there, on the tokens before it and on the place.
    """

    def logits_of(ids: Tensor) -> Tensor:
        if ids.dim() != 2 or ids.dtype != torch.int64:
            raise ValueError(f"logits_of was given ids of shape {tuple(ids.shape)}, {ids.dtype}.")
        if ids.shape[1] > length:
            raise IndexError(f"logits_of reads {length} tokens at most, not {ids.shape[1]}.")
        places = 1 + torch.arange(ids.shape[1])[:, None]
        before = table[ids].cumsum(dim=1) / places
        return (table[ids] + before) * (1 + 0.3 * (places % 5))

    return answer(logits_of, ids, length)


DECODER_PROBES: dict[str, Callable[..., Any]] = {
    "weights_gradients": weights_gradients,
    "measured_model": measured_model,
}
