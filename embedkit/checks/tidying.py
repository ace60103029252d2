"""Putting away what a learner's trials hold, before an answer is weighed beside them."""

import gc
from collections.abc import Collection
from typing import Any

from IPython.core.getipython import get_ipython
from torch import Tensor, nn, optim

MUCH = 2**20
"""From so many bytes on, something is put away."""


def put_away(names: dict[str, Any], needed: Collection[str]) -> None:
    """Take what holds much memory out of a notebook, but for what is needed.

    What a graph of gradients holds cannot be told, so that tensors that have one are put away, too.

    Args:
        names: the names of the notebook, and their values.
        needed: the names that stay.
    """
    places = [names]
    notebook = get_ipython()
    if notebook and notebook.displayhook.do_full_cache:
        notebook.displayhook.flush()
        places.append(notebook.user_ns_hidden)  # there, IPython keeps what cells showed
    for place in places:
        for name in [*place]:
            if name not in needed and _holds_much(place[name]):
                del place[name]
    gc.collect()


def _holds_much(value: Any) -> bool:
    """Return whether something is large, or a list, tuple or dict of what is."""
    if isinstance(value, dict):
        return any(map(_is_large, value.values()))
    return any(map(_is_large, value if isinstance(value, list | tuple) else [value]))


def _is_large(value: Any) -> bool:
    if isinstance(value, nn.Module | optim.Optimizer):
        return True
    if isinstance(value, Tensor):
        return value.requires_grad or value.untyped_storage().nbytes() > MUCH
    size = getattr(value, "nbytes", 0)
    return isinstance(size, int) and size > MUCH
