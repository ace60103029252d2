"""Undoing what one answer did to its surroundings, before the next answer is asked.

An answer may replace ``torch.equal``, ``print`` or ``json.dumps``, or switch gradients off. That
changes nothing for the verdict, which is reached elsewhere. But the probe of another, honest
answer would suffer from it. So whatever was there when the kernel started is put back.
"""

import builtins
import contextlib
import copy
import io
import json
import random
import warnings
from collections.abc import Callable
from typing import Any

import safetensors.torch
import torch
from torch import nn

from embedkit.checks import plain, probes

SCENE: tuple[Any, ...] = (
    *(builtins, contextlib, copy, io, json, random, warnings),
    *(torch, torch.autograd, torch.linalg, torch.nn, torch.nn.functional, torch.nn.init),
    *(torch.optim, torch.Tensor, nn.Module, nn.Parameter, nn.Embedding, nn.Linear),
    *(safetensors.torch, plain, probes),
)
"""Modules and classes that probes and answers use."""

LEFT_ALONE = {"__builtins__", "__dict__", "__weakref__", "__doc__", "__annotations__", "_"}


def remember() -> Callable[[], None]:
    """Return a function that puts all names of the scene back to what they mean now."""
    kept = [(place, dict(vars(place))) for place in SCENE]
    all_probes = dict(probes.PROBES)

    def put_back() -> None:
        for place, names in kept:
            now = vars(place)
            for name, value in names.items():
                if name not in LEFT_ALONE and now.get(name) is not value:
                    with contextlib.suppress(AttributeError, TypeError):
                        setattr(place, name, value)
        probes.PROBES.clear()
        probes.PROBES.update(all_probes)
        if torch.is_inference_mode_enabled():
            torch.inference_mode(mode=False).__enter__()
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)

    return put_back
