"""Lesson 12: a language model learns the King James Version, and is tested on held-out text."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from embedkit.corpora import kjv_split
from embedkit.device import pick_device
from embedkit.tiny_language_model import TinyLM
from embedkit.tokens_to_ids import BytePairTokenizer, learn_merges


@dataclass(frozen=True)
class Text:
    """A text in tokens, and its tokenizer."""

    tokenizer: BytePairTokenizer
    train: Int[Tensor, " tokens"]
    held_out: Int[Tensor, " tokens"]
    characters_a_token: float
    """Of the part that is held out."""


@cache
def kjv_tokens(vocab_size: int) -> Text:
    """Learn byte pairs from the part of the KJV that models learn from, and cut both parts.

    Args:
        vocab_size: V, at least 256.
    """
    train, held_out = kjv_split()
    tokenizer = BytePairTokenizer(learn_merges(train, vocab_size - 256))
    ids = torch.tensor(tokenizer.encode(held_out))
    return Text(tokenizer, torch.tensor(tokenizer.encode(train)), ids, len(held_out) / len(ids))


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Args:
        steps: how many batches it sees.
        batch: how many pieces of text are in a batch.
        learning_rate: the largest; it rises for a while, then falls to zero along a cosine.
        warmup: for how many steps it rises.
        weight_decay: of the matrices; norms have none.
    """

    steps: int = 1000
    batch: int = 16
    learning_rate: float = 4e-3
    warmup: int = 100
    weight_decay: float = 0.1


def draw_batch(
    ids: Int[Tensor, " tokens"], batch: int, length: int, generator: torch.Generator
) -> tuple[Int[Tensor, "batch seq"], Int[Tensor, "batch seq"]]:
    """Return pieces of a text from random places, and the token that follows each token."""
    at = torch.randint(len(ids) - length, (batch, 1), generator=generator)
    pieces = ids[at + torch.arange(length + 1)].to(pick_device())
    return pieces[:, :-1], pieces[:, 1:]


def rate_at(step: int, recipe: Recipe) -> float:
    """Return the learning rate of a step, counted from 0."""
    if step < recipe.warmup:
        return recipe.learning_rate * (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(recipe.steps - recipe.warmup, 1)
    return recipe.learning_rate * (1 + math.cos(math.pi * done)) / 2


def train(
    model: TinyLM,
    text: Text,
    recipe: Recipe,
    seed: int,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> list[float]:
    """Train a model, and return the loss of each step in nats a token.

    Args:
        model: a fresh model on the device of :func:`embedkit.device.pick_device`.
        text: what it learns from.
        recipe: how.
        seed: of the batches.
        progress: wraps the steps, as ``tqdm`` does.
    """
    matrices = [p for p in model.parameters() if p.dim() == 2]
    scales = [p for p in model.parameters() if p.dim() != 2]
    groups: list[dict[str, Any]] = [{"params": matrices}, {"params": scales, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(
        groups,
        betas=(0.9, 0.95),
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for step in progress(range(recipe.steps)):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, recipe)
        ids, targets = draw_batch(text.train, recipe.batch, model.config.max_len, generator)
        loss = model.loss(ids, targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def loss_by_position(
    model: TinyLM, ids: Int[Tensor, " tokens"], length: int, batch: int = 32
) -> Float[Tensor, " length"]:
    """Return the mean loss at each position, over all pieces of a text that are so long.

    Args:
        model: any model.
        ids: a text that it has not read.
        length: how many positions a piece has; the last piece is left out if it is shorter.
        batch: how many pieces are worked on together.

    Returns:
        Nats a token, in float64 on the CPU.
    """
    pieces = (len(ids) - 1) // length
    reads = ids[: pieces * length].view(pieces, length)
    follows = ids[1 : pieces * length + 1].view(pieces, length)
    total = torch.zeros(length, dtype=torch.float64)
    for first in range(0, pieces, batch):
        part = slice(first, first + batch)
        device = pick_device()
        losses = model.loss(reads[part].to(device), follows[part].to(device), reduction="none")
        total += losses.double().cpu().sum(dim=0)
    return total / pieces


def bits_a_character(model: TinyLM, text: Text) -> float:
    """Return the loss on what was held out, in bits for each of its characters.

    Read in pieces as long as those of training, so a token is told from 0 to T − 1 tokens before.
    """
    nats = loss_by_position(model, text.held_out, model.config.max_len).mean().item()
    return nats / math.log(2) / text.characters_a_token
