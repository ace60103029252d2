"""Probes that build a layer: what it would train, how it starts, what it reads, how it learns."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from embedkit.checks.plain import Plain, to_plain


def layer_parameters(answer: Callable[..., Any], vocab_size: int, model_dim: int) -> Any:
    """Build a layer and return what it would train and save, and what ``weight`` is."""
    layer = answer(vocab_size, model_dim)
    nn.Sequential(layer)  # takes nothing but a module
    trained = {name: list(p.shape) for name, p in layer.named_parameters() if p.requires_grad}
    weight = type(getattr(layer, "weight", None)).__name__
    return {"trained": trained, "state_dict": sorted(layer.state_dict()), "weight": weight}


def layer_start(
    answer: Callable[..., Any], vocab_size: int, model_dim: int, **options: Plain
) -> Any:
    """Build a layer twice and return both tables as they start."""
    return [answer(vocab_size, model_dim, **options).weight for _ in range(2)]


def layer_reads(answer: Callable[..., Any], weight: Tensor, ids: Tensor) -> Any:
    """Build a layer and read ids; load another table into it, read again, and in eval mode."""
    layer = answer(weight.shape[0], weight.shape[1]).to(weight.dtype)
    at_first = to_plain({"weight at first": layer.weight, "layer(ids) at first": layer(ids)})
    layer.load_state_dict({"weight": weight}, strict=False)
    loaded = to_plain(layer(ids))
    return {
        **at_first,
        "layer(ids) after loading": loaded,
        "layer(ids) after eval()": layer.eval()(ids),
    }


def layer_step(answer: Callable[..., Any], weight: Tensor, ids: Tensor, rate: float) -> Any:
    """Train a layer for two steps of plain gradient descent, and return its table afterwards."""
    layer = answer(weight.shape[0], weight.shape[1])
    layer.load_state_dict({"weight": weight}, strict=False)
    optimizer = torch.optim.SGD(layer.parameters(), lr=rate)
    for _ in range(2):
        optimizer.zero_grad()
        out = layer(ids)
        weights = torch.linspace(1.0, 2.0, out.numel()).reshape(out.shape)
        (out * weights).sum().backward()
        optimizer.step()
    return layer.state_dict()["weight"]


def layer_by_name(
    answer: Callable[..., Any],
    sizes: list[int],
    parameters: dict[str, Tensor],
    ids: Tensor,
    loss_weights: Tensor,
) -> Any:
    """Build a layer, read ids, load numbers into its parameters by name, read again, and go back.

    What comes back is the shapes of its parameters, what it read at last, and all gradients.
    """
    layer = answer(*sizes)
    nn.Sequential(layer)
    named = dict(layer.named_parameters())
    layer(ids)  # an answer that keeps something from its first call gives itself away
    layer.load_state_dict(parameters, strict=False)
    out = layer(ids)
    if isinstance(out, Tensor) and out.requires_grad:
        (out * loss_weights).sum().backward()
    found = {
        "parameters": {name: list(parameter.shape) for name, parameter in named.items()},
        "buffers": [name for name, _ in layer.named_buffers() if name in parameters],
        "layer(ids)": out,
        "layer(ids) in eval mode": layer.eval()(ids),
    }
    gradients = {name: p.grad if p.grad is None else p.grad.to_dense() for name, p in named.items()}
    return found | {f"gradient of {name}": gradient for name, gradient in gradients.items()}


def layer_looks_up(
    answer: Callable[..., Any], sizes: list[int], parameters: dict[str, Tensor], ids: Tensor
) -> Any:
    """Build a layer, load numbers into its parameters by name, and read ids."""
    layer = answer(*sizes)
    layer.load_state_dict(parameters, strict=False)
    return layer(ids)


def layer_factors(answer: Callable[..., Any], sizes: list[int]) -> Any:
    """Build a layer twice and return its parameters as they start, by name."""
    return [dict(answer(*sizes).named_parameters()) for _ in range(2)]


LAYER_PROBES: dict[str, Callable[..., Any]] = {
    probe.__name__: probe
    for probe in (
        layer_parameters,
        layer_start,
        layer_reads,
        layer_step,
        layer_by_name,
        layer_looks_up,
        layer_factors,
    )
}
