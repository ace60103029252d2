"""Lesson 2, the lookup table: an embedding layer reads rows of a matrix, and nothing else."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence


def check_ids(ids: Integer[Tensor, "*shape"], vocab_size: int) -> None:
    """Refuse ids that do not name a row of a table with ``vocab_size`` rows.

    Plain indexing is not this careful: ``table[-1]`` quietly reads the last row, bytes and bools
    are taken for a mask, and on a CUDA GPU an id past the end is noticed late, is not named, and
    leaves the GPU unusable until the process is restarted. The price is one more look at all
    ids, for which a GPU must be waited for.

    Args:
        ids: token ids of any shape and any integer dtype.
        vocab_size: V, the number of rows.

    Raises:
        TypeError: if the ids are not integers (floats, complex numbers and bools are not).
        IndexError: if an id is below 0, or V or more; it names the first such id and its place.
    """
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(
            f"token ids must be integers, got {ids.dtype}: "
            "an id names a row, and there is no row between two rows."
        )
    numbers = ids.long()
    outside = (numbers < 0) | (numbers >= vocab_size)
    if outside.any():
        place = tuple(outside.nonzero()[0].tolist())
        raise IndexError(
            f"id {ids[place].item()} at position {place} is outside the table: "
            f"it has {vocab_size} rows, so ids run from 0 to {vocab_size - 1}."
        )


def lookup(
    table: Float[Tensor, "vocab dim"], ids: Integer[Tensor, "*shape"]
) -> Float[Tensor, "*shape dim"]:
    """Return the row of ``table`` that each id names.

    The same as ``torch.nn.functional.embedding(ids, table)``, with errors that name the id.

    Args:
        table: E, one row of model_dim numbers for each of the V tokens.
        ids: token ids of any shape; usually ``(batch, seq)``. There may be none.

    Returns:
        One row an id: the shape of ``ids`` with model_dim appended, in the table's dtype.

    Raises:
        TypeError: if the ids are not integers.
        IndexError: if an id names no row of the table.
    """
    check_ids(ids, vocab_size=table.shape[0])
    return table[ids.long()]


def one_hot(ids: Integer[Tensor, "*shape"], vocab_size: int) -> Float[Tensor, "*shape vocab"]:
    """Return, for each id, a vector of ``vocab_size`` zeros with a single 1 at that id.

    The same as ``torch.nn.functional.one_hot(ids, vocab_size).float()``.

    Args:
        ids: token ids of any shape; there may be none.
        vocab_size: V, the length of each vector.

    Returns:
        The shape of ``ids`` with V appended, in float32.

    Raises:
        TypeError: if the ids are not integers.
        IndexError: if an id is outside 0 … V − 1.
    """
    check_ids(ids, vocab_size)
    every_id = torch.arange(vocab_size, device=ids.device)
    return (ids.long()[..., None] == every_id).float()


def one_hot_lookup(
    table: Float[Tensor, "vocab dim"], ids: Integer[Tensor, "*shape"]
) -> Float[Tensor, "*shape dim"]:
    """Return the same rows as :func:`lookup`, by a matrix product with one-hot vectors.

    The same as long as all numbers in the table are finite: 0 × ∞ is not 0. The product holds
    V numbers for each id and does V × model_dim multiplications for each, all but model_dim of
    them by zero. It is here to be compared, not to be used.

    Args:
        table: E, shape (V, model_dim).
        ids: token ids of any shape; there may be none.

    Raises:
        TypeError: if the ids are not integers.
        IndexError: if an id names no row of the table.
    """
    return one_hot(ids, vocab_size=table.shape[0]).to(table.dtype) @ table


class TokenEmbedding(nn.Module):
    """An embedding layer: a table of learned rows, read by token id.

    The same as ``torch.nn.Embedding`` with its default options, whose rows start with ``std=1``;
    GPT-2 starts with 0.02.

    Args:
        vocab_size: V, the number of rows; 30,522 in BERT, 262,208 in Gemma 3.
        model_dim: D, how many numbers a row holds; 768 in BERT-base, 8,192 in Llama-2-70B.
        std: the standard deviation of the normal distribution that the rows are drawn from.
    """

    def __init__(self, vocab_size: int, model_dim: int, std: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """Return the row that each id names.

        Args:
            ids: token ids of any shape; usually ``(batch, seq)``. There may be none.

        Raises:
            TypeError: if the ids are not integers.
            IndexError: if an id names no row of the table.
        """
        return lookup(self.weight, ids)


def pad(sequences: list[list[int]], pad_id: int) -> Integer[Tensor, "batch seq"]:
    """Write sequences of different lengths into one rectangle of ids.

    Args:
        sequences: a list of token ids for each sequence; a list may be empty.
        pad_id: the id that fills the places after a sequence's end.

    Returns:
        int64 ids, one row a sequence, as wide as the longest.
    """
    rows = [torch.tensor(sequence, dtype=torch.long) for sequence in sequences]
    if not rows:
        return torch.empty(0, 0, dtype=torch.long)
    return pad_sequence(rows, batch_first=True, padding_value=pad_id)


def mean_of_tokens(
    table: Float[Tensor, "vocab dim"], ids: Integer[Tensor, "batch seq"], pad_id: int
) -> Float[Tensor, "batch dim"]:
    """Return one vector a sequence: the mean of its tokens' rows, padding left out.

    Equals ``torch.nn.functional.embedding_bag(ids, table, mode="mean", padding_idx=pad_id)`` for a
    ``pad_id`` that names a row. Sums run in float32 or wider, whatever the table's dtype.

    Args:
        table: E, shape (V, model_dim).
        ids: token ids, padded with ``pad_id`` anywhere.
        pad_id: the id that stands for no token; it names a row of the table like any other.

    Returns:
        The mean of the rows that are not padding, in the table's dtype; zeros where a sequence is
        nothing but padding.

    Raises:
        TypeError: if the ids are not integers.
        IndexError: if an id names no row of the table.
    """
    is_token = ids.long() != pad_id
    vectors = lookup(table, ids).masked_fill(~is_token[..., None], 0.0)
    tokens = is_token.sum(dim=1, keepdim=True).clamp(min=1)
    at_least_float32 = torch.promote_types(table.dtype, torch.float32)
    mean = vectors.sum(dim=1, dtype=at_least_float32) / tokens
    return mean.to(table.dtype)
