"""Decoders with a part that learners get wrong, for the check of task 12.4."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit.decoder_parts import attention, feed_forward, rms_norm, turn

Block = dict[str, Tensor]
Vectors = Callable[[Tensor, Block, int], Tensor]


@dataclass(frozen=True)
class Parts:
    """A decoder in parts, any of which a learner may get wrong."""

    norm: Callable[[Tensor, Tensor], Tensor] = rms_norm
    attend: Vectors = attention
    feed: Callable[[Tensor, Block], Tensor] = feed_forward
    block: Callable[["Parts", Tensor, Block, int], Tensor] | None = None
    rows: Callable[[Tensor], Tensor] = lambda rows: rows
    last_norm: Callable[[Tensor, Tensor], Tensor] | None = None
    chosen: Callable[[list[Block]], list[Block]] = lambda blocks: blocks

    def __call__(self, ids: Tensor, weights: dict[str, Any], heads: int) -> Tensor:
        """Do what the finished code does, but for the parts that were replaced."""
        x = self.rows(weights["table"][ids])
        for one in self.chosen(weights["blocks"]):
            if self.block is not None:
                x = self.block(self, x, one, heads)
                continue
            x = x + self.attend(self.norm(x, one["attention_norm"]), one, heads)
            x = x + self.feed(self.norm(x, one["feed_forward_norm"]), one)
        x = (self.last_norm or self.norm)(x, weights["norm"])
        logits: Tensor = x @ weights["table"].T
        return logits


def layer_norm(x: Tensor, scale: Tensor) -> Tensor:
    """Take the mean away, too."""
    return F.layer_norm(x, x.shape[-1:], scale, eps=1e-6)


def unit_norm(x: Tensor, scale: Tensor) -> Tensor:
    """Divide by the length."""
    return scale * x / (x.square().sum(-1, keepdim=True) + 1e-6).sqrt()


def unscaled_norm(x: Tensor, scale: Tensor) -> Tensor:
    """Forget the scale."""
    return rms_norm(x, torch.ones_like(scale))


def eps_outside(x: Tensor, scale: Tensor) -> Tensor:
    """Add ε to the root."""
    return scale * x / (x.square().mean(-1, keepdim=True).sqrt() + 1e-6)


def no_eps(x: Tensor, scale: Tensor) -> Tensor:
    """Forget ε."""
    return scale * x / x.square().mean(-1, keepdim=True).sqrt()


def post_norm(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Norm the sum, as the first Transformer did."""
    x = rms_norm(x + attention(x, block, heads), block["attention_norm"])
    return rms_norm(x + feed_forward(x, block), block["feed_forward_norm"])


def no_sum(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Hand on what was found, without what was there."""
    x = attention(rms_norm(x, block["attention_norm"]), block, heads)
    return feed_forward(rms_norm(x, block["feed_forward_norm"]), block)


def second_sum_missing(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Add attention, and replace by the feed-forward part."""
    x = x + attention(rms_norm(x, block["attention_norm"]), block, heads)
    return feed_forward(rms_norm(x, block["feed_forward_norm"]), block)


def first_sum_missing(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Replace by attention, and add the feed-forward part."""
    x = attention(rms_norm(x, block["attention_norm"]), block, heads)
    return x + feed_forward(rms_norm(x, block["feed_forward_norm"]), block)


def first_norm_stays(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Add attention to the normed vector, and the feed-forward part as it should be."""
    x = rms_norm(x, block["attention_norm"])
    x = x + attention(x, block, heads)
    return x + feed_forward(rms_norm(x, block["feed_forward_norm"]), block)


def one_norm(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Take attention's scale for both norms."""
    x = x + attention(rms_norm(x, block["attention_norm"]), block, heads)
    return x + feed_forward(rms_norm(x, block["attention_norm"]), block)


def side_by_side(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Let both parts read the same."""
    read = attention(rms_norm(x, block["attention_norm"]), block, heads)
    return x + read + feed_forward(rms_norm(x, block["feed_forward_norm"]), block)


def normed_stream(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Add to the normed vector."""
    x = rms_norm(x, block["attention_norm"])
    x = x + attention(x, block, heads)
    x = rms_norm(x, block["feed_forward_norm"])
    return x + feed_forward(x, block)


def unnormed(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Norm nothing inside a block."""
    x = x + attention(x, block, heads)
    return x + feed_forward(x, block)


def swapped_norms(parts: Parts, x: Tensor, block: Block, heads: int) -> Tensor:
    """Take each norm's scale for the other."""
    x = x + attention(rms_norm(x, block["feed_forward_norm"]), block, heads)
    return x + feed_forward(rms_norm(x, block["attention_norm"]), block)


def up_gates(x: Tensor, block: Block) -> Tensor:
    """Apply SiLU to the other one."""
    return ((x @ block["gate"]) * F.silu(x @ block["up"])) @ block["down"]


def gate_of_product(x: Tensor, block: Block) -> Tensor:
    """Apply SiLU to the product."""
    return F.silu((x @ block["gate"]) * (x @ block["up"])) @ block["down"]


def gelu(x: Tensor, block: Block) -> Tensor:
    """Take GELU."""
    return (F.gelu(x @ block["gate"]) * (x @ block["up"])) @ block["down"]


def sigmoid(x: Tensor, block: Block) -> Tensor:
    """Take the sigmoid, as the first gated units did."""
    return (torch.sigmoid(x @ block["gate"]) * (x @ block["up"])) @ block["down"]


def attending(
    mask: str = "later",
    size: Callable[[int, int], float] = lambda dim, head_dim: math.sqrt(head_dim),
    turned: tuple[str, ...] = ("q", "k"),
    out: bool = True,
    split: str = "heads",
) -> Vectors:
    """Return attention that is wrong in one way."""

    def attend(x: Tensor, block: Block, heads: int) -> Tensor:
        batch, seq, dim = x.shape
        parts = {}
        for name in "qkv":
            whole = x @ block[name]
            if split == "turned whole" and name in turned:
                whole = turn(whole)
            if split == "viewed":
                cut = whole.reshape(batch, heads, seq, dim // heads)
            elif split == "strided":
                cut = whole.unflatten(-1, (-1, heads)).permute(0, 3, 1, 2)
            else:
                cut = whole.unflatten(-1, (heads, -1)).transpose(1, 2)
            parts[name] = turn(cut) if name in turned and split != "turned whole" else cut
        scores = parts["q"] @ parts["k"].mT / size(dim, dim // heads)
        square = torch.ones(seq, seq, dtype=torch.bool)
        if mask == "later":
            scores = scores.masked_fill(square.triu(1), -torch.inf)
        if mask == "self too":
            scores = scores.masked_fill(square.triu(1), -torch.inf).masked_fill(
                square.triu(0) & (torch.arange(seq) > 0), -torch.inf
            )
        if mask == "earlier":
            scores = scores.masked_fill(square.tril(-1), -torch.inf)
        if mask == "zero":
            scores = scores.masked_fill(square.triu(1), 0.0)
        read = scores.softmax(-1) @ parts["v"]
        joined = read.reshape(batch, seq, dim) if split == "joined" else None
        joined = read.transpose(1, 2).flatten(2) if joined is None else joined
        return joined @ block["o"] if out else joined

    return attend


def other_way(x: Tensor, block: Block, heads: int) -> Tensor:
    """Project by transposed matrices, as nn.Linear keeps them."""
    return attention(x, block | {name: block[name].T for name in "qkvo"}, heads)


def other_way_in(x: Tensor, block: Block, heads: int) -> Tensor:
    """Do so for queries, keys and values only."""
    return attention(x, block | {name: block[name].T for name in "qkv"}, heads)
