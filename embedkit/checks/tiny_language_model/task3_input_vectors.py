"""What marks task 12.3, `input_vectors`: what enters the first block, by scheme."""

import math

import torch
from torch import Tensor

from embedkit import decoder_parts as finished
from embedkit.checks.cut_gradients import cut_off
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered, tidy_table
from embedkit.checks.probes import Inputs
from embedkit.sinusoidal import sinusoids


def asked(
    draw: Draw,
    positions: str,
    places: Tensor | None = None,
    shape: tuple[int, int] = (2, 5),
    sizes: tuple[int, int, int] = (9, 6, 12),
) -> Inputs:
    """One question with a random table; places run from 0 if none are given."""
    vocab_size, model_dim, max_len = sizes
    if places is None:
        places = torch.arange(shape[1]).repeat(shape[0], 1)
    return {
        "ids": draw.ids(vocab_size, *shape),
        "position_ids": places,
        "table": draw.table(vocab_size, model_dim),
        "positions": positions,
        "position_table": draw.table(max_len, model_dim) if positions == "learned" else None,
    }


def nothing_added(draw: Draw) -> list[Inputs]:
    """Schemes that leave the rows alone; scattered numbers, and nothing at all."""
    small: Inputs = {"ids": torch.tensor([[2, 0]]), "position_ids": torch.tensor([[0, 1]])}
    small |= {"table": tidy_table(3, 2), "positions": "rotary", "position_table": None}
    apart = asked(draw, "rotary")
    apart |= {name: scattered(apart[name]) for name in ("table", "ids")}
    drawn = [asked(draw, scheme) for scheme in ("rotary", "alibi", "none")]
    more = [asked(draw, "alibi", shape=(2, 0)), asked(draw, "rotary", shape=(3, 1))]
    return [small, *drawn, apart, *more]


def learned(draw: Draw) -> list[Inputs]:
    """A second table, read from its start, from later on, with padding in front, and far out."""
    small: Inputs = {"ids": torch.tensor([[2, 0]]), "position_ids": torch.tensor([[0, 1]])}
    small |= {"table": tidy_table(3, 2), "positions": "learned"}
    small["position_table"] = torch.tensor([[0.0, 0.5], [100.0, 200.0], [300.0, 300.0]])
    on, padded = torch.arange(5).repeat(2, 1), torch.tensor([[0, 0, 0, 1, 2], [0, 1, 2, 3, 4]])
    return [
        small,
        asked(draw, "learned", on + 7),
        asked(draw, "learned", padded),
        asked(draw, "learned", on + draw.integer(260, 300), sizes=(9, 6, 320)),
        asked(draw, "learned", on + 1_050, sizes=(9, 6, 1_100)),
        asked(draw, "learned", sizes=(9, 1, 12)),
        asked(draw, "learned", scattered(on)),
        asked(draw, "learned", draw.ids(12, 4, 4), shape=(4, 4), sizes=(6, 6, 12)),
        asked(draw, "learned", shape=(2, 0)),
    ]


def sinusoidal(draw: Draw) -> list[Inputs]:
    """Sines and cosines, and longer rows."""
    padded = torch.tensor([[0, 0, 0, 1, 2], [0, 1, 2, 3, 4]])
    return [
        asked(draw, "sinusoidal", shape=(1, 2), sizes=(3, 4, 0)),
        asked(draw, "sinusoidal", padded),
        asked(draw, "sinusoidal", padded + draw.integer(20, 90)),
        asked(draw, "sinusoidal", padded + 200_000),
        asked(draw, "sinusoidal", draw.ids(12, 2, 5)),
        asked(draw, "sinusoidal", scattered(padded)),
        asked(draw, "sinusoidal", shape=(2, 0)),
        asked(draw, "sinusoidal", shape=(3, 7), sizes=(8, 2 * draw.integer(8, 20), 0)),
    ]


def to_train(draw: Draw) -> list[Inputs]:
    """Tables that ask for a gradient: with each scheme, and every token is read."""
    return [
        {"loss_weights": draw.numbers(3, 5, 6)}
        | asked(draw, positions, shape=(3, 5))
        | {"ids": draw.every_id(9, 3, 5)}
        for positions in ("none", "learned", "sinusoidal", "rotary", "alibi")
    ]


Table = Tensor | None


def unscaled(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Add sinusoids to rows as they are."""
    if positions == "sinusoidal":
        return table[ids] + sinusoids(places, table.shape[1])
    return finished.input_vectors(ids, places, table, positions, own)  # type: ignore[arg-type]


def scaled_sum(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Multiply the sum."""
    if positions == "sinusoidal":
        return unscaled(ids, places, table, positions, own) * math.sqrt(table.shape[1])
    return finished.input_vectors(ids, places, table, positions, own)  # type: ignore[arg-type]


def by_size(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Multiply by D in place of its root."""
    if positions == "sinusoidal":
        return table[ids] * table.shape[1] + sinusoids(places, table.shape[1])
    return finished.input_vectors(ids, places, table, positions, own)  # type: ignore[arg-type]


def always_scaled(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Multiply the rows in every scheme."""
    rows = table * math.sqrt(table.shape[1])
    if positions == "sinusoidal":
        rows = table
    return finished.input_vectors(ids, places, rows, positions, own)  # type: ignore[arg-type]


def always_waves(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Add sinusoids in rotary models, too."""
    if positions == "rotary":
        return table[ids] + sinusoids(places, table.shape[1])
    return finished.input_vectors(ids, places, table, positions, own)  # type: ignore[arg-type]


def by_token(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Read the position table by token."""
    if own is not None:
        return table[ids] + own[ids]
    return finished.input_vectors(ids, places, table, positions, own)  # type: ignore[arg-type]


def columns(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Number the columns."""
    numbered = torch.arange(ids.shape[1]).expand(ids.shape)
    return finished.input_vectors(ids, numbered, table, positions, own)  # type: ignore[arg-type]


def first_row(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Take the first text's positions for all."""
    shared = places[:1].expand(ids.shape)
    return finished.input_vectors(ids, shared, table, positions, own)  # type: ignore[arg-type]


def learned_only(ids: Tensor, places: Tensor, table: Tensor, positions: str, own: Table) -> Tensor:
    """Return the position's rows without the token's."""
    if own is not None:
        return own[places]
    return finished.input_vectors(ids, places, table, positions, own)  # type: ignore[arg-type]


task = Task(
    number="12.3",
    name="input_vectors",
    points=1,
    reference=finished.input_vectors,
    criteria=(
        Criterion(
            "none, rotary and ALiBi: the rows of the tokens, and nothing else",
            nothing_added,
            mistakes=(
                Mistake(
                    "Rows are multiplied by √D in every scheme. Only sinusoidal models need it: "
                    "their sines are large beside a row.",
                    always_scaled,
                ),
                Mistake(
                    "Sinusoids are added in a rotary model. Rotary positions turn queries and "
                    "keys, in each block, and leave the embedding alone.",
                    always_waves,
                ),
            ),
        ),
        Criterion(
            "learned: the row of each position is added, of those given",
            learned,
            mistakes=(
                Mistake(
                    "The position table is read by token. Its rows belong to positions.", by_token
                ),
                Mistake("The token's row is missing: both rows are added.", learned_only),
                Mistake(
                    "You number the columns. With a cache or with padding in front, a column is "
                    "no position: use position_ids.",
                    columns,
                ),
                Mistake("All texts get the first one's positions. Each has a row.", first_row),
            ),
        ),
        Criterion(
            "sinusoidal: rows times √D, plus sines and cosines",
            sinusoidal,
            mistakes=(
                Mistake(
                    "The rows are not multiplied by √D: beside sines of size 1, small rows "
                    "would hardly be seen.",
                    unscaled,
                ),
                Mistake("The sum is multiplied by √D. Only the rows are.", scaled_sum),
                Mistake("The rows are multiplied by D. It is its root, √D.", by_size),
            ),
        ),
        Criterion(
            "gradients reach every table that is read",
            to_train,
            probe="gradients",
            mistakes=(cut_off,),
        ),
    ),
)
