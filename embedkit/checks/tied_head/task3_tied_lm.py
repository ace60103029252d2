"""What marks task 7.3, `TiedLM`: a model whose one table reads and writes."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen


class TiedLM(nn.Module):
    """The worked answer: it is the sheet's own model, and so lives here."""

    def __init__(self, vocab_size: int, model_dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores of all tokens at each place."""
        table = self.embedding.weight
        scores: Tensor = self.hidden(ids) @ table.T
        return scores

    def hidden(self, ids: Tensor) -> Tensor:
        """Return what reaches the head."""
        table = self.embedding.weight
        hidden: Tensor = torch.tanh(self.body(table.shape[1] ** 0.5 * table[ids]))
        return hidden


def sizes(draw: Draw) -> list[Inputs]:
    """Sizes of models to build."""
    return [
        {"vocab_size": 5, "model_dim": 2},
        {"vocab_size": draw.integer(9, 14), "model_dim": draw.integer(4, 7)},
    ]


def weights(draw: Draw, vocab_size: int, dim: int) -> Inputs:
    """Weights to write into a model; the tables are small, so that the tanh is not full."""
    return {
        "table": draw.table(vocab_size, dim) / dim**0.5,
        "matrix": draw.numbers(dim, dim) / dim**0.5,
        "shift": draw.numbers(dim),
    }


SMALL: Inputs = {
    "table": torch.tensor([[0.1, 0.2], [0.3, -0.4], [0.5, 0.0]]),
    "matrix": torch.tensor([[1.0, 0.0], [1.0, 1.0]]),
    "shift": torch.tensor([0.0, 0.5]),
}


def readings(draw: Draw) -> list[Inputs]:
    """Weights, and ids to read with them: a batch, a text, a single id, long rows, and doubles."""
    double = {name: value.double() / 3 for name, value in weights(draw, 9, 5).items()}
    return [
        {"ids": torch.tensor([[2, 0]]), **SMALL},
        {"ids": torch.tensor([[2, 0]]), **SMALL, "table": 256 * SMALL["table"]},
        {"ids": draw.ids(9, 2, 6), **weights(draw, 9, 4)},
        {"ids": draw.ids(9, 7), **weights(draw, 9, 5)},
        {"ids": torch.tensor(3), **weights(draw, 9, 5)},
        {"ids": scattered(draw.ids(9, 3, 4)), **weights(draw, 9, 4)},
        {"ids": draw.ids(9, 2, 0), **weights(draw, 9, 4)},
        {"ids": draw.ids(9, 2, 3), **double},
    ]


def life_after(*events: str) -> Callable[[Draw], list[Inputs]]:
    """Return what draws questions of two training steps, after each of these events."""

    def draws(draw: Draw) -> list[Inputs]:
        rows = {event: 18 if "larger" in event else 9 for event in events}
        return [
            {
                "event": event,
                "ids": torch.cat([torch.zeros(2, 1).long(), draw.ids(rows[event], 2, 5)], dim=1),
                "targets": draw.ids(rows[event], 2, 6),
                "rate": draw.integer(5, 15) / 10,
                **weights(draw, 9, 4),
            }
            for event in events
        ]

    return draws


def variant(
    *,
    scale_in: bool = True,
    scale_out: bool = False,
    squashed: bool = True,
    scale: Callable[[int], float] = lambda dim: dim**0.5,
) -> type[nn.Module]:
    """Return the model with one part of its way forward done wrongly."""

    class Wrong(TiedLM):
        def forward(self, ids: Tensor) -> Tensor:
            table = self.embedding.weight
            factor = scale(table.shape[1])
            rows = table[ids] * (factor if scale_in else 1.0)
            hidden = self.body(rows)
            hidden = torch.tanh(hidden) if squashed else hidden
            scores: Tensor = hidden @ (table * (factor if scale_out else 1.0)).T
            return scores

    return Wrong


class GivesProbabilities(TiedLM):
    """A wrong answer: a softmax stands behind the scores."""

    def forward(self, ids: Tensor) -> Tensor:
        """Turn the scores into probabilities."""
        return super().forward(ids).softmax(dim=-1)


class Copied(TiedLM):
    """A wrong answer: the head is a copy, which is never listed and never trained."""

    def forward(self, ids: Tensor) -> Tensor:
        """Score with a table that no gradient reaches."""
        scores: Tensor = self.hidden(ids) @ self.embedding.weight.detach().T
        return scores


class ReadsDetached(TiedLM):
    """A wrong answer: no gradient comes back through the lookup."""

    def hidden(self, ids: Tensor) -> Tensor:
        """Read from a table that no gradient reaches."""
        table = self.embedding.weight.detach()
        hidden: Tensor = torch.tanh(self.body(table.shape[1] ** 0.5 * table[ids]))
        return hidden


class PaddingKept(TiedLM):
    """A wrong answer: row 0 gets nothing through the lookup."""

    def hidden(self, ids: Tensor) -> Tensor:
        """Read as a layer with a padding id does."""
        table = self.embedding.weight
        rows = nn.functional.embedding(ids, table, padding_idx=0)
        hidden: Tensor = torch.tanh(self.body(table.shape[1] ** 0.5 * rows))
        return hidden


def at_event(*events: str) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether the question that failed was about one of some events."""
    return lambda inputs, seen: inputs["event"] in events


task = Task(
    number="7.3",
    name="TiedLM",
    points=2,
    reference=TiedLM,
    criteria=(
        Criterion(
            "it trains one table, and the weight and bias of its body: nothing else",
            sizes,
            probe="tied_parameters",
            mistakes=(
                Mistake(
                    "It is no module. Write class TiedLM(nn.Module), and call super().__init__() "
                    "before the layers are made.",
                    when=says("no attribute 'parameters'", "before Module.__init__() call"),
                ),
                Mistake(
                    "The body is nn.Linear(D, D): what leaves it must be as long as a row.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, list)
                        and [inputs["model_dim"], inputs["model_dim"]] not in seen.value
                    ),
                ),
                Mistake(
                    "There are two tables to train: the head has a parameter of its own. That "
                    "they start with equal numbers, or stand on one memory by .data, does not "
                    "make them one.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, list)
                        and seen.value.count([inputs["vocab_size"], inputs["model_dim"]]) > 1
                    ),
                ),
                Mistake(
                    "The head has a bias to train, which nobody asked for here: "
                    "nn.Linear(…, bias=False), or no layer at all.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, list) and [inputs["vocab_size"]] in seen.value
                    ),
                ),
                Mistake(
                    "The body has no bias to train. It is nn.Linear(D, D), with its bias.",
                    when=lambda inputs, seen: (
                        isinstance(seen.value, list) and [inputs["model_dim"]] not in seen.value
                    ),
                ),
                Mistake(
                    "Three things are to be trained, of the shapes (V, D), (D, D) and (D,). Below "
                    "stand the shapes of what your model trains.",
                    when=lambda inputs, seen: isinstance(seen.value, list),
                ),
            ),
        ),
        Criterion(
            "it computes tanh(body(√D · row)) · rows",
            readings,
            probe="tied_scores",
            mistakes=(
                Mistake(
                    "The rows are not scaled on the way in. Multiply what was read by √D.",
                    answer=variant(scale_in=False),
                ),
                Mistake(
                    "√D is on both sides. It belongs to the rows that are read; the head scores "
                    "with the table as it is.",
                    answer=variant(scale_out=True),
                ),
                Mistake(
                    "√D is on the wrong side: scale what is read, and leave the head alone.",
                    answer=variant(scale_in=False, scale_out=True),
                ),
                Mistake(
                    "The rows are divided by √D. Multiply: their numbers are small, and shall "
                    "reach the body with size 1.",
                    answer=variant(scale=lambda dim: dim**-0.5),
                ),
                Mistake(
                    "The factor is D, not its root. Take model_dim ** 0.5.",
                    answer=variant(scale=float),
                ),
                Mistake(
                    "√D was rounded to float32, and the model is in double precision. Keep it as "
                    "a Python number, model_dim ** 0.5.",
                    answer=variant(scale=lambda dim: torch.tensor(float(dim)).sqrt().item()),
                ),
                Mistake(
                    "view needs numbers that lie in memory one after another, and the ids need "
                    "not. The embedding layer takes ids of any shape as they are.",
                    when=says("view size is not compatible"),
                ),
                Mistake("The tanh behind the body is missing.", answer=variant(squashed=False)),
                Mistake(
                    "These are probabilities. The scores themselves are asked for: no softmax "
                    "stands behind the head.",
                    answer=GivesProbabilities,
                ),
                Mistake(
                    "body is the nn.Linear itself, so that weights can be written into it. The "
                    "tanh belongs in forward.",
                    when=says("'Sequential' object has no attribute"),
                ),
                Mistake(
                    "The layers need the names embedding and body, so that weights can be written "
                    "into them.",
                    when=says("no attribute 'embedding'", "no attribute 'body'"),
                ),
            ),
        ),
        Criterion(
            "it learns through both ends: as it is, as a deep copy, and with saved weights",
            life_after(
                "nothing",
                "model.eval()",
                "model.double()",
                "copy.deepcopy(model)",
                "a call, then copy.deepcopy(model)",
                "load_state_dict",
            ),
            probe="tied_life",
            mistakes=(
                Mistake(
                    "No gradient comes through the head. .data, .detach() and copies cut it off: "
                    "score with self.embedding.weight itself.",
                    answer=Copied,
                ),
                Mistake(
                    "No gradient comes through the lookup. .data and .detach() cut it off: read "
                    "with self.embedding(ids).",
                    answer=ReadsDetached,
                ),
                Mistake(
                    "padding_idx keeps row 0 from learning through the lookup. Nobody asked for "
                    "it: in this vocabulary token 0 is a token like others.",
                    answer=PaddingKept,
                ),
                Mistake(
                    "After deepcopy the head still scores with the table of the first model. "
                    "It holds on to something that is not copied along, such as a function that "
                    "knows the first model.",
                    when=at_event("copy.deepcopy(model)"),
                ),
                Mistake(
                    "A call leaves something behind on self. What was computed cannot be copied "
                    "along: give it a name in forward, without self.",
                    when=at_event("a call, then copy.deepcopy(model)"),
                ),
                Mistake(
                    "A call adds a part to the model, so what it saves afterwards cannot be loaded "
                    "into a new one. Make all layers in __init__.",
                    when=says("Unexpected key"),
                ),
            ),
        ),
        Criterion(
            "it stays tied when another table takes the old one's place, and from the meta device",
            life_after(
                "a larger table",
                "a call, then a larger table",
                "to_empty from the meta device",
                "a call, then another table of that size",
            ),
            probe="tied_life",
            mistakes=(
                Mistake(
                    "The table was replaced, and something of the old one is still in use: its "
                    "weight, or its size. Do not keep the weight: ask for self.embedding.weight "
                    "in each call.",
                    when=at_event("a larger table"),
                ),
                Mistake(
                    "It is right until it is called, and then it keeps the table of that call. "
                    "Ask for self.embedding.weight each time.",
                    when=at_event(
                        "a call, then a larger table", "a call, then another table of that size"
                    ),
                ),
                Mistake(
                    "√D is kept in a tensor, and to_empty leaves nothing in it: on the meta device "
                    "there are no numbers. Keep it as a Python number, model_dim ** 0.5.",
                    when=lambda inputs, seen: (
                        inputs["event"] == "to_empty from the meta device"
                        and (
                            says("on device meta", "meta tensor")(inputs, seen)
                            or bool(seen.value["scores"].isnan().all())
                        )
                    ),
                ),
                Mistake(
                    "to_empty gave the lookup and the head a tensor each. A weight that two layers "
                    "hold comes apart there: ask for self.embedding.weight in each call.",
                    when=at_event("to_empty from the meta device"),
                ),
            ),
        ),
        Criterion(
            "its state_dict names the table once",
            sizes,
            probe="tied_names",
            mistakes=(
                Mistake(
                    "The table stands in the state_dict twice, under two names, and safetensors "
                    "would refuse it. A head that has the embedding layer as a part lists it "
                    "again: keep the layer in a tuple, or score in forward without a head.",
                    when=lambda inputs, seen: len(seen.value["the table"]) > 1,
                ),
                Mistake(
                    "The state_dict names more than embedding.weight, body.weight and body.bias. "
                    "Buffers and frozen parameters are saved, too: keep a number as a Python "
                    "number, and make no layer that is not used.",
                    when=lambda inputs, seen: bool(seen.value["not trained"]),
                ),
            ),
        ),
    ),
)
