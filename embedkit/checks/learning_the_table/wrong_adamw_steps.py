"""What learners write for task 3.4, `adamw_step`, that is wrong."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import learning_the_table as finished

Three = tuple[Tensor, Tensor, Tensor]


def variant(
    *,
    corrected: str = "mv",
    first: int = 0,
    root: bool = True,
    decay: str = "decoupled",
    mean_of_squares: bool = True,
    betas: str = "right",
    sign: float = 1.0,
    eps_inside: bool = False,
    weights: str = "right",
    of_old: bool = False,
    scaled: bool = True,
) -> Callable[..., Three]:
    """Return AdamW with one part of it done wrongly."""

    def step(
        table: Tensor,
        grad: Tensor,
        m: Tensor,
        v: Tensor,
        t: int,
        lr: float,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
    ) -> Three:
        if betas == "swapped":
            beta1, beta2 = beta2, beta1
        if decay == "in the gradient":
            grad = grad + weight_decay * table
        kept = {"right": (beta1, beta2), "turned": (1 - beta1, 1 - beta2)}
        new = {"right": (1 - beta1, 1 - beta2), "turned": (beta1, beta2), "missing": (1.0, 1.0)}
        keep, add = kept.get(weights, (beta1, beta2)), new[weights]
        old = m, v
        m = keep[0] * m + add[0] * grad
        v = keep[1] * v + add[1] * (grad**2 if mean_of_squares else m**2)
        t = t + first
        m_hat, v_hat = old if of_old else (m, v)
        m_hat = m_hat / (1 - beta1**t) if "m" in corrected else m_hat
        v_hat = v_hat / (1 - beta2**t) if "v" in corrected else v_hat
        spread = v_hat.sqrt() if root else v_hat
        scale = (v_hat + eps).sqrt() if eps_inside else spread + eps
        move = sign * (lr if scaled else 1.0) * m_hat / scale
        if decay == "afterwards":
            return (table - move) * (1 - lr * weight_decay), m, v
        rate = lr * weight_decay
        rates = {"decoupled": rate, "without lr": weight_decay, "upwards": -rate}
        shrunk = table * (1 - rates.get(decay, 0.0))
        if decay == "rows that were read":
            read = (grad != 0).any(dim=1, keepdim=True)
            shrunk = torch.where(read, table * (1 - lr * weight_decay), table)
        return shrunk - move, m, v

    return step


def old_means(table: Tensor, grad: Tensor, m: Tensor, v: Tensor, *rest: float) -> Three:
    """Return the m and v that came in."""
    return finished.adamw_step(table, grad, m, v, *rest)[0], m, v  # type: ignore[arg-type]


def corrected_means(
    table: Tensor, grad: Tensor, m: Tensor, v: Tensor, t: int, *rest: float
) -> Three:
    """Return the corrected means, which the next step would correct once more."""
    table, m, v = finished.adamw_step(table, grad, m, v, t, *rest)
    return table, m / (1 - rest[1] ** t), v / (1 - rest[2] ** t)


def forgetful(table: Tensor, grad: Tensor, m: Tensor, v: Tensor, *rest: float) -> Three:
    """Start m and v from zero in each step."""
    zeros = torch.zeros_like(table)
    return finished.adamw_step(table, grad, zeros, zeros, *rest)  # type: ignore[arg-type]
