"""Values as a verdict shows them: each on one line, and cut where it would be long."""

from collections.abc import Sized

import torch
from torch import Tensor

from embedkit.checks.plain import Other, Plain, readable
from embedkit.checks.probes import Seen

MOST_ITEMS = 8
MOST_SHOWN = 2000
"""How many characters of one value are shown; of items in items there may be millions."""


def show(value: Plain) -> str:
    """Return a value on one line, cut where it would be long."""
    text = _shown(value)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def _shown(value: Plain) -> str:
    if isinstance(value, Other):
        return _on_a_line(f"{value.type_name} {value.text[:60]}")
    if isinstance(value, list | tuple) and _holds_tensors(value):
        return ", ".join([*map(show, value[:MOST_ITEMS]), *_cut(value)])
    counts = isinstance(value, dict) and all(type(item) is int for item in value.values())
    if isinstance(value, dict) and not (counts and len(repr(value)) <= 100):
        first = list(value.items())[:MOST_ITEMS]
        return ", ".join([*(f"{_name(key)} {show(item)}" for key, item in first), *_cut(value)])
    if not isinstance(value, Tensor):
        text = repr(value)
        return text if len(text) <= 100 else text[:97] + "…"
    if not value.numel() or value.numel() > 24:
        return _summary(value)
    numbers: list[complex] = value.flatten().tolist()
    if value.is_floating_point() or value.is_complex():
        numbers = [type(number)(f"{number:.4g}") for number in numbers]
    usual = value.dtype in (torch.float32, torch.int64, torch.bool)
    suffix = "" if usual else f" in {value.dtype}".replace("torch.", "")
    return str(_nested(numbers, list(value.shape))) + suffix


def _holds_tensors(value: Plain) -> bool:
    """Return whether there are tensors in a list or tuple, or in what it holds."""
    return any(
        isinstance(item, Tensor | dict) or (isinstance(item, list | tuple) and _holds_tensors(item))
        for item in value
    )


def _cut(items: Sized) -> list[str]:
    return ["…"] if len(items) > MOST_ITEMS else []


def _name(key: object) -> str:
    return _on_a_line(readable(str(key), 100))


def _on_a_line(text: str) -> str:
    return " ".join(text.split())


def _summary(value: Tensor) -> str:
    """Return what a tensor is that is too large to be shown whole."""
    text = f"{value.dtype} of shape {tuple(value.shape)}".removeprefix("torch.")
    if not value.is_floating_point() or not value.numel():
        return text
    if value.isnan().any():
        return f"{text}, {int(value.isnan().sum())} of its numbers nan"
    return (
        f"{text}, mean {value.double().mean():.3g}, standard deviation {value.double().std():.3g}"
    )


def _nested(numbers: list[complex], shape: list[int]) -> object:
    if not shape:
        return numbers[0]
    step = len(numbers) // shape[0] if shape[0] else 0
    return [_nested(numbers[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def outcome(seen: Seen) -> str:
    """Return what came of a question, on one line: an error, or a value."""
    if seen.raised:
        kind, message = _on_a_line(seen.raised[0]), first_line(seen.message)
        return f"{kind}: {message}" if message else kind
    return show(seen.value)


def first_line(text: str) -> str:
    """Return the first line of a text in which control characters can be seen, cut if long."""
    line = readable(text).strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= 160 else line[:159] + "…"
