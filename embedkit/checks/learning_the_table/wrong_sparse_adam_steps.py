"""What learners write for task 3.5, `sparse_adam_step`, that is wrong."""

import torch
from torch import Tensor

from embedkit import learning_the_table as finished
from embedkit.checks.learning_the_table.wrong_adamw_steps import Three

LR, BETA1, BETA2 = 0.1, 0.9, 0.999


def dense(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Take a step of plain Adam, which moves rows that were not read."""
    grad = finished.embedding_backward(grad_output, ids, len(table))
    return finished.adamw_step(table, grad, m, v, t, lr, weight_decay=0.0)


def dense_means(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Move only the rows that were read, but let the means of all rows fade."""
    lazy = finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr)
    return lazy[0], *dense(table, ids, grad_output, m, v, t, lr)[1:]


def dense_table(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Keep the means of rows that were not read, but let the rows themselves move."""
    lazy = finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr)
    return dense(table, ids, grad_output, m, v, t, lr)[0], lazy[1], lazy[2]


def where_gradient(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Take the rows that were read for those whose gradient is not zero."""
    grad = finished.embedding_backward(grad_output, ids, len(table))
    read = (grad != 0).any(dim=1, keepdim=True)
    moved = finished.adamw_step(table, grad, m, v, t, lr, weight_decay=0.0)
    new = [torch.where(read, a, b) for a, b in zip(moved, (table, m, v), strict=True)]
    return new[0], new[1], new[2]


def old_means(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Return the m and v that came in."""
    return finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr)[0], m, v


def without_eps(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Leave eps out, and divide zero by zero."""
    return finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr, eps=0.0)


def eps_in_the_root(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Add eps before the root is taken."""
    _, new_m, new_v = finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr)
    read = (finished.count_reads(ids, len(table)) > 0)[:, None]
    m_hat, v_hat = new_m / (1 - BETA1**t), new_v / (1 - BETA2**t)
    return table - read * lr * m_hat / (v_hat + 1e-8).sqrt(), new_m, new_v


def first_of_each(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Keep the first of a row's gradients."""
    flat, rows = ids.flatten(), grad_output.reshape(-1, table.shape[1])
    return last_of_each(table, flat.flip(0), rows.flip(0), m, v, t, lr)


def means_place_by_place(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Let a row's means take in its gradients one after the other, and then step once."""
    _, m, v = place_by_place(table, ids, grad_output, m, v, t, lr)
    read = (finished.count_reads(ids, len(table)) > 0)[:, None]
    m_hat, v_hat = m / (1 - BETA1**t), v / (1 - BETA2**t)
    return table - read * lr * m_hat / (v_hat.sqrt() + 1e-8), m, v


def sum_of_squares(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Square each place's gradient, and then add."""
    backward = finished.embedding_backward
    grad = backward(grad_output, ids, len(table))
    squares = backward(grad_output**2, ids, len(table))
    new_m, new_v = BETA1 * m + (1 - BETA1) * grad, BETA2 * v + (1 - BETA2) * squares
    m_hat, v_hat = new_m / (1 - BETA1**t), new_v / (1 - BETA2**t)
    read = (finished.count_reads(ids, len(table)) > 0)[:, None]
    moved = table - lr * m_hat / (v_hat.sqrt() + 1e-8)
    return (
        torch.where(read, moved, table),
        torch.where(read, new_m, m),
        torch.where(read, new_v, v),
    )


def last_of_each(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Step each place by itself and write the rows back, so that one write of each row stays."""
    ids, grad = ids.flatten(), grad_output.reshape(-1, table.shape[1])
    parts = finished.adamw_step(table[ids], grad, m[ids], v[ids], t, lr, weight_decay=0.0)
    whole = table.clone(), m.clone(), v.clone()
    for one, part in zip(whole, parts, strict=True):
        one[ids] = part
    return whole


def place_by_place(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Take a whole step for each place, one after the other."""
    dim = table.shape[1]
    places = zip(ids.flatten(), grad_output.reshape(-1, dim), strict=True)
    for one, grad in places:
        table, m, v = finished.sparse_adam_step(table, one[None], grad[None], m, v, t, lr)
    return table, m, v


def mean_of_places(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Average a row's gradients."""
    times = finished.count_reads(ids, len(table))[ids]
    return finished.sparse_adam_step(table, ids, grad_output / times[..., None], m, v, t, lr)


def with_decay(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Let the rows that were read decay, as AdamW's default would."""
    read = (finished.count_reads(ids, len(table)) > 0)[:, None]
    stepped = finished.sparse_adam_step(table, ids, grad_output, m, v, t, lr)
    return stepped[0] - lr * 0.01 * table * read, *stepped[1:]


def uncorrected(
    table: Tensor, ids: Tensor, grad_output: Tensor, m: Tensor, v: Tensor, t: int, lr: float
) -> Three:
    """Leave out the correction by t."""
    return finished.sparse_adam_step(table, ids, grad_output, m, v, 10**6, lr)
