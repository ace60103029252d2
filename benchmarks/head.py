"""What the loss of a large head costs in time and memory: ours, plain, and those of others.

Every variant takes the loss and both gradients of the same inputs. Time: all variants take turns,
each turn in another order, and each is compared with the others of its own turn. The time of three
of them is taken once more in a process whose C library keeps freed memory (``reuse``). Memory: each
variant runs in a process of its own, twice, and the peak of the second run is compared with what
was held just before. Then a model with a split table runs in 2 and 4 processes, beside ordinary
single processes.

Run it as ``python benchmarks/head.py``. It writes ``benchmarks/results/head.json``, which lesson 8
shows. With ``--part time``, ``reuse``, ``memory`` or ``split``, only that part is measured anew.
"""

import argparse
import gc
import importlib.util
import json
import os
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

from benchmarks.machine import machine  # noqa: E402
from embedkit.device import pick_device  # noqa: E402
from embedkit.head_at_scale import linear_cross_entropy  # noqa: E402
from embedkit.memory import peak_memory  # noqa: E402
from embedkit.split_table import launch, question  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "head.json"
N, V, D = 4096, 32_000, 512
TURNS, TURNS_OF_REUSE, TURNS_TO_FILL_THE_HEAP = 5, 5, 4
PROCESSES = (1, 2, 4)
KEEP_FREED_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**40)}
Variant = Callable[[Tensor, Tensor, Tensor], Tensor]


def plain(hidden: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """Make all logits, and take their cross-entropy."""
    return F.cross_entropy(hidden @ table.T, targets)


def torch_chunked(chunk_size: int | None = None) -> Variant:
    """Use PyTorch's own chunked loss, with the chunks that it chooses itself or with ours."""
    options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=chunk_size)
    return lambda *given: F.linear_cross_entropy(*given, options=options)


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
    "torch, its own chunks": torch_chunked(),
    "torch, chunks of 512": torch_chunked(512),
    "ours": ours(512),
    "ours, chunks of 128": ours(128),
    "ours, chunks of 2048": ours(2048),
    "ours, logits twice": recomputing,
}
REUSING = ("plain", "torch, chunks of 512", "ours")
IN_HALF_PRECISION = ("plain", "torch, its own chunks", "ours")
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


def inputs(dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    """Return hidden vectors, a table and targets, the same in every run."""
    torch.manual_seed(0)
    device = pick_device()
    hidden = torch.empty(N, D).normal_().to(device, dtype).requires_grad_()
    table = torch.empty(V, D).normal_(std=0.02).to(device, dtype).requires_grad_()
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


def take_turns(names: list[str], turns: int, unmeasured: int = 1) -> dict[str, list[float]]:
    """Return the seconds that each variant took, turn by turn, after some turns to warm up."""
    given, found = inputs(), variants()
    seconds: dict[str, list[float]] = {name: [] for name in names}
    gc.disable()
    for turn in range(unmeasured + turns):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            taken = forward_and_backward(found[name], given)
            if turn >= unmeasured:
                seconds[name].append(round(taken, 3))
    gc.enable()
    return seconds


def against(seconds: dict[str, list[float]], other: str) -> dict[str, dict[str, float]]:
    """Compare each variant with another of the same turn: least, median and largest ratio."""
    found = {}
    for name, each in seconds.items():
        ratios = sorted(a / b for a, b in zip(each, seconds[other], strict=True))
        spread = {"least": ratios[0], "median": statistics.median(ratios), "most": ratios[-1]}
        found[name] = {key: round(value, 3) for key, value in spread.items()}
    return found


def measure_time() -> dict[str, object]:
    """Let all variants take turns, and compare each with the others of its own turn."""
    seconds = take_turns(list(variants()), TURNS)
    given = inputs()
    compared = ("torch, its own chunks", "ours")
    return {
        "turns": TURNS,
        "seconds": seconds,
        "over_plain": against(seconds, "plain"),
        "over_torch_its_own_chunks": against(seconds, "torch, its own chunks"),
        "over_torch_chunks_of_512": against(seconds, "torch, chunks of 512"),
        "largest_relative_difference_from_plain": {
            name: largest_difference(VARIANTS[name], given) for name in compared
        },
    }


def ask_a_process(*options: str, **environment: str) -> dict[str, list[float]]:
    """Run this file in a fresh process, and return what it prints."""
    command = [sys.executable, __file__, *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | environment
    )
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def measure_reuse() -> dict[str, object]:
    """Take the time where the C library (glibc) keeps freed memory, so that no page is new.

    The heap grows for some turns until it serves all variants; these are not counted.
    """
    seconds = ask_a_process("--one=turns", **KEEP_FREED_MEMORY)
    return {"turns": TURNS_OF_REUSE, "seconds": seconds, "over_plain": against(seconds, "plain")}


def measure_memory() -> dict[str, dict[str, int]]:
    """Run each variant in a process of its own, and return the extra bytes at its peak."""
    found: dict[str, dict[str, int]] = {"float32": {}, "bfloat16": {}}
    for dtype, names in (("float32", variants()), ("bfloat16", IN_HALF_PRECISION)):
        for name in names:
            report = ask_a_process(f"--one={name}", f"--dtype={dtype}")
            found[dtype][name] = int(report["peak"][0])
    return found


def measure_one(name: str, dtype: torch.dtype) -> int:
    """Return the extra bytes at the peak of one variant, in its second run."""
    given, variant = inputs(dtype), variants()[name]
    forward_and_backward(variant, given)  # the libraries keep some memory of their own
    for tensor in given[:2]:
        tensor.grad = None
    return peak_memory(lambda: forward_and_backward(variant, given))


def measure_one_alone(name: str) -> int:
    """Return what the model whose table is split takes in one process, without any engine."""
    model, ids, targets = question(V, D, N // 4, tied=True)
    loss_of = plain if name == "alone, plain" else ours(512)

    def work() -> None:
        model.zero_grad()
        hidden = model.body(model.embedding(ids)).tanh()
        loss_of(hidden.flatten(0, 1), model.head.weight, targets.flatten()).backward()

    work()
    model.zero_grad()
    return peak_memory(work)


def measure_split() -> list[dict[str, object]]:
    """Take the gradients of one model: alone, then with its table split over processes."""
    options = [f"--vocab={V}", f"--dim={D}", f"--positions={N // 4}"]
    found: list[dict[str, object]] = []
    for name in ("alone, plain", "alone, in chunks"):
        peak = int(ask_a_process(f"--one={name}")["peak"][0])
        found.append({"how": name, "bytes_of_table_a_process": 4 * V * D,
                      "peak_bytes_a_process": peak, "collectives": 0,
                      "bytes_handed_to_collectives": 0})  # fmt: skip
    for processes in PROCESSES:
        report = launch(processes, *options)
        sent = [message["bytes"] for message in report["messages"]]
        found.append(
            {
                "how": f"split over {processes}",
                "bytes_of_table_a_process": max(part["table"] for part in report["parts"]),
                "peak_bytes_a_process": max(part["peak"] for part in report["parts"]),
                "collectives": len(sent),
                "bytes_handed_to_collectives": sum(sent),
            }
        )
    return found


PARTS: dict[str, Callable[[], object]] = {
    "time": measure_time,
    "reuse": measure_reuse,
    "memory": measure_memory,
    "split": measure_split,
}


def in_this_process(what: str, dtype: str) -> dict[str, list[float]]:
    """Measure what a fresh process was started for."""
    if what == "turns":
        return take_turns(list(REUSING), TURNS_OF_REUSE, TURNS_TO_FILL_THE_HEAP)
    if what.startswith("alone"):
        return {"peak": [measure_one_alone(what)]}
    return {"peak": [measure_one(what, getattr(torch, dtype))]}


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="measure only this part")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--dtype", default="float32", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(in_this_process(given.one, given.dtype)))
        return
    result = json.loads(RESULT.read_text(encoding="utf-8")) if given.part else {}
    result |= {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "sizes": {"positions": N, "vocab_size": V, "model_dim": D},
        "not_measured": [name for name in ON_A_GPU if name not in variants()],
    }
    for part in given.part or PARTS:
        load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
        result[part] = PARTS[part]()
        result["load_before"] = result.get("load_before", {}) | {part: load}
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
