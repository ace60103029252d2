"""Lesson 3, learning the table: the gradient of a lookup, and what optimisers make of it."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Bool, Float, Int, Integer
from torch import Tensor

from embedkit.lookup_table import check_ids


def count_reads(ids: Integer[Tensor, "*shape"], vocab_size: int) -> Int[Tensor, "vocab"]:
    """Count how often each row is read.

    Args:
        ids: token ids of any shape.
        vocab_size: V, the number of rows.

    Returns:
        One int64 count a row; 0 for a row that is not read.

    Raises:
        TypeError: if the ids are not integers.
        IndexError: if an id names no row.
    """
    check_ids(ids, vocab_size)
    return torch.bincount(ids.flatten().long(), minlength=vocab_size)


def embedding_backward(
    grad_output: Float[Tensor, "*shape dim"],
    ids: Integer[Tensor, "*shape"],
    vocab_size: int,
    padding_idx: int | None = None,
) -> Float[Tensor, "vocab dim"]:
    """Return the gradient of a table, given the gradient of the rows that were read from it.

    Each row gets the sum of the gradients of all places that read it: a scatter-add, the transpose
    of the gather that a lookup is. Equal to what autograd gives for
    ``torch.nn.functional.embedding``, with one difference. Sums run in float32 or wider, and are
    rounded once; on the CPU, torch 2.13 adds bfloat16 gradients in bfloat16, where a sum of ones
    ends at 256.

    Args:
        grad_output: the gradient of the loss by what the lookup returned.
        ids: the token ids that were looked up.
        vocab_size: V, the number of rows.
        padding_idx: a row that shall get no gradient, or None.

    Returns:
        One row of gradients for each row of the table, in ``grad_output``'s dtype.

    Raises:
        TypeError: if the ids are not integers.
        IndexError: if an id names no row.
    """
    check_ids(ids, vocab_size)
    dim = grad_output.shape[-1]
    at_least_float32 = torch.promote_types(grad_output.dtype, torch.float32)
    grad = torch.zeros(vocab_size, dim, dtype=at_least_float32, device=grad_output.device)
    arriving = grad_output.reshape(ids.numel(), dim).to(at_least_float32)
    grad.index_add_(0, ids.flatten().long(), arriving)
    if padding_idx is not None:
        grad[padding_idx] = 0
    return grad.to(grad_output.dtype)


class Lookup(torch.autograd.Function):
    """A lookup that brings its own backward pass: ``Lookup.apply(table, ids, padding_idx)``.

    The same as ``torch.nn.functional.embedding(ids, table, padding_idx)``, forward and backward,
    but for the rounding that :func:`embedding_backward` speaks of.
    """

    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor, padding_idx: int | None = None) -> Tensor:
        """Return one row for each id, and keep what the way back needs: the ids and V."""
        check_ids(ids, vocab_size=table.shape[0])
        ctx.save_for_backward(ids)
        ctx.vocab_size, ctx.padding_idx = table.shape[0], padding_idx
        return table[ids.long()]

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None, None]:
        """Return the gradient of the table; ids and padding_idx have none."""
        (ids,) = ctx.saved_tensors
        grad = embedding_backward(grad_outputs[0], ids, ctx.vocab_size, ctx.padding_idx)
        return grad, None, None


def sgd_step(
    table: Float[Tensor, "vocab dim"],
    grad: Float[Tensor, "vocab dim"],
    velocity: Float[Tensor, "vocab dim"],
    lr: float,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
) -> tuple[Float[Tensor, "vocab dim"], Float[Tensor, "vocab dim"]]:
    """Take one step of gradient descent, with or without momentum.

    The same as ``torch.optim.SGD``, whose weight decay is a part of the gradient.

    Args:
        table: E, the numbers that are trained.
        grad: the gradient of the loss by the table.
        velocity: what earlier steps left behind; zeros at the start.
        lr: the learning rate.
        momentum: the part of the velocity that each step keeps, usually 0 or 0.9.
        weight_decay: how strongly every number is pulled to zero.

    Returns:
        The new table and the new velocity; the inputs are left as they are.
    """
    velocity = momentum * velocity + grad + weight_decay * table
    return table - lr * velocity, velocity


def adamw_step(
    table: Float[Tensor, "*shape"],
    grad: Float[Tensor, "*shape"],
    m: Float[Tensor, "*shape"],
    v: Float[Tensor, "*shape"],
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Take one step of AdamW (https://arxiv.org/abs/1711.05101).

    The same as ``torch.optim.AdamW``; with ``weight_decay=0`` the same as ``torch.optim.Adam``.

    Args:
        table: E, the numbers that are trained.
        grad: the gradient of the loss by the table.
        m: the running mean of the gradients; zeros at the start.
        v: the running mean of their squares; zeros at the start.
        t: the number of this step, counted from 1.
        lr: the learning rate.
        beta1: the part of ``m`` that each step keeps.
        beta2: the part of ``v`` that each step keeps.
        eps: keeps the division away from zero.
        weight_decay: times ``lr``, the part by which every number shrinks in each step, whether
            its row was read or not.

    Returns:
        The new table, m and v; the inputs are left as they are.
    """
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    shrunk = table * (1 - lr * weight_decay)
    return shrunk - lr * m_hat / (v_hat.sqrt() + eps), m, v


def sparse_adam_step(
    table: Float[Tensor, "vocab dim"],
    ids: Integer[Tensor, "*shape"],
    grad_output: Float[Tensor, "*shape dim"],
    m: Float[Tensor, "vocab dim"],
    v: Float[Tensor, "vocab dim"],
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Float[Tensor, "vocab dim"], Float[Tensor, "vocab dim"], Float[Tensor, "vocab dim"]]:
    """Take one step of Adam on the rows that were read, and leave all others alone.

    Equal to ``torch.optim.SparseAdam`` on the gradient of ``nn.Embedding(sparse=True)``, but for
    the place of ``eps``, which torch adds before it corrects ``v``. No gradient of the table's
    size is made; the copies that keep the inputs as they are could be spared in training.

    Args:
        table: E, the numbers that are trained.
        ids: the token ids that were looked up.
        grad_output: the gradient of the loss by what the lookup returned.
        m: the running mean of each row's gradients; zeros at the start.
        v: the running mean of their squares; zeros at the start.
        t: the number of this step, counted from 1.
        lr: the learning rate.
        beta1: the part of ``m`` that a step keeps, in the rows that were read.
        beta2: the part of ``v`` that a step keeps, in the rows that were read.
        eps: keeps the division away from zero.

    Returns:
        The new table, m and v; the inputs are left as they are.

    Raises:
        TypeError: if the ids are not integers.
        IndexError: if an id names no row.
    """
    check_ids(ids, vocab_size=table.shape[0])
    rows, place = ids.flatten().long().unique(return_inverse=True)
    arriving = grad_output.reshape(ids.numel(), table.shape[1])
    # the square of a sum is not the sum of squares: first add what belongs to one row
    grad = embedding_backward(arriving, place, vocab_size=len(rows))
    stepped = adamw_step(
        table[rows], grad, m[rows], v[rows], t, lr, beta1, beta2, eps, weight_decay=0.0
    )
    table, m, v = (
        whole.index_copy(0, rows, part) for whole, part in zip((table, m, v), stepped, strict=True)
    )
    return table, m, v


def rows_that_move(
    batches: Sequence[Integer[Tensor, "..."]], vocab_size: int, optimizer: str
) -> Bool[Tensor, "steps vocab"]:
    """Say which rows each step of training moves, knowing only which rows were read.

    It is taken for granted that each read gives a gradient other than zero, that no two movements
    cancel, that no step is rounded away, and that no number of the table is zero.

    Args:
        batches: the ids that are read, one tensor a step; a batch may be empty.
        vocab_size: V, the number of rows.
        optimizer: ``sgd`` (no momentum, no decay), ``momentum`` (SGD with it), ``adam`` (no
            decay), ``adamw`` (with decay), or ``sparse_adam``.

    Returns:
        True at (step, row) where that step moves that row.

    Raises:
        ValueError: if there is no such optimizer.
    """
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for step, ids in enumerate(batches):
        read[step] = count_reads(ids, vocab_size) > 0
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    if optimizer == "adamw":
        return torch.ones_like(read)
    raise ValueError(f"there is no optimizer {optimizer!r} here")


def expected_first_loss(vocab_size: int, score_std: float) -> float:
    """Estimate the cross-entropy of a model that has learned nothing yet.

    If the scores of all V tokens are drawn from a normal distribution, the loss is about
    ``log V + score_std² / 2``: the mean of ``exp(score)`` is ``exp(score_std² / 2)``. It holds for
    large V and a ``score_std`` of 2 or less; for wider scores a few of them rule the sum, and the
    loss is lower than this.

    Args:
        vocab_size: V, the number of tokens to choose from.
        score_std: the standard deviation of the scores.
    """
    return math.log(vocab_size) + score_std**2 / 2
