"""What a learner is told when an answer is wrong, and nothing more specific is known."""

import builtins
import re
from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from embedkit.checks.compare import differing, same
from embedkit.checks.plain import Other, Plain
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.showing import first_line, outcome, show


def explain(seen: Seen, wanted: Seen, inputs: Inputs, mentions: Sequence[str] = ()) -> str:
    """Return what is wrong with an answer, in a sentence; empty if nothing is.

    Args:
        seen: what the answer did.
        wanted: what the reference did with the same inputs.
        inputs: the question as it was put.
        mentions: the numbers that the message of an expected error must contain; “57 or 80” asks
            for one of the two.
    """
    if wanted.raised:
        return _explain_error(seen, wanted, mentions) or side_effects(seen, wanted, inputs)
    if seen.raised[:1] == ("NotImplementedError",) and not seen.message:
        return "A part of it is not written yet: it raises NotImplementedError."
    if seen.raised:
        return f"It stopped with {seen.raised[0]}: {first_line(seen.message)}"
    if seen.value is None and wanted.value is not None:
        if seen.printed:
            return "It prints, but it returns nothing. Whoever calls it gets None: use return."
        return "It returns None. Is the return missing?"
    if isinstance(wanted.value, Tensor):
        trouble = _explain_tensor(seen, wanted)
    elif isinstance(wanted.value, tuple):
        trouble = _explain_tuple(seen, wanted)
    else:
        trouble = _explain_plain(seen.value, wanted.value)
    return trouble or _other_results(seen, wanted) or side_effects(seen, wanted, inputs)


def _other_results(seen: Seen, wanted: Seen) -> str:
    """Return what is wrong if gradients change what comes back; empty if they do not."""
    if wanted.results is None:
        return "" if seen.results is None else "It returns what no answer returns."
    quiet, trained = seen.results
    if same(quiet, trained):
        return ""
    return "In torch.no_grad() something else comes back than where inputs ask for a gradient."


def side_effects(seen: Seen, wanted: Seen, inputs: Inputs) -> str:
    """Return what an answer does to the world around it and should not; empty if nothing."""
    if seen.meddled and not wanted.meddled:
        adds = "The next backward() adds to it. " if ".grad" in seen.meddled else ""
        return (
            f"It changes {seen.meddled} for everything that runs after it. {adds}"
            "That is its caller's to decide."
        )
    if not same(seen.inputs_after, wanted.inputs_after):
        changed = _listed(_changed(seen, wanted, inputs))
        return f"It changes its input {changed} in place. Work on a copy."
    return ""


def _changed(seen: Seen, wanted: Seen, inputs: Inputs) -> list[str]:
    """Return the names of the inputs that were changed in place, and should not have been."""
    after = seen.inputs_after or {}
    if bool(seen.raised) != bool(wanted.raised) or same(after, wanted.inputs_after):
        return []
    return [name for name in inputs if name in after and not same(after[name], inputs[name])]


def _pair(value: float, right: float) -> str:
    """Return two numbers that differ, with as many digits as it takes to see it."""
    for digits in (6, 9, 17):
        shown = f"{value:.{digits}g}", f"{right:.{digits}g}"
        if shown[0] != shown[1]:
            break
    return f"{shown[0]} came back, {shown[1]} was expected."


def _explain_error(seen: Seen, wanted: Seen, mentions: Sequence[str]) -> str:
    kind = wanted.raised[0]
    if not seen.raised and isinstance(seen.value, Other) and seen.value.type_name.endswith("Error"):
        return f"It returns an error instead of raising it. Write raise {kind}(…)."
    if not seen.raised:
        return f"It returns normally. It should raise {kind}."
    if kind not in seen.raised:
        return f"It raises {seen.raised[0]} ({first_line(seen.message)}). It should raise {kind}."
    others = [name for name in seen.raised if _is_another(name, kind)]
    if others:
        return f"It raises an error that is {kind} and {others[0]} at once. It should be one."
    missing = [text for text in dict.fromkeys(mentions) if not _mentions(seen.message, text)]
    if missing:
        return f"It raises {kind}, but the message does not mention {_listed(missing)}."
    return ""


def _is_another(name: str, kind: str) -> bool:
    """Return whether a built-in class is neither an error's, nor one above or below it."""
    one, other = (getattr(builtins, each, None) for each in (name, kind))
    if not isinstance(one, type) or not isinstance(other, type):
        return False
    return not issubclass(one, other) and not issubclass(other, one)


def _mentions(message: str, numbers: str) -> bool:
    """Return whether a message holds one of some numbers by itself, not as part of a longer one.

    The thousands may stand apart, as in 12,345.
    """
    together = re.sub(r"(?<=\d)[,_](?=\d{3}(?!\d))", "", message)
    return any(
        re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text)
        for number in numbers.split(" or ")
        for text in (message, together)
    )


def _explain_tensor(seen: Seen, wanted: Seen) -> str:
    value, right = seen.value, wanted.value
    if isinstance(value, Other) and value.type_name == "Tensor":
        return "It returns a sparse tensor. A dense one was expected: to_dense() makes it one."
    if not isinstance(value, Tensor):
        return f"It returns {_a(_kind(value))}. A tensor was expected."
    if value.shape != right.shape:
        return f"The shape is {tuple(value.shape)}. It should be {tuple(right.shape)}."
    if value.dtype != right.dtype:
        return f"The dtype is {value.dtype}. It should be {right.dtype}."
    if seen.device != wanted.device:
        return f"The result is on {seen.device}. It should stay on {wanted.device}."
    wrong = differing(value, right)
    if wrong.any():
        place = tuple(wrong.nonzero()[0].tolist())
        where = f"The first is at {place}: " if place else ""
        return (
            f"The shape is right, but {int(wrong.sum())} of {wrong.numel()} numbers are not. "
            f"{where}{_pair(value[place].item(), right[place].item())}"
        )
    return ""


def _explain_tuple(seen: Seen, wanted: Seen) -> str:
    """Return what is wrong with several results: which of them it is, and what is wrong with it."""
    values, right = seen.value, wanted.value
    if not isinstance(values, tuple | list):
        return f"It returns one {_kind(values)}. {len(right)} results were expected, as a tuple."
    if len(values) != len(right):
        return f"It returns {len(values)} results. {len(right)} were expected."
    for place, (value, expected) in enumerate(zip(values, right, strict=True), start=1):
        one, other = replace(seen, value=value), replace(wanted, value=expected)
        if isinstance(expected, Tensor):
            trouble = _explain_tensor(one, other)
        else:
            trouble = "" if same(value, expected) else "It is not what was expected."
        if trouble:
            return f"Result {place} of {len(right)} is wrong. {trouble}"
    return ""


def _kind(value: Plain) -> str:
    """Return what to call the type of a value."""
    if isinstance(value, Other):
        return value.type_name
    return "tensor" if isinstance(value, Tensor) else type(value).__name__


def _a(name: str) -> str:
    """Return the name of a type with its article."""
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _explain_plain(value: Plain, right: Plain) -> str:
    """Return what is wrong with a value that is no tensor; empty if nothing is."""
    if same(value, right):
        return ""
    if isinstance(value, Other) and value.type_name.startswith("dict with ") and right:
        return f"It returns a {value.type_name}. {_kind_of_keys(right)} were expected."
    if type(value) is not type(right):
        named = _a(type(right).__name__)
        return (
            f"It returns a value of type {_kind(value)}. {named.replace('a', 'A', 1)} was expected."
        )
    if isinstance(right, list):
        if len(value) != len(right):
            return f"It returns {_counted(len(value))}. It should be {len(right)}."
        place = next(i for i, item in enumerate(value) if not same(item, right[i]))
        if show(value[place]) == show(right[place]):
            kind, wanted = _kind(value[place]), type(right[place]).__name__
            return f"Item {place} is a value of type {kind}. It should be {wanted}."
        return f"Item {place} is {show(value[place])}. It should be {show(right[place])}."
    if isinstance(right, dict):
        for key in right:
            if key not in value:
                return f"The key {show(key)} is missing."
            if show(value[key]) == show(right[key]) and not same(value[key], right[key]):
                kind, wanted = _kind(value[key]), type(right[key]).__name__
                return f"For {show(key)} it has a value of type {kind}. It should be {wanted}."
            if not same(value[key], right[key]):
                return (
                    f"For {show(key)} it has {show(value[key])}. It should be {show(right[key])}."
                )
        extra = next(key for key in value if key not in right)
        return f"The key {show(extra)} should not be there."
    return "This is not what was expected."


def _kind_of_keys(right: Plain) -> str:
    """Return what kind of keys the expected dict has."""
    key = next(iter(right), None)
    if isinstance(key, tuple):
        return f"Tuples of {type(key[0]).__name__}" if key else "Tuples"
    return f"Keys of type {type(key).__name__}"


def _counted(items: int) -> str:
    return f"{items} item{'s' if items != 1 else ''}"


def details(
    inputs: Inputs, seen: Seen, wanted: Seen | None, mentions: Sequence[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the question, what came back and what was expected, as labelled lines."""
    rows = [(name.replace("_", " "), show(value)) for name, value in inputs.items()]
    rows.append(("came back", outcome(seen)))
    if wanted is not None and mentions:
        holds = _listed(list(dict.fromkeys(mentions)))
        rows.append(("expected", f"{wanted.raised[0]}, and {holds} in its message"))
    elif wanted is not None:
        rows.append(("expected", wanted.raised[0] if wanted.raised else outcome(wanted)))
        rows.extend(
            (f"{name.replace('_', ' ')} after", show(seen.inputs_after[name]))
            for name in _changed(seen, wanted, inputs)
        )
    if seen.printed:
        rows.append(("printed", first_line(seen.printed)))
    return tuple(rows)


def _listed(items: Sequence[str]) -> str:
    return " and ".join(items)
