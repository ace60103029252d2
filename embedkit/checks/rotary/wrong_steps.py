"""Steps of decoding as learners write them: one that is right, others with one mistake each."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from embedkit import rotary as finished
from embedkit.learned_positions import attention

Result = tuple[Tensor, Tensor, Tensor]


def turn(x: Tensor, first: int, frequencies: Tensor) -> Tensor:
    """Turn x, whose first position is given."""
    positions = torch.arange(first, first + x.shape[-2])
    return finished.rotate(x, finished.rotation(positions, frequencies))


def turn_neighbours(x: Tensor, first: int, frequencies: Tensor) -> Tensor:
    """Pair neighbours."""
    positions = torch.arange(first, first + x.shape[-2])
    return finished.rotate(x, finished.rotation(positions, frequencies, "interleaved"))


def turn_back(x: Tensor, first: int, frequencies: Tensor) -> Tensor:
    """Turn the other way."""
    return turn(x, first, -frequencies)


def turn_all_at_first(x: Tensor, first: int, frequencies: Tensor) -> Tensor:
    """Turn all tokens as if they stood where the first one stands."""
    rows = (turn(row, first, frequencies) for row in x.split(1, dim=-2))
    return torch.cat(list(rows), dim=-2)


@dataclass(frozen=True)
class Way:
    """One way to decode, right by default."""

    turns: Callable[[Tensor, int, Tensor], Tensor] = turn
    query_at: Callable[[int], int | None] = lambda past: past
    key_at: Callable[[int], int | None] = lambda past: past
    turns_cache: bool = False
    turns_values: bool = False
    mask: Callable[[int, int], Tensor] | None = None
    scale: Callable[[int], float] = math.sqrt
    new_first: bool = False
    forgets: bool = False

    def __call__(
        self,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        cached_keys: Tensor,
        cached_values: Tensor,
        frequencies: Tensor,
    ) -> Result:
        """Decode one step."""
        past, new = cached_keys.shape[-2], k.shape[-2]
        at = self.query_at(past), self.key_at(past)
        q, k = (
            x if p is None else self.turns(x, p, frequencies)
            for x, p in zip((q, k), at, strict=True)
        )
        if self.turns_cache:
            cached_keys = turn(cached_keys, 0, frequencies)
        if self.turns_values:
            v = turn(v, past, frequencies)
        parts = ((k, cached_keys), (v, cached_values))
        keys, values = (torch.cat(pair if self.new_first else pair[::-1], dim=-2) for pair in parts)
        may_read = torch.ones(new, past + new, dtype=torch.bool).tril(past)
        if self.mask is not None:
            may_read = self.mask(past, new)
        out = attention(
            q * math.sqrt(q.shape[-1]) / self.scale(q.shape[-1]), keys, values, may_read
        )
        return (out, k, v) if self.forgets else (out, keys, values)


def all_read_all(past: int, new: int) -> Tensor:
    """Let new tokens read each other."""
    return torch.ones(new, past + new, dtype=torch.bool)


def corner(past: int, new: int) -> Tensor:
    """Count the mask from the first column."""
    return torch.ones(new, past + new, dtype=torch.bool).tril()


def one_too_wide(past: int, new: int) -> Tensor:
    """Let a token read one more."""
    return all_read_all(past, new).tril(past + 1)


def joined_unturned(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    cached_keys: Tensor,
    cached_values: Tensor,
    frequencies: Tensor,
) -> Result:
    """Turn new keys for the scores only."""
    out, _, values = Way()(q, k, v, cached_keys, cached_values, frequencies)
    return out, torch.cat((cached_keys, k), dim=-2), values


def not_itself(past: int, new: int) -> Tensor:
    """Let a token read only what stands before it."""
    return torch.ones(new, past + new, dtype=torch.bool).tril(past - 1)


def no_mask_at_first(past: int, new: int) -> Tensor:
    """Mask only where there is a cache."""
    return corner(past, new).new_ones(new, new) if past == 0 else all_read_all(past, new).tril(past)


@dataclass(frozen=True)
class WeighHidden:
    """Hide scores by some other number than −∞."""

    hidden: float

    def __call__(
        self,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        cached_keys: Tensor,
        cached_values: Tensor,
        frequencies: Tensor,
    ) -> Result:
        """Decode one step."""
        past, new = cached_keys.shape[-2], k.shape[-2]
        q, k = turn(q, past, frequencies), turn(k, past, frequencies)
        keys, values = torch.cat((cached_keys, k), -2), torch.cat((cached_values, v), -2)
        may_read = torch.ones(new, past + new, dtype=torch.bool).tril(past)
        scores = q @ keys.mT / math.sqrt(q.shape[-1])
        return scores.masked_fill(~may_read, self.hidden).softmax(-1) @ values, keys, values


def root_of_values(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    cached_keys: Tensor,
    cached_values: Tensor,
    frequencies: Tensor,
) -> Result:
    """Divide the scores by the root of a value's length."""
    way = Way(scale=lambda dim: math.sqrt(v.shape[-1]))
    return way(q, k, v, cached_keys, cached_values, frequencies)
