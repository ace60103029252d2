"""Lesson 11: ALiBi, which turns nothing and makes each score pay for its distance."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor


def alibi_slopes(heads: int) -> Float[Tensor, " heads"]:
    """Return what each head takes off a score for each position of distance.

    For 8 heads 1/2, 1/4 … 1/256; for any power of two, as many steps between 1 and 1/256, evenly in
    the exponent (https://arxiv.org/abs/2108.12409). For another number, take the slopes of the next
    smaller power of two, and fill up with every second slope of the next larger one: the authors'
    choice, and that of trained models. The same as in ``transformers``' Bloom and MPT.

    Args:
        heads: H, at least 1.

    Returns:
        float32, shape (H,). If H is no power of two, they do not fall in order.

    Raises:
        ValueError: if there is no head.
    """
    if heads < 1:
        raise ValueError(f"there are {heads} heads. One is the least.")
    below = 1 << (heads.bit_length() - 1)
    slopes = 2.0 ** (-8.0 / below * torch.arange(1, below + 1))
    between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))
    return torch.cat((slopes, between))


def alibi_bias(
    slopes: Float[Tensor, " heads"],
    query_positions: Integer[Tensor, " query"],
    key_positions: Integer[Tensor, " key"],
) -> Float[Tensor, "heads query key"]:
    """Return what is added to the scores: −slope × distance, and −∞ for keys that come later.

    Hand it to ``torch.nn.functional.scaled_dot_product_attention`` as ``attn_mask``: it is added
    after the division by √K. With a cache, queries are fewer than keys and stand at its end.

    Args:
        slopes: one for each head, in float32: bfloat16 would take 1,000 and 1,001 for one distance.
        query_positions: where the queries stand.
        key_positions: where the keys stand.
    """
    distance = query_positions[:, None] - key_positions[None, :]
    bias = slopes[:, None, None] * -distance
    return bias.masked_fill(distance < 0, -torch.inf)
