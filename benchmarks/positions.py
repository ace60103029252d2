"""Which position schemes still work beyond the lengths of training? Small models of the KJV.

Five models that differ only in how they are told about positions are trained on pieces of 64
tokens, with three seeds, and then read held-out pieces of 512. What is kept is the loss by
position. The rotary ones then read pieces of 256 once more with their frequencies scaled by 4,
before and after a short further training on that length.

Run it as ``python benchmarks/positions.py``. It goes on where it was stopped. With ``--one``, it
makes one more run and ends.
"""

import argparse
import json
import math
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embedkit.alibi import alibi_bias, alibi_slopes
from embedkit.corpora import kjv_verses
from embedkit.device import pick_device
from embedkit.rotary import rotary_frequencies, rotate, rotation
from embedkit.rotary_scaling import (
    interpolated_frequencies,
    llama3_frequencies,
    ntk_frequencies,
    yarn_frequencies,
    yarn_scale,
)
from embedkit.tokens_to_ids import BytePairTokenizer, learn_merges

RESULTS = Path(__file__).parent / "results" / "positions.json"


@dataclass(frozen=True)
class Config:
    """What all runs share."""

    vocab_size: int = 512
    model_dim: int = 64
    heads: int = 2
    layers: int = 2
    seq: int = 64
    batch: int = 32
    steps: int = 1200
    rate: float = 5e-3
    warmup: int = 60
    longest: int = 512
    held_out_pieces: int = 128
    stretched_to: int = 256
    further_steps: int = 100
    further_rate: float = 5e-4


CONFIG = Config()
SCHEMES = ("none", "learned", "sinusoidal", "rotary", "alibi")
SEEDS = (1, 2, 3)
BORDERS = (0, 16, 32, 64, 128, 256, 512)
"""Losses are averaged over positions from one border to the next."""
R = CONFIG.model_dim // CONFIG.heads
FACTOR = CONFIG.stretched_to // CONFIG.seq
LENGTHS = {"factor": float(FACTOR), "trained_len": CONFIG.seq}
SCALINGS: dict[str, tuple[Tensor, float]] = {
    "as they are": (rotary_frequencies(R), 1.0),
    "interpolated": (interpolated_frequencies(R, factor=FACTOR), 1.0),
    "NTK-aware": (ntk_frequencies(R, factor=FACTOR), 1.0),
    "YaRN": (yarn_frequencies(R, 10_000.0, **LENGTHS), yarn_scale(FACTOR)),
    "Llama 3": (llama3_frequencies(R, 10_000.0, **LENGTHS), 1.0),
}


def sinusoids(max_len: int, dim: int) -> Tensor:
    """Return sines and cosines of every position, one row each.

    The stored runs had these, with angles in float32. ``embedkit.sinusoidal`` computes them in
    float64, and its rows differ by up to 2e-5, so it would give other runs.
    """
    angles = torch.arange(max_len)[:, None] * rotary_frequencies(dim)
    return torch.cat((angles.sin(), angles.cos()), dim=-1)


class Layer(nn.Module):
    """Attention and a small network, each behind a LayerNorm."""

    def __init__(self) -> None:
        super().__init__()
        dim = CONFIG.model_dim
        self.norms = nn.ModuleList([nn.LayerNorm(dim), nn.LayerNorm(dim)])
        self.qkv, self.out = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor, turn: Callable[[Tensor], Tensor], bias: Tensor) -> Tensor:
        """Add what attention and the network say."""
        batch, seq, dim = x.shape
        split = self.qkv(self.norms[0](x)).view(batch, seq, 3, CONFIG.heads, -1)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        read = F.scaled_dot_product_attention(turn(q), turn(k), v, attn_mask=bias)
        x = x + self.out(read.transpose(1, 2).reshape(batch, seq, dim))
        return x + self.down(F.gelu(self.up(self.norms[1](x))))


class SmallDecoder(nn.Module):
    """A causal language model that is told about positions in one of five ways."""

    def __init__(self, scheme: str) -> None:
        super().__init__()
        self.scheme = scheme
        self.token = nn.Embedding(CONFIG.vocab_size, CONFIG.model_dim)
        self.body = nn.ModuleList([Layer() for _ in range(CONFIG.layers)])
        self.norm = nn.LayerNorm(CONFIG.model_dim)
        nn.init.normal_(self.token.weight, std=CONFIG.model_dim**-0.5)
        if scheme == "learned":
            self.position = nn.Embedding(CONFIG.seq, CONFIG.model_dim)
            nn.init.normal_(self.position.weight, std=CONFIG.model_dim**-0.5)
        self.frequencies, self.scale = rotary_frequencies(R), 1.0

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of every next token; beyond its table, a learned one has none."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.token(ids)
        if self.scheme == "learned":
            x = x + self.position(places)
        elif self.scheme == "sinusoidal":  # as long as a row of the table, on average
            waves = sinusoids(len(places), CONFIG.model_dim).to(x)
            x = x + waves * math.sqrt(2 / CONFIG.model_dim)
        slopes = alibi_slopes(CONFIG.heads).to(x)
        bias = alibi_bias(slopes if self.scheme == "alibi" else 0 * slopes, places, places)
        by = rotation(places, self.frequencies, scale=self.scale)

        def turn(y: Tensor) -> Tensor:
            return rotate(y, by) if self.scheme == "rotary" else y

        for layer in self.body:
            x = layer(x, turn, bias)
        return self.norm(x) @ self.token.weight.T


def read_text() -> tuple[Tensor, Tensor]:
    """Return the tokens to train on, and held-out pieces of the longest length and one more."""
    verses = kjv_verses()
    blocks = ["\n".join(verses[i : i + 100]) for i in range(0, len(verses), 100)]
    train = "\n".join(block for i, block in enumerate(blocks) if i % 10 != 9)
    held_out = "\n".join(block for i, block in enumerate(blocks) if i % 10 == 9)
    tokenizer = BytePairTokenizer(learn_merges(train, CONFIG.vocab_size - 256))
    ids, rest = (torch.tensor(tokenizer.encode(text)) for text in (train, held_out))
    starts = torch.linspace(0, len(rest) - CONFIG.longest - 1, CONFIG.held_out_pieces).long()
    return ids, rest[starts[:, None] + torch.arange(CONFIG.longest + 1)]


def train(
    model: SmallDecoder, ids: Tensor, seed: int, steps: int, seq: int, rate: float, warmup: int
) -> None:
    """Train with AdamW: a linear warm-up, then a cosine down to a tenth of the rate."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    batch = CONFIG.batch * CONFIG.seq // seq  # as many tokens a step, whatever the length
    for step in range(steps):
        done = max(step - warmup, 0) / max(steps - warmup, 1)
        now = min((step + 1) / (warmup + 1), 0.55 + 0.45 * math.cos(math.pi * done))
        for group in optimizer.param_groups:
            group["lr"] = rate * now
        at = torch.randint(len(ids) - seq, (batch, 1), generator=generator)
        pieces = ids[at + torch.arange(seq + 1)].to(pick_device())
        loss = F.cross_entropy(model(pieces[:, :-1]).flatten(0, 1), pieces[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


@torch.no_grad()
def loss_by_position(model: SmallDecoder, held_out: Tensor, length: int) -> list[float | None]:
    """Return the mean loss, in nats a token, between one border and the next."""
    sums = torch.zeros(length)
    for pieces in held_out[:, : length + 1].split(8):
        pieces = pieces.to(pick_device())
        logits = model(pieces[:, :-1])
        losses = F.cross_entropy(logits.transpose(1, 2), pieces[:, 1:], reduction="none")
        sums += losses.sum(dim=0).cpu()
    means = sums / len(held_out)
    inside = [(low, high) for low, high in pairwise(BORDERS) if high <= length]
    return [round(means[low:high].mean().item(), 4) for low, high in inside]


def run(scheme: str, seed: int, ids: Tensor, held_out: Tensor) -> dict[str, object]:
    """Train one model, and let it read what is longer."""
    torch.manual_seed(seed)
    model = SmallDecoder(scheme).to(pick_device())
    begin = time.perf_counter()
    train(model, ids, seed, CONFIG.steps, CONFIG.seq, CONFIG.rate, CONFIG.warmup)
    found: dict[str, object] = {
        "seconds": round(time.perf_counter() - begin, 1),
        "parameters": sum(p.numel() for p in model.parameters()),
    }
    length = CONFIG.seq if scheme == "learned" else CONFIG.longest
    found["loss"] = loss_by_position(model, held_out, length)
    if scheme == "rotary":
        start = {name: value.clone() for name, value in model.state_dict().items()}
        for name, (model.frequencies, model.scale) in SCALINGS.items():
            model.load_state_dict(start)
            before = loss_by_position(model, held_out, CONFIG.stretched_to)
            further = CONFIG.further_steps, CONFIG.stretched_to, CONFIG.further_rate, 10
            train(model, ids, 100 + seed, *further)
            after = loss_by_position(model, held_out, CONFIG.stretched_to)
            found[name] = {"before": before, "after": after}
    return found


def main() -> None:
    """Make all runs that are missing; each is written as soon as it has ended."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--one", action="store_true", help="make one run, and end")
    only_one = parser.parse_args().one
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    runs = stored.setdefault("runs", {})
    missing = [(s, n) for n in SEEDS for s in SCHEMES if str(n) not in runs.get(s, {})]
    if not missing:
        print(f"All runs are in {RESULTS.name}; delete it to make them anew.")
        return
    ids, held_out = read_text()
    for scheme, seed in missing[: 1 if only_one else None]:
        runs.setdefault(scheme, {})[str(seed)] = run(scheme, seed, ids, held_out)
        print(scheme, seed, runs[scheme][str(seed)], flush=True)
        stored |= {
            "config": asdict(CONFIG),
            "borders": BORDERS,
            "train_tokens": len(ids),
            "versions": {"python": platform.python_version(), "torch": version("torch")},
            "device": pick_device().type,
            "date": datetime.now(UTC).date().isoformat(),
        }
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
