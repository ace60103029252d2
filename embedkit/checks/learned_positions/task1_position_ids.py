"""What marks task 9.1, `position_ids`: the tokens of each sequence, counted from 0."""

import torch
from torch import Tensor

from embedkit import learned_positions as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.learned_positions.shared import SMALL_KINDS
from embedkit.checks.probes import Inputs, Seen


def padded(draw: Draw, batch: int, seq: int, side: str) -> Tensor:
    """Return a mask with 1 to ``seq`` tokens in each sequence, and padding on one side or both."""
    mask = torch.zeros(batch, seq, dtype=torch.long)
    for row in mask:
        tokens = draw.integer(1, seq - 1)
        first = {"right": 0, "left": seq - tokens}.get(side, draw.integer(0, seq - tokens))
        row[first : first + tokens] = 1
    return mask


def on_the_right(draw: Draw) -> list[Inputs]:
    """Sequences that are padded behind their last token, or not at all."""
    return [
        {"is_token": torch.tensor([[1, 1, 1], [1, 1, 0]])},
        {"is_token": padded(draw, 4, draw.integer(6, 12), "right")},
        {"is_token": torch.ones(2, draw.integer(3, 7), dtype=torch.long)},
    ]


def on_the_left(draw: Draw) -> list[Inputs]:
    """Sequences that are padded in front, and on both sides."""
    return [
        {"is_token": torch.tensor([[0, 0, 1, 1], [1, 1, 1, 1]])},
        {"is_token": torch.tensor([[0, 0, 1, 1], [1, 1, 1, 0]])},
        {"is_token": torch.tensor([[0, 1, 1, 0]])},
        {"is_token": padded(draw, 5, draw.integer(6, 12), "left")},
        {"is_token": padded(draw, 5, draw.integer(6, 12), "both")},
        {"is_token": scattered(padded(draw, 4, 9, "left"))},
    ]


def other_masks(draw: Draw) -> list[Inputs]:
    """Masks of bools and of small integers; one sequence alone, three axes, T of 3,000, 1 and 0."""
    left = padded(draw, 6, 8, "left")
    return [
        {"is_token": torch.tensor([[False, True, True]])},
        {"is_token": left.bool()},
        {"is_token": padded(draw, 3, 300, "left").to(torch.uint8)},
        *({"is_token": left.to(kind)} for kind in SMALL_KINDS),
        {"is_token": torch.ones(1, 3_000, dtype=torch.bool)},
        {"is_token": torch.tensor([[1], [0]])},
        {"is_token": padded(draw, 1, 7, "left")[0]},
        {"is_token": left.reshape(2, 3, 8)},
        {"is_token": scattered(left.reshape(2, 3, 8))},
        {"is_token": torch.zeros(2, 4, dtype=torch.bool)},
        {"is_token": torch.ones(2, 0, dtype=torch.long)},
    ]


def columns(is_token: Tensor) -> Tensor:
    """Number the columns, whatever stands in them."""
    return torch.arange(is_token.shape[-1]).expand(is_token.shape).clone()


def masked_columns(is_token: Tensor) -> Tensor:
    """Number the columns, and give padding 0."""
    return columns(is_token) * is_token.long()


def from_one(is_token: Tensor) -> Tensor:
    """Count from 1."""
    return is_token.long().cumsum(-1) * is_token.long()


def minus_one(is_token: Tensor) -> Tensor:
    """Leave −1 at padding in front."""
    return is_token.long().cumsum(-1) - 1


def clamped(is_token: Tensor) -> Tensor:
    """Give padding behind the text the last token's position."""
    return minus_one(is_token).clamp(min=0)


def all_minus_one(is_token: Tensor) -> Tensor:
    """Give all padding −1."""
    return finished.position_ids_from_mask(is_token).masked_fill(~is_token.bool(), -1)


def ones_at_padding(is_token: Tensor) -> Tensor:
    """Give padding 1."""
    return minus_one(is_token).masked_fill(~is_token.bool(), 1)


def down_the_batch(is_token: Tensor) -> Tensor:
    """Count down the batch."""
    flags = is_token.long()
    return (flags.cumsum(0) - 1) * flags


def through_the_batch(is_token: Tensor) -> Tensor:
    """Go on counting in the next sequence."""
    flags = is_token.long().flatten()
    return ((flags.cumsum(0) - 1) * flags).reshape(is_token.shape)


def overflowed(inputs: Inputs, seen: Seen) -> bool:
    """Whether positions are bytes, or were: in a long text none is above 255."""
    if not isinstance(seen.value, Tensor):
        return False
    if seen.value.dtype in (torch.uint8, torch.bool):
        return True
    is_long = bool((finished.position_ids_from_mask(inputs["is_token"]) > 255).any())
    return is_long and bool((seen.value < 256).all())


task = Task(
    number="9.1",
    name="position_ids",
    points=1,
    reference=finished.position_ids_from_mask,
    criteria=(
        Criterion(
            "tokens count 0, 1, 2 …, and padding behind them has 0",
            on_the_right,
            mistakes=(
                Mistake("The first token of a sequence has position 0, not 1.", from_one),
                Mistake(
                    "Padding behind the text still counts on. Its position is 0.",
                    columns,
                ),
                Mistake(
                    "Padding behind the text has the position of the last token, because a "
                    "running count stands still there. It should have 0.",
                    clamped,
                ),
                Mistake(
                    "Padding has −1, and row −1 of a table is its last. It should have 0.",
                    all_minus_one,
                ),
                Mistake("Padding has position 1 here. It should have 0.", ones_at_padding),
                Mistake(
                    "It counts down the batch. Positions run along the sequence, the last axis.",
                    down_the_batch,
                ),
                Mistake(
                    "The second sequence goes on where the first one ended. Each starts at 0.",
                    through_the_batch,
                ),
            ),
        ),
        Criterion(
            "padding in front shifts nothing: the first token still has position 0",
            on_the_left,
            mistakes=(
                Mistake(
                    "You number the columns. With padding in front, the first token then starts "
                    "late: count tokens instead.",
                    masked_columns,
                ),
            ),
        ),
        Criterion(
            "masks of bools and small integers, and of any number of axes",
            other_masks,
            mistakes=(
                Mistake(
                    "It takes 1 from a bool, or turns one round with a sign. Make the mask "
                    "integers first: is_token.long().",
                    when=says("bool tensor", "boolean", "with a bool", "'Bool'"),
                ),
                Mistake(
                    "Sequences run along the last axis, and there may be one axis or three. "
                    "Name it dim=-1.",
                    when=says(
                        "Dimension out of range",
                        "not enough values to unpack",
                        "too many values to unpack",
                        "0-d tensor",
                    ),
                ),
                Mistake(
                    "Positions in a mask's dtype do not fit: a byte holds no number above 255. "
                    "Count in int64.",
                    when=overflowed,
                ),
            ),
        ),
    ),
)
