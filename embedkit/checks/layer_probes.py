"""Probes that build a layer: what it would train, how it starts, what it reads, how it learns."""

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from embedkit.checks.gradient_probes import all_gradients, gradients_from
from embedkit.checks.plain import CLASSES_ABOVE, Plain, to_plain

FIRST = "0."
"""What stands before a name of the first layer of a model."""


def model_with(layer: Any) -> nn.Sequential:
    """Return a model of one layer: what it trains, saves and moves of it is what counts.

    Raises:
        TypeError: if the layer is no module, whatever it says of itself.
    """
    if nn.Module not in CLASSES_ABOVE.__get__(type(layer)):
        raise TypeError(f"{type(layer).__name__} is not a Module subclass")
    return nn.Sequential(layer)


def first_of_two(answer: Callable[..., Any], *sizes: int) -> Any:
    """Build a layer, then another of another size, which shall not touch it; return the first."""
    first, _ = answer(*sizes), answer(*(size + 1 for size in sizes))
    return first


def by_name(named: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return what a model of one layer holds, by the name that the layer gives it."""
    return {name.removeprefix(FIRST): held for name, held in named}


def load(model: nn.Sequential, numbers: dict[str, Tensor]) -> None:
    """Load numbers into a model of one layer, by the layer's names."""
    state = {FIRST + name: number for name, number in numbers.items()}
    model.load_state_dict(state, strict=False)


def layer_parameters(answer: Callable[..., Any], vocab_size: int, model_dim: int) -> Any:
    """Build a layer and return what it would train and save, and what ``weight`` is.

    It is called, and what it saves afterwards is returned, too. That the call succeeds is another
    probe's to see.
    """
    layer = answer(vocab_size, model_dim)
    model = model_with(layer)
    named = by_name(model.named_parameters())
    trained = {name: list(p.shape) for name, p in named.items() if p.requires_grad}
    weight = type(getattr(layer, "weight", None)).__name__
    saved = sorted(by_name(model.state_dict().items()))
    with contextlib.suppress(Exception):
        model(torch.tensor([0, 1]))
    later = sorted(by_name(model.state_dict().items()))
    return {
        "trained": trained,
        "state_dict": saved,
        "state_dict after a call": later,
        "weight": weight,
    }


def layer_start(
    answer: Callable[..., Any], vocab_size: int, model_dim: int, **options: Plain
) -> Any:
    """Build a layer twice and return both tables as they start."""
    return [answer(vocab_size, model_dim, **options).weight for _ in range(2)]


def layer_reads(answer: Callable[..., Any], weight: Tensor, ids: Tensor) -> Any:
    """Build a layer, read ids, load another table into it, read again, and in eval mode."""
    layer = first_of_two(answer, *weight.shape)
    model = model_with(layer).to(weight.dtype)
    at_first = to_plain({"weight at first": layer.weight, "layer(ids) at first": model(ids)})
    load(model, {"weight": weight})
    loaded = to_plain(model(ids))
    return {
        **at_first,
        "layer(ids) after loading": loaded,
        "layer(ids) after eval()": torch.no_grad()(model.eval())(ids),
    }


def layer_step(answer: Callable[..., Any], weight: Tensor, ids: Tensor, rate: float) -> Any:
    """Train a layer for two steps of plain gradient descent, and return its table afterwards."""
    model = model_with(answer(weight.shape[0], weight.shape[1]))
    load(model, {"weight": weight})
    trained = trained_by(model)
    for _ in range(2):
        out = model(ids)
        weights = torch.linspace(1.0, 2.0, out.numel()).reshape(out.shape)
        descend(trained, (out * weights).sum(), rate)
    return by_name(model.state_dict().items())["weight"]


def trained_by(model: nn.Sequential) -> list[nn.Parameter]:
    """Return what an optimiser would train that is made now: no parameter that comes later."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def descend(trained: list[nn.Parameter], loss: Tensor, rate: float) -> None:
    """Take one step of plain gradient descent."""
    for parameter, found in all_gradients(loss, trained).items():
        parameter.grad = found
    torch.optim.SGD(trained, lr=rate).step()


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
    model = model_with(first_of_two(answer, *sizes))
    named, trained = by_name(model.named_parameters()), trained_by(model)
    model(ids)  # an answer that keeps something from its first call gives itself away
    load(model, parameters)
    out = model(ids)
    gradient_of = gradients_from(out, loss_weights, trained)
    held = by_name(model.named_parameters())  # a call may have added to them
    found = {
        "parameters": {name: list(one.shape) for name, one in held.items()},
        "buffers": [name for name in by_name(model.named_buffers()) if name in parameters],
        "layer(ids)": out,
        "layer(ids) in eval mode": torch.no_grad()(model.eval())(ids),
    }
    return found | {f"gradient of {name}": gradient_of.get(p) for name, p in named.items()}


def layer_looks_up(
    answer: Callable[..., Any], sizes: list[int], parameters: dict[str, Tensor], ids: Tensor
) -> Any:
    """Build a layer, load numbers into its parameters by name, and read ids."""
    model = model_with(answer(*sizes))
    load(model, parameters)
    return model(ids)


def layer_factors(answer: Callable[..., Any], sizes: list[int]) -> Any:
    """Build a layer four times and return its parameters as they start, by name."""
    return [by_name(model_with(answer(*sizes)).named_parameters()) for _ in range(4)]


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
