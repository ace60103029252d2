"""A probe of lesson 12: it hands over a model to be measured.

Like those in :mod:`embedkit.checks.probes`, it only writes down what an answer does.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


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
