"""Lesson 12, a tiny language model: a decoder out of the parts that the course built.

Its shape is that of LLaMA (https://arxiv.org/abs/2302.13971). Two switches say how it tells
positions apart, and whether its head is its table.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Integer
from torch import Tensor, nn

from embedkit.alibi import alibi_bias, alibi_slopes
from embedkit.head_at_scale import linear_cross_entropy
from embedkit.learned_positions import check_positions
from embedkit.lookup_table import check_ids
from embedkit.rotary import KeyValueCache, Rotation, rotary_frequencies, rotate, rotation
from embedkit.sinusoidal import SinusoidalPositions
from embedkit.tied_head import TiedHead

Positions = Literal["none", "learned", "sinusoidal", "rotary", "alibi"]
"""How a model tells positions apart; lessons 9 to 11 built each of them."""


@dataclass(frozen=True)
class Config:
    """The sizes and the switches of a model; the defaults learn the KJV in a minute or two.

    Args:
        vocab_size: V, the number of tokens.
        model_dim: D; a multiple of heads.
        layers: how many blocks stand on each other.
        heads: H; each has K = D / H numbers, an even number if positions are rotary.
        ffn_dim: the width inside a feed-forward part; 8/3 D, rounded, as in LLaMA.
        max_len: T, the longest text of training. Learned positions end there.
        positions: what tells positions apart.
        tied: whether the head is the table.
        scaled: whether rows are multiplied by √D on the way in, as in Gemma; if positions are
            sinusoidal, they are in any case.
        base: of rotary and sinusoidal positions.
        eps: keeps RMSNorm's division away from zero; LLaMA's.
        init_std: the standard deviation with which every matrix starts; LLaMA's, and GPT-2's.
    """

    vocab_size: int = 2048
    model_dim: int = 128
    layers: int = 3
    heads: int = 4
    ffn_dim: int = 344
    max_len: int = 64
    positions: Positions = "rotary"
    tied: bool = True
    scaled: bool = False
    base: float = 10_000.0
    eps: float = 1e-6
    init_std: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what cannot be built.

        Raises:
            ValueError: if heads do not divide model_dim, a rotary head cannot be cut into pairs, or
                there are no such positions.
        """
        if self.model_dim % self.heads:
            raise ValueError(f"{self.model_dim} numbers do not divide into {self.heads} heads.")
        if self.positions not in get_args(Positions):
            known = ", ".join(get_args(Positions))
            raise ValueError(f"there are no positions {self.positions!r}. There are: {known}.")
        if self.positions == "rotary" and self.head_dim % 2:
            raise ValueError(f"a head of {self.head_dim} numbers cannot be turned in pairs.")

    @property
    def head_dim(self) -> int:
        """K, how many numbers each head has."""
        return self.model_dim // self.heads


class Attention(nn.Module):
    """Each position reads itself and those before it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        dim = config.model_dim
        self.heads = config.heads
        self.q_proj = nn.Linear(dim, dim, bias=False)
        self.k_proj = nn.Linear(dim, dim, bias=False)
        self.v_proj = nn.Linear(dim, dim, bias=False)
        self.o_proj = nn.Linear(dim, dim, bias=False)

    def forward(
        self,
        x: Float[Tensor, "batch new dim"],
        mask: Tensor,
        turn: Rotation | None,
        cache: KeyValueCache | None,
    ) -> Float[Tensor, "batch new dim"]:
        """Return what each new position read.

        Args:
            x: the vectors of new positions.
            mask: True where a query may read a key, or what is added to each score, −∞ where it may
                not; shape (..., new, all).
            turn: how queries and keys are turned, if they are.
            cache: keys and values of the positions before; the new ones are added.
        """
        q, k, v = (
            project(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        if turn is not None:
            q, k = rotate(q, turn), rotate(k, turn)
        if cache is not None:
            k, v = cache.append(k, v)
        read = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.o_proj(read.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]


class FeedForward(nn.Module):
    """SwiGLU: half of what is computed decides how much of the other half gets through.

    From https://arxiv.org/abs/2002.05202.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.model_dim, config.ffn_dim, bias=False)
        self.up_proj = nn.Linear(config.model_dim, config.ffn_dim, bias=False)
        self.down_proj = nn.Linear(config.ffn_dim, config.model_dim, bias=False)

    def forward(self, x: Float[Tensor, "batch seq dim"]) -> Float[Tensor, "batch seq dim"]:
        """Work on each position by itself."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))  # type: ignore[no-any-return]


class Block(nn.Module):
    """Attention, then a feed-forward part; each reads a normed copy, and adds what it found."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(config.model_dim, config.eps)
        self.attention = Attention(config)
        self.feed_forward_norm = nn.RMSNorm(config.model_dim, config.eps)
        self.feed_forward = FeedForward(config)

    def forward(
        self,
        x: Float[Tensor, "batch new dim"],
        mask: Tensor,
        turn: Rotation | None,
        cache: KeyValueCache | None,
    ) -> Float[Tensor, "batch new dim"]:
        """Return the vectors, changed by what attention and feed-forward added."""
        x = x + self.attention(self.attention_norm(x), mask, turn, cache)
        return x + self.feed_forward(self.feed_forward_norm(x))  # type: ignore[no-any-return]


class TinyLM(nn.Module):
    """A language model: table, blocks, norm, head.

    With rotary positions it equals ``LlamaForCausalLM`` of ``transformers`` with the same weights,
    which :func:`llama_weights` names as that does.

    Args:
        config: sizes and switches.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        dim = config.model_dim
        self.embedding = nn.Embedding(config.vocab_size, dim)
        self.position_table: nn.Embedding | SinusoidalPositions | None = None
        if config.positions == "learned":
            self.position_table = nn.Embedding(config.max_len, dim)
        elif config.positions == "sinusoidal":
            self.position_table = SinusoidalPositions(dim, config.max_len, config.base)
        self.frequencies: list[float] = []
        if config.positions == "rotary":
            self.frequencies = rotary_frequencies(config.head_dim, config.base).tolist()
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.RMSNorm(dim, config.eps)
        self.head: nn.Module = TiedHead(self.embedding)
        if not config.tied:
            self.head = nn.Linear(dim, config.vocab_size, bias=False)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=config.init_std)

    def input_vectors(
        self, ids: Integer[Tensor, "batch new"], position_ids: Int[Tensor, " new"]
    ) -> Float[Tensor, "batch new dim"]:
        """Return what enters the first block: the row of each token, and of its place if any.

        Sinusoids are large beside the rows of a table that starts at ``init_std``. So rows are
        multiplied by √D where sinusoids are added, as in https://arxiv.org/abs/1706.03762.

        Raises:
            TypeError: if the ids are not integers.
            IndexError: if an id names no row, or a position none of those that were learned.
        """
        check_ids(ids, self.config.vocab_size)
        rows: Tensor = self.embedding(ids.long())
        if self.config.scaled or self.config.positions == "sinusoidal":
            rows = rows * math.sqrt(self.config.model_dim)
        table = self.position_table
        if table is None:
            return rows
        if isinstance(table, nn.Embedding):
            check_positions(position_ids, table.num_embeddings)
        return rows + table(position_ids)  # type: ignore[no-any-return]

    def residual_stream(
        self, ids: Integer[Tensor, "batch new"], caches: list[KeyValueCache] | None = None
    ) -> list[Float[Tensor, "batch new dim"]]:
        """Return the vectors that enter the first block, and those that leave each block.

        Args:
            ids: the new tokens.
            caches: what the tokens before them left, one cache for each block; it grows.
        """
        past = len(caches[0]) if caches else 0
        places = torch.arange(past + ids.shape[1], device=ids.device)
        x = self.input_vectors(ids, places[past:])
        mask, turn = self._mask(places[past:], places, x.dtype), self._turn(places[past:], x.dtype)
        stream = [x]
        for i, block in enumerate(self.blocks):
            stream.append(block(stream[-1], mask, turn, caches[i] if caches else None))
        return stream

    def _mask(self, new: Tensor, places: Tensor, dtype: torch.dtype) -> Tensor:
        """Return who may read whom, with ALiBi's price for distance if there is one."""
        if self.config.positions == "alibi":
            slopes = alibi_slopes(self.config.heads).to(new.device)
            return alibi_bias(slopes, new, places).to(dtype)
        return new[:, None] >= places

    def _turn(self, new: Tensor, dtype: torch.dtype) -> Rotation | None:
        """Return how queries and keys are turned, if positions are rotary."""
        if self.config.positions != "rotary":
            return None
        return rotation(new, torch.tensor(self.frequencies, device=new.device), dtype=dtype)

    def forward(
        self, ids: Integer[Tensor, "batch new"], caches: list[KeyValueCache] | None = None
    ) -> Float[Tensor, "batch new vocab"]:
        """Return the logits of the token that follows each one.

        Args:
            ids: the new tokens.
            caches: what the tokens before them left; at first, those of
                :func:`embedkit.text_generation.new_caches`.
        """
        return self.head(self.norm(self.residual_stream(ids, caches)[-1]))  # type: ignore[no-any-return]

    def loss(
        self,
        ids: Integer[Tensor, "batch seq"],
        targets: Integer[Tensor, "batch seq"],
        reduction: str = "mean",
    ) -> Float[Tensor, "..."]:
        """Return the cross-entropy of the tokens that follow, in nats; lesson 8's function.

        Args:
            ids: the tokens that are read.
            targets: the token that follows each.
            reduction: ``mean``, ``sum`` or ``none``.
        """
        hidden = self.norm(self.residual_stream(ids)[-1])
        return linear_cross_entropy(hidden, self.head.weight, targets, reduction=reduction)  # type: ignore[arg-type]


def llama_weights(model: TinyLM) -> dict[str, Tensor]:
    """Return a model's weights by the names that ``transformers``' ``LlamaForCausalLM`` gives them.

    Raises:
        ValueError: if the model's positions are not rotary or its rows are scaled.
    """
    if model.config.positions != "rotary":
        raise ValueError(f"no LLaMA has the positions {model.config.positions!r}: rotary ones.")
    if model.config.scaled:
        raise ValueError("no LLaMA multiplies the rows of its table.")
    renamed = {
        "embedding.": "model.embed_tokens.",
        "norm.": "model.norm.",
        "head.": "lm_head.",
        "blocks.": "model.layers.",
        ".attention_norm.": ".input_layernorm.",
        ".feed_forward_norm.": ".post_attention_layernorm.",
        ".attention.": ".self_attn.",
        ".feed_forward.": ".mlp.",
    }
    weights = {}
    for name, weight in model.state_dict().items():
        for ours, theirs in renamed.items():
            if ours.startswith(".") or name.startswith(ours):
                name = name.replace(ours, theirs, 1)
        weights[name] = weight
    if model.config.tied:
        weights["lm_head.weight"] = model.embedding.weight
    return weights
