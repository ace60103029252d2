"""What marks task 6.4, `FactorisedTable`: a narrow table, and a matrix that widens its rows."""

import torch
from torch import Tensor

from embedkit import price_of_the_table as finished
from embedkit.checks.compare import same
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen


def asked(draw: Draw, sizes: tuple[int, int, int], ids: Tensor) -> Inputs:
    """One question: the layer with these numbers, and a loss that weighs each result its own."""
    vocab_size, narrow, dim = sizes
    return {
        "sizes": [vocab_size, narrow, dim],
        "parameters": {
            "table": draw.table(vocab_size, narrow),
            "widen": draw.numbers(narrow, dim),
        },
        "ids": ids,
        "loss_weights": draw.numbers(*ids.shape, dim),
    }


def sequences(draw: Draw) -> list[Inputs]:
    """Sequences that read some rows, one of them twice."""
    small = {
        "sizes": [3, 1, 2],
        "parameters": {
            "table": torch.tensor([[1.0], [10.0], [100.0]]),
            "widen": torch.tensor([[2.0, -3.0]]),
        },
        "ids": torch.tensor([2, 0, 2]),
        "loss_weights": torch.ones(3, 2),
    }
    return [
        small,
        asked(draw, (9, 3, 5), draw.ids(9, 6)),
        asked(draw, (7, 4, 4), draw.ids(7, 5)),
        asked(draw, (5, 6, 3), draw.ids(5, 4)),
    ]


def any_shape(draw: Draw) -> list[Inputs]:
    """Batches, a single id, three dimensions, nothing, and ids scattered in memory."""
    return [
        asked(draw, (6, 2, 3), draw.ids(6, 2, 3)),
        asked(draw, (6, 2, 3), torch.tensor(4)),
        asked(draw, (6, 3, 4), draw.ids(6, 2, 2, 3)),
        asked(draw, (6, 2, 3), torch.empty(2, 0, dtype=torch.long)),
        asked(draw, (6, 2, 3), scattered(draw.ids(6, 3, 4))),
    ]


def fresh_layers(draw: Draw) -> list[Inputs]:
    """New layers, with the numbers that they start with."""
    questions = [asked(draw, (9, 3, 5), draw.ids(9, 6)), asked(draw, (40, 8, 16), draw.ids(40, 9))]
    return [question | {"parameters": {}} for question in questions]


def can_learn(inputs: Inputs, seen: Seen) -> bool:
    """Whether both factors have a gradient, and differ from row to row."""
    gradients = [seen.value[f"gradient of {name}"] for name in ("table", "widen")]
    rows = seen.value["layer(ids)"].flatten(0, -2).unique(dim=0)
    return all(bool(gradient.any()) for gradient in gradients) and len(rows) > 1


def wrong_parameters(inputs: Inputs, seen: Seen) -> bool:
    """Whether the layer trains something else than two factors of the right names."""
    return isinstance(seen.value, dict) and set(seen.value["trained"]) != {"table", "widen"}


def wrong_shapes(inputs: Inputs, seen: Seen) -> bool:
    """Whether the factors have other shapes than they should."""
    vocab_size, narrow, dim = inputs["sizes"]
    right = {"table": [vocab_size, narrow], "widen": [narrow, dim]}
    return isinstance(seen.value, dict) and seen.value["trained"] != right


def no_gradient(inputs: Inputs, seen: Seen) -> bool:
    """Whether some factor got no gradient, though all is right ahead."""
    wanted = finished.FactorisedTable(*inputs["sizes"])
    wanted.load_state_dict(inputs["parameters"])
    return same(seen.value["layer(ids)"], wanted(inputs["ids"]).detach())


def other_shape(inputs: Inputs, seen: Seen) -> bool:
    """Whether what was read has another shape than it should."""
    return bool(seen.value["layer(ids)"].shape != (*inputs["ids"].shape, inputs["sizes"][2]))


task = Task(
    number="6.4",
    name="FactorisedTable",
    points=2,
    reference=finished.FactorisedTable,
    criteria=(
        Criterion(
            "it reads narrow rows, widens them, and sends gradients to both factors",
            sequences,
            probe="layer_by_name",
            mistakes=(
                Mistake(
                    "A plain tensor is not trained. Wrap both factors in nn.Parameter.",
                    when=says("does not require grad"),
                ),
                Mistake(
                    "The parameters should be exactly `table` and `widen`: two nn.Parameters of "
                    "these names, and nothing else. (nn.Embedding and nn.Linear bring names of "
                    "their own, and nn.Linear a bias.)",
                    when=wrong_parameters,
                ),
                Mistake(
                    "super().__init__() is missing: an nn.Module needs it before its parameters.",
                    when=says("before Module.__init__() call"),
                ),
                Mistake(
                    "A factor has another shape: table is (V, E), and widen is (E, D).",
                    when=lambda inputs, seen: (
                        "size mismatch" in seen.message or wrong_shapes(inputs, seen)
                    ),
                ),
                Mistake(
                    "What comes back should have the shape of the ids, with D appended.",
                    when=other_shape,
                ),
                Mistake(
                    "The values are right, but a gradient is not: it was cut off on the way. "
                    "Work with the parameters themselves, without .data or .detach().",
                    when=no_gradient,
                ),
            ),
        ),
        Criterion(
            "ids of any shape: a batch, a single id, none at all",
            any_shape,
            probe="layer_by_name",
            mistakes=(
                Mistake(
                    "The ids may have any number of axes. table[ids] takes every shape, and so "
                    "does @ for what it gives, if its last axis is E.",
                    when=lambda inputs, seen: bool(seen.raised),
                ),
            ),
        ),
        Criterion(
            "a new layer can learn: neither factor starts at zero",
            fresh_layers,
            probe="layer_by_name",
            mistakes=(
                Mistake(
                    "The gradient of each factor is a product with the other. Where one starts at "
                    "zeros, the other gets none, and with two nothing ever moves; and ones make "
                    "all rows alike. Start both with torch.randn, times a small number.",
                    when=lambda inputs, seen: not seen.raised,
                ),
            ),
            accepts=can_learn,
        ),
    ),
)
