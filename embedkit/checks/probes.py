"""Probes: the half of a check that runs where the answer runs, and only writes down what it does.

A probe puts questions to an answer and returns what came back as plain data. It knows no right
answer. The other half, the verdict in :mod:`embedkit.checks.framework`, compares what was seen
with what the finished code does, and can do so in another process.
"""

import builtins
import contextlib
import io
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

from embedkit.checks.compare import same
from embedkit.checks.decoder_probes import measured_model
from embedkit.checks.gradient_probes import FlowedBack, gradient, gradients
from embedkit.checks.head_probes import HEAD_PROBES
from embedkit.checks.layer_probes import LAYER_PROBES
from embedkit.checks.memory_probes import call_and_weigh, layer_weighs
from embedkit.checks.plain import (
    CLASSES_ABOVE,
    NAME_OF_A_CLASS,
    Plain,
    load_plain,
    save_plain,
    to_plain,
)

Inputs = dict[str, Plain]
"""The arguments of one question, by name, in the order in which the answer takes them."""

BUILT_IN = dict(vars(builtins))
UNLIKELY_SEED = 7_093_169_413_108_181


@dataclass(frozen=True)
class Seen:
    """What one question to an answer brought to light.

    Where ``value`` is a gradient, ``results`` are what the answer returned without and with it.
    """

    value: Plain = None
    results: Plain = None
    device: str = "cpu"
    raised: tuple[str, ...] = ()
    message: str = ""
    printed: str = ""
    inputs_after: Plain = None
    meddled: str = ""
    overwritten: bool = False


def call(answer: Callable[..., Any], **inputs: Plain) -> Any:
    """Call a function with the inputs, in order."""
    return answer(*inputs.values())


def call_on_parts(answer: Callable[..., Any], **inputs: Plain) -> Any:
    """Call a function with tensors each of which is a part of a larger one."""
    return answer(*(torch.cat([item, item])[: len(item)] for item in inputs.values()))


def call_for_a_new_list(answer: Callable[..., Any], **inputs: Plain) -> Any:
    """Call a function of a list, and empty the list that comes back: no input shrinks with it."""
    result = answer(*inputs.values())
    found = to_plain(result)
    if isinstance(result, list):
        result.clear()
    return found


PROBES: dict[str, Callable[..., Any]] = (
    {
        probe.__name__: probe
        for probe in (
            call,
            call_and_weigh,
            call_for_a_new_list,
            call_on_parts,
            gradient,
            gradients,
            layer_weighs,
            measured_model,
        )
    }
    | HEAD_PROBES
    | LAYER_PROBES
)


def observe(answer: Any, probe: str, inputs: Inputs) -> Seen:
    """Run one probe on an answer, and return what was seen, whatever happens.

    Args:
        answer: the learner's function or class.
        probe: the name of a probe in :data:`PROBES`.
        inputs: the question; the answer gets a copy.
    """
    return _observe_and_keep(answer, probe, inputs)[0]


def observe_all(answer: Any, questions: Iterable[tuple[str, Inputs]]) -> list[Seen]:
    """Run one probe after the other, and note which results changed with a later question.

    Args:
        answer: the learner's function or class.
        questions: the name of a probe and its inputs, for each.
    """
    kept = [_observe_and_keep(answer, probe, inputs) for probe, inputs in questions]
    return [
        replace(seen, overwritten=not same(seen.value, to_plain(value))) for seen, value in kept
    ]


def _observe_and_keep(answer: Any, probe: str, inputs: Inputs) -> tuple[Seen, Any]:
    """Run one probe, and return what was seen and the very thing that came back."""
    given = to_plain(inputs)
    handed = tuple(given.items())  # an answer can reach this, but not change which they are
    printed = io.StringIO()
    changed: list[str] = []
    try:
        with (
            contextlib.redirect_stdout(printed),
            warnings.catch_warnings(),
            torch_kept_as_it_is(changed, seed_for(inputs)),
        ):
            warnings.simplefilter("ignore")
            value = PROBES[probe](answer, **given)
            value, results = value if type(value) is FlowedBack else (value, None)
    except (Exception, SystemExit) as error:
        seen = Seen(
            raised=tuple(map(_named, CLASSES_ABOVE.__get__(type(error)))),
            message=_words_of(error),
            printed=printed.getvalue()[:2000],
            inputs_after=to_plain(dict(handed)),
            meddled=" and ".join(changed),
        )
        return seen, None
    changed.extend(_left_on_inputs(handed))
    device = value.device.type if isinstance(value, Tensor) else "cpu"
    seen = Seen(
        value=to_plain(value),
        results=to_plain(results),
        device=device,
        printed=printed.getvalue()[:2000],
        inputs_after=to_plain(dict(handed)),
        meddled=" and ".join(changed),
    )
    return seen, value


def _left_on_inputs(handed: Iterable[tuple[str, Plain]]) -> Iterator[str]:
    """Find what an answer left on its inputs, for whoever uses them next."""
    for name, item in handed:
        tensors = [leaf for leaf in tree_leaves(item) if isinstance(leaf, Tensor)]
        if any(tensor.requires_grad for tensor in tensors):
            yield f"whether its input {name} requires a gradient"
        elif any(tensor.grad is not None for tensor in tensors):
            yield f"the .grad of its input {name}"


def _named(kind: type) -> str:
    """Return the name of an error's class; one of the answer's own may have that of another."""
    name = str(NAME_OF_A_CLASS.__get__(kind))
    known = BUILT_IN.get(name, kind)
    return name if known is kind else f"its own class {name}"


def _words_of(error: BaseException) -> str:
    """Return an error's message; one that an answer made may have none that can be read."""
    try:
        return str(error)[:2000]
    except Exception:
        return ""


def seed_for(inputs: Inputs) -> int:
    """Return a seed that nobody would choose, the same for equal questions only.

    With one seed for all, an answer that draws a number would draw the same one in each question,
    and might be right by luck in all of them.
    """
    return UNLIKELY_SEED + zlib.crc32(repr(in_short(inputs)).encode())


def in_short(value: Any) -> Any:
    """Return plain data with a checksum in place of each tensor, which takes long to print."""
    if isinstance(value, Tensor):
        numbers = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        return value.dtype, tuple(value.shape), zlib.crc32(numbers.numpy().tobytes())
    if isinstance(value, dict):
        return [(name, in_short(item)) for name, item in value.items()]
    if isinstance(value, list | tuple):
        return [in_short(item) for item in value]
    return value


@contextlib.contextmanager
def torch_kept_as_it_is(changed: list[str], seed_of_question: int) -> Iterator[None]:
    """Put torch's global settings back at the end, and note in ``changed`` which were changed.

    Meanwhile the random numbers come from a seed that belongs to the question. So an answer that
    sets a seed is seen, even if the notebook has set the same one before.
    """
    gradients, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    seed, random_state = torch.initial_seed(), torch.get_rng_state()
    torch.set_grad_enabled(True)
    torch.default_generator.manual_seed(seed_of_question)
    try:
        yield
    finally:
        if not torch.is_grad_enabled():
            changed.append("whether gradients are kept")
        if torch.get_default_dtype() != dtype:
            changed.append("the default dtype")
        seed_was_set = torch.initial_seed() != seed_of_question
        if seed_was_set:
            changed.append("the seed of all random numbers")
            torch.manual_seed(seed)
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
        torch.set_rng_state(random_state)


def not_callable(answer: Any) -> str:
    """Return what to tell a learner who hands over a value where a function or class belongs."""
    return (
        f"this is a value of type {type(answer).__name__}, not a function or class: "
        "hand over the function itself, without calling it."
    )


def observe_in_file(answer: Callable[[], Any], questions: Path, observations: Path) -> None:
    """Put the questions of one file to an answer, and write what was seen to another.

    Args:
        answer: returns the learner's function or class; a ``NameError`` means there is none.
        questions: plain data, a list of ``[probe, inputs]``.
        observations: the file to write, a list with one :class:`Seen` a question, as a dict.
    """
    try:
        found = answer()
    except NameError as error:
        save_plain(observations, {"missing": str(error)})
        return
    if not callable(found):
        save_plain(observations, {"missing": not_callable(found), "kind": type(found).__name__})
        return
    seen = [dict(vars(one)) for one in observe_all(found, load_plain(questions))]
    save_plain(observations, {"seen": seen})
