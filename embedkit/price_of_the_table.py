"""Lesson 6, the price of the table: what a table costs, and tables that cost less."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int8, Integer, UInt8
from torch import Tensor, nn

from embedkit.lookup_table import check_ids

HASHES = (2_654_435_761, 2_246_822_519)
"""Odd numbers below 2³² by which ids are multiplied to be spread out; any odd ones would do."""


@dataclass(frozen=True)
class ModelShape:
    """What decides how many parameters a transformer has.

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

    Only matrix products count, 2 for each number of a matrix; norms, softmax, activations and
    rotations are left out, as ``torch.utils.flop_counter`` does. The embedding of a plain table
    costs none. Attention compares each token with all of ``context``, also with later ones, as
    code without a special kernel does.

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


def count_llama(config: dict[str, Any]) -> dict[str, int]:
    """Count the parameters of a model that is built like LLaMA, from its ``config.json``.

    Equal to what ``transformers`` builds from ``LlamaConfig(**config)``, if it has no biases.

    Args:
        config: ``vocab_size``, ``hidden_size``, ``num_hidden_layers``, ``num_attention_heads`` and
            ``intermediate_size``; perhaps ``num_key_value_heads``, ``head_dim`` and
            ``tie_word_embeddings``.

    Returns:
        The parameters of ``embedding``, ``body`` and ``head``.
    """
    parts = count_parameters(
        ModelShape(
            vocab_size=config["vocab_size"],
            model_dim=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            ffn_dim=config["intermediate_size"],
            kv_heads=config.get("num_key_value_heads"),
            head_dim=config.get("head_dim"),
            tied=config.get("tie_word_embeddings", False),
        )
    )
    return {"embedding": parts.embedding, "body": parts.body, "head": parts.head}


def table_bytes(vocab_size: int, model_dim: int, bits: int, tied: bool) -> int:
    """Return the bytes of an embedding table and its head; each row fills whole bytes.

    Args:
        vocab_size: V.
        model_dim: D.
        bits: how many bits a number takes: 32 in float32, 16 in bfloat16, 8, or 4.
        tied: whether the head uses the embedding's matrix.
    """
    row = -(-model_dim * bits // 8)
    return vocab_size * row * (1 if tied else 2)


def padded_vocab(vocab_size: int, multiple: int = 64) -> int:
    """Return the smallest multiple of ``multiple`` that is not below ``vocab_size``."""
    return math.ceil(vocab_size / multiple) * multiple


def pad_table(table: Float[Tensor, "vocab dim"], multiple: int = 64) -> Float[Tensor, "padded dim"]:
    """Return a table with rows of zeros below it, so that V is a multiple of ``multiple``."""
    missing = padded_vocab(table.shape[0], multiple) - table.shape[0]
    return torch.cat([table, table.new_zeros(missing, table.shape[1])])


def quantize_rows(
    table: Float[Tensor, "vocab dim"], bits: int = 8, group: int | None = None
) -> tuple[Int8[Tensor, "vocab dim"], Float[Tensor, "vocab groups"]]:
    """Round each number of a table to one of a few steps; a row has steps of its own.

    A step is the largest size in the row, divided by 127 for 8 bits and by 7 for 4. Equal to
    ``torch.quantize_per_channel`` with these steps. Halves are rounded to the even code.

    Args:
        table: E, finite numbers.
        bits: 8 or 4.
        group: how many neighbours of a row share a step; ``None`` means the whole row.

    Returns:
        The codes, and the float32 steps, 1 for a group of zeros: ``code × step`` is nearly the
        number.

    Raises:
        ValueError: if ``bits`` is neither 8 nor 4, or the groups do not fill the row.
    """
    if bits not in (4, 8):
        raise ValueError(f"codes of 4 or 8 bits are known here, not of {bits}.")
    group = group or table.shape[1]
    if table.shape[1] % group:
        raise ValueError(f"a row of {table.shape[1]} numbers has no groups of {group}.")
    groups = table.float().unflatten(1, (-1, group))
    largest = groups.abs().amax(dim=2)
    steps = torch.where(largest > 0, largest / (2 ** (bits - 1) - 1), 1.0)
    return (groups / steps[..., None]).round().flatten(1).to(torch.int8), steps


def dequantize_rows(
    codes: Int8[Tensor, "... dim"], steps: Float[Tensor, "... groups"]
) -> Float[Tensor, "... dim"]:
    """Return the numbers that codes stand for: each times the step of its group."""
    groups: Tensor = codes.unflatten(-1, (steps.shape[-1], -1))
    return (groups * steps[..., None]).flatten(-2)


def pack_int4(codes: Int8[Tensor, "... dim"]) -> UInt8[Tensor, "... half"]:
    """Write two codes from −8 to 7 into each byte, the first of them into its lower half.

    Raises:
        ValueError: if a row has an odd number of codes.
    """
    if codes.shape[-1] % 2:
        raise ValueError(f"two codes share a byte, so {codes.shape[-1]} of them do not fit.")
    halves = (codes & 15).to(torch.uint8)  # −1 becomes 15, as in two's complement
    return halves[..., 0::2] | (halves[..., 1::2] << 4)


def unpack_int4(packed: UInt8[Tensor, "... half"]) -> Int8[Tensor, "... dim"]:
    """Return the codes that :func:`pack_int4` wrote."""
    halves = torch.stack([packed & 15, packed >> 4], dim=-1).flatten(-2).to(torch.int8)
    return torch.where(halves > 7, halves - 16, halves)


class QuantizedTable(nn.Module):
    """A table of small integers; a lookup turns into floats what it reads, and nothing else.

    Args:
        table: the table that is stored.
        bits: 8, or 4 with two numbers in each byte.
        group: how many neighbours of a row share a step; ``None`` means the whole row.
    """

    codes: Tensor
    steps: Tensor

    def __init__(
        self, table: Float[Tensor, "vocab dim"], bits: int = 8, group: int | None = None
    ) -> None:
        super().__init__()
        codes, steps = quantize_rows(table.detach(), bits, group)
        self.bits = bits
        self.register_buffer("codes", pack_int4(codes) if bits == 4 else codes)
        self.register_buffer("steps", steps)

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return the row of each id, in float32."""
        check_ids(ids, vocab_size=self.codes.shape[0])
        codes, steps = self.codes[ids.long()], self.steps[ids.long()]
        return dequantize_rows(unpack_int4(codes) if self.bits == 4 else codes, steps)


class FactorisedTable(nn.Module):
    """A narrow table, and a matrix that widens what is read from it: V×E and E×D in place of V×D.

    ALBERT's embedding, https://arxiv.org/abs/1909.11942, which adds a bias.

    Args:
        vocab_size: V, the number of rows.
        embedding_dim: E, the columns of the narrow table; 128 in ALBERT.
        model_dim: D, the numbers that a lookup returns.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, model_dim: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim) * 0.02)
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim) / embedding_dim**0.5)

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return a row of model_dim numbers for each id."""
        check_ids(ids, vocab_size=self.table.shape[0])
        return self.table[ids.long()] @ self.widen

    @classmethod
    def from_table(cls, table: Float[Tensor, "vocab dim"], rank: int) -> "FactorisedTable":
        """Return the product of this rank whose squared error to a table is smallest.

        It is the truncated singular value decomposition (Eckart and Young 1936): each row is
        projected on the ``rank`` directions along which the rows reach furthest.
        """
        rows = table.detach().double()
        _, directions = torch.linalg.eigh(rows.T @ rows)  # the furthest last
        widen = directions[:, -rank:].T
        factorised = cls(table.shape[0], rank, table.shape[1])
        factorised.table.data = (rows @ widen.T).to(table.dtype)
        factorised.widen.data = widen.contiguous().to(table.dtype)
        return factorised


def quotient_and_remainder(
    ids: Integer[Tensor, "*shape"], rows: int
) -> tuple[Integer[Tensor, "*shape"], Integer[Tensor, "*shape"]]:
    """Return two places for each id, which no other id shares both of.

    Shi and others, https://arxiv.org/abs/1909.02107.
    """
    return ids.long() // rows, ids.long() % rows


def compositional_lookup(
    quotients: Float[Tensor, "few dim"],
    remainders: Float[Tensor, "rows dim"],
    ids: Integer[Tensor, "*shape"],
) -> Float[Tensor, "*shape dim"]:
    """Return, for each id, the sum of the row of its quotient and the row of its remainder.

    Args:
        quotients: one row for each whole number of times that ``rows`` goes into an id.
        remainders: one row for each remainder; its length is what ids are divided by.
        ids: token ids of any shape.
    """
    check_ids(ids, vocab_size=len(quotients) * len(remainders))
    quotient, remainder = quotient_and_remainder(ids, len(remainders))
    return quotients[quotient] + remainders[remainder]


def hashed_place(
    ids: Integer[Tensor, "*shape"], rows: int, which: int = 0
) -> Integer[Tensor, "*shape"]:
    """Return a place from 0 to ``rows`` − 1 for each id that looks random and is always the same.

    Args:
        ids: token ids below 2³⁰.
        rows: how many places there are.
        which: which hash function to use, 0 or 1.
    """
    mixed = (ids.long() + 1) * HASHES[which] % 2**32
    return mixed * rows >> 32


class SharedTable(nn.Module):
    """Small tables whose rows many ids share; an id's vector is the sum of one row from each.

    With one hashed place it is the hashing trick, and ids that fall on one place are the same to
    the model. With two, few ids share both. With quotient and remainder, none do.

    Args:
        vocab_size: V, how many ids there are.
        model_dim: D, the numbers that a lookup returns.
        rows: how many rows a small table has.
        kind: ``hash``, ``two hashes`` or ``quotient and remainder``.
    """

    def __init__(self, vocab_size: int, model_dim: int, rows: int, kind: str) -> None:
        super().__init__()
        self.vocab_size, self.rows, self.kind = vocab_size, rows, kind
        sizes = {
            "hash": [rows],
            "two hashes": [rows, rows],
            "quotient and remainder": [math.ceil(vocab_size / rows), rows],
        }
        if kind not in sizes:
            raise ValueError(f"there is no kind {kind!r}: it is one of {', '.join(sizes)}.")
        self.tables = nn.ParameterList(torch.randn(size, model_dim) * 0.02 for size in sizes[kind])

    def places(self, ids: Integer[Tensor, "*shape"]) -> Sequence[Integer[Tensor, "*shape"]]:
        """Return, for each small table, the row that each id reads."""
        if self.kind == "quotient and remainder":
            return quotient_and_remainder(ids, self.rows)
        return [hashed_place(ids, self.rows, which) for which in range(len(self.tables))]

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return a row of model_dim numbers for each id."""
        check_ids(ids, self.vocab_size)
        return torch.stack(
            [table[place] for table, place in zip(self.tables, self.places(ids), strict=True)]
        ).sum(dim=0)

    @torch.no_grad()
    def fit(self, table: Float[Tensor, "vocab dim"], rounds: int = 20) -> "SharedTable":
        """Bring all rows as close to those of a table as sharing allows, in squared error.

        Each small table in turn takes the means of what the others leave over.
        """
        ids = torch.arange(self.vocab_size, device=table.device)
        places = self.places(ids)
        for own in self.tables:
            own.zero_()
        for _ in range(rounds if len(places) > 1 else 1):
            for own, place in zip(self.tables, places, strict=True):
                left_over = table - self(ids) + own[place]
                counts = torch.bincount(place, minlength=len(own)).clamp(min=1)
                own.copy_(torch.zeros_like(own).index_add_(0, place, left_over) / counts[:, None])
        return self


def stored_bytes(module: nn.Module) -> int:
    """Return how many bytes the parameters and buffers of a module take."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
