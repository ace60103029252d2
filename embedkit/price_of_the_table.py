"""Lesson 6, the price of the table: what a table costs, beside the rest of its model.

Tables that cost less are in :mod:`embedkit.quantized_table`, with fewer bits for a number, and in
:mod:`embedkit.small_tables`, with fewer columns or fewer rows.
"""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class ModelShape:
    """What decides how many parameters a transformer has.

    The first eight are enough for a model built like LLaMA. The rest say where others differ:
    GPT-2 has biases and a table of positions, Gemma more norms, and the last three fields, from
    ``embedding_dim`` on, are for BERT and ALBERT alone.

    Args:
        vocab_size: V, the tokens.
        model_dim: D, the numbers that go from layer to layer for each token.
        layers: how many layers the body has.
        heads: H, attention heads.
        ffn_dim: the numbers inside the feed-forward part of a layer.
        kv_heads: heads that keys and values have; ``None`` means as many as queries have.
        head_dim: K, the numbers of one head; ``None`` means model_dim / heads.
        gated: whether the feed-forward part has three matrices, or two.
        norm: the parameters that a norm has for each number: 1 (RMSNorm), 2 (LayerNorm) or 0.
        norms: how many norms a layer has.
        qk_norm: whether the queries and the keys of a head are normalised, too.
        qkv_bias: whether the products that make queries, keys and values add a bias.
        bias: whether the other products of a layer add one.
        tied: whether the head uses the embedding table.
        positions: rows of a table of positions.
        segments: rows of a table of segments, 2 in BERT.
        embedding_dim: E, the columns of a table that is narrower than the model; ``None`` means D.
        one_layer: whether all layers share the parameters of one, as in ALBERT.
        masked_head: whether the head is BERT's: one more product and norm, and a bias a token.
    """

    vocab_size: int
    model_dim: int
    layers: int
    heads: int
    ffn_dim: int
    kv_heads: int | None = None
    head_dim: int | None = None
    gated: bool = True
    norm: int = 1
    norms: int = 2
    qk_norm: bool = False
    qkv_bias: bool = False
    bias: bool = False
    tied: bool = False
    positions: int = 0
    segments: int = 0
    embedding_dim: int | None = None
    one_layer: bool = False
    masked_head: bool = False

    def __post_init__(self) -> None:
        if self.embedding_dim and not (self.tied and self.masked_head):
            raise ValueError("a narrow table is known here with a tied head like ALBERT's only.")

    @property
    def table_dim(self) -> int:
        """The columns of the embedding table."""
        return self.embedding_dim or self.model_dim

    @property
    def query_dim(self) -> int:
        """The numbers of all heads together."""
        return self.heads * (self.head_dim or self.model_dim // self.heads)

    @property
    def key_dim(self) -> int:
        """The numbers of all heads of keys together; values have as many."""
        return self.query_dim // self.heads * (self.kv_heads or self.heads)

    @property
    def layer_products(self) -> int:
        """The numbers in all matrices of one layer."""
        attention = self.model_dim * (2 * self.query_dim + 2 * self.key_dim)
        return attention + (3 if self.gated else 2) * self.model_dim * self.ffn_dim


@dataclass(frozen=True)
class Parts:
    """One number for each part of a model, such as its parameters."""

    embedding: int
    positions: int
    body: int
    head: int

    @property
    def total(self) -> int:
        """All parts together."""
        return self.embedding + self.positions + self.body + self.head

    @property
    def share(self) -> float:
        """The part of embedding and head in the total."""
        return (self.embedding + self.head) / self.total

    def in_bytes(self, bits: int) -> "Parts":
        """Return the bytes of parameters that take ``bits`` bits each, in whole bytes a part."""
        numbers = (self.embedding, self.positions, self.body, self.head)
        return Parts(*(-(-number * bits // 8) for number in numbers))


def count_parameters(shape: ModelShape) -> Parts:
    """Count the parameters of a model, to the last one.

    Equal to ``sum(p.numel() for p in model.parameters())`` of the model that ``transformers``
    builds. A tied head counts nothing: its matrix is the embedding's. The norm behind the last
    layer, or in BERT the one before the first, belongs to the body.
    """
    dim, table_dim = shape.model_dim, shape.table_dim
    embedding = shape.vocab_size * table_dim
    if shape.embedding_dim:
        embedding += table_dim * dim + dim
    head = 0 if shape.tied else shape.vocab_size * dim
    if shape.masked_head:
        head += dim * table_dim + table_dim + shape.norm * table_dim + shape.vocab_size

    layer = shape.layer_products + shape.norms * shape.norm * dim
    if shape.qk_norm:
        layer += 2 * shape.query_dim // shape.heads
    if shape.qkv_bias:
        layer += shape.query_dim + 2 * shape.key_dim
    if shape.bias:
        layer += dim + (2 if shape.gated else 1) * shape.ffn_dim + dim
    outer_norm = shape.norm * (table_dim if shape.masked_head else dim)
    body = (1 if shape.one_layer else shape.layers) * layer + outer_norm
    return Parts(embedding, (shape.positions + shape.segments) * table_dim, body, head)


def flops_per_token(shape: ModelShape, context: int) -> Parts:
    """Count the additions and multiplications of one forward pass, for one token.

    Only matrix products count, 2 for each number of a matrix. Norms, softmax and activations are
    left out, as ``torch.utils.flop_counter`` leaves them out; so are the angles of rotary
    positions, which it counts. A plain lookup costs none. Attention compares each token with all
    of ``context``, also with later ones, as code without a special kernel does; and the head
    scores each token, as in training.

    Args:
        shape: the model.
        context: T, the tokens that each token is compared with.
    """
    attention = 4 * shape.query_dim * context
    widen = 2 * shape.table_dim * shape.model_dim if shape.embedding_dim else 0
    head = 2 * shape.vocab_size * shape.table_dim
    if shape.masked_head:
        head += 2 * shape.model_dim * shape.table_dim
    return Parts(widen, 0, shape.layers * (2 * shape.layer_products + attention), head)


def llama_shape(config: dict[str, Any]) -> ModelShape:
    """Return the shape of a model that is built like LLaMA, without biases, from its config.

    Args:
        config: ``vocab_size``, ``hidden_size``, ``num_hidden_layers``, ``num_attention_heads`` and
            ``intermediate_size``; perhaps ``num_key_value_heads``, ``head_dim`` and
            ``tie_word_embeddings``. Other names are ignored.
    """
    return ModelShape(
        vocab_size=config["vocab_size"],
        model_dim=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        ffn_dim=config["intermediate_size"],
        kv_heads=config.get("num_key_value_heads"),
        head_dim=config.get("head_dim"),
        tied=config.get("tie_word_embeddings", False),
    )


def count_llama(config: dict[str, Any]) -> dict[str, int]:
    """Count the parameters of a model that is built like LLaMA, from its ``config.json``.

    Equal to what ``transformers`` builds from ``LlamaConfig(**config)``, if it has no biases.

    Args:
        config: as in :func:`llama_shape`.

    Returns:
        The parameters of ``embedding``, ``body`` and ``head``.
    """
    parts = count_parameters(llama_shape(config))
    return {"embedding": parts.embedding, "body": parts.body, "head": parts.head}


def table_bytes(vocab_size: int, model_dim: int, bits: int, tied: bool) -> int:
    """Return the bytes of an embedding table and its head; each row fills whole bytes.

    Args:
        vocab_size: V, the number of tokens.
        model_dim: D, how many numbers a row holds.
        bits: how many bits a number takes: 32 in float32, 16 in bfloat16, 8, or 4.
        tied: whether the head uses the embedding's matrix.
    """
    row = -(-model_dim * bits // 8)
    return vocab_size * row * (1 if tied else 2)


def padded_vocab(vocab_size: int, multiple: int = 64) -> int:
    """Return the smallest multiple of ``multiple`` that is not below ``vocab_size``."""
    return vocab_size + -vocab_size % multiple


def pad_table(table: Float[Tensor, "vocab dim"], multiple: int = 64) -> Float[Tensor, "padded dim"]:
    """Return a table with rows of zeros below it, so that V is a multiple of ``multiple``."""
    missing = padded_vocab(table.shape[0], multiple) - table.shape[0]
    return torch.cat([table, table.new_zeros(missing, table.shape[1])])


def stored_bytes(module: nn.Module) -> int:
    """Return how many bytes the parameters and buffers of a module take."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
