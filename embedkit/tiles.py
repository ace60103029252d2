"""Many pairs at once: the arithmetic of skip-gram in tiles, which makes lesson 4 fast.

A tile is a run of consecutive words with what surrounds it. Each row is fetched once a tile, and
products of matrices replace products of vectors. Negatives that a whole tile shares are those of
Ji, Satish, Li and Dubey, 2016, https://arxiv.org/abs/1604.04661.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64, Integer
from torch import Tensor


class Tiles(NamedTuple):
    """A batch of tiles: runs of consecutive words, each with what surrounds it.

    Position ``t`` of a tile is its word ``words[:, window + t]``.
    """

    words: Int64[Tensor, "tiles tile+2*window"]
    """The ids of the tile's own words, and of ``window`` more on either side."""
    left: Integer[Tensor, "tiles tile"]
    """How many words to the left each position is paired with, at most ``window``."""
    right: Integer[Tensor, "tiles tile"]
    """How many to the right."""
    negatives: Int64[Tensor, "tiles shared"]
    """The ids that all positions of a tile share as negatives."""


def band(tiles: Tiles) -> Bool[Tensor, "tiles tile tile+2*window"]:
    """Return which of a tile's words is in the context of which of its positions."""
    tile, width = tiles.left.shape[1], tiles.words.shape[1]
    window = (width - tile) // 2
    places = torch.arange(width, device=tiles.words.device)
    offset = (places - (places[:tile, None] + window)).to(tiles.left.dtype)
    inside = (offset >= -tiles.left[:, :, None]) & (offset <= tiles.right[:, :, None])
    return inside & (offset != 0)


def tile_step(
    centers_table: Float[Tensor, "vocab dim"],
    contexts_table: Float[Tensor, "vocab dim"],
    tiles: Tiles,
    negatives: int,
    lr: float,
    measure: bool = False,
) -> Float[Tensor, ""] | None:
    """Take one step of gradient descent on all pairs of a batch of tiles, in place.

    Each row is fetched once a tile and changed once a tile; between the two stand three products
    of small matrices. A tile shares its negatives. So that this costs each pair what ``negatives``
    draws of its own would on average, each shared score weighs ``pairs · negatives / shared``.

    Args:
        centers_table: E, changed in place.
        contexts_table: C, changed in place.
        tiles: the words, how far each looks, and the negatives.
        negatives: how many negatives a pair shall have.
        lr: the learning rate.
        measure: whether to return the loss, which takes a little time.

    Returns:
        The mean loss of a pair before the step, or None if it was not asked for.
    """
    (count, tile), width = tiles.left.shape, tiles.words.shape[1]
    window, shared = (width - tile) // 2, tiles.negatives.shape[1]
    centers = tiles.words[:, window : window + tile].flatten()
    others = torch.cat([tiles.words, tiles.negatives], dim=1).flatten()
    center_rows = centers_table.index_select(0, centers).view(count, tile, -1)
    other_rows = contexts_table.index_select(0, others).view(count, width + shared, -1)

    scores = torch.bmm(center_rows, other_rows.transpose(1, 2))
    near = band(tiles)
    pairs = tiles.left + tiles.right
    weight = pairs[:, :, None].to(scores.dtype) * (negatives / shared)
    by_score = scores.sigmoid()  # the loss by each score: σ − 1 for pairs, σ for negatives
    by_score[:, :, :width].sub_(1).mul_(near)
    by_score[:, :, width:].mul_(weight)
    push = by_score.mul_(-lr)

    to_centers = torch.bmm(push, other_rows)
    to_others = torch.bmm(push.transpose(1, 2), center_rows)
    centers_table.index_add_(0, centers, to_centers.flatten(0, 1))
    contexts_table.index_add_(0, others, to_others.flatten(0, 1))
    if not measure:
        return None
    positive = F.softplus(-scores[:, :, :width]) * near
    negative = F.softplus(scores[:, :, width:]) * weight
    return (positive.sum() + negative.sum()) / pairs.sum()


@dataclass(frozen=True)
class Tiling:
    """How the arithmetic is arranged; it decides how fast training is, and bears on its quality.

    Args:
        tile: consecutive words that are computed together; in wider ones more of the products is
            spent on pairs outside the window, in narrower ones more rows are fetched.
        shared: negatives a tile; with fewer, the same few words are pushed away from a whole tile.
        batch: tiles a step; larger ones spare Python's time, until rows that come up often are
            moved too far at once, and training runs away. See :func:`usual_tiling`.

    Raises:
        ValueError: if one of them is below 1.
    """

    tile: int = 16
    shared: int = 32
    batch: int = 32

    def __post_init__(self) -> None:
        if min(self.tile, self.shared, self.batch) < 1:
            raise ValueError(f"a tiling takes whole numbers from 1 on, got {self}.")


FARTHEST = 13.0
"""How far one step may move the row that is read most: its reads in a step, times lr."""


def usual_tiling(
    window: int,
    negatives: int,
    lr: float,
    kept: Float[Tensor, "vocab"],
    noise: Float[Tensor, "vocab"],
) -> Tiling:
    """Return the usual arrangement, with fewer tiles a step where training would run away.

    All pairs of a step read a row at its old place, and all of them move it. Beyond some number of
    reads each step overshoots by more than the one before. So the reads of the row that comes up
    most are counted, and bounded. The bound was found by trial on the King James Version, with
    windows to 20, 20 negatives, lr to 0.1 and no thinning: one worker bears twice as many tiles,
    which is what two workers come to when they happen to step together. Texts in which every word
    keeps the same company need smaller batches yet.

    Args:
        window: how far a word looks at most.
        negatives: how many negatives a pair has.
        lr: the learning rate at its highest.
        kept: what share of the text each word makes up after thinning.
        noise: what share of the negatives.
    """
    usual = Tiling()
    as_center = 1.5 * (1 + negatives) * kept.max().item()  # 1.5: E bears less than C
    as_other = (kept + negatives * noise).max().item()
    reads = usual.tile * (window + 1) * max(as_center, as_other)  # in one tile
    lr *= max(1, lr / 0.025) ** 0.5  # rows also grow longer with a larger lr
    return Tiling(batch=max(1, min(usual.batch, int(FARTHEST / (lr * reads)))))


def draw_tiles(
    ids: Int64[Tensor, "words"],
    sentence: Int64[Tensor, "words"],
    keep: Float[Tensor, "vocab"],
    bag: Int64[Tensor, "tickets"],
    window: int,
    tiling: Tiling,
    generator: torch.Generator,
) -> Iterator[tuple[float, Tiles]]:
    """Go through a text once, in random order, with fresh chances.

    Frequent words are thinned first, so windows reach over the gaps. Each word looks 1 to
    ``window`` places far, drawn evenly, so near words count more; no window leaves its sentence.
    A word that is left alone in its sentence has no pair, and is dropped.

    Args:
        ids: the text, one sentence after another.
        sentence: which sentence each word belongs to.
        keep: how likely an occurrence of each word is kept.
        bag: ids, each as often as its share of the noise says; negatives are drawn from it.
        window: how far a word looks at most.
        tiling: the sizes of tiles and batches.
        generator: where chance comes from.

    Yields:
        The share of this pass that is done, and the next batch, which holds at least one pair.
    """
    device, tile = ids.device, tiling.tile
    kept = torch.rand(len(ids), device=device, generator=generator) < keep[ids]
    ids, sentence = ids[kept], sentence[kept]
    _, lengths = sentence.unique_consecutive(return_counts=True)
    ids, lengths = ids[(lengths > 1).repeat_interleave(lengths)], lengths[lengths > 1]
    if not len(ids):
        return
    ends = lengths.cumsum(0)
    place = torch.arange(len(ids), device=device)
    reach = torch.randint(1, window + 1, (len(ids),), device=device, generator=generator)
    left = reach.minimum(place - (ends - lengths).repeat_interleave(lengths))
    right = reach.minimum(ends.repeat_interleave(lengths) - 1 - place)

    tail = -len(ids) % tile  # what fills up the last tile looks nowhere
    words = F.pad(ids, (window, window + tail)).unfold(0, tile + 2 * window, tile)
    left, right = (F.pad(side.short(), (0, tail)).view(-1, tile) for side in (left, right))
    shape = (len(words), tiling.shared)
    negatives = bag[torch.randint(len(bag), shape, device=device, generator=generator)]
    order = torch.randperm(len(words), device=device, generator=generator)
    parts = (words[order], left[order], right[order], negatives)
    for start in range(0, len(words), tiling.batch):
        batch = Tiles(*(part[start : start + tiling.batch] for part in parts))
        yield start / len(words), batch
