"""What marks task 2.4, `TokenEmbedding`: the table as a layer that can be trained."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from embedkit import lookup_table as finished
from embedkit.checks.compare import same
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, tidy_table
from embedkit.checks.probes import Inputs, Seen


def layer_sizes(draw: Draw) -> list[Inputs]:
    """Sizes of layers to build; V and D differ."""
    return [
        {"vocab_size": 4, "model_dim": 3},
        {"vocab_size": draw.integer(8, 12), "model_dim": draw.integer(5, 7)},
    ]


def layer_starts(draw: Draw) -> list[Inputs]:
    """Large tables, so that their spread can be measured, at a random scale."""
    return [
        {"vocab_size": 600, "model_dim": 50, "std": 0.02},
        {"vocab_size": 600, "model_dim": 50, "std": draw.integer(5, 30) / 10},
    ]


def ids_for_a_layer(draw: Draw) -> list[Inputs]:
    """Ids of several shapes, for layers that are read as they start."""
    return [
        {"vocab_size": 3, "model_dim": 2, "ids": torch.tensor([2, 0])},
        {"vocab_size": 9, "model_dim": 5, "ids": draw.ids(9, 2, 6)},
        {"vocab_size": 9, "model_dim": 5, "ids": draw.ids(9)},
    ]


def layer_tables(draw: Draw) -> list[Inputs]:
    """Tables to load into a layer, and ids to read from it."""
    return [
        {"weight": tidy_table(4, 2), "ids": torch.tensor([[3, 0, 3]])},
        {"weight": draw.table(9, 5), "ids": draw.ids(9, 2, 6)},
        {"weight": draw.table(9, 5), "ids": draw.ids(9)},
    ]


def layer_steps(draw: Draw) -> list[Inputs]:
    """The same, with a learning rate for one step."""
    return [
        {"weight": tidy_table(4, 2), "ids": torch.tensor([[1, 3, 1]]), "rate": 1.0},
        {
            "weight": draw.table(9, 5),
            "ids": draw.ids(9, 2, 6),
            "rate": draw.integer(1, 9) / 10,
        },
    ]


def gives_its_rows(inputs: Inputs, seen: Seen) -> bool:
    """Whether the layer gave the rows of its own table."""
    weight = seen.value["weight"]
    return isinstance(weight, Tensor) and same(seen.value["layer(ids)"], weight[inputs["ids"]])


def starts_as_drawn(inputs: Inputs, seen: Seen) -> bool:
    """Whether two fresh tables differ, are centred on 0 and spread by ``std``."""
    tables = seen.value
    right_shape = all(
        isinstance(table, Tensor) and list(table.shape) == [inputs["vocab_size"], 50]
        for table in tables
    )
    if not right_shape or torch.equal(tables[0], tables[1]):
        return False
    return all(_looks_normal(table / inputs["std"]) for table in tables)


def _looks_normal(table: Tensor) -> bool:
    within_one = (table.abs() < 1).float().mean().item()
    centred = abs(table.mean().item()) < 0.05
    spread = abs(table.std().item() - 1) < 0.05
    return centred and spread and abs(within_one - 0.683) < 0.03


def spread_is(scale: Callable[[float], float]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether the table's spread is ``scale(std)`` instead of ``std``."""

    def test(inputs: Inputs, seen: Seen) -> bool:
        if not isinstance(seen.value, list) or not isinstance(seen.value[0], Tensor):
            return False
        wrong = scale(inputs["std"])
        return bool(abs(seen.value[0].float().std().item() - wrong) < 0.05 * wrong)

    return test


class SwappedLayer(nn.Module):
    """A wrong answer: the table lies on its side."""

    def __init__(self, vocab_size: int, model_dim: int, std: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(model_dim, vocab_size) * std)


not_a_parameter = Mistake(
    "The layer has nothing to train: an optimiser asks it for its parameters and gets none. "
    "A plain tensor is not one; wrap it in nn.Parameter(…).",
    when=lambda inputs, seen: seen.value == {} or "no attribute 'named_parameters'" in seen.message,
)
other_name = Mistake(
    "The table has another name. Call it self.weight, as nn.Embedding does, "
    "so that saved weights can be loaded into it.",
    when=lambda inputs, seen: (
        isinstance(seen.value, dict) and len(seen.value) == 1 and "weight" not in seen.value
    ),
)
swapped = Mistake(
    "The table lies on its side: V is the number of rows, D their length, so it is (V, D).",
    answer=SwappedLayer,
)
forgot_super = Mistake(
    "super().__init__() is missing, or comes too late. "
    "It must be the first line of __init__, before the layer is given its table.",
    when=lambda inputs, seen: "before Module.__init__() call" in seen.message,
)
std_ignored = Mistake(
    "The spread is 1, whatever std says. randn has a spread of 1: multiply it by std.",
    when=spread_is(lambda std: 1.0),
)
variance_for_std = Mistake(
    "The spread is std squared or its root: std is the standard deviation, not the variance.",
    when=lambda inputs, seen: (
        spread_is(lambda std: std**2)(inputs, seen) or spread_is(lambda std: std**0.5)(inputs, seen)
    ),
)
uniform_start = Mistake(
    "These numbers are not normally distributed. torch.rand is uniform; torch.randn is normal.",
    when=lambda inputs, seen: (
        isinstance(seen.value, list)
        and isinstance(seen.value[0], Tensor)
        and seen.value[0].numel() > 0
        and bool(seen.value[0].abs().max() < 3 * inputs["std"])
        and bool(seen.value[0].std() > 0)
    ),
)
all_rows_alike = Mistake(
    "Every number in the table is the same. Rows that start alike look alike to the rest of the "
    "model: draw them at random.",
    when=lambda inputs, seen: (
        isinstance(seen.value, list)
        and isinstance(seen.value[0], Tensor)
        and bool(seen.value[0].float().std() == 0)
    ),
)
never_random = Mistake(
    "Two fresh layers are exactly alike. Something fixes the seed inside __init__; "
    "that is the caller's to decide.",
    when=lambda inputs, seen: isinstance(seen.value, list) and same_tables(seen.value),
)
frozen = Mistake(
    "The table did not move. A step of gradient descent should change the rows that were read: "
    "forward must use self.weight itself, not .data, .detach() or a copy made in __init__.",
    when=lambda inputs, seen: (
        isinstance(seen.value, Tensor) and torch.equal(seen.value, inputs["weight"])
    ),
)
cannot_go_back = Mistake(
    "There is no way back from the result to the table. forward must use self.weight itself, "
    "not .data, .detach() or a copy made in __init__.",
    when=lambda inputs, seen: "does not require grad" in seen.message,
)
stale_copy = Mistake(
    "The layer was given a new table, but forward still reads the old one: a copy that was made "
    "in __init__. Read self.weight each time.",
    when=lambda inputs, seen: (
        isinstance(seen.value, Tensor)
        and seen.value.shape == (*inputs["ids"].shape, inputs["weight"].shape[1])
    ),
)


def same_tables(tables: list[Tensor]) -> bool:
    """Whether two tables are equal, number by number."""
    return all(isinstance(table, Tensor) for table in tables) and torch.equal(*tables)


task = Task(
    number="2.4",
    name="TokenEmbedding",
    points=2,
    reference=finished.TokenEmbedding,
    criteria=(
        Criterion(
            "its one parameter is weight, of shape (V, D)",
            layer_sizes,
            probe="layer_parameters",
            mistakes=(forgot_super, not_a_parameter, other_name, swapped),
        ),
        Criterion(
            "it starts as normal random numbers with standard deviation std",
            layer_starts,
            probe="layer_start",
            accepts=starts_as_drawn,
            mistakes=(all_rows_alike, never_random, std_ignored, variance_for_std, uniform_start),
        ),
        Criterion(
            "layer(ids) gives the rows of its weight",
            ids_for_a_layer,
            probe="layer_reads",
            accepts=gives_its_rows,
        ),
        Criterion(
            "a table that is loaded into it is the table it reads",
            layer_tables,
            probe="layer_forward",
            mistakes=(stale_copy,),
        ),
        Criterion(
            "a training step moves the rows that were read, and no others",
            layer_steps,
            probe="layer_step",
            mistakes=(frozen, cannot_go_back),
        ),
    ),
)
