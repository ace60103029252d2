"""Five ways to tell positions, tied and untied: lesson 12's model, trained ten times over seeds.

All models are alike but for the two switches, see the same batches under one seed, and take equally
many steps. Each is then tested on texts eight times as long as those of training, those with rotary
positions also with other frequencies, and those with a learned table also with it stretched.
Sinusoidal models multiply the rows of their table by √D, which others do not. So that this is not
taken for an effect of the sinusoids, there are rotary models that do so, too.

Run it as ``python -m benchmarks.grid``. Each run is written at once to a file of its own in
``benchmarks/results/grid``, and a run whose file is there is not made again. ``--part 1 2`` makes
every second run, beside a process with ``--part 2 2``. When all are there, they become the table
``benchmarks/results/grid.json``, which lesson 12 shows.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import torch
from torch import nn

from benchmarks.machine import machine
from embedkit.device import pick_device
from embedkit.language_model_training import (
    Recipe,
    Text,
    bits_a_character,
    kjv_tokens,
    loss_by_position,
    train,
)
from embedkit.learned_positions import stretch_table
from embedkit.rotary_scaling import interpolated_frequencies, ntk_frequencies
from embedkit.tiny_language_model import Config, Positions, TinyLM

RESULTS = Path(__file__).parent / "results"
RUNS = RESULTS / "grid"
CONFIG, RECIPE = Config(), Recipe()
SEEDS = (1, 2, 3)
TIMES_AS_LONG = 8
BIN = 16
"""How many neighbouring positions share one mean loss."""
PARTS_OF_A_CURVE = 20


@dataclass(frozen=True)
class Cell:
    """One run of the grid."""

    positions: Positions
    tied: bool
    seed: int
    scaled: bool = False

    @property
    def file(self) -> Path:
        """Where its results lie."""
        head = "tied" if self.tied else "untied"
        scaled = "_scaled" if self.scaled else ""
        return RUNS / f"{self.positions}_{head}{scaled}_{self.seed}.json"


CELLS = [
    Cell(positions, tied, seed)
    for seed in SEEDS
    for positions in get_args(Positions)
    for tied in (True, False)
]
CELLS += [Cell("rotary", tied, seed, scaled=True) for seed in SEEDS for tied in (True, False)]


@contextmanager
def stretched(model: TinyLM, how: str) -> Iterator[None]:
    """Change a model for texts that are longer than those of training, and change it back."""
    frequencies, table = model.frequencies, model.position_table
    size, factor = (model.config.head_dim, model.config.base), float(TIMES_AS_LONG)
    if how == "interpolated":
        model.frequencies = interpolated_frequencies(*size, factor=factor).tolist()
    elif how == "NTK-aware":
        model.frequencies = ntk_frequencies(*size, factor=factor).tolist()
    elif how == "stretched table":
        assert table is not None
        longer = stretch_table(table.weight.detach(), TIMES_AS_LONG * model.config.max_len)
        model.position_table = nn.Embedding.from_pretrained(longer)
    yield
    model.frequencies, model.position_table = frequencies, table


def losses_on_long_texts(model: TinyLM, text: Text) -> dict[str, list[float]]:
    """Return the loss by position, up to eight times the length of training, in bins."""
    ways = {
        "rotary": ["as trained", "interpolated", "NTK-aware"],
        "learned": ["stretched table"],
    }.get(model.config.positions, ["as trained"])
    found = {}
    for how in ways:
        with stretched(model, how):
            losses = loss_by_position(
                model, text.held_out, TIMES_AS_LONG * model.config.max_len, batch=8
            )
        found[how] = [round(nats, 4) for nats in losses.unflatten(0, (-1, BIN)).mean(1).tolist()]
    return found


def make(cell: Cell, text: Text) -> dict[str, object]:
    """Train the model of one cell, and measure it."""
    config = replace(CONFIG, positions=cell.positions, tied=cell.tied, scaled=cell.scaled)
    torch.manual_seed(cell.seed)
    model = TinyLM(config).to(pick_device())
    started = time.perf_counter()
    losses = train(model, text, RECIPE, cell.seed)
    seconds = time.perf_counter() - started
    part = len(losses) // PARTS_OF_A_CURVE
    return asdict(cell) | {
        "parameters": sum(p.numel() for p in model.parameters()),
        "first_loss": round(losses[0], 4),
        "curve": [
            round(sum(losses[at : at + part]) / part, 4)
            for at in range(0, part * PARTS_OF_A_CURVE, part)
        ],
        "bits_a_character": round(bits_a_character(model, text), 4),
        "loss_by_position": losses_on_long_texts(model, text),
        "seconds": round(seconds, 1),
        "config": asdict(config),
        "recipe": asdict(RECIPE),
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def write(path: Path, what: object) -> None:
    """Write a file that is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(what) + "\n", encoding="utf-8")
    fresh.replace(path)


def gather() -> None:
    """Make one table of all runs."""
    runs = [json.loads(cell.file.read_text(encoding="utf-8")) for cell in CELLS]
    shared = {"recipe": asdict(RECIPE), "config": asdict(CONFIG), "bin": BIN, "seeds": SEEDS}
    keep = ("parameters", "first_loss", "bits_a_character", "loss_by_position", "curve")
    table = [
        asdict(cell) | {key: run[key] for key in keep}
        for cell, run in zip(CELLS, runs, strict=True)
    ]
    machines = [run["machine"] | {"load_before": None} for run in runs]
    about = {"machines": [one for i, one in enumerate(machines) if one not in machines[:i]]}
    write(RESULTS / "grid.json", shared | about | {"runs": table})


def main() -> None:
    """Make all runs that are missing, then the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--part", nargs=2, type=int, default=(1, 1), metavar=("I", "OF"))
    part, of = parser.parse_args().part
    text = kjv_tokens(CONFIG.vocab_size)
    for cell in CELLS[part - 1 :: of]:
        if not cell.file.exists():
            result = make(cell, text)
            write(cell.file, result)
            print(cell.file.stem, result["bits_a_character"], result["seconds"], flush=True)
    if all(cell.file.exists() for cell in CELLS):
        gather()


if __name__ == "__main__":
    main()
