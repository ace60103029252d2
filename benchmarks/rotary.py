"""How fast queries and keys are turned: ours against ``transformers``' ``apply_rotary_pos_emb``.

Both get the same queries and keys, as they lie in memory behind a projection, and tables that are
written down already. They take turns, again and again, and each time is divided by the other's of
the same turn. Outputs and gradients must be equal, bit by bit, or nothing is written.

Run it as ``python benchmarks/rotary.py``. It writes ``benchmarks/results/rotary.json``, which
lesson 11 shows.
"""

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")

import torch
from torch import Tensor
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.machine import machine  # noqa: E402
from embedkit.device import pick_device  # noqa: E402
from embedkit.rotary import rotary_frequencies, rotate, rotation  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "rotary.json"


@dataclass(frozen=True)
class Sizes:
    """What is turned: queries of some heads, and keys of fewer."""

    batch: int
    heads: int
    kv_heads: int
    seq: int
    head_dim: int
    turns: int


CASES = {
    "Llama 3 8B, 1,024 tokens": Sizes(1, 32, 8, 1024, 128, 41),
    "a small model, 8 × 128 tokens": Sizes(8, 8, 8, 128, 64, 101),
    "Llama 3 8B, one new token": Sizes(1, 32, 8, 1, 128, 1001),
}
MOST_NOISE = 0.1
"""How far the median of ratios and the ratio of medians may lie apart."""
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def compare(sizes: Sizes, dtype: torch.dtype, backward: bool) -> dict[str, object]:
    """Let both take turns, and return the times of each and the median of their ratios."""
    torch.manual_seed(0)
    device, shape = pick_device(), (sizes.batch, sizes.seq)
    q, k = (
        torch.randn(*shape, heads, sizes.head_dim).to(device, dtype).transpose(1, 2)
        for heads in (sizes.heads, sizes.kv_heads)
    )
    q.requires_grad_(backward), k.requires_grad_(backward)
    arriving = [torch.randn(x.shape).to(device, dtype) for x in (q, k)]
    positions = torch.arange(sizes.seq, device=device)
    frequencies = rotary_frequencies(sizes.head_dim).to(device)
    angles = torch.cat([positions[:, None] * frequencies] * 2, dim=-1)[None]
    cos, sin = angles.cos().to(dtype), angles.sin().to(dtype)
    by = rotation(positions, frequencies, dtype=dtype)
    variants: dict[str, Callable[[], tuple[Tensor, Tensor]]] = {
        "transformers": lambda: apply_rotary_pos_emb(q, k, cos, sin),
        "ours": lambda: (rotate(q, by), rotate(k, by)),
    }

    def once(name: str) -> tuple[float, list[Tensor]]:
        q.grad = k.grad = None
        begin = time.perf_counter()
        out = variants[name]()
        if backward:
            torch.autograd.backward(out, arriving)
        if device.type == "cuda":
            torch.cuda.synchronize()
        taken = time.perf_counter() - begin
        return taken, [*out, *(x.grad for x in (q, k) if x.grad is not None)]

    results = [once(name)[1] for name in variants]
    if not all(torch.equal(one, other) for one, other in zip(*results, strict=True)):
        raise SystemExit("ours and theirs are not equal, bit by bit")
    times: dict[str, list[float]] = {name: [] for name in variants}
    gc.disable()
    for turn in range(sizes.turns):
        for name in list(variants)[:: 1 if turn % 2 else -1]:  # neither is always first
            times[name].append(once(name)[0])
    gc.enable()
    ratios = [a / b for a, b in zip(times["ours"], times["transformers"], strict=True)]
    quarters = statistics.quantiles(ratios, n=4)
    of_medians = statistics.median(times["ours"]) / statistics.median(times["transformers"])
    if abs(of_medians / quarters[1] - 1) > MOST_NOISE:
        raise SystemExit("the machine had other work: measure again when it is quiet")
    return {
        "median_milliseconds": {
            name: round(1000 * statistics.median(each), 4) for name, each in times.items()
        },
        "time_over_transformers": round(quarters[1], 3),
        "half_of_the_ratios_lie_between": [round(quarters[0], 3), round(quarters[2], 3)],
        "equal_bit_by_bit": True,
    }


def main() -> None:
    """Measure, and write what was found."""
    found = {
        f"{case}, {kind}, {part}": compare(sizes, dtype, part == "forward and backward")
        for case, sizes in CASES.items()
        for kind, dtype in DTYPES.items()
        for part in ("forward", "forward and backward")
    }
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine("transformers"),
        "sizes": {case: asdict(sizes) for case, sizes in CASES.items()},
        "time": found,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name, each in found.items():
        print(each["time_over_transformers"], each["half_of_the_ratios_lie_between"], name)


if __name__ == "__main__":
    main()
