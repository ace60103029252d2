"""Putting away what a learner's trials hold, before an answer is weighed beside them."""

import gc
import sys
from collections.abc import Collection
from functools import partial
from inspect import isclass, isroutine
from types import ModuleType
from typing import Any

from IPython.core.getipython import get_ipython
from torch import Tensor, nn, optim

MUCH = 2**20
"""From so many bytes on, something is put away."""
DEEPEST = 3
"""How many things within one another are looked at."""
LAST_ERROR = ("last_exc", "last_type", "last_value", "last_traceback")
"""Where Python keeps the last error, and with it all that the code held which it stopped."""


def put_away(names: dict[str, Any], needed: Collection[str]) -> None:
    """Take what holds much memory out of a notebook, but for what is needed.

    A dict or an object that is needed stays, without those of its parts that are not.

    Args:
        names: the names of the notebook, and their values.
        needed: the names that stay, also as keys of a dict and attributes of an object.
    """
    notebook = get_ipython()
    if notebook and notebook.displayhook.do_full_cache:
        notebook.displayhook.flush()
        _take_out(notebook.user_ns_hidden, needed)  # there, IPython keeps what cells showed
        notebook.InteractiveTB.tb = notebook.last_execution_result = None
    for name in LAST_ERROR:
        vars(sys).pop(name, None)
    for value in _take_out(names, needed):
        _take_out(_parts(value), needed)
    gc.collect()


def _take_out(names: dict[Any, Any], needed: Collection[str]) -> list[Any]:
    """Take what is large and not needed out of a dict, and return what is needed."""
    for name in [*names]:
        if name not in needed and _bytes_in(names[name]) > MUCH:
            del names[name]
    return [value for name, value in names.items() if name in needed]


def _parts(value: Any) -> dict[Any, Any]:
    """Return the items of a dict, or the attributes of an object; none of what is no holder."""
    if isinstance(value, dict):
        return value
    if isclass(value) or isroutine(value) or isinstance(value, ModuleType | Tensor | nn.Module):
        return {}
    return getattr(value, "__dict__", {})


def _bytes_in(value: Any, depth: int = 0) -> int:
    """Return how many bytes something holds; what cannot be told counts as too many."""
    if isinstance(value, nn.Module | optim.Optimizer):
        return MUCH + 1
    if isinstance(value, Tensor):
        return MUCH + 1 if value.requires_grad else _bytes_of(value)
    if depth == DEEPEST:
        return 0
    if isinstance(value, partial):
        inside = [*value.args, *value.keywords.values()]
    elif isinstance(value, list | tuple):
        inside = [*value]
    else:
        inside = [*_parts(value).values()]
    size = getattr(value, "nbytes", 0)
    own = size if isinstance(size, int) else 0
    return own + sum(_bytes_in(item, depth + 1) for item in inside)


def _bytes_of(tensor: Tensor) -> int:
    try:
        return tensor.untyped_storage().nbytes()
    except NotImplementedError:  # a sparse one has no storage
        return MUCH + 1
