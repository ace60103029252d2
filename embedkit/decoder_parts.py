"""Lesson 12, its parts as plain functions: what the sheet asks for, without a class."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from embedkit.rotary import rotary_frequencies, rotate, rotation
from embedkit.sinusoidal import sinusoids
from embedkit.tiny_language_model import Positions, TinyLM

Weights = dict[str, Any]
"""``table`` (V, D), ``norm`` (D,), and ``blocks``: for each block a dict of ``attention_norm`` and
``feed_forward_norm`` (D,), ``q``, ``k``, ``v`` and ``o`` (D, D), ``gate`` and ``up`` (D, hidden),
and ``down`` (hidden, D). Vectors are rows: x is projected by ``x @ weight``."""


def count_parameters(
    vocab_size: int,
    model_dim: int,
    layers: int,
    ffn_dim: int,
    max_len: int,
    positions: Positions,
    tied: bool,
) -> int:
    """Count the parameters of a :class:`embedkit.tiny_language_model.TinyLM` from its sizes."""
    block = 4 * model_dim**2 + 3 * model_dim * ffn_dim + 2 * model_dim
    tables = vocab_size * (1 if tied else 2)
    if positions == "learned":
        tables += max_len
    return tables * model_dim + layers * block + model_dim


def bits_of_guessing(vocab_size: int, tokens: int, characters: int) -> float:
    """Return the bits a character that it costs to hold all tokens equally likely.

    Args:
        vocab_size: V, the number of tokens.
        tokens: how many tokens the text has.
        characters: how many characters.
    """
    return math.log2(vocab_size) * tokens / characters


def input_vectors(
    ids: Int[Tensor, "batch seq"],
    position_ids: Int[Tensor, "batch seq"],
    table: Float[Tensor, "vocab dim"],
    positions: Positions,
    position_table: Float[Tensor, "max_len dim"] | None = None,
) -> Float[Tensor, "batch seq dim"]:
    """Return what enters the first block, by the scheme that tells positions apart.

    Args:
        ids: tokens.
        position_ids: their places.
        table: the token embedding.
        positions: only ``learned`` and ``sinusoidal`` ones are added here; for sinusoidal ones,
            rows are multiplied by √D.
        position_table: one row a position, if positions are learned.
    """
    rows = table[ids]
    if positions == "learned":
        assert position_table is not None
        return rows + position_table[position_ids]
    if positions == "sinusoidal":
        size = table.shape[1]
        return rows * math.sqrt(size) + sinusoids(position_ids, size)
    return rows


def rms_norm(
    x: Float[Tensor, "*shape dim"], scale: Float[Tensor, " dim"], eps: float = 1e-6
) -> Float[Tensor, "*shape dim"]:
    """Divide vectors by the root of their mean square, and scale each number.

    From https://arxiv.org/abs/1910.07467.
    """
    return scale * x / (x.square().mean(dim=-1, keepdim=True) + eps).sqrt()


def turn(x: Float[Tensor, "*batch seq head_dim"]) -> Float[Tensor, "*batch seq head_dim"]:
    """Turn queries or keys at positions 0, 1, 2 …, in half-split layout with base 10,000.

    Angles, cosines and sines have the dtype of x.
    """
    places = torch.arange(x.shape[-2], device=x.device)
    return rotate(
        x, rotation(places, rotary_frequencies(x.shape[-1], dtype=x.dtype), dtype=x.dtype)
    )


def attention(
    x: Float[Tensor, "batch seq dim"], block: dict[str, Tensor], heads: int
) -> Float[Tensor, "batch seq dim"]:
    """Return what each position reads from itself and from those before it."""
    q, k, v = (
        (x @ block[name]).unflatten(-1, (heads, -1)).transpose(1, 2) for name in ("q", "k", "v")
    )
    scores = turn(q) @ turn(k).mT / math.sqrt(q.shape[-1])
    later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
    weights = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
    read: Tensor = (weights @ v).transpose(1, 2).flatten(2)
    return read @ block["o"]


def feed_forward(
    x: Float[Tensor, "batch seq dim"], block: dict[str, Tensor]
) -> Float[Tensor, "batch seq dim"]:
    """Return SwiGLU's result for each position by itself, https://arxiv.org/abs/2002.05202."""
    return (F.silu(x @ block["gate"]) * (x @ block["up"])) @ block["down"]


def decoder(
    ids: Int[Tensor, "batch seq"], weights: Weights, heads: int
) -> Float[Tensor, "batch seq vocab"]:
    """Return a rotary, tied language model's logits, all of it written out.

    Args:
        ids: tokens, at positions 0, 1, 2 …
        weights: see :data:`Weights`.
        heads: H; D / H is even.
    """
    x = weights["table"][ids]
    for block in weights["blocks"]:
        x = x + attention(rms_norm(x, block["attention_norm"]), block, heads)
        x = x + feed_forward(rms_norm(x, block["feed_forward_norm"]), block)
    logits: Tensor = rms_norm(x, weights["norm"]) @ weights["table"].T
    return logits


def weights_of(model: TinyLM) -> Weights:
    """Return the weights of a tied model, as :func:`decoder` takes them."""
    projections = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "o": "o_proj"}
    gates = {"gate": "gate_proj", "up": "up_proj", "down": "down_proj"}
    blocks = []
    for block in model.blocks:
        parts: Any = block
        blocks.append(
            {
                "attention_norm": parts.attention_norm.weight,
                "feed_forward_norm": parts.feed_forward_norm.weight,
            }
            | {name: getattr(parts.attention, own).weight.T for name, own in projections.items()}
            | {name: getattr(parts.feed_forward, own).weight.T for name, own in gates.items()}
        )
    return {"table": model.embedding.weight, "blocks": blocks, "norm": model.norm.weight}


def mean_loss_by_position(
    logits_of: Callable[[Tensor], Tensor], ids: Int[Tensor, " tokens"], length: int
) -> Float[Tensor, " length"]:
    """Return the mean loss at each position, over all pieces of a text that have a next token.

    Args:
        logits_of: takes ids of shape (pieces, length), and returns logits (pieces, length, V).
        ids: the tokens of a text, at least length + 1.
        length: how many tokens a piece has. Pieces follow each other without overlap; what is left
            at the end is not read.

    Returns:
        Nats a token.
    """
    pieces = (len(ids) - 1) // length
    read = ids[: pieces * length].view(pieces, length)
    follows = ids[1 : pieces * length + 1].view(pieces, length)
    losses = F.cross_entropy(logits_of(read).transpose(1, 2), follows, reduction="none")
    return losses.mean(dim=0)
