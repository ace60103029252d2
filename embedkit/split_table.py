"""Lesson 8, second half: a table that is split by rows over processes, by PyTorch's own engine.

Each process runs this same file; ``torchrun`` starts them and tells each which one it is::

    torchrun --standalone --nproc-per-node 2 -m embedkit.split_table

Where tables reach terabytes, as in recommender systems, TorchRec (https://github.com/meta-pytorch/
torchrec) plans and runs the split; what happens is the same.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.tensor import DTensor, Replicate, Shard
from torch.distributed.tensor.parallel import (
    ColwiseParallel,
    RowwiseParallel,
    loss_parallel,
    parallelize_module,
)
from torch.utils._python_dispatch import TorchDispatchMode

from embedkit.device import pick_device
from embedkit.memory import peak_memory

SECONDS = 120
COLLECTIVES = ("all_reduce", "all_gather", "reduce_scatter", "all_to_all", "broadcast")


def rows_of(vocab_size: int, processes: int) -> list[range]:
    """Return which rows of the table each process holds.

    As DTensor and ``torch.chunk`` do it: all but the last hold ``ceil(V / processes)`` rows.

    Args:
        vocab_size: V, the number of rows.
        processes: how many share them.

    Raises:
        ValueError: if some process would hold no row.
    """
    each = -(-vocab_size // processes)
    parts = [
        range(first, min(first + each, vocab_size)) for first in range(0, each * processes, each)
    ]
    if not all(parts):
        raise ValueError(
            f"{vocab_size} rows in parts of {each} do not give {processes} processes a row each: "
            "pad the table, or start fewer processes."
        )
    return parts


class SmallModel(nn.Module):
    """An embedding layer, one layer between, and a head: enough to split both ends."""

    def __init__(self, vocab_size: int, model_dim: int, tied: bool) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.head = nn.Linear(model_dim, vocab_size, bias=False)
        if tied:
            self.head.weight = self.embedding.weight

    def forward(self, ids: Integer[Tensor, "*shape"]) -> Float[Tensor, "*shape vocab"]:
        """Return the logits of the tokens that come next."""
        logits: Tensor = self.head(self.body(self.embedding(ids)).tanh())
        return logits


def split(model: SmallModel, mesh: DeviceMesh) -> None:
    """Split both ends of a model by the rows of their tables; the body stays whole everywhere.

    Args:
        model: on the device "meta", where it has shapes and no numbers. Afterwards each process
            has room for its own rows, and nobody ever had room for all; :func:`fill` fills it.
        mesh: the processes that share it.
    """
    tied = model.head.weight is model.embedding.weight
    by_rows = RowwiseParallel(input_layouts=Replicate(), output_layouts=Replicate())
    # nn.Linear computes x @ weight.T, so a column of its output is a row of its weight
    by_tokens = ColwiseParallel(output_layouts=Shard(-1), use_local_output=False)
    parallelize_module(model, mesh, {"embedding": by_rows, "head": by_tokens})
    model.to_empty(device=mesh.device_type)
    if tied:  # splitting made two parameters of one
        model.head.weight = model.embedding.weight


@torch.no_grad()
def fill(model: SmallModel, rows: range) -> None:
    """Draw a model's numbers. Each row has a seed of its own, so no process needs the others'.

    Args:
        model: whole or split.
        rows: which rows of the tables this process holds.
    """
    generator = torch.Generator()
    for name, weight in model.named_parameters():
        mine: Any = weight.to_local() if isinstance(weight, DTensor) else weight
        first = 0 if name.startswith("body") else rows.start
        for number, row in enumerate(mine if mine.ndim == 2 else mine[None], start=first):
            seed = zlib.crc32(f"{name} {number}".encode())
            drawn = torch.randn(row.shape, generator=generator.manual_seed(seed))
            row.copy_(drawn / model.body.in_features**0.5)


def loss_and_backward(
    model: SmallModel, ids: Integer[Tensor, "*shape"], targets: Integer[Tensor, "*shape"]
) -> Tensor:
    """Return the mean loss of a split model, and leave the gradients in its parameters."""
    with loss_parallel():  # cross_entropy and its backward work on parts of the logits
        logits = model(ids)
        loss = F.cross_entropy(logits.flatten(0, -2), targets.flatten())
        loss.backward()
    return loss.detach()


class Exchanged(TorchDispatchMode):
    """Write down every tensor that this process hands over for a collective while it is active.

    How many bytes of it then travel depends on the algorithm of the collective. It sees the
    functional collectives, which are the ones that DTensor uses.
    """

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        """Note collectives; a DTensor first turns itself into them."""
        if any(issubclass(kind, DTensor) for kind in types):
            return NotImplemented
        name = func.overloadpacket.__name__.rstrip("_")
        if func.namespace == "_c10d_functional" and name.startswith(COLLECTIVES):
            sent = args[0]
            self.messages.append({"what": name, "shape": list(sent.shape), "bytes": sent.nbytes})
        return func(*args, **(kwargs or {}))


def start() -> DeviceMesh:
    """Join the other processes that torchrun started: NCCL between GPUs, gloo on the CPU.

    Raises:
        SystemExit: if it was not torchrun that started this process.
    """
    if "WORLD_SIZE" not in os.environ:
        raise SystemExit("torchrun must start this: torchrun --nproc-per-node 2 -m …")
    device, processes = pick_device(), int(os.environ["WORLD_SIZE"])
    kind = "cpu"
    if device.type == "cuda" and torch.cuda.device_count() >= processes:
        kind = device.type
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if kind == "cuda" else "gloo")
    return init_device_mesh(kind, (processes,))


def batch(vocab_size: int, positions: int) -> tuple[Tensor, Tensor]:
    """Return ids and targets that are the same in every process; one target is ignored."""
    generator = torch.Generator().manual_seed(0)
    ids, targets = torch.randint(vocab_size, (2, 1, positions), generator=generator).unbind()
    targets[0, 0] = -100
    return ids, targets


def question(
    vocab_size: int, model_dim: int, positions: int, tied: bool
) -> tuple[SmallModel, Tensor, Tensor]:
    """Return what all processes work on together, for one alone: the whole model, and a batch."""
    model = SmallModel(vocab_size, model_dim, tied)
    fill(model, range(vocab_size))
    return model, *batch(vocab_size, positions)


def first_error(text: str) -> str:
    """Return the first error that a process tells of, or the end of all that was said."""
    errors = [line for line in text.splitlines() if re.search(r"\]: +\w*(Error|Exit): ?", line)]
    return errors[0] if errors else text[-2000:]


def launch(processes: int, *options: str) -> dict[str, Any]:
    """Start this file in several processes with torchrun, and return what the first one reports.

    Args:
        processes: how many.
        *options: of :func:`main`, as on the command line.

    Raises:
        RuntimeError: if a process fails, or they do not end in two minutes.
    """
    # they talk within this machine; a name that the machine gives itself may lead elsewhere
    loopback = {"Linux": "lo", "Darwin": "lo0"}.get(platform.system())
    near = {"GLOO_SOCKET_IFNAME": loopback} if loopback else {"USE_LIBUV": "0"}
    run = [sys.executable, "-m", "torch.distributed.run", "--rdzv-backend=c10d"]
    run += ["--rdzv-endpoint=127.0.0.1:0", "--local-addr=127.0.0.1"]
    run += [f"--nproc-per-node={processes}", "-m", "embedkit.split_table", *options]
    environment = {"OMP_NUM_THREADS": "1", **os.environ, **near}
    process = subprocess.Popen(
        run,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        said, complained = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        process.terminate()  # torchrun passes it on to the processes that it started
        process.communicate()
        raise RuntimeError(f"{processes} processes did not end in {SECONDS} seconds.") from error
    if process.returncode:
        raise RuntimeError(f"torchrun ended with an error: {first_error(complained)}")
    report: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return report


def main() -> None:
    """Split a model over the processes, take one step's gradients, and report what it took."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--vocab", type=int, default=1003, help="V, rows of the table")
    parser.add_argument("--dim", type=int, default=16, help="D, numbers in a row")
    parser.add_argument("--positions", type=int, default=64, help="N, tokens in the batch")
    parser.add_argument("--untied", action="store_true", help="give the head its own table")
    parser.add_argument("--save", type=Path, help="a file for the loss and the whole gradients")
    given = parser.parse_args()
    mesh = start()
    rows = rows_of(given.vocab, mesh.size())[mesh.get_rank()]
    with torch.device("meta"):
        model = SmallModel(given.vocab, given.dim, tied=not given.untied)
    split(model, mesh)
    fill(model, rows)
    ids, targets = (each.to(mesh.device_type) for each in batch(given.vocab, given.positions))
    exchanged, losses = Exchanged(), []

    def work() -> None:
        with exchanged:
            losses.append(loss_and_backward(model, ids, targets))

    peak = peak_memory(work, mesh.device_type)
    whole: Any = model.embedding.weight
    mine = whole.to_local()
    parts: list[Any] = [None] * mesh.size()
    dist.all_gather_object(parts, {"rows": len(mine), "table": mine.nbytes, "peak": peak})
    gradients = {
        name: grad.full_tensor() if isinstance(grad := weight.grad, DTensor) else grad
        for name, weight in model.named_parameters()
    }
    loss = losses[0].full_tensor() if isinstance(losses[0], DTensor) else losses[0]
    if dist.get_rank() == 0:
        if given.save:
            torch.save({"loss": loss, **gradients}, given.save)
        report = {"processes": mesh.size(), "parts": parts, "messages": exchanged.messages}
        print(json.dumps(report))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
