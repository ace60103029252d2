"""Lesson 12: text out of a language model, one token after another."""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from embedkit.rotary import KeyValueCache
from embedkit.tiny_language_model import TinyLM


def new_caches(model: TinyLM) -> list[KeyValueCache]:
    """Return an empty cache for each block of a model."""
    return [KeyValueCache() for _ in model.blocks]


def next_token_probabilities(
    logits: Float[Tensor, "*batch vocab"], temperature: float = 1.0, top_p: float = 1.0
) -> Float[Tensor, "*batch vocab"]:
    """Return the probabilities that the next token is drawn from.

    Logits are divided by the temperature. Then the smallest set of tokens is kept whose
    probabilities add up to ``top_p`` or more, the likeliest first, and theirs are scaled to add up
    to 1 (*nucleus sampling*, https://arxiv.org/abs/1904.09751). As in ``transformers``.

    Args:
        logits: shape (..., V).
        temperature: below 1 for what is likelier, above 1 for what is rarer; 0 for the likeliest
            token alone.
        top_p: above 0, up to 1.

    Returns:
        The shape of logits, in float32 or wider. Of equally likely tokens at the border, those with
        the smaller ids are kept.

    Raises:
        ValueError: if the temperature is negative or top_p outside its range.
    """
    if temperature < 0:
        raise ValueError(f"the temperature is {temperature}: 0 is the coldest.")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}: it is a probability, above 0 and up to 1.")
    wide = logits.to(torch.promote_types(logits.dtype, torch.float32))
    if temperature == 0:
        return torch.zeros_like(wide).scatter(-1, wide.argmax(-1, keepdim=True), 1.0)
    likeliest = wide.amax(dim=-1, keepdim=True)
    probabilities = ((wide - likeliest) / temperature).softmax(dim=-1)
    if top_p == 1:
        return probabilities
    ordered, ids = probabilities.sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(dim=-1) - ordered
    kept = ordered.masked_fill(before >= top_p, 0.0)
    return torch.zeros_like(kept).scatter(-1, ids, kept / kept.sum(dim=-1, keepdim=True))


@torch.no_grad()
def generate(
    model: TinyLM,
    ids: Integer[Tensor, "batch seq"],
    count: int,
    temperature: float = 1.0,
    top_p: float = 1.0,
    generator: torch.Generator | None = None,
    use_cache: bool = True,
) -> Iterator[Integer[Tensor, " batch"]]:
    """Yield one token after another, for each text of a batch.

    With a cache, the model is given the new token alone, since keys and values of all before it are
    kept; without one, it is given the whole text again. The tokens are the same.

    Args:
        model: the model that writes.
        ids: the tokens to go on from, at least one in each text and equally many in all.
        count: how many tokens to write.
        temperature: see :func:`next_token_probabilities`.
        top_p: likewise.
        generator: draws the tokens, on the CPU, so that all devices draw alike.
        use_cache: whether keys and values are kept.

    Raises:
        IndexError: if positions are learned and the text becomes longer than they are.
    """
    caches = new_caches(model) if use_cache else None
    new = ids
    for _ in range(count):
        logits = model(new, caches)[:, -1]
        probabilities = next_token_probabilities(logits, temperature, top_p).cpu()
        token = torch.multinomial(probabilities, 1, generator=generator).to(ids.device)
        yield token[:, 0]
        new = token if use_cache else torch.cat((new, token), dim=1)
