"""What marks task 6.4, `FactorisedTable`: a narrow table, and a matrix that widens its rows."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import small_tables as finished
from embedkit.checks.compare import same
from embedkit.checks.framework import (
    TOO_LARGE,
    AtScale,
    Criterion,
    Draw,
    Mistake,
    Task,
    says,
    scattered,
)
from embedkit.checks.plain import Plain
from embedkit.checks.price_of_the_table.shared_hints import AXES, NO_IDS, SCATTERED
from embedkit.checks.probes import Inputs, Seen

NAMES = ("table", "widen")
ONLY_WHAT_IS_READ = "only the rows that are read are widened: nothing is made that is as long as V"


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
            "table": torch.tensor([[1.0], [-10.0], [100.0]]),
            "widen": torch.tensor([[2.0, -3.0]]),
        },
        "ids": torch.tensor([2, 1, 2]),
        "loss_weights": torch.ones(3, 2),
    }
    return [
        small,
        asked(draw, (9, 3, 5), draw.ids(9, 6)),
        asked(draw, (7, 4, 4), draw.ids(7, 5)),
        asked(draw, (5, 6, 3), draw.ids(5, 4)),
    ]


def any_shape(draw: Draw) -> list[Inputs]:
    """Batches, axes of length 1, a single id, three axes, nothing, and scattered ids."""
    return [
        asked(draw, (6, 2, 3), draw.ids(6, 2, 3)),
        asked(draw, (6, 2, 3), torch.tensor([[4]])),
        asked(draw, (6, 2, 3), torch.tensor([4])),
        asked(draw, (6, 2, 3), draw.ids(6, 1, 3)),
        asked(draw, (40_000, 2, 3), torch.tensor([39_999, 1000, 7])),
        asked(draw, (6, 2, 1), draw.ids(6, 2, 2)),
        asked(draw, (6, 2, 3), torch.tensor(4)),
        asked(draw, (6, 3, 4), draw.ids(6, 2, 2, 3)),
        asked(draw, (6, 2, 3), torch.empty(2, 0, dtype=torch.long)),
        asked(draw, (6, 2, 3), scattered(draw.ids(6, 3, 4))),
    ]


def long_tables(draw: Draw) -> list[Inputs]:
    """A table of many rows, of which few are read."""
    return [{"sizes": [5000, 2, 16], "ids": draw.ids(5000, 2)}]


def table_at_scale(draw: Draw) -> Inputs:
    """So long a table that the product of both factors, or one-hot vectors, weigh too much."""
    vocab_size, dim = 2**17, TOO_LARGE // 4 // 2**17
    narrow = draw.integer(3, 4)
    return {
        "sizes": [vocab_size, narrow, dim],
        "parameters": {"table": draw.table(vocab_size, narrow), "widen": draw.numbers(narrow, dim)},
        "ids": draw.ids(vocab_size, dim),
    }


def reads_first(inputs: Inputs, seen: Seen) -> bool:
    """Whether nothing was made that is as long as V."""
    return bool(seen.value["most"] < inputs["sizes"][0])


def new_layers(draw: Draw) -> list[Inputs]:
    """Layers as they start."""
    return [{"sizes": [40, 8, 16]}, {"sizes": [9, 6, draw.integer(7, 12)]}]


def differ(numbers: Tensor) -> bool:
    """Whether hardly any number of a matrix occurs twice, and no row is made of the others."""
    full_rank = torch.linalg.matrix_rank(numbers) == min(numbers.shape)
    return len(numbers.unique()) >= 0.9 * numbers.numel() and bool(full_rank)


def unrelated(one: Tensor, other: Tensor) -> bool:
    """Whether some numbers tell nothing of those in the same places of others.

    They would, if few numbers were drawn for each layer, and the rest made from these. Of 36
    numbers and more, drawn by themselves, a correlation above 0.8 is never seen.
    """
    both = torch.stack([one.flatten(), other.flatten()])
    return bool(torch.corrcoef(both)[0, 1].abs() < 0.8)


def random_start(inputs: Inputs, seen: Seen) -> bool:
    """Whether both factors are finite, of unlike numbers, and other ones in other layers.

    Layers may have something in common, such as an identity to which random numbers are added. So
    it is the difference of two layers that must tell nothing of that of two others.
    """
    one, other, third, fourth = seen.value
    change = {name: one[name] - other[name] for name in NAMES}
    return all(
        bool(one[name].isfinite().all())
        and differ(one[name])
        and differ(change[name])
        and not same(one[name], other[name])
        and unrelated(change[name], third[name] - fourth[name])
        for name in NAMES
    ) and all(unrelated(*both) for both in (first_of_both(change), corners_of_both(change)))


def first_of_both(layer: dict[str, Tensor]) -> list[Tensor]:
    """Return as many numbers of both factors as the shorter one has, from the beginning."""
    numbers = [layer[name].flatten() for name in NAMES]
    return [some[: min(map(len, numbers))] for some in numbers]


def corners_of_both(layer: dict[str, Tensor]) -> list[Tensor]:
    """Return the first rows and columns of both factors: they may be cut from the same numbers."""
    size = len(layer["widen"])
    return [layer[name][:size, :size] for name in NAMES]


def some(test: Callable[[Plain, Plain], bool]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether something holds for a factor, and that of another new layer."""
    return lambda inputs, seen: any(
        test(*(layer[name] for layer in seen.value[:2])) for name in NAMES
    )


def parameters_are(test: Callable[[Plain], bool]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of the shapes of the parameters, by name."""
    return lambda inputs, seen: test(seen.value["parameters"])


def wrong_shapes(inputs: Inputs, seen: Seen) -> bool:
    """Whether the factors have other shapes than they should."""
    vocab_size, narrow, dim = inputs["sizes"]
    right = {"table": [vocab_size, narrow], "widen": [narrow, dim]}
    return "size mismatch" in seen.message or seen.value["parameters"] != right


def right_values(inputs: Inputs, seen: Seen) -> bool:
    """Whether what was read is right."""
    wanted = finished.FactorisedTable(*inputs["sizes"])
    wanted.load_state_dict(inputs["parameters"])
    return same(seen.value["layer(ids)"], wanted(inputs["ids"]).detach())


def no_gradients(inputs: Inputs, seen: Seen) -> bool:
    """Whether no gradient came to either factor."""
    return all(seen.value[f"gradient of {name}"] is None for name in NAMES)


def wrong_gradients(inputs: Inputs, seen: Seen) -> bool:
    """Whether all is right ahead, and a gradient is not."""
    wanted = finished.FactorisedTable(*inputs["sizes"])
    wanted.load_state_dict(inputs["parameters"])
    (wanted(inputs["ids"]) * inputs["loss_weights"]).sum().backward()
    right = all(
        same(seen.value[f"gradient of {name}"], getattr(wanted, name).grad) for name in NAMES
    )
    return right_values(inputs, seen) and not right


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
                    "super().__init__() is missing: an nn.Module needs it before its parameters.",
                    when=says("before Module.__init__() call"),
                ),
                Mistake(
                    "A buffer is stored, but not trained. Wrap both factors in nn.Parameter.",
                    when=lambda inputs, seen: bool(set(NAMES) & set(seen.value["buffers"])),
                ),
                Mistake(
                    "A plain tensor is not trained. Wrap both factors in nn.Parameter.",
                    when=parameters_are(lambda found: not found),
                ),
                Mistake(
                    "The parameters should be exactly `table` and `widen`: two nn.Parameters of "
                    "these names, and nothing else. (nn.Embedding and nn.Linear bring names of "
                    "their own, and nn.Linear a bias.)",
                    when=parameters_are(lambda found: set(found) != set(NAMES)),
                ),
                Mistake(
                    "A factor has another shape: table is (V, E), and widen is (E, D).",
                    when=wrong_shapes,
                ),
                Mistake(
                    "forward returns None. Is its return missing?",
                    when=lambda inputs, seen: seen.value["layer(ids)"] is None,
                ),
                Mistake(
                    "What comes back should have the shape of the ids, with D appended.",
                    when=other_shape,
                ),
                Mistake(
                    "The result does not depend on the parameters any more: no_grad or detach cut "
                    "it off, so nothing would be trained.",
                    when=no_gradients,
                ),
                Mistake(
                    "The values are right, but a gradient is not: it was cut off on the way. "
                    "Work with the parameters themselves, without .data or .detach().",
                    when=wrong_gradients,
                ),
            ),
        ),
        Criterion(
            "ids of any shape: a batch, a single id, none at all",
            any_shape,
            probe="layer_by_name",
            mistakes=(
                Mistake(SCATTERED, when=says("view size is not compatible")),
                Mistake(NO_IDS, when=says("cannot reshape tensor of 0 elements")),
                Mistake(AXES, when=lambda inputs, seen: bool(seen.raised)),
                Mistake(
                    "The shape of the ids, with D appended: an axis of length 1 stays an axis.",
                    when=other_shape,
                ),
            ),
        ),
        Criterion(
            ONLY_WHAT_IS_READ,
            long_tables,
            probe="layer_weighs",
            accepts=reads_first,
            mistakes=(
                Mistake(
                    "It made something as long as V for two ids: the product of both factors, or "
                    "a one-hot vector. Read the narrow rows first, then widen what was read.",
                    when=lambda inputs, seen: not seen.raised,
                ),
            ),
        ),
        Criterion(
            "a new layer starts with random numbers, other ones each time",
            new_layers,
            probe="layer_factors",
            accepts=random_start,
            mistakes=(
                Mistake(
                    "The gradient of each factor is a product with the other. Where one starts at "
                    "zeros, the other gets none, and with two nothing ever moves. Start both with "
                    "torch.randn, times a small number.",
                    when=some(lambda factor, other: not factor.any()),
                ),
                Mistake(
                    "Some number is infinite or not a number from the start.",
                    when=some(lambda factor, other: not factor.isfinite().all()),
                ),
                Mistake(
                    "A factor starts with few numbers, each many times or times one another. Draw "
                    "each number by itself, and from so many that hardly two are equal: "
                    "torch.randn of the full shape.",
                    when=some(lambda factor, other: not differ(factor)),
                ),
                Mistake(
                    "Each new layer starts with the same numbers. Draw them anew.",
                    when=some(same),
                ),
            ),
        ),
    ),
    at_scale=AtScale(
        ONLY_WHAT_IS_READ,
        table_at_scale,
        "On a larger table the process takes as much memory as the product of both factors, or as "
        "one-hot vectors, would. Read the narrow rows first, then widen what was read.",
        probe="layer_looks_up",
    ),
)
