"""What marks task 11.2, `rotate`: each pair of each head, turned by its position."""

import torch
from torch import Tensor

from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.rotary import wrong_rotations as wrong


def exact_frequencies(draw: Draw, pairs: int) -> Tensor:
    """Frequencies whose products with positions are exact, so that all right ways agree."""
    return (1 + draw.ids(4095, pairs)).float() / 1024


def asked(
    draw: Draw, batch: int, heads: int, seq: int, pairs: int, more: int = 0, alike: bool = True
) -> Inputs:
    """One question with random queries, positions and frequencies."""
    rows = draw.ids(50, 1, seq).repeat(batch, 1) if alike else draw.ids(50, batch, seq)
    return {
        "x": draw.numbers(batch, heads, seq, 2 * pairs + more),
        "position_ids": rows,
        "frequencies": exact_frequencies(draw, pairs),
    }


def in_order(draw: Draw) -> list[Inputs]:
    """Positions 0, 1, 2 …, and heads that are turned whole; one is as long as models have them."""
    quarter = {
        "x": torch.tensor([[[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]]]),
        "position_ids": torch.tensor([[0, 1]]),
        "frequencies": torch.tensor([1.5, 0.25]),
    }
    questions = [quarter]
    sizes = ((1, 1, 6, 3), (1, 3, 7, 4), (1, 2, 5, draw.integer(5, 9)), (1, 1, 3, 150))
    for batch, heads, seq, pairs in sizes:
        question = asked(draw, batch, heads, seq, pairs)
        questions.append(question | {"position_ids": torch.arange(seq)[None]})
    return questions


def as_given(draw: Draw) -> list[Inputs]:
    """Positions that start late, repeat, differ, and lie far out; as many heads as sequences.

    The farthest lie beyond the longest texts of most models, with angles that are still exact.
    """
    far = asked(draw, 1, 2, 3, 2) | {"frequencies": (1 + draw.ids(63, 2)).float() / 64}
    far["position_ids"] = 100_000 + draw.ids(30_000, 1, 3)
    farther = asked(draw, 1, 2, 3, 2) | {"frequencies": (1 + draw.ids(7, 2)).float() / 8}
    farther["position_ids"] = 1_100_000 + draw.ids(30_000, 1, 3)
    late = asked(draw, 1, 1, 2, 1) | {"position_ids": torch.tensor([[3, 4]])}
    late |= {"x": torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]]), "frequencies": torch.tensor([0.5])}
    padded = asked(draw, 3, 2, 5, 3)
    padded["position_ids"] = torch.tensor([[0, 1, 2, 3, 4], [0, 0, 0, 1, 2], [0, 0, 1, 2, 3]])
    return [
        late,
        padded,
        asked(draw, 4, 3, 6, 4, alike=False),
        asked(draw, 2, 5, draw.integer(3, 8), 2, alike=False),
        asked(draw, 4, 4, 4, 2, alike=False),
        far,
        farther,
    ]


def partial(draw: Draw) -> list[Inputs]:
    """Heads of which only the first numbers turn."""
    small = {
        "x": torch.tensor([[[[1.0, 2.0, 3.0, 4.0]]]]),
        "position_ids": torch.tensor([[2]]),
        "frequencies": torch.tensor([0.5]),
    }
    return [
        small,
        asked(draw, 2, 3, 5, 2, more=6),
        asked(draw, 1, 2, 4, 4, more=draw.integer(1, 5)),
    ]


def narrow(draw: Draw) -> list[Inputs]:
    """Queries in half precision at positions that bfloat16 cannot tell apart."""
    questions = []
    for first in (257, draw.integer(500, 3000)):
        question = asked(draw, 2, 8, 16, 4)
        question["x"] = question["x"].bfloat16()
        question["frequencies"] = (1 + 2 * draw.ids(511, 4)).float() / 1024
        question["position_ids"] = first + torch.stack([torch.arange(16), 7 + torch.arange(16)])
        questions.append(question)
    return questions


def other_shapes(draw: Draw) -> list[Inputs]:
    """Scattered numbers, no position at all, and half precision of which a part turns."""
    apart = asked(draw, 3, 4, 5, 3)
    apart["x"] = scattered(apart["x"])
    apart["position_ids"] = scattered(apart["position_ids"])
    part = asked(draw, 1, 2, 3, 2, more=2)
    part["x"] = part["x"].bfloat16()
    return [apart, asked(draw, 2, 3, 0, 2), part]


def to_train(draw: Draw) -> list[Inputs]:
    """Queries that ask for a gradient, called ``table`` here; half precision at position 0."""
    questions = []
    part = asked(draw, 1, 2, 3, 2, more=2)
    for question in (asked(draw, 1, 1, 2, 1), asked(draw, 2, 3, 4, 2), part):
        x = question.pop("x")
        weights = draw.numbers(*x.shape)
        questions.append({"table": x, "loss_weights": weights, **question})
    half = {"table": draw.numbers(1, 2, 3, 4).bfloat16(), "loss_weights": draw.ids(9, 1, 2, 3, 4)}
    half |= {"position_ids": torch.zeros(1, 3, dtype=torch.long), "frequencies": torch.ones(2)}
    return [*questions, half]


def is_wider(inputs: Inputs, seen: Seen) -> bool:
    """Whether half precision became float32."""
    return isinstance(seen.value, Tensor) and seen.value.dtype != inputs["x"].dtype


task = Task(
    number="11.2",
    name="rotate",
    points=2,
    reference=wrong.turned,
    criteria=(
        Criterion(
            "numbers i and i + P turn together, by position × frequency i",
            in_order,
            mistakes=(
                Mistake(
                    "You pair neighbours, 2i and 2i + 1: the interleaved layout. Here number i "
                    "turns with number i + P.",
                    wrong.interleaved,
                ),
                Mistake(
                    "The halves are paired, but cosines and sines are laid out for neighbours, as "
                    "repeat_interleave does. The two numbers of a pair then turn by different "
                    "angles. Write the P angles one behind the other, twice.",
                    wrong.interleaved_tables,
                ),
                Mistake(
                    "You pair neighbours, and write the result in halves. Read halves, too.",
                    wrong.interleaved_back_to_halves,
                ),
                Mistake(
                    "You pair the halves, and write the two numbers of a pair side by side. Write "
                    "them where you read them: i and i + P.",
                    wrong.written_in_pairs,
                ),
                Mistake(
                    "Everything turns by one position too much. Position 0 does not turn.",
                    wrong.from_one,
                ),
                Mistake(
                    "It turns the other way: the minus belongs to a·cos − b·sin. A new model "
                    "could learn with that. A trained one could not read it.",
                    wrong.halves(wrong.backwards),
                ),
                Mistake(
                    "One minus is missing, so this is no rotation: lengths change.",
                    wrong.halves(wrong.no_minus),
                ),
                Mistake(
                    "Cosine and sine are mixed up: at position 0 nothing turns.",
                    wrong.halves(wrong.swapped),
                ),
                Mistake(
                    "The second half is computed from the first after that was overwritten. "
                    "Compute both, then write.",
                    wrong.overwritten,
                ),
            ),
        ),
        Criterion(
            "the positions are those given, for each sequence its own",
            as_given,
            mistakes=(
                Mistake(
                    "You number the columns. Padding in front shifts those: use position_ids.",
                    wrong.columns,
                ),
                Mistake(
                    "All sequences get the positions of the first one. Each has its own row.",
                    wrong.first_for_all,
                ),
                Mistake(
                    "Only the first sequence's first position is read, and you count on from "
                    "there. Positions may repeat, and each sequence has its own: read them all.",
                    wrong.counted_on,
                ),
                Mistake(
                    "An axis for the heads is missing. The angles have the axes (B, T, P), x has "
                    "(B, H, T, …): put an axis of size 1 in between.",
                    when=says("must match the size of tensor"),
                ),
            ),
        ),
        Criterion(
            "numbers from 2P on stay as they are",
            partial,
            mistakes=(
                Mistake(
                    "The rest of the head is missing from the result. It stays, unturned.",
                    wrong.cut_off,
                ),
                Mistake(
                    "The rest of the head has become 0. It stays as it was.", wrong.zeros_behind
                ),
                Mistake(
                    "The last numbers of the head are turned. Turn its first 2P.",
                    wrong.last_numbers,
                ),
                Mistake(
                    "You pair the halves of the whole head. Only its first 2P numbers turn, and "
                    "number i turns with number i + P.",
                    wrong.halves_of_the_head,
                ),
                Mistake(
                    "The two halves of the whole head are turned. Only its first 2P numbers turn.",
                    wrong.chunked,
                ),
            ),
        ),
        Criterion(
            "in bfloat16, angles are still float32, and the result is bfloat16",
            narrow,
            mistakes=(
                Mistake(
                    "Angles are rounded to bfloat16, which knows no 257: it is 256 there. Make "
                    "position × frequency in float32, and round at the end.",
                    wrong.coarse,
                ),
                Mistake(
                    "Positions are rounded to bfloat16, which knows no 257: it is 256 there. Keep "
                    "them as they are, or make them float32.",
                    wrong.coarse_positions,
                ),
                Mistake(
                    "Angles are rounded to bfloat16 before their cosine and sine are taken. Round "
                    "the result only.",
                    wrong.coarse_angles,
                ),
                Mistake(
                    "The frequencies are rounded to bfloat16, so each pair turns at a slightly "
                    "wrong speed, and the error grows with the position. Use them as they are.",
                    wrong.coarse_frequencies,
                ),
                Mistake(
                    "Half precision went in and float32 came out. Round to x's dtype at the end.",
                    when=is_wider,
                ),
                Mistake(
                    "Cosines, sines or products are rounded to bfloat16 on the way, as "
                    "transformers rounds them. Here all is float32 until the end.",
                    wrong.rounded_early,
                ),
            ),
        ),
        Criterion(
            "any order in memory, and no position at all",
            other_shapes,
            mistakes=(
                Mistake(
                    "x may lie scattered in memory, where .view stops. Use .reshape or .unflatten.",
                    when=says("view size is not compatible"),
                ),
            ),
        ),
        Criterion(
            "the gradient reaches x (called table here)",
            to_train,
            probe="gradient",
            mistakes=(
                Mistake(
                    "No gradient reaches x (called table here). Use it itself, without .data, "
                    ".detach() or numpy.",
                    when=lambda inputs, seen: seen.value is None or "requires grad" in seen.message,
                ),
            ),
        ),
    ),
)
