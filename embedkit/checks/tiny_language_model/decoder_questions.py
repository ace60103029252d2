"""The questions that task 12.4's check asks a decoder, from no blocks at all up to several."""

import torch
from torch import Tensor

from embedkit.checks.framework import Draw, scattered
from embedkit.checks.probes import Inputs
from embedkit.checks.tiny_language_model.wrong_decoders import Block


def drawn_scale(draw: Draw, dim: int) -> Tensor:
    """Return the scale of a norm: numbers about 1, on both sides of 0."""
    return draw.numbers(dim).double() / 4 + draw.numbers(dim).sign().double()


def drawn_block(draw: Draw, dim: int, hidden: int) -> Block:
    """Weights of one block, so large that each of its parts matters."""
    shapes = {"q": (dim, dim), "k": (dim, dim), "v": (dim, dim), "o": (dim, dim)}
    shapes |= {"gate": (dim, hidden), "up": (dim, hidden), "down": (hidden, dim)}
    matrices = {name: draw.numbers(*shape).double() / 2 for name, shape in shapes.items()}
    norms = ("attention_norm", "feed_forward_norm")
    return {name: drawn_scale(draw, dim) for name in norms} | matrices


def asked(
    draw: Draw,
    layers: int,
    shape: tuple[int, int] = (2, 5),
    dim: int = 8,
    heads: int = 1,
    rows: float = 1.0,
    vocab_size: int = 7,
) -> Inputs:
    """One question with random weights."""
    return {
        "ids": draw.ids(vocab_size, *shape),
        "weights": {
            "table": rows * draw.table(vocab_size, dim).double(),
            "blocks": [drawn_block(draw, dim, dim + 3) for _ in range(layers)],
            "norm": drawn_scale(draw, dim),
        },
        "heads": heads,
    }


def no_blocks(draw: Draw) -> list[Inputs]:
    """What stands at the two ends; rows also so short that ε counts, or more than a byte counts."""
    small = asked(draw, 0, shape=(1, 2), dim=2)
    small["ids"] = torch.tensor([[1, 0]])
    table = torch.tensor([[3.0, 4.0], [1.0, -7.0], [0.0, 2.0]], dtype=torch.float64)
    small["weights"] = {"table": table, "blocks": [], "norm": torch.tensor([1.0, 2.0]).double()}
    many = asked(draw, 0, shape=(1, 6), dim=2, vocab_size=300)
    many["ids"] = 294 + torch.arange(6)[None]
    return [small, asked(draw, 0), asked(draw, 0, rows=1e-3), many]


def one_position(draw: Draw) -> list[Inputs]:
    """A block with one token: it can read itself only, so attention is v and o."""
    return [asked(draw, 1, shape=(1, 1), dim=2), *(asked(draw, 1, shape=(3, 1)) for _ in range(3))]


def one_head(draw: Draw) -> list[Inputs]:
    """A block, several tokens, one head; scores of millions, weights by name only, a row of 0.

    What the gate is given also lies so far from 0 that an exponential of it is infinity. One text
    is longer than those that GPT-2 reads.
    """
    large, shuffled, apart = (asked(draw, 1) for _ in range(3))
    (block,) = large["weights"]["blocks"]
    block["q"] = 2000 * block["q"]
    block["k"] = -block["q"]
    block["gate"] = 2000 * block["gate"]
    weights = shuffled["weights"]
    blocks = [dict(reversed(one.items())) for one in weights["blocks"]]
    shuffled["weights"] = {"norm": weights["norm"], "blocks": blocks, "table": weights["table"]}
    apart["ids"] = scattered(apart["ids"])
    silent = asked(draw, 1)
    silent["weights"]["table"][silent["ids"][0, 1]] = 0
    lengths = [asked(draw, 1, shape=(1, 2), dim=2), asked(draw, 1), asked(draw, 1, shape=(1, 9))]
    long = asked(draw, 1, shape=(1, 300), dim=4)
    return [*lengths, long, large, shuffled, apart, silent]


def several_heads(draw: Draw) -> list[Inputs]:
    """Heads of different sizes; as many heads as tokens, too."""
    return [
        asked(draw, 1, shape=(1, 3), dim=4, heads=2),
        asked(draw, 1, shape=(2, 4), dim=16, heads=4),
        asked(draw, 1, shape=(1, 6), dim=12, heads=2),
    ]


def several_blocks(draw: Draw) -> list[Inputs]:
    """Two blocks, and five."""
    return [asked(draw, 2), asked(draw, 2, heads=2), asked(draw, 5, shape=(1, 3))]


def to_train(draw: Draw) -> list[Inputs]:
    """Weights that ask for a gradient; rows are read that somebody takes for padding."""
    question = asked(draw, 2, shape=(1, 5), heads=2)
    question["ids"] = torch.tensor([[0, 3, 1, 6, 0]])
    return [{"loss_weights": draw.numbers(1, 5, 7).double(), **question}]
