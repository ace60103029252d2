"""Undoing what one answer did to its surroundings, before the next answer is asked.

An answer may replace ``torch.equal``, ``print`` or ``json.dumps``, or switch gradients off. That
changes nothing for the verdict, which is reached elsewhere. But the probe of another, honest
answer would suffer from it. So whatever was there when the kernel started is put back.
"""

import builtins
import contextlib
import copy
import dataclasses
import gc
import io
import json
import math
import random
import sys
import warnings
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import safetensors.torch
import torch
from torch import nn
from torch.nn.modules import module as all_modules
from torch.utils._python_dispatch import _pop_mode

from embedkit.checks import (
    compare,
    decoder_probes,
    gradient_probes,
    head_probes,
    layer_probes,
    plain,
    probes,
)

SCENE: tuple[Any, ...] = (
    *(builtins, contextlib, copy, dataclasses, io, json, random, warnings, zlib),
    *(torch, torch.autograd, torch.linalg, torch.nn, torch.nn.functional, torch.nn.init),
    *(math, torch.optim, torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW),
    *(torch.Tensor, nn.Module, nn.Parameter, nn.Embedding, nn.Linear),
    *(safetensors.torch, torch.utils._pytree, compare, plain, probes),
    *(decoder_probes, gradient_probes, head_probes, layer_probes),
)
"""Modules and classes that probes and answers use."""

MOST_DEPTH = 100_000
"""How deep calls may lie within each other if an answer raises the limit."""
LEFT_ALONE = {"__builtins__", "__dict__", "__weakref__", "__doc__", "__annotations__", "_"}


def remember() -> Callable[[], None]:
    """Return a function that puts all names of the scene back to what they mean now."""
    kept = [(place, dict(vars(place))) for place in SCENE]
    all_probes = dict(probes.PROBES)
    depth, called_at_collections = sys.getrecursionlimit(), list(gc.callbacks)

    def put_back() -> None:
        sys.setprofile(None)
        sys.settrace(None)
        gc.callbacks[:] = called_at_collections
        sys.setrecursionlimit(max(depth, min(sys.getrecursionlimit(), MOST_DEPTH)))
        for place, names in kept:
            remove_what_hides_others(place, names)
            now = vars(place)
            for name, value in names.items():
                if name not in LEFT_ALONE and now.get(name) is not value:
                    with contextlib.suppress(AttributeError, TypeError):
                        setattr(place, name, value)
        probes.PROBES.clear()
        probes.PROBES.update(all_probes)
        let_go_of_torch()  # by functions that are torch's own again

    return put_back


def let_go_of_torch() -> None:
    """Set torch as it is at the start, with nothing between it and whoever calls it.

    A mode or a hook is called by torch at each step, and may change what comes out.
    """
    if torch.is_inference_mode_enabled():
        torch.inference_mode(mode=False).__enter__()
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.autograd.set_detect_anomaly(False)
    while torch._C._len_torch_function_stack():
        torch._C._pop_torch_function_stack()
    while torch._C._len_torch_dispatch_stack():
        _pop_mode()
    while torch._C._autograd._top_saved_tensors_default_hooks(True):
        torch._C._autograd._pop_saved_tensors_default_hooks()
    for name, hooks in vars(all_modules).items():
        if name.startswith("_global_") and isinstance(hooks, dict):
            hooks.clear()


def remove_what_hides_others(place: Any, names: Mapping[str, Any]) -> None:
    """Take from a class what hides that which it inherits, and special methods that are new."""
    if isinstance(place, type):
        inherited = {name for base in place.__mro__[1:] for name in vars(base)}
        for name in set(vars(place)) - set(names) - LEFT_ALONE:
            if name in inherited or name.startswith("__"):
                with contextlib.suppress(AttributeError, TypeError):
                    delattr(place, name)
