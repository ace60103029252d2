"""Probes that weigh: they note how many numbers an answer holds at most.

Unlike an output, such a note could be forged by an answer that sets out to. It catches what a
learner writes, in PyTorch: numbers that are handed to another library count as too many. On Linux,
whoever marks also weighs the process, see :mod:`embedkit.grading.weighing`.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from embedkit.checks.plain import Plain, to_plain

PRODUCTS = ("mm", "addmm", "bmm", "baddbmm", "addbmm")
"""What PyTorch calls the products of matrices, of which others are made."""
LEAVING = ("numpy", "__array__", "__dlpack__")
UNKNOWN = 10**15
"""How many numbers an answer holds that hands its tensors to another library."""


class Leaving(TorchFunctionMode):
    """Notes whether tensors were handed to a library in which nobody counts what is held."""

    left = False

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        self.left = self.left or getattr(func, "__name__", "") in LEAVING
        return func(*args, **(kwargs or {}))


class Held(TorchDispatchMode):
    """Counts the numbers in tensors that are alive, at most, and in the largest matrix product."""

    def __init__(self, given: list[Plain]) -> None:
        super().__init__()
        storages = [item.untyped_storage() for item in given if isinstance(item, Tensor)]
        self.given = {storage.data_ptr() for storage in storages}
        self.alive: dict[int, tuple[StorageWeakRef, int]] = {}
        self.most = 0
        self.widest = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        out = func(*args, **(kwargs or {}))
        if func.overloadpacket.__name__ in PRODUCTS:
            self.widest = max(self.widest, out.numel())
        for item in tree_leaves(out):
            if isinstance(item, Tensor) and item.layout == torch.strided:
                storage = item.untyped_storage()
                if storage.data_ptr() not in self.given:
                    size = storage.nbytes() // item.element_size()
                    self.alive[storage.data_ptr()] = StorageWeakRef(storage), size
        self.alive = {key: one for key, one in self.alive.items() if not one[0].expired()}
        self.most = max(self.most, sum(size for _, size in self.alive.values()))
        return out


def weigh(work: Callable[[], Any], given: list[Plain]) -> tuple[Any, int, int]:
    """Do some work, and return its result, and how many numbers it held.

    These are two counts: at most at one time, besides the given; and in the largest of the matrices
    that it made as a product.

    Args:
        work: is called once, without arguments.
        given: what counts for nothing.
    """
    with Held(given) as held, Leaving() as leaving:
        result = work()
    return result, UNKNOWN if leaving.left else held.most, held.widest


def call_and_weigh(answer: Callable[..., Any], **inputs: Plain) -> Any:
    """Call a function, and note how many numbers it held at most, the inputs not counted.

    Also noted is how many the largest matrix had that it made as a product, and whether something
    that came back carries a graph of its gradients.
    """
    result, most, widest = weigh(lambda: answer(*inputs.values()), list(inputs.values()))
    parts = tuple(result) if isinstance(result, list | tuple) else (result,)
    graph = any(isinstance(item, Tensor) and item.requires_grad for item in parts)
    return {"result": to_plain(result), "most": most, "widest": widest, "graph": graph}


def layer_weighs(answer: Callable[..., Any], sizes: list[int], ids: Tensor) -> Any:
    """Build a layer, read ids, and note how many numbers it held at most, its own not counted.

    It is read twice, in training mode and in eval mode.
    """
    layer = answer(*sizes)
    own = [*layer.parameters(), *layer.buffers()]
    result, in_training, _ = weigh(lambda: layer(ids), own)
    layer.eval()
    _, in_eval, _ = weigh(lambda: layer(ids), own)
    return {"result": to_plain(result), "most": max(in_training, in_eval)}
