"""What speeds up a training step of lesson 12's model: fused attention, bfloat16, compiling.

One model takes a step in each way in turn, again and again, and each time is divided by the first
way's of the same turn. How fast each way learns is not asked here, only how long a step takes; but
the loss must be nearly equal, or nothing is written.

Run it as ``python -m benchmarks.training_step`` on a machine that does nothing else. It writes
``benchmarks/results/training_step.json``, which lesson 12 shows.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from benchmarks.machine import machine
from embedkit.device import pick_device
from embedkit.language_model_training import Recipe
from embedkit.tiny_language_model import Config, TinyLM

RESULT = Path(__file__).parent / "results" / "training_step.json"
TURNS = 30


@dataclass(frozen=True)
class Way:
    """One way to take a step."""

    fused_attention: bool = True
    bfloat16: bool = False
    compiled: bool = False


WAYS = {
    "attention in parts": Way(fused_attention=False),
    "fused attention": Way(),
    "fused, bfloat16": Way(bfloat16=True),
    "fused, compiled": Way(compiled=True),
    "fused, bfloat16, compiled": Way(bfloat16=True, compiled=True),
}


def stepper(way: Way) -> Callable[[Tensor, Tensor], float]:
    """Return a function that takes one step of a model of its own, and returns the loss."""
    torch.manual_seed(0)
    model = TinyLM(Config()).to(pick_device())
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    loss_of = torch.compile(model.loss) if way.compiled else model.loss

    def step(ids: Tensor, targets: Tensor) -> float:
        with ExitStack() as switches:
            if not way.fused_attention:
                switches.enter_context(sdpa_kernel(SDPBackend.MATH))
            if way.bfloat16:
                switches.enter_context(torch.autocast(ids.device.type, torch.bfloat16))
            loss = loss_of(ids, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def measure(turns: int, batch: int) -> dict[str, dict[str, float]]:
    """Return each way's seconds, also of its first step, and its time over that of the first way.

    Raises:
        RuntimeError: if two ways differ in the first loss by more than a hundredth.
    """
    torch.manual_seed(1)
    config = Config()
    ids = torch.randint(config.vocab_size, (batch, config.max_len + 1), device=pick_device())
    steps = {name: stepper(way) for name, way in WAYS.items()}
    first, waited = {}, {}
    for name, step in steps.items():
        began = time.perf_counter()
        first[name] = step(ids[:, :-1], ids[:, 1:])
        waited[name] = time.perf_counter() - began
    if max(first.values()) - min(first.values()) > 0.01:
        raise RuntimeError(f"the ways do not compute the same loss: {first}")
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(turns):
        for name, step in steps.items():
            began = time.perf_counter()
            step(ids[:, :-1], ids[:, 1:])
            seconds[name].append(time.perf_counter() - began)
    base = seconds[next(iter(WAYS))]
    return {
        name: summary(own, base) | {"first_seconds": round(waited[name], 1)}
        for name, own in seconds.items()
    }


def summary(own: list[float], base: list[float]) -> dict[str, float]:
    """Return the median time, and the least, median and largest ratio to another's of the turn."""
    ratios = sorted(one / other for one, other in zip(own, base, strict=True))
    return {
        "milliseconds": round(1000 * statistics.median(own), 1),
        "least": round(ratios[0], 3),
        "median": round(statistics.median(ratios), 3),
        "most": round(ratios[-1], 3),
    }


def main() -> None:
    """Measure, and write the table."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    about = {"config": asdict(Config()), "batch": Recipe().batch, "turns": TURNS}
    about |= {"date": datetime.now(UTC).date().isoformat(), "machine": machine()}
    ways = measure(TURNS, Recipe().batch)
    RESULT.write_text(json.dumps(about | {"ways": ways}, indent=1) + "\n", encoding="utf-8")
    for name, figures in ways.items():
        print(f"{name:28}", figures)


if __name__ == "__main__":
    main()
