"""Lesson 9, learned positions: attention does not see order, so a second table tells it."""

import math
from typing import Self

import torch
from jaxtyping import Bool, Float, Int, Integer
from torch import Tensor, nn

from embedkit.lookup_table import check_ids, lookup
from embedkit.pretrained import Checkpoint


def attention(
    q: Float[Tensor, "*batch query head_dim"],
    k: Float[Tensor, "*batch key head_dim"],
    v: Float[Tensor, "*batch key value_dim"],
    may_read: Bool[Tensor, "*batch query key"] | None = None,
) -> Float[Tensor, "*batch query value_dim"]:
    """Return, for each query, a mean of the values, weighted by how well its key fits.

    The weights are the softmax of q·k / √head_dim (https://arxiv.org/abs/1706.03762). The same as
    ``torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=may_read)``.

    Args:
        q: one query for each position that reads.
        k: one key for each position that can be read.
        v: one value for each key.
        may_read: True where a query may read a key; all may read all if it is not given.

    Returns:
        One vector for each query, in the values' dtype; zeros for one that may read nothing.
    """
    wide = torch.promote_types(q.dtype, torch.float32)  # half precision overflows at 65,504
    scores = (q.to(wide) / math.sqrt(q.shape[-1])) @ k.to(wide).transpose(-2, -1)
    if may_read is not None:
        scores = scores.masked_fill(~may_read, -torch.inf)
    weights = scores.softmax(dim=-1, dtype=torch.promote_types(v.dtype, torch.float32))
    if may_read is not None:
        weights = weights.masked_fill(~may_read, 0.0)  # a softmax over nothing is nan
    return weights.to(v.dtype) @ v


def attention_within_documents(
    q: Float[Tensor, "*batch seq head_dim"],
    k: Float[Tensor, "*batch seq head_dim"],
    v: Float[Tensor, "*batch seq value_dim"],
    document_ids: Integer[Tensor, "*batch seq"],
) -> Float[Tensor, "*batch seq value_dim"]:
    """Let every position read its own document, and nothing else.

    Equals :func:`attention` on each document by itself.

    Args:
        q: queries of a packed sequence.
        k: its keys.
        v: its values.
        document_ids: which document a position belongs to; a negative number for padding.

    Returns:
        One vector for each position; zeros at padding.
    """
    return attention(q, k, v, same_document(document_ids))


def same_document(document_ids: Integer[Tensor, "*batch seq"]) -> Bool[Tensor, "*batch seq seq"]:
    """Return who may read whom in packed sequences: all positions of one document each other.

    Args:
        document_ids: which document a position belongs to; a negative number for padding, which
            neither reads nor is read.
    """
    alike = document_ids[..., :, None] == document_ids[..., None, :]
    return alike & (document_ids >= 0)[..., None]


def position_ids_from_mask(
    is_token: Bool[Tensor, "*batch seq"] | Integer[Tensor, "*batch seq"],
) -> Int[Tensor, "*batch seq"]:
    """Number the tokens of each sequence 0, 1, 2 …, wherever its padding stands.

    What ``transformers`` does before it generates text from a batch that is padded on the left.

    Args:
        is_token: True (or 1) for a token, False (or 0) for padding: the *attention mask*.

    Returns:
        int64 position ids; padding has 0, which names a row and is read by nobody.
    """
    real = is_token.bool()
    return (real.long().cumsum(dim=-1) - 1).masked_fill(~real, 0)


def packed_position_ids(document_ids: Integer[Tensor, "*batch seq"]) -> Int[Tensor, "*batch seq"]:
    """Number the positions of packed sequences, from 0 again in each document.

    Args:
        document_ids: which document a position belongs to; a negative number for padding.
            Neighbours that differ are a border.

    Returns:
        int64 position ids; padding has 0.
    """
    place = torch.arange(document_ids.shape[-1], device=document_ids.device)
    begins = torch.zeros_like(document_ids, dtype=torch.bool)
    begins[..., 1:] = document_ids[..., 1:] != document_ids[..., :-1]
    start = torch.where(begins, place, 0).cummax(dim=-1).values
    return (place - start).masked_fill(document_ids < 0, 0)


def check_positions(position_ids: Integer[Tensor, "*shape"], max_len: int) -> None:
    """Refuse position ids for which a table of ``max_len`` rows has no row, on any device.

    Raises:
        TypeError: if the position ids are not integers.
        IndexError: if one is below 0, or max_len or more; it names the first and its place.
    """
    try:
        check_ids(position_ids, max_len)
    except IndexError as error:
        outside = (position_ids < 0) | (position_ids >= max_len)
        place = tuple(outside.nonzero()[0].tolist())
        raise IndexError(
            f"position {position_ids[place].item()} at {place} has no row: this model learned "
            f"{max_len} positions, 0 to {max_len - 1}. Cut the text, or split it."
        ) from error


def layer_norm(
    x: Float[Tensor, "*shape dim"],
    weight: Float[Tensor, " dim"],
    bias: Float[Tensor, " dim"],
    eps: float = 1e-12,
) -> Float[Tensor, "*shape dim"]:
    """Give each vector mean 0 and variance 1, then a learned scale and shift for each column.

    The variance divides by D, and eps stands *under* the root (https://arxiv.org/abs/1607.06450).
    The same as ``torch.nn.functional.layer_norm(x, (dim,), weight, bias, eps)``.

    Args:
        x: vectors of D numbers.
        weight: the scale of each column, shape (D,).
        bias: the shift of each column, shape (D,).
        eps: keeps the division away from zero; 1e-12 in BERT, 1e-5 in GPT-2.

    Returns:
        The shape and dtype of x; computed in float32 or wider.
    """
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    centred = wide - wide.mean(dim=-1, keepdim=True)
    variance = centred.square().mean(dim=-1, keepdim=True)
    return (centred / (variance + eps).sqrt() * weight + bias).to(x.dtype)


def input_vectors(
    token_table: Float[Tensor, "vocab dim"],
    segment_table: Float[Tensor, "segments dim"],
    position_table: Float[Tensor, "max_len dim"],
    ids: Integer[Tensor, "*shape"],
    segment_ids: Integer[Tensor, "*shape"],
    position_ids: Integer[Tensor, "*shape"],
    weight: Float[Tensor, " dim"],
    bias: Float[Tensor, " dim"],
    eps: float = 1e-12,
) -> Float[Tensor, "*shape dim"]:
    """Read three tables, add the three rows, and give each sum to a LayerNorm.

    What :class:`InputLayer` does, as one function of its numbers.

    Args:
        token_table: one row for each token, shape (V, D).
        segment_table: one row for each segment.
        position_table: one row for each position.
        ids: token ids.
        segment_ids: which segment each token belongs to.
        position_ids: the position of each token.
        weight: the LayerNorm's scale.
        bias: the LayerNorm's shift.
        eps: the LayerNorm's eps.
    """
    identity = lookup(token_table, ids) + lookup(segment_table, segment_ids)
    return layer_norm(identity + lookup(position_table, position_ids), weight, bias, eps)


class InputLayer(nn.Module):
    """The input layer of BERT: token row + segment row + position row, then LayerNorm.

    Equals ``transformers``' ``BertEmbeddings`` without dropout (https://arxiv.org/abs/1810.04805),
    but for its errors, and for numbering positions from a mask.

    Args:
        vocab_size: V, the rows of the token table; 30,522 in BERT.
        model_dim: D, the columns of all three tables; 768 in BERT-base.
        max_len: the rows of the position table; 512 in BERT.
        segments: the rows of the segment table; 2 in BERT.
        eps: the eps of the LayerNorm; 1e-12 in BERT.
    """

    def __init__(
        self,
        vocab_size: int,
        model_dim: int,
        max_len: int = 512,
        segments: int = 2,
        eps: float = 1e-12,
    ) -> None:
        super().__init__()
        self.token = nn.Embedding(vocab_size, model_dim)
        self.position = nn.Embedding(max_len, model_dim)
        self.segment = nn.Embedding(segments, model_dim)
        self.norm = nn.LayerNorm(model_dim, eps=eps)
        for table in (self.token, self.position, self.segment):
            nn.init.normal_(table.weight, std=0.02)

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, eps: float = 1e-12) -> Self:
        """Build the layer with the tables of a BERT-like checkpoint.

        Args:
            checkpoint: what :func:`embedkit.pretrained.load` gave.
            eps: stands in the model's config.json, not in its weights.

        Raises:
            KeyError: if the checkpoint has no tensors of these names.
        """
        names = {
            "token.weight": "word_embeddings.weight",
            "position.weight": "position_embeddings.weight",
            "segment.weight": "token_type_embeddings.weight",
            "norm.weight": "LayerNorm.weight",
            "norm.bias": "LayerNorm.bias",
        }
        state = {ours: checkpoint.tensor(f"embeddings.{name}") for ours, name in names.items()}
        vocab_size, model_dim = state["token.weight"].shape
        max_len, segments = len(state["position.weight"]), len(state["segment.weight"])
        layer = cls(vocab_size, model_dim, max_len, segments, eps)
        layer.load_state_dict(state)
        return layer

    def forward(
        self,
        ids: Integer[Tensor, "batch seq"],
        is_token: Bool[Tensor, "batch seq"] | Integer[Tensor, "batch seq"] | None = None,
        segment_ids: Integer[Tensor, "batch seq"] | None = None,
        position_ids: Integer[Tensor, "batch seq"] | None = None,
    ) -> Float[Tensor, "batch seq dim"]:
        """Return the vectors that enter the first layer.

        Args:
            ids: token ids.
            is_token: the attention mask, from which positions are numbered. Without it, and
                without position ids, position t is column t.
            segment_ids: 0 for the first text of a pair and 1 for the second; zeros if not given.
            position_ids: the position of each token, as in packed sequences; they go first.

        Raises:
            TypeError: if ids, segment ids or position ids are not integers.
            IndexError: if one of them names no row; for a position the message says which.
        """
        if position_ids is None:
            real = torch.ones_like(ids) if is_token is None else is_token
            position_ids = position_ids_from_mask(real)
        if segment_ids is None:
            segment_ids = torch.zeros_like(ids)
        check_ids(ids, self.token.num_embeddings)
        check_positions(position_ids, self.position.num_embeddings)
        check_ids(segment_ids, self.segment.num_embeddings)
        identity = self.token(ids.long()) + self.segment(segment_ids.long())
        return self.norm(identity + self.position(position_ids.long()))  # type: ignore[no-any-return]


def stretch_table(table: Float[Tensor, "rows dim"], max_len: int) -> Float[Tensor, "max_len dim"]:
    """Stretch a position table to more rows, by straight lines between its rows.

    The first and the last row stay first and last. The same as ``torch.nn.functional.interpolate``
    along the rows with ``mode="linear", align_corners=True``. A makeshift: whether a model can
    read the rows in between must be measured.

    Args:
        table: the rows that were learned, at least one.
        max_len: the rows wanted, at least as many as there are, and at least two.

    Returns:
        Shape (max_len, D), in the table's dtype.

    Raises:
        ValueError: if max_len is below the rows of the table, or below two.
    """
    rows = len(table)
    if max_len < max(rows, 2):
        raise ValueError(
            f"{rows} rows cannot be stretched to {max_len}: ask for {max(rows, 2)} up."
        )
    steps = torch.arange(max_len, device=table.device) * (rows - 1)
    below = steps // (max_len - 1)
    above = (below + 1).clamp(max=rows - 1)
    wide = table.to(torch.promote_types(table.dtype, torch.float32))
    part = (steps % (max_len - 1)).to(wide.dtype)[:, None] / (max_len - 1)
    return (wide[below] + part * (wide[above] - wide[below])).to(table.dtype)
