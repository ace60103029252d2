"""What the loss of a large head costs in time and memory: ours, plain, and those of others.

Every variant takes the loss and both gradients of the same inputs. Time: all variants take turns,
again and again, and each is compared with the others of its own turn. Memory: each variant runs
once in a fresh process, whose peak is compared with what it held just before. Then a model with a
split table runs in 1, 2 and 4 processes.

Run it as ``python benchmarks/head.py``. It writes ``benchmarks/results/head.json``, which lesson 8
shows. With ``--part time``, ``memory`` or ``split``, only that part is measured anew.
"""

import argparse
import gc
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")

import torch
import torch.nn.functional as F
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from embedkit.device import pick_device  # noqa: E402
from embedkit.head_at_scale import linear_cross_entropy  # noqa: E402
from embedkit.memory import peak_memory  # noqa: E402
from embedkit.split_table import launch  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "head.json"
N, V, D = 4096, 32_000, 512
TURNS = 7
PROCESSES = (1, 2, 4)
Variant = Callable[[Tensor, Tensor, Tensor], Tensor]


def plain(hidden: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """Make all logits, and take their cross-entropy."""
    return F.cross_entropy(hidden @ table.T, targets)


def torch_chunked(hidden: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """Use PyTorch's own chunked loss, with the options that it chooses itself."""
    options = torch.nn.LinearCrossEntropyOptions()
    return F.linear_cross_entropy(hidden, table, targets, options=options)


def ours(chunk_size: int) -> Variant:
    """Use the loss that lesson 8 builds."""
    return lambda *given: linear_cross_entropy(*given, chunk_size=chunk_size)


def recomputing(hidden: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """Compute the logits again on the way back, as ours does where no reduction is asked for."""
    return linear_cross_entropy(hidden, table, targets, reduction="none").mean()


def liger(hidden: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """Use Liger Kernel's fused loss."""
    from liger_kernel.transformers import LigerFusedLinearCrossEntropyLoss

    return LigerFusedLinearCrossEntropyLoss()(table, hidden, targets)


def cut(hidden: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """Use cut cross-entropy, which keeps a tile of logits on the GPU's chip."""
    from cut_cross_entropy import linear_cross_entropy as cut_cross_entropy

    return cut_cross_entropy(hidden, table, targets)


VARIANTS: dict[str, Variant] = {
    "plain": plain,
    "torch, chunked": torch_chunked,
    "ours": ours(512),
    "ours, chunks of 128": ours(128),
    "ours, chunks of 2048": ours(2048),
    "ours, logits computed twice": recomputing,
}
ON_A_GPU = {
    "Liger Kernel": ("liger_kernel", liger),
    "cut cross-entropy": ("cut_cross_entropy", cut),
}


def variants() -> dict[str, Variant]:
    """Return those that can run here."""
    found = dict(VARIANTS)
    if pick_device().type == "cuda":
        for name, (package, variant) in ON_A_GPU.items():
            if importlib.util.find_spec(package):
                found[name] = variant
    return found


def inputs() -> tuple[Tensor, Tensor, Tensor]:
    """Return hidden vectors, a table and targets, the same in every run."""
    torch.manual_seed(0)
    device = pick_device()
    hidden = torch.empty(N, D).normal_().to(device).requires_grad_()
    table = torch.empty(V, D).normal_(std=0.02).to(device).requires_grad_()
    return hidden, table, torch.randint(V, (N,)).to(device)


def forward_and_backward(variant: Variant, given: tuple[Tensor, Tensor, Tensor]) -> float:
    """Take the loss and both gradients, and return the seconds that it took."""
    for tensor in given[:2]:
        tensor.grad = None
    begin = time.perf_counter()
    variant(*given).backward()
    if pick_device().type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begin


def largest_difference(variant: Variant, given: tuple[Tensor, Tensor, Tensor]) -> dict[str, float]:
    """Return how far a variant's gradients lie from those of plain, relative to the largest."""
    grads = []
    for each in (plain, variant):
        forward_and_backward(each, given)
        grads.append([tensor.grad for tensor in given[:2]])
    return {
        name: float((one - other).abs().max() / one.abs().max())
        for name, one, other in zip(("hidden", "table"), *grads, strict=True)
    }


def measure_time() -> dict[str, object]:
    """Let all variants take turns, and compare each with the others of its own turn."""
    given = inputs()
    found = variants()
    seconds: dict[str, list[float]] = {name: [] for name in found}
    gc.disable()
    for turn in range(TURNS + 1):
        for name, variant in found.items():
            taken = forward_and_backward(variant, given)
            if turn:  # the first turn warms up
                seconds[name].append(taken)
    gc.enable()

    def against(other: str) -> dict[str, float]:
        pairs = {
            name: [a / b for a, b in zip(seconds[name], seconds[other], strict=True)]
            for name in found
        }
        return {name: round(statistics.median(ratios), 3) for name, ratios in pairs.items()}

    return {
        "turns": TURNS,
        "seconds": {name: [round(s, 3) for s in each] for name, each in seconds.items()},
        "median_of_time_over_plain": against("plain"),
        "median_of_time_over_torch_chunked": against("torch, chunked"),
        "largest_relative_difference_from_plain": {
            name: largest_difference(variant, given)
            for name, variant in found.items()
            if name in ("torch, chunked", "ours")
        },
    }


def measure_memory() -> dict[str, int]:
    """Run each variant once in a fresh process, and return the extra bytes at its peak."""
    found = {}
    for name in variants():
        command = [sys.executable, __file__, "--one", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[name] = int(done.stdout)
    return found


def measure_one(name: str) -> int:
    """Return the extra bytes at the peak of one variant, the libraries being awake already."""
    given = inputs()
    few = tuple(tensor[:8].detach() for tensor in given)
    plain(few[0].requires_grad_(), few[1].requires_grad_(), few[2] % 8).backward()
    return peak_memory(lambda: forward_and_backward(variants()[name], given))


def measure_split() -> list[dict[str, object]]:
    """Take the gradients of a model whose table is split, in more and more processes."""
    options = [f"--vocab={V}", f"--dim={D}", f"--positions={N // 4}"]
    found = []
    for processes in PROCESSES:
        report = launch(processes, *options)
        sent = [message["bytes"] for message in report["messages"]]
        found.append(
            {
                "processes": processes,
                "bytes_of_table_a_process": max(part["table"] for part in report["parts"]),
                "peak_bytes_a_process": max(part["peak"] for part in report["parts"]),
                "collectives": len(sent),
                "bytes_handed_to_collectives": sum(sent),
            }
        )
    return found


PARTS: dict[str, Callable[[], object]] = {
    "time": measure_time,
    "memory": measure_memory,
    "split": measure_split,
}


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="measure only this part")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(measure_one(given.one))
        return
    result = json.loads(RESULT.read_text(encoding="utf-8")) if given.part else {}
    result |= {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processor": processor(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "device": pick_device().type,
            "load_before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
            "python": platform.python_version(),
            "torch": torch.__version__,
        },
        "sizes": {"positions": N, "vocab_size": V, "model_dim": D, "dtype": "float32"},
        "not_measured": [name for name in ON_A_GPU if name not in variants()],
    }
    for part in given.part or PARTS:
        result[part] = PARTS[part]()
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def processor() -> str:
    """Return the processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line for line in lines if line.startswith("model name")).split(": ")[1]
    except (OSError, StopIteration):
        return platform.processor()


if __name__ == "__main__":
    main()
