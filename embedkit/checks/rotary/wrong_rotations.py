"""Rotations as learners write them: one that is right, and others with one mistake each."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import rotary as finished


def turned(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Do what the finished code does."""
    return finished.rotate(x, finished.rotation(position_ids, frequencies))


def angles_of(position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Return the angle of each pair, shape (B, 1, T, P)."""
    return (position_ids[..., None].float() * frequencies)[:, None]


Turn = Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def halves(turn: Turn) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Return an answer that pairs the halves, and turns them in some way."""

    def answer(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
        angles, pairs = angles_of(position_ids, frequencies), len(frequencies)
        a, b, rest = x[..., :pairs], x[..., pairs : 2 * pairs], x[..., 2 * pairs :]
        return torch.cat((*turn(a, b, angles.cos(), angles.sin()), rest), dim=-1)

    return answer


def backwards(a: Tensor, b: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Turn the other way."""
    return a * cos + b * sin, b * cos - a * sin


def no_minus(a: Tensor, b: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Add everywhere, which is no rotation."""
    return a * cos + b * sin, b * cos + a * sin


def swapped(a: Tensor, b: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Write cosine for sine."""
    return a * sin - b * cos, b * sin + a * cos


def interleaved(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Pair neighbours."""
    return finished.rotate(x, finished.rotation(position_ids, frequencies, "interleaved"))


def interleaved_tables(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Pair the halves, with cosines and sines that are laid out for neighbours."""
    angles = angles_of(position_ids, frequencies).repeat_interleave(2, dim=-1)
    size = angles.shape[-1]
    a, b = x[..., :size].chunk(2, dim=-1)
    partner = torch.cat((-b, a), dim=-1)
    return torch.cat((x[..., :size] * angles.cos() + partner * angles.sin(), x[..., size:]), dim=-1)


def interleaved_back_to_halves(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Pair neighbours, and write the result in halves."""
    angles, size = angles_of(position_ids, frequencies), 2 * len(frequencies)
    a, b = x[..., 0:size:2], x[..., 1:size:2]
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((a * cos - b * sin, a * sin + b * cos, x[..., size:]), dim=-1)


def columns(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Number the columns."""
    return turned(x, torch.arange(x.shape[-2]), frequencies)


def first_for_all(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Use the positions of the first sequence for all."""
    return turned(x, position_ids[0], frequencies)


def counted_on(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Read one position only, and count on from there."""
    return turned(x, position_ids[0, :1] + torch.arange(x.shape[-2]), frequencies)


def halves_of_the_head(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Pair the first number of a head with the first of its second half, though few turn."""
    angles, pairs = angles_of(position_ids, frequencies), len(frequencies)
    cos, sin, out, half = angles.cos(), angles.sin(), x.clone(), x.shape[-1] // 2
    a, b = x[..., :pairs], x[..., half : half + pairs]
    out[..., :pairs], out[..., half : half + pairs] = a * cos - b * sin, a * sin + b * cos
    return out


def cut_off(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Forget the rest of the head."""
    return turned(x, position_ids, frequencies)[..., : 2 * len(frequencies)]


def coarse(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Compute the angles in the dtype of x."""
    angles = position_ids.to(x.dtype)[..., None] * frequencies.to(x.dtype)
    cos, sin = angles.cos()[:, None], angles.sin()[:, None]
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)


def coarse_positions(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Make the positions of the dtype of x, and nothing else."""
    return turned_by(x, angles_of(position_ids.to(x.dtype), frequencies))


def coarse_angles(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Round the angles to the dtype of x."""
    return turned_by(x, angles_of(position_ids, frequencies).to(x.dtype).float())


def coarse_frequencies(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Round the frequencies to the dtype of x, and nothing else."""
    return turned_by(x, angles_of(position_ids, frequencies.to(x.dtype)))


def turned_by(x: Tensor, angles: Tensor) -> Tensor:
    """Turn the two halves by these angles, in float32."""
    a, b = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1).to(x.dtype)


def written_in_pairs(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Pair the halves, and write the two numbers of a pair side by side."""
    out, size = turned(x, position_ids, frequencies), 2 * len(frequencies)
    pairs = torch.stack(out[..., :size].chunk(2, dim=-1), dim=-1).flatten(-2)
    return torch.cat((pairs, out[..., size:]), dim=-1)


def from_one(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Count positions from 1."""
    return turned(x, position_ids + 1, frequencies)


def zeros_behind(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Leave zeros where nothing turns."""
    out = turned(x, position_ids, frequencies)
    out[..., 2 * len(frequencies) :] = 0
    return out


def last_numbers(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Turn the last numbers of a head."""
    first = x.shape[-1] - 2 * len(frequencies)
    end = turned(x[..., first:], position_ids, frequencies)
    return torch.cat((x[..., :first], end), dim=-1)


def rounded_early(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Round cosines and sines to the dtype of x, as ``transformers`` does."""
    angles, pairs = angles_of(position_ids, frequencies), len(frequencies)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b, rest = x[..., :pairs], x[..., pairs : 2 * pairs], x[..., 2 * pairs :]
    return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1)


def chunked(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Turn the two halves of the whole head."""
    angles = angles_of(position_ids, frequencies)
    cos, sin = angles.cos(), angles.sin()
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)


def overwritten(x: Tensor, position_ids: Tensor, frequencies: Tensor) -> Tensor:
    """Use the new a to compute b."""
    angles, pairs = angles_of(position_ids, frequencies), len(frequencies)
    a, b, rest = x[..., :pairs], x[..., pairs : 2 * pairs], x[..., 2 * pairs :]
    a = a * angles.cos() - b * angles.sin()
    return torch.cat((a, a * angles.sin() + b * angles.cos(), rest), dim=-1)
