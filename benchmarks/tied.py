"""Tied or untied? Trains small language models of the KJV that differ in their head alone.

Four variants: an untied model; the tied one, which has a table less; and two tied ones that get
those parameters back, as longer rows or as a larger body. Each variant first finds its own best
learning rate, with two seeds that are not used again, and is then trained with six others. All
variants see the same batches under one seed, and start from different random tables.

Where the best rates are, they lie a factor of √2 apart. A factor of 2, with which this began, was
too coarse: it gave all variants one rate, which suited the longer rows least.

Run it as ``python benchmarks/tied.py``. It goes on where it was stopped: each finished run is
written at once, and runs with a rate that is no longer the best one are made anew. ``--one`` makes
one more run and ends, so that two of them may work side by side.
"""

import argparse
import fcntl
import json
import math
import platform
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit.corpora import kjv_verses
from embedkit.device import pick_device
from embedkit.tied_head import SmallLM, gradient_by_end, likeness
from embedkit.tokens_to_ids import BytePairTokenizer, learn_merges

RESULTS = Path(__file__).parent / "results" / "tied.json"
TABLES = Path(__file__).parents[1] / ".embedkit" / "tied"


@dataclass(frozen=True)
class Config:
    """What all runs share."""

    vocab_size: int = 2048
    seq: int = 32
    batch: int = 32
    steps: int = 1000
    warmup: int = 50
    weight_decay: float = 0.01


@dataclass(frozen=True)
class Variant:
    """One kind of model."""

    tied: bool
    model_dim: int
    hidden_dim: int


CONFIG = Config()
VARIANTS = {
    "untied": Variant(tied=False, model_dim=64, hidden_dim=128),
    "tied": Variant(tied=True, model_dim=64, hidden_dim=128),
    "tied, longer rows": Variant(tied=True, model_dim=115, hidden_dim=128),
    "tied, larger body": Variant(tied=True, model_dim=64, hidden_dim=227),
}
RATES = (0.007, 0.01)
"""The learning rates that each variant may take."""
OUTER_RATES = (0.014, 0.005, 0.02, 0.04)
"""Rates tried with the first sweep seed only, to see that the best ones lie between them."""
SWEEP_SEEDS = (0, 7)
SEEDS = (1, 2, 3, 4, 5, 6)
HELD_OUT_EVERY = 20
"""Of the blocks of 100 verses, this one of so many is held out."""
LOOKS = (0, 10, 30, 100, 300, 600, 1000)
"""The steps before which the gradients from both ends are measured."""
BANDS = ((0, 100), (100, 500), (500, 2048))
"""Ranks of tokens by how often they occur: in the gradients and in the likeness of tables."""


@dataclass(frozen=True)
class Text:
    """The text as tokens, and what is needed to count in characters."""

    train: Tensor
    held_out: Tensor
    held_out_characters: int
    by_frequency: Tensor
    unseen: Tensor


def read_text() -> Text:
    """Learn byte pairs from the training part, and cut both parts with them."""
    verses = kjv_verses()
    blocks = ["\n".join(verses[i : i + 100]) for i in range(0, len(verses), 100)]
    last = HELD_OUT_EVERY - 1
    train = "\n".join(b for i, b in enumerate(blocks) if i % HELD_OUT_EVERY != last)
    held_out = "\n".join(b for i, b in enumerate(blocks) if i % HELD_OUT_EVERY == last)
    tokenizer = BytePairTokenizer(learn_merges(train, CONFIG.vocab_size - 256))
    ids = torch.tensor(tokenizer.encode(train))
    counts = torch.bincount(ids, minlength=CONFIG.vocab_size)
    return Text(
        train=ids,
        held_out=torch.tensor(tokenizer.encode(held_out)),
        held_out_characters=len(held_out),
        by_frequency=counts.argsort(descending=True, stable=True),
        unseen=counts == 0,
    )


def draw_batch(ids: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return pieces of the text from random places, and the token that follows each token."""
    at = torch.randint(len(ids) - CONFIG.seq, (CONFIG.batch, 1), generator=generator)
    pieces = ids[at + torch.arange(CONFIG.seq + 1)].to(pick_device())
    return pieces[:, :-1], pieces[:, 1:]


@torch.no_grad()
def bits_a_character(model: SmallLM, text: Text) -> float:
    """Return the cross-entropy of the held-out text, in bits for each of its characters."""
    length = 64
    pieces = (len(text.held_out) - 1) // length
    reads = text.held_out[: pieces * length].view(pieces, length).to(pick_device())
    follows = text.held_out[1 : pieces * length + 1].view(pieces, length).to(pick_device())
    nats = sum(
        F.cross_entropy(
            model(reads[i : i + 32]).flatten(0, 1), follows[i : i + 32].flatten(), reduction="sum"
        ).item()
        for i in range(0, pieces, 32)
    )
    characters_a_token = text.held_out_characters / len(text.held_out)
    return nats / (pieces * length) / characters_a_token / math.log(2)


def look_at_gradients(model: SmallLM, text: Text, seed: int) -> dict[str, list[float]]:
    """Return the mean norm of a row's gradient from each end, by how common its token is."""
    generator = torch.Generator().manual_seed(seed)
    ends: dict[str, list[float]] = {"input": [0.0] * len(BANDS), "head": [0.0] * len(BANDS)}
    batches = 4
    for _ in range(batches):
        found = gradient_by_end(model, *draw_batch(text.train, generator))
        for end, grad in zip(ends, found, strict=True):
            norms = grad.norm(dim=1).cpu()[text.by_frequency]
            for place, (low, high) in enumerate(BANDS):
                ends[end][place] += norms[low:high].mean().item() / batches
    return ends


def train(variant: Variant, rate: float, seed: int, text: Text) -> tuple[dict, SmallLM]:
    """Train one model, and return what was measured, and the model."""
    torch.manual_seed(100 * seed + list(VARIANTS.values()).index(variant))
    model = SmallLM(CONFIG.vocab_size, variant.model_dim, variant.hidden_dim, tied=variant.tied).to(
        pick_device()
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=CONFIG.weight_decay)
    generator = torch.Generator().manual_seed(seed)
    started, curve, looks = time.perf_counter(), [], {}
    for step in range(CONFIG.steps + 1):
        if step in LOOKS and seed not in SWEEP_SEEDS:
            looks[step] = look_at_gradients(model, text, seed)
        if step % 200 == 0:
            curve.append([step, bits_a_character(model, text)])
        if step == CONFIG.steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate * min((step + 1) / CONFIG.warmup, 1 - step / CONFIG.steps)
        reads, follows = draw_batch(text.train, generator)
        loss = F.cross_entropy(model(reads).flatten(0, 1), follows.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "bits": curve[-1][1],
        "curve": curve,
        "gradients": looks,
        "parameters": sum(p.numel() for p in model.parameters()),
        "seconds": time.perf_counter() - started,
    }, model


def mean_cosine(rows: Tensor) -> float:
    """Return the mean cosine of two different rows."""
    total = F.normalize(rows, dim=1).sum(dim=0)
    return ((total @ total - len(rows)) / (len(rows) * (len(rows) - 1))).item()


def compare_tables(text: Text) -> dict[str, object]:
    """Return which tables agree on which tokens are alike, and what became of unseen tokens."""
    tables = {
        (name, seed): torch.load(table_file(name, seed), weights_only=True)
        for name in ("untied", "tied")
        for seed in SEEDS
    }
    pairs = {
        "tied, untied input": lambda s, n: (("tied", s, "reads"), ("untied", s, "reads")),
        "tied, untied output": lambda s, n: (("tied", s, "reads"), ("untied", s, "writes")),
        "untied input, output": lambda s, n: (("untied", s, "reads"), ("untied", s, "writes")),
        "tied, two seeds": lambda s, n: (("tied", s, "reads"), ("tied", n, "reads")),
        "input, two seeds": lambda s, n: (("untied", s, "reads"), ("untied", n, "reads")),
        "output, two seeds": lambda s, n: (("untied", s, "writes"), ("untied", n, "writes")),
    }
    seen = text.by_frequency[: int((~text.unseen).sum())]  # unseen ones are alike for no reason
    alike: dict[str, list[list[float]]] = {}
    for name, pair in pairs.items():
        alike[name] = []
        for seed in SEEDS:
            sides = pair(seed, SEEDS[(SEEDS.index(seed) + 1) % len(SEEDS)])
            one, other = (tables[kind, s][end][seen] for kind, s, end in sides)
            alike[name].append([likeness(one[low:high], other[low:high]) for low, high in BANDS])
    unseen = {
        f"{kind}, {end}": [
            [mean_cosine(tables[kind, s][end][rows]) for s in SEEDS]
            for rows in (text.unseen, ~text.unseen)
        ]
        for kind, end in (("tied", "reads"), ("untied", "reads"), ("untied", "writes"))
    }
    return {"likeness": alike, "mean cosine of unseen and of seen": unseen}


def table_file(name: str, seed: int) -> Path:
    """Return where the tables of one run wait to be compared."""
    return TABLES / f"{name.replace(', ', '-').replace(' ', '-')}-{seed}.pt"


def about_this_run(text: Text) -> dict[str, object]:
    """Return what a reader needs to judge the numbers."""
    return {
        "config": asdict(CONFIG)
        | {"rates": sorted(RATES), "outer_rates": sorted(OUTER_RATES), "sweep_seeds": SWEEP_SEEDS}
        | {"seeds": SEEDS, "bands": BANDS}
        | {"optimizer": "AdamW", "schedule": "linear warm-up, then linear to 0"},
        "text": {
            "train_tokens": len(text.train),
            "held_out_tokens": len(text.held_out),
            "held_out_characters": text.held_out_characters,
            "unseen_tokens": int(text.unseen.sum()),
        },
        "variants": {name: asdict(variant) for name, variant in VARIANTS.items()},
        "versions": {"python": platform.python_version(), "torch": version("torch")},
        "machine": {
            "device": pick_device().type,
            "system": platform.system(),
            "processor": platform.machine(),
            "threads": torch.get_num_threads(),
        },
        "date": datetime.now(UTC).date().isoformat(),
    }


@contextmanager
def results() -> Iterator[dict]:
    """Read the results, and write them back; one process at a time."""
    RESULTS.parent.mkdir(exist_ok=True)
    TABLES.mkdir(parents=True, exist_ok=True)
    with (TABLES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        yield stored
        ordered = json.dumps(stored, indent=1, ensure_ascii=False, sort_keys=True)
        fresh = RESULTS.with_suffix(".new")
        fresh.write_text(_lists_on_a_line(ordered) + "\n", encoding="utf-8")
        fresh.replace(RESULTS)


def _lists_on_a_line(text: str) -> str:
    """Write lists of numbers on one line each, and round them to six digits."""
    text = re.sub(r"-?\d+\.\d{7,}(e-?\d+)?", lambda found: f"{float(found[0]):.6g}", text)
    return re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text)


def best_rate(stored: dict, name: str) -> float:
    """Return the learning rate with which a variant did best, in the mean of the sweep seeds."""
    sweep = stored["sweep"][name]
    return min(RATES, key=lambda rate: sum(sweep[f"{rate:g}"].values()))


def swept(stored: dict, name: str, rate: float, seed: int) -> bool:
    """Return whether this run of the sweep is done."""
    return str(seed) in stored["sweep"].get(name, {}).get(f"{rate:g}", {})


def next_run(stored: dict) -> tuple[str, float | None, int] | None:
    """Claim a run that is neither done nor begun; no rate means the best one of the sweep.

    A run that was made with another rate than the best one counts as not done.
    """
    stored.setdefault("sweep", {})
    runs, begun = stored.setdefault("runs", {}), stored.setdefault("begun", [])
    grid = [(rate, seed) for rate in RATES for seed in SWEEP_SEEDS]
    grid += [(rate, SWEEP_SEEDS[0]) for rate in OUTER_RATES]
    wanted: list[tuple[str, float | None, int]] = [
        (name, rate, seed) for rate, seed in grid for name in VARIANTS
    ]
    wanted += [(name, None, seed) for seed in SEEDS for name in VARIANTS]
    for name, rate, seed in wanted:
        if rate:
            done = swept(stored, name, rate, seed)
        elif not all(swept(stored, name, *place) for place in grid):
            continue
        else:
            done = runs.get(name, {}).get(str(seed), {}).get("rate") == best_rate(stored, name)
        if not done and [name, rate, seed] not in begun:
            begun.append([name, rate, seed])
            return name, rate, seed
    return None


def make_one_run(text: Text) -> bool:
    """Make the next run and store it; return False if there is none."""
    with results() as stored:
        claimed = next_run(stored)
        if claimed is None:
            return False
        name, rate, seed = claimed
        chosen = rate or best_rate(stored, name)
    measured, model = train(VARIANTS[name], chosen, seed, text)
    with results() as stored:
        stored["begun"].remove([name, rate, seed])
        if rate:
            found = stored["sweep"].setdefault(name, {}).setdefault(f"{rate:g}", {})
            found[str(seed)] = measured["bits"]
        else:
            stored["runs"].setdefault(name, {})[str(seed)] = {"rate": chosen, **measured}
    if rate is None:
        tables = {"reads": model.embedding.weight, "writes": model.head.weight}
        torch.save(
            {end: w.detach().cpu().clone() for end, w in tables.items()}, table_file(name, seed)
        )
    print(f"{name}, rate {chosen:g}, seed {seed}: {measured['bits']:.4f} bits a character")
    return True


def main() -> None:
    """Make all runs that are missing, then compare the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--one", action="store_true", help="make one run, and end")
    parser.add_argument("--again", action="store_true", help="forget runs that were begun and lost")
    options = parser.parse_args()
    with results() as stored:
        if options.again:
            stored["begun"] = []
    text = read_text()
    while make_one_run(text):
        if options.one:
            return
    with results() as stored:
        if not stored["begun"]:
            stored.pop("begun")
            stored.update(about_this_run(text), tables=compare_tables(text))


if __name__ == "__main__":
    main()
