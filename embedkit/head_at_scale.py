"""Lesson 8, the head at scale: the loss of a language model without ever holding its logits."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from embedkit.lookup_table import check_ids


def logits_bytes(hidden: Float[Tensor, "*shape dim"], table: Float[Tensor, "vocab dim"]) -> int:
    """Return how many bytes ``hidden @ table.T`` would take, without computing it.

    Args:
        hidden: what the model hands to its head; usually ``(batch, seq, model_dim)``.
        table: the matrix of the head, in the same dtype.
    """
    positions = hidden.shape[:-1].numel()
    return positions * table.shape[0] * hidden.element_size()


def merge_logsumexp(
    max_a: Float[Tensor, "*shape"],
    sum_a: Float[Tensor, "*shape"],
    max_b: Float[Tensor, "*shape"],
    sum_b: Float[Tensor, "*shape"],
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Merge what two parts of the logits say about the log-sum-exp of all of them.

    A part is described by its largest logit m and by the sum s of ``exp(logit − m)``, so that its
    log-sum-exp is ``m + log s`` (https://arxiv.org/abs/1805.02867). A part without logits is
    described by m = −∞ and s = 0. Equal to ``torch.logsumexp`` of both parts together.

    Args:
        max_a: the largest logit of the first part.
        sum_a: its sum of ``exp(logit − max_a)``.
        max_b: the largest logit of the second part.
        sum_b: its sum of ``exp(logit − max_b)``.

    Returns:
        The largest logit of both, and the sum of ``exp(logit − largest)`` over both.
    """
    largest = torch.maximum(max_a, max_b)
    # −∞ − (−∞) is not a number; where both parts are empty, any other reference will do
    reference = largest.masked_fill(largest == -torch.inf, 0.0)
    total = sum_a * (max_a - reference).exp() + sum_b * (max_b - reference).exp()
    return largest, total


def _check_shapes(hidden: Tensor, table: Tensor, targets: Tensor) -> None:
    """Stop with a sentence if these three cannot belong together."""
    if hidden.shape[:-1] != targets.shape or hidden.shape[-1] != table.shape[-1]:
        raise ValueError(
            f"shapes do not fit: hidden {tuple(hidden.shape)}, table {tuple(table.shape)}, targets "
            f"{tuple(targets.shape)}; they should be (…, D), (V, D) and (…), with one D."
        )


def _wide(hidden: Tensor, table: Tensor) -> torch.dtype:
    """Return the dtype to compute in: the wider one of both, and at least float32."""
    return torch.promote_types(torch.promote_types(hidden.dtype, table.dtype), torch.float32)


def blockwise_cross_entropy(
    hidden: Float[Tensor, "positions dim"],
    table: Float[Tensor, "vocab dim"],
    targets: Integer[Tensor, "positions"],
    block_size: int,
) -> Float[Tensor, "positions"]:
    """Return the loss of each position, looking at a few rows of the table at a time.

    Equal to ``F.cross_entropy(hidden @ table.T, targets, reduction="none")``. The largest tensor
    that it makes holds ``positions × block_size`` numbers. It saves memory in the forward only:
    autograd keeps every block for the backward.

    Args:
        hidden: one vector for each position.
        table: the matrix of the head.
        targets: the id of the right token at each position.
        block_size: how many rows of the table are looked at together.

    Returns:
        The loss of each position, in float32, or float64 if an input is.

    Raises:
        TypeError: if the targets are not integers.
        IndexError: if a target names no row of the table.
        ValueError: if shapes do not fit, or the block size is below 1.
    """
    _check_shapes(hidden, table, targets)
    if block_size < 1:
        raise ValueError(f"block_size must be 1 or more, got {block_size}.")
    check_ids(targets, vocab_size=table.shape[0])
    targets, wide = targets.long(), _wide(hidden, table)
    largest = hidden.new_full(targets.shape, -torch.inf, dtype=wide)
    total, target_logit = torch.zeros_like(largest), torch.zeros_like(largest)
    for first in range(0, table.shape[0], block_size):
        logits = hidden.to(wide) @ table[first : first + block_size].to(wide).T
        place = targets - first
        inside = (place >= 0) & (place < logits.shape[1])
        picked = logits.gather(1, place.clamp(0, logits.shape[1] - 1)[:, None])[:, 0]
        target_logit = torch.where(inside, picked, target_logit)
        block_max = logits.amax(dim=1)
        block_sum = (logits - block_max[:, None]).exp().sum(dim=1)
        largest, total = merge_logsumexp(largest, total, block_max, block_sum)
    return largest + total.log() - target_logit


def partial_lookup(
    shard: Float[Tensor, "rows dim"], first_row: int, ids: Integer[Tensor, "*shape"]
) -> Float[Tensor, "*shape dim"]:
    """Look ids up in a part of the table; what the part does not hold gives zeros.

    The sum over all parts equals the lookup in the whole table. It is what each process does with
    its rows in ``torch.distributed.tensor.parallel.RowwiseParallel``.

    Args:
        shard: consecutive rows of the table.
        first_row: the id of the first of them.
        ids: token ids of the whole table.

    Raises:
        TypeError: if the ids are not integers.
    """
    if ids.is_floating_point() or ids.dtype == torch.bool:
        raise TypeError(f"token ids must be integers, got {ids.dtype}.")
    place = ids.long() - first_row
    inside = (place >= 0) & (place < shard.shape[0])
    out = shard.new_zeros(*ids.shape, shard.shape[1])
    out[inside] = shard[place[inside]]
    return out


def _by_hand(function: Callable[..., Any]) -> Callable[..., Any]:
    """Switch autocast and autograd off inside a function of ``hidden`` and more."""

    @wraps(function)
    def inner(hidden: Tensor, *rest: Any, **options: Any) -> Any:
        with torch.no_grad(), torch.autocast(hidden.device.type, enabled=False):
            return function(hidden, *rest, **options)

    return inner


@_by_hand
def chunked_losses(
    hidden: Float[Tensor, "positions dim"],
    table: Float[Tensor, "vocab dim"],
    targets: Integer[Tensor, "positions"],
    weights: Float[Tensor, "positions"] | None = None,
    label_smoothing: float = 0.0,
    chunk_size: int = 512,
    needed: tuple[bool, bool] = (True, True),
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Walk over the positions in chunks: losses, and the gradients of their weighted sum.

    It forms the gradients itself, without autograd. One buffer of ``chunk_size × V`` numbers holds
    the logits of a chunk, then their exponentials, then their gradient, each written over the one
    before.

    Args:
        hidden: one vector for each position.
        table: the matrix of the head.
        targets: the id of the right token at each position, int64, each a row of the table.
        weights: how much each position's loss counts; None if no gradients are wanted.
        label_smoothing: the part of the target that is spread over all V tokens.
        chunk_size: how many positions are worked on together.
        needed: whether the gradient by ``hidden`` is wanted, and whether that by ``table`` is.
            One that is not costs nothing: neither its matrix product nor its memory.

    Returns:
        The loss of each position, and the gradients of ``(weights * losses).sum()`` by ``hidden``
        and by ``table``, None where not wanted. All are float32, or float64 if an input is.
    """
    wide = _wide(hidden, table)
    N, V, smooth = hidden.shape[0], table.shape[0], label_smoothing
    by_hidden, by_table = (weights is not None and each for each in needed)
    E = table.to(wide)
    losses = torch.empty(N, dtype=wide, device=hidden.device)
    buffer = torch.empty(min(chunk_size, N), V, dtype=wide, device=hidden.device)
    grad_hidden = torch.empty_like(hidden, dtype=wide) if by_hidden else None
    grad_table = torch.zeros_like(E) if by_table else None
    for start in range(0, N, chunk_size):
        chunk = slice(start, start + chunk_size)
        h, y = hidden[chunk].to(wide), targets[chunk, None]
        logits = torch.mm(h, E.T, out=buffer[: len(h)])
        from_target = (1 - smooth) * logits.gather(1, y)[:, 0]
        if smooth:
            from_target += smooth * logits.mean(dim=1)
        largest = logits.amax(dim=1, keepdim=True)
        exps = logits.sub_(largest).exp_()
        total = exps.sum(dim=1, keepdim=True)
        losses[chunk] = (largest + total.log())[:, 0] - from_target
        if weights is None or not (by_hidden or by_table):
            continue
        # softmax − target is (exps − total × target) / total. The division by the total, and
        # the weight, are left to h and to the result: they have D numbers a position, not V.
        difference = exps.scatter_add_(1, y, -(1 - smooth) * total)
        if smooth:
            difference.sub_(total * (smooth / V))
        scale = weights[chunk, None] / total
        if grad_hidden is not None:
            grad_hidden[chunk] = scale * (difference @ E)
        if grad_table is not None:
            grad_table.addmm_(difference.T, scale * h)
    return losses, grad_hidden, grad_table


def _refuse_second_gradients() -> None:
    """Stop where a graph of the gradients is asked for: they would be taken for constants."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            "linear_cross_entropy has no gradients of gradients: call backward or grad without "
            "create_graph=True, or use F.cross_entropy on the logits."
        )


class _WeightedLoss(torch.autograd.Function):
    """Add up weighted losses; the gradients are formed on the way forward, chunk by chunk.

    The way back multiplies them into new tensors, so for a moment they are there twice. In return
    it can be walked again (``retain_graph=True``).
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, table: Tensor, weights: Tensor, keep: bool, *rest: Any
    ) -> Tensor:
        ctx.dtypes = hidden.dtype, table.dtype
        targets, smooth, chunk_size = rest
        needed, kept = ctx.needs_input_grad[:2], weights if keep else None
        losses, *grads = chunked_losses(hidden, table, targets, kept, smooth, chunk_size, needed)
        ctx.save_for_backward(*grads)
        total: Tensor = (weights * losses).sum()
        return total

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        _refuse_second_gradients()
        grads = zip(ctx.saved_tensors, ctx.dtypes, strict=True)
        scaled = (None if g is None else (grad_output * g).to(dtype) for g, dtype in grads)
        return *scaled, *[None] * 5


class _LossOfEach(torch.autograd.Function):
    """Give the loss of each position; the way back computes the logits once more."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, table: Tensor, *rest: Any) -> Tensor:
        ctx.targets, ctx.smooth, ctx.chunk_size = rest
        ctx.save_for_backward(hidden, table)
        losses: Tensor = chunked_losses(hidden, table, rest[0], None, *rest[1:])[0]
        return losses

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        _refuse_second_gradients()
        hidden, table = ctx.saved_tensors
        options = ctx.smooth, ctx.chunk_size, ctx.needs_input_grad[:2]
        _, *grads = chunked_losses(hidden, table, ctx.targets, grad_output, *options)
        pairs = zip(grads, ctx.saved_tensors, strict=True)
        return *(None if g is None else g.to(of.dtype) for g, of in pairs), *[None] * 3


def linear_cross_entropy(
    hidden: Float[Tensor, "*shape dim"],
    table: Float[Tensor, "vocab dim"],
    targets: Integer[Tensor, "*shape"],
    *,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    chunk_size: int = 512,
) -> Float[Tensor, "..."]:
    """Return the cross-entropy of ``hidden @ table.T``, and never hold more than a chunk of it.

    Equal to ``F.cross_entropy(hidden @ table.T, targets, …)`` in value and gradients. Half
    precision is computed in float32 inside, also under autocast, for which the table is copied to
    float32. A frozen input costs no gradient. With ``mean`` and ``sum`` the
    gradients are formed on the way forward, so that each chunk's logits are computed once; with
    ``none`` they are computed again on the way back. Gradients of gradients
    (``create_graph=True``) are refused, and the transforms of ``torch.func`` do not reach inside.

    Args:
        hidden: what the model hands to its head; usually ``(batch, seq, model_dim)``.
        table: the matrix of the head, tied to the embedding's or not.
        targets: the ids of the tokens that come next.
        ignore_index: positions with this target count for nothing.
        label_smoothing: the part of the target that is spread over all V tokens, 0 to 1.
        reduction: ``mean`` over the positions that count, ``sum``, or ``none``.
        chunk_size: how many positions are worked on together; the buffer holds this times V.

    Returns:
        A single number, or with ``none`` the shape of ``targets``, 0 where a position is ignored.
        Its dtype is the wider one of the inputs', also under autocast, where torch's is float32.

    Raises:
        TypeError: if the targets are not integers.
        IndexError: if a target that counts names no row of the table.
        ValueError: if shapes do not fit, or an option is none of those above.
    """
    _check_shapes(hidden, table, targets)
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}.")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must be from 0 to 1, got {label_smoothing}.")
    if chunk_size < 1:
        raise ValueError(f"chunk_size must be 1 or more, got {chunk_size}.")
    counts = targets != ignore_index
    check_ids(targets.masked_fill(~counts, 0), vocab_size=table.shape[0])
    dtype = torch.promote_types(hidden.dtype, table.dtype)
    rows, ids = hidden[counts], targets[counts].long()
    if reduction == "none":
        each = _LossOfEach.apply(rows, table, ids, label_smoothing, chunk_size)
        return hidden.new_zeros(targets.shape, dtype=dtype).masked_scatter(counts, each.to(dtype))
    wide = torch.promote_types(dtype, torch.float32)
    share = 1 / max(len(rows), 1) if reduction == "mean" else 1.0
    weights = torch.full((len(rows),), share, dtype=wide, device=hidden.device)
    keep = torch.is_grad_enabled()
    loss: Tensor = _WeightedLoss.apply(rows, table, weights, keep, ids, label_smoothing, chunk_size)
    if reduction == "mean" and not len(rows):
        loss = loss + torch.nan  # the mean of nothing, as in torch
    return loss.to(dtype)
