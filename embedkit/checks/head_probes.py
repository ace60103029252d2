"""Probes of lesson 7: they make pairs of tensors that share memory, and models that are tied.

Like those in :mod:`embedkit.checks.probes`, they only write down what an answer does.
"""

import copy
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embedkit.checks.layer_probes import by_name, descend, first_of_two, model_with, trained_by
from embedkit.checks.plain import Plain

PAIRS: dict[str, Callable[..., tuple[Tensor, Tensor]]] = {
    "table, table": lambda table: (table, table),
    "table, table.clone()": lambda table: (table, table.clone()),
    "table, table.detach()": lambda table: (table, table.detach()),
    "nn.Parameter(table), table": lambda table: (nn.Parameter(table), table),
    "table[1:], table[1:]": lambda table: (table[1:], table[1:]),
    "table, table.T": lambda table: (table, table.T),
    "table.T, table.T": lambda table: (table.T, table.T),
    "table, table[:-1]": lambda table: (table, table[:-1]),
    "table[:-1], table[1:]": lambda table: (table[:-1], table[1:]),
    "table[:2], table[::2][:2]": lambda table: (table[:2], table[::2][:2]),
    "table[:2, :2], table.T[:2, :2]": lambda table: (table[:2, :2], table.T[:2, :2]),
    "table[:2, :3], table[:3, :2]": lambda table: (table[:2, :3], table[:3, :2]),
    "table[:, :2], table[:, :3]": lambda table: (table[:, :2], table[:, :3]),
    "table[:, :2], table[:, ::2]": lambda table: (table[:, :2], table[:, ::2][:, :2]),
    "table, table.view(D, V)": lambda table: (table, table.view(*reversed(table.shape))),
    "table, zeros": lambda table: (table, torch.zeros_like(table)),
    "table, table + 1": lambda table: (table, table + 1),
    "table[rows, columns], table.as_strided(size, stride, start)": (
        lambda table, rows, columns, size, stride, start: (
            table[slice(*rows), slice(*columns)],
            table.as_strided(size, stride, start),
        )
    ),
}
"""What two tensors to make of a table, and perhaps of further numbers, in the learner's words."""


def memory_of_two(
    answer: Callable[..., Any], pair: str, table: Tensor, **numbers: list[int] | int
) -> Any:
    """Ask about two tensors made of a table, in both orders."""
    one, other = PAIRS[pair](table, **numbers)
    return {"in this order": answer(one, other), "turned round": answer(other, one)}


def tied_parameters(answer: Callable[..., Any], vocab_size: int, model_dim: int) -> Any:
    """Build a model and return the shapes of what it would train, each once, in order of size."""
    model = model_with(answer(vocab_size, model_dim))
    shapes = [list(p.shape) for p in model.parameters() if p.requires_grad]
    return sorted(shapes, key=lambda shape: (-len(shape), shape))


def tied_names(answer: Callable[..., Any], vocab_size: int, model_dim: int) -> Any:
    """Call a new model; return what in its state dict is the table, and what is not trained."""
    answered = answer(vocab_size, model_dim)
    model = _called(model_with(answered))
    place, saved = answered.embedding.weight.data_ptr(), by_name(model.state_dict().items())
    named = by_name(model.named_parameters())
    trained = {name for name, parameter in named.items() if parameter.requires_grad}
    table = sorted(name for name, held in saved.items() if held.data_ptr() == place)
    return {"the table": table, "not trained": sorted(saved.keys() - trained)}


def tied_scores(answer: Callable[..., Any], ids: Tensor, **weights: Tensor) -> Any:
    """Build a model, write weights into it, and run it."""
    return _filled(answer, **weights)(ids)


def tied_life(
    answer: Callable[..., Any],
    event: str,
    ids: Tensor,
    targets: Tensor,
    rate: float,
    **weights: Tensor,
) -> Any:
    """Let something happen to a model, train it for two steps, and return its table and scores."""
    model = EVENTS[event](answer, weights)
    trained = trained_by(model)
    for _ in range(2):
        loss = F.cross_entropy(model(ids).flatten(0, -2), targets.flatten())
        descend(trained, loss, rate)
    return {"table": model[0].embedding.weight, "scores": model(ids)}


def _filled(answer: Callable[..., Any], **weights: Tensor) -> nn.Sequential:
    """Build a model and write the weights into it, where they belong."""
    table = weights["table"]
    model = model_with(first_of_two(answer, *table.shape)).to(table.dtype)
    _write(model, **weights)
    return model


@torch.no_grad()
def _write(model: Any, table: Tensor, matrix: Tensor, shift: Tensor) -> None:
    (answered,) = model
    answered.embedding.weight.copy_(table)
    answered.body.weight.copy_(matrix)
    answered.body.bias.copy_(shift)


def _loaded(answer: Callable[..., Any], weights: dict[str, Tensor]) -> nn.Sequential:
    model = model_with(answer(*weights["table"].shape))
    model.load_state_dict(_called(_filled(answer, **weights)).state_dict())
    return model


def _called(model: nn.Sequential) -> nn.Sequential:
    model(torch.tensor([0, 1]))
    return model


def _from_meta(answer: Callable[..., Any], weights: dict[str, Tensor]) -> nn.Sequential:
    with torch.device("meta"):
        model = model_with(answer(*weights["table"].shape))
    model.to_empty(device="cpu")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()  # fresh memory holds anything
        for buffer in model.buffers():
            buffer.fill_(torch.nan if buffer.is_floating_point() else -1)
    _write(model, **weights)
    return model


def _with_other_table(
    answer: Callable[..., Any], weights: dict[str, Tensor], called: bool = False, times: int = 2
) -> nn.Sequential:
    table = weights["table"].flip(0)
    model = _filled(answer, **weights)
    if called:
        _called(model)
    answered: Any = model[0]
    answered.embedding.weight = nn.Parameter(table.repeat(times, 1))
    return model


EVENTS: dict[str, Callable[[Callable[..., Any], dict[str, Tensor]], Any]] = {
    "nothing": lambda answer, weights: _filled(answer, **weights),
    "model.eval()": lambda answer, weights: _filled(answer, **weights).eval(),
    "model.double()": lambda answer, weights: _filled(answer, **weights).double(),
    "copy.deepcopy(model)": lambda answer, weights: copy.deepcopy(_filled(answer, **weights)),
    "a call, then copy.deepcopy(model)": lambda answer, weights: copy.deepcopy(
        _called(_filled(answer, **weights))
    ),
    "load_state_dict": _loaded,
    "to_empty from the meta device": _from_meta,
    "a larger table": _with_other_table,
    "a call, then a larger table": lambda answer, weights: _with_other_table(
        answer, weights, called=True
    ),
    "a call, then another table of that size": lambda answer, weights: _with_other_table(
        answer, weights, called=True, times=1
    ),
}
"""What happens to a model before it is trained, in the learner's words."""

HEAD_PROBES: dict[str, Callable[..., Plain]] = {
    probe.__name__: probe
    for probe in (memory_of_two, tied_parameters, tied_names, tied_scores, tied_life)
}
