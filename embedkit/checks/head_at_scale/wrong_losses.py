"""What learners write for task 8.5, `chunked_loss`, that is wrong."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Three = tuple[Tensor, Tensor, Tensor]

IGNORED = -100


def by_torch(hidden: Tensor, table: Tensor, targets: Tensor, reduction: str = "mean") -> Three:
    """Return the loss and its gradients by autograd, with all logits."""
    hidden, table = (tensor.detach().requires_grad_() for tensor in (hidden, table))
    loss = F.cross_entropy(hidden @ table.T, targets, reduction=reduction)
    grad_hidden, grad_table = torch.autograd.grad(loss, (hidden, table))
    return loss.detach(), grad_hidden, grad_table


def chunk_means(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Take the mean of each chunk, and the mean of the means."""
    parts = [
        by_torch(h, table, y)
        for h, y in zip(hidden.split(chunk_size), targets.split(chunk_size), strict=True)
    ]
    losses, grads_hidden, grads_table = (list(part) for part in zip(*parts, strict=True))
    loss, grad_table = torch.stack(losses).mean(), torch.stack(grads_table).mean(dim=0)
    return loss, torch.cat(grads_hidden) / len(parts), grad_table


def added_up(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Return the sum and its gradients in place of the mean."""
    return by_torch(hidden, table, targets, "sum")


def only_gradients_added_up(
    hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int
) -> Three:
    """Return the mean of the losses, but the gradients of their sum."""
    return by_torch(hidden, table, targets)[0], *added_up(hidden, table, targets, chunk_size)[1:]


def without_targets(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Take the softmax itself for the gradient of the logits."""
    loss, _, _ = by_torch(hidden, table, targets)
    p = (hidden @ table.T).softmax(dim=1) / len(hidden)
    return loss, p @ table, p.T @ hidden


def last_chunk_only(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Write each chunk's gradient of the table over that of the one before."""
    loss, grad_hidden, _ = by_torch(hidden, table, targets)
    h, y = hidden.split(chunk_size)[-1], targets.split(chunk_size)[-1]
    return loss, grad_hidden, by_torch(h, table, y, "sum")[2] / len(hidden)


def whole_chunks(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Leave out the positions behind the last whole chunk."""
    kept = len(hidden) // chunk_size * chunk_size or len(hidden)
    loss, grad_hidden, grad_table = by_torch(hidden[:kept], table, targets[:kept], "sum")
    rest = torch.zeros_like(hidden[kept:])
    n = len(hidden)
    return loss / n, torch.cat([grad_hidden, rest]) / n, grad_table / n


def divided_by_all(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Divide by the number of all positions."""
    share = (targets != IGNORED).sum() / len(targets)
    loss, grad_hidden, grad_table = by_torch(hidden, table, targets)
    return loss * share, grad_hidden * share, grad_table * share


def turned_round(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Return the gradients with the other sign."""
    loss, grad_hidden, grad_table = by_torch(hidden, table, targets)
    return loss, -grad_hidden, -grad_table


def softmax_of_ignored(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Leave the softmax of ignored positions in the gradients."""
    loss, grad_hidden, grad_table = by_torch(hidden, table, targets)
    ignored = (targets == IGNORED)[:, None] / (targets != IGNORED).sum()
    p = (hidden @ table.T).softmax(dim=1) * ignored
    return loss, grad_hidden + p @ table, grad_table + p.T @ hidden


def one_of_both_by_all(loss_is: bool) -> Callable[..., Three]:
    """Divide the loss, or the gradients, by the number of all positions."""

    def function(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
        right = by_torch(hidden, table, targets)
        wrong = divided_by_all(hidden, table, targets, chunk_size)
        return (wrong[0], *right[1:]) if loss_is else (right[0], *wrong[1:])

    return function


def ignored_as_row_0(hidden: Tensor, table: Tensor, targets: Tensor, chunk_size: int) -> Three:
    """Let an ignored position count as if its target were row 0."""
    return by_torch(hidden, table, targets.clamp(min=0))
