"""What learners write for task 9.5, `packed_attention`, that is wrong."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import learned_positions as finished

Weights = Callable[[Tensor, Tensor], Tensor]


def with_weights(
    weights: Weights, scale: Callable[[Tensor, Tensor], float] | None = None
) -> Callable[..., Tensor]:
    """Return an answer whose weights are a function of the scores and of who may read whom."""

    def answer(q: Tensor, k: Tensor, v: Tensor, document_ids: Tensor) -> Tensor:
        by = scale(q, v) if scale else math.sqrt(q.shape[-1])
        scores = q @ k.transpose(-2, -1) / by
        return weights(scores, finished.same_document(document_ids)) @ v

    return answer


def right_weights(scores: Tensor, may_read: Tensor) -> Tensor:
    """Mask before the softmax, and give nothing to those who may read nothing."""
    masked = scores.masked_fill(~may_read, -torch.inf).softmax(-1)
    return masked.masked_fill(~may_read, 0.0)


def unmasked(scores: Tensor, may_read: Tensor) -> Tensor:
    """Let all read all."""
    return scores.softmax(-1)


def masked_late(scores: Tensor, may_read: Tensor) -> Tensor:
    """Mask the weights, which then no longer add up to 1."""
    return scores.softmax(-1) * may_read


def zero_scores(scores: Tensor, may_read: Tensor) -> Tensor:
    """Set scores to 0, which is a score like any other."""
    return (scores * may_read).softmax(-1)


def wrong_axis(scores: Tensor, may_read: Tensor) -> Tensor:
    """Take the softmax over the queries."""
    return scores.masked_fill(~may_read, -torch.inf).softmax(-2).nan_to_num()


def very_low(scores: Tensor, may_read: Tensor) -> Tensor:
    """Fill with a low number, so that padding reads everything alike."""
    return scores.masked_fill(~may_read, -1e9).softmax(-1)


def low_and_zeroed(scores: Tensor, may_read: Tensor) -> Tensor:
    """Fill with a low number, and give nothing to those who may read nothing."""
    return very_low(scores, may_read) * may_read


def causal(scores: Tensor, may_read: Tensor) -> Tensor:
    """Look back only."""
    return right_weights(scores, may_read.tril())


def padding_together(q: Tensor, k: Tensor, v: Tensor, document_ids: Tensor) -> Tensor:
    """Take padding for a document."""
    return finished.attention(q, k, v, document_ids[..., :, None] == document_ids[..., None, :])
