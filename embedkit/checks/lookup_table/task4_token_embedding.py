"""What marks task 2.4, `TokenEmbedding`: the table as a layer that can be trained."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from embedkit import lookup_table as finished
from embedkit.checks.compare import same
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered, tidy_table
from embedkit.checks.probes import Inputs, Seen


def layer_sizes(draw: Draw) -> list[Inputs]:
    """Sizes of layers to build; V and D differ."""
    return [
        {"vocab_size": 4, "model_dim": 3},
        {"vocab_size": draw.integer(8, 12), "model_dim": draw.integer(5, 7)},
    ]


def layer_starts(draw: Draw) -> list[Inputs]:
    """Large tables, so that their spread can be measured: at two scales, and without a std.

    One has short rows: the spread does not depend on their length.
    """
    return [
        {"vocab_size": 600, "model_dim": 64, "std": 0.02},
        {"vocab_size": 12_800, "model_dim": 3, "std": draw.integer(15, 30) / 10},
        {"vocab_size": 600, "model_dim": 64},
    ]


def layer_tables(draw: Draw) -> list[Inputs]:
    """Tables to load into a layer, and ids to read from it.

    In half precision some whole numbers are rounded, from 257 or 2049 on: the ids must not be.
    """
    return [
        {"weight": tidy_table(4, 2), "ids": torch.tensor([[3, 0, 3]])},
        {"weight": 100 * draw.table(9, 5), "ids": draw.ids(9, 2, 6)},
        {"weight": tidy_table(4, 1), "ids": torch.tensor([[3], [0]])},
        {"weight": tidy_table(9, 5).double() / 3, "ids": draw.ids(9, 2, 6)},
        {"weight": draw.table(9, 5).bfloat16(), "ids": draw.ids(9)},
        {"weight": draw.table(300, 2).bfloat16(), "ids": torch.tensor([[257, 299, 256]])},
        {"weight": draw.table(3000, 2).half(), "ids": torch.tensor([2999, 2049, 7])},
        {"weight": draw.table(9, 5), "ids": draw.ids(9, 6)},
        {"weight": 1e4 * draw.table(3000, 2), "ids": torch.tensor([2999, 1000, 7])},
        {"weight": draw.table(9, 5), "ids": draw.ids(9, 2, 3, 2)},
        {"weight": draw.table(9, 5), "ids": scattered(draw.ids(9, 4, 3))},
        {"weight": draw.table(9, 5), "ids": torch.empty(2, 0, dtype=torch.long)},
    ]


def layer_steps(draw: Draw) -> list[Inputs]:
    """The same, with a learning rate for one step."""
    return [
        {"weight": tidy_table(4, 2), "ids": torch.tensor([[0, 3, 0]]), "rate": 1.0},
        {
            "weight": draw.table(9, 5),
            "ids": draw.ids(9, 2, 6),
            "rate": draw.integer(1, 9) / 10,
        },
    ]


def gives_its_first_rows(inputs: Inputs, seen: Seen) -> bool:
    """Whether a fresh layer gave the rows of the table that it started with."""
    weight = seen.value["weight at first"]
    return same(seen.value["layer(ids) at first"], weight[inputs["ids"]])


def gives_its_rows(inputs: Inputs, seen: Seen) -> bool:
    """Whether a layer gave the rows of its table, at first and after another was loaded."""
    loaded = inputs["weight"][inputs["ids"]]
    later = [seen.value[f"layer(ids) {when}"] for when in ("after loading", "after eval()")]
    return gives_its_first_rows(inputs, seen) and all(same(rows, loaded) for rows in later)


def starts_as_drawn(inputs: Inputs, seen: Seen) -> bool:
    """Whether two fresh tables differ, are centred on 0 and spread by ``std``."""
    tables = seen.value
    right_shape = all(
        isinstance(table, Tensor)
        and list(table.shape) == [inputs["vocab_size"], inputs["model_dim"]]
        for table in tables
    )
    if not right_shape or torch.equal(tables[0], tables[1]):
        return False
    return all(_looks_normal(table / inputs.get("std", 1.0)) for table in tables)


def _looks_normal(table: Tensor) -> bool:
    """Whether numbers look drawn from a standard normal distribution; about 38,000 are enough."""
    within_one = (table.abs() < 1).float().mean().item()
    centred = abs(table.mean().item()) < 0.03
    spread = abs(table.std().item() - 1) < 0.03
    has_tails = table.abs().max().item() > 3.3
    no_row_twice = len(table.abs().unique(dim=0)) == len(table) and bool(table.any(dim=1).all())
    rows_differ = no_row_twice and table.norm(dim=1).std().item() > 0.4
    return centred and spread and abs(within_one - 0.683) < 0.02 and has_tails and rows_differ


def spread_is(scale: Callable[[float], float]) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether the table's spread is ``scale(std)`` instead of ``std``."""

    def test(inputs: Inputs, seen: Seen) -> bool:
        if not isinstance(seen.value, list) or not isinstance(seen.value[0], Tensor):
            return False
        wrong = scale(inputs.get("std", 1.0))
        return bool(abs(seen.value[0].float().std().item() - wrong) < 0.05 * wrong)

    return test


class SwappedLayer(nn.Module):
    """A wrong answer: the table lies on its side."""

    def __init__(self, vocab_size: int, model_dim: int, std: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(model_dim, vocab_size) * std)


def weight_is(kind: str) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether the layer trains nothing, and its weight is of some type."""
    return lambda inputs, seen: (seen.value["trained"], seen.value["weight"]) == ({}, kind)


not_a_module = Mistake(
    "It is no module. Write class TokenEmbedding(nn.Module), or nobody can ask it for parameters.",
    when=says("is not a Module subclass"),
)
not_a_parameter = Mistake(
    "The weight is a plain tensor, so there is nothing to train. Wrap it in nn.Parameter(…), and "
    "do all arithmetic inside the brackets: a parameter times std is a plain tensor again.",
    when=weight_is("Tensor"),
)
no_weight = Mistake(
    "The layer has no attribute weight. Is self. missing before it?",
    when=weight_is("NoneType"),
)
not_trainable = Mistake(
    "The weight is a parameter, but it is not trained: requires_grad is False.",
    when=weight_is("Parameter"),
)
embedding_inside = Mistake(
    "There is a whole nn.Embedding inside, and the table inside that. Make the table itself, "
    "self.weight = nn.Parameter(…), so that weights can be loaded under that name.",
    when=lambda inputs, seen: (
        isinstance(seen.value, dict) and any("." in name for name in seen.value["state_dict"])
    ),
)
other_name = Mistake(
    "The table has another name. Call it self.weight, as nn.Embedding does, "
    "so that saved weights can be loaded into it.",
    when=lambda inputs, seen: (
        isinstance(seen.value, dict)
        and len(seen.value["trained"]) == 1
        and "weight" not in seen.value["trained"]
    ),
)
no_return = Mistake(
    "forward returns None. Is the return missing?",
    when=lambda inputs, seen: (
        isinstance(seen.value, dict) and seen.value["layer(ids) at first"] is None
    ),
)
swapped = Mistake(
    "The table lies on its side: V is the number of rows, D their length, so it is (V, D).",
    answer=SwappedLayer,
)
forgot_super = Mistake(
    "super().__init__() is missing, or comes too late. "
    "It must be the first line of __init__, before the layer is given its table.",
    when=says("before Module.__init__() call"),
)
other_default = Mistake(
    "Without std, the spread should be 1: that is the default in the signature.",
    when=lambda inputs, seen: "std" not in inputs,
)
std_ignored = Mistake(
    "The spread is 1, whatever std says. randn has a spread of 1: multiply it by std, in __init__.",
    when=spread_is(lambda std: 1.0),
)
variance_for_std = Mistake(
    "The spread is std squared or its root: std is the standard deviation, not the variance.",
    when=lambda inputs, seen: (
        spread_is(lambda std: std**2)(inputs, seen) or spread_is(lambda std: std**0.5)(inputs, seen)
    ),
)
tails_cut_off = Mistake(
    "The largest numbers are missing: something cuts the tails off. torch.randn leaves them.",
    when=lambda inputs, seen: (
        isinstance(seen.value, list)
        and isinstance(seen.value[0], Tensor)
        and 1.8 < (seen.value[0].abs().max() / inputs.get("std", 1.0)).item() < 3.3
    ),
)
more_parameters = Mistake(
    "There is more than the table in it. An embedding layer has one parameter, its table, and "
    "nothing else in its state_dict().",
    when=lambda inputs, seen: isinstance(seen.value, dict) and len(seen.value["state_dict"]) > 1,
)
made_in_a_call = Mistake(
    "After it was called, there is more in its state_dict() than before, and that could not be "
    "loaded into a new layer. Make the table in __init__, and keep nothing from a call.",
    when=lambda inputs, seen: seen.value["state_dict after a call"] != seen.value["state_dict"],
)
uniform_start = Mistake(
    "These numbers are not normally distributed. torch.rand is uniform; torch.randn is normal.",
    when=lambda inputs, seen: (
        isinstance(seen.value, list)
        and isinstance(seen.value[0], Tensor)
        and seen.value[0].numel() > 0
        and bool(seen.value[0].abs().max() < 1.8 * inputs.get("std", 1.0))
        and bool((seen.value[0].float() / inputs.get("std", 1.0)).std() > 0.2)
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
    when=says("does not require grad"),
)
stale_copy = Mistake(
    "The layer was given a new table, but forward still reads the old one: a copy that was made "
    "in __init__. Read self.weight each time.",
    when=lambda inputs, seen: (
        gives_its_first_rows(inputs, seen)
        and not same(seen.value["layer(ids) after loading"], inputs["weight"][inputs["ids"]])
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
            mistakes=(
                forgot_super,
                not_a_module,
                not_a_parameter,
                no_weight,
                not_trainable,
                embedding_inside,
                more_parameters,
                made_in_a_call,
                other_name,
                swapped,
            ),
        ),
        Criterion(
            "it starts as normal random numbers with standard deviation std",
            layer_starts,
            probe="layer_start",
            accepts=starts_as_drawn,
            mistakes=(
                all_rows_alike,
                never_random,
                other_default,
                std_ignored,
                variance_for_std,
                uniform_start,
                tails_cut_off,
            ),
        ),
        Criterion(
            "layer(ids) gives the rows of its weight, also of one loaded later, also after eval()",
            layer_tables,
            probe="layer_reads",
            accepts=gives_its_rows,
            mistakes=(no_return, stale_copy),
        ),
        Criterion(
            "a training step moves the rows that were read, and no others",
            layer_steps,
            probe="layer_step",
            mistakes=(frozen, cannot_go_back),
        ),
    ),
)
