"""What marks task 6.6, `count_llama`: the parameters of a model, from its config."""

from collections.abc import Callable
from typing import Any

from embedkit import price_of_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.probes import Inputs, Seen

Count = dict[str, int]


def config(draw: Draw, **more: object) -> Inputs:
    """One question: sizes of which no two are equal, and what else is named."""
    heads = 2 * draw.integer(2, 5)
    sizes = {
        "vocab_size": draw.integer(1001, 2000),
        "hidden_size": heads * 2 * draw.integer(6, 14),
        "num_hidden_layers": draw.integer(3, 9),
        "num_attention_heads": heads,
        "intermediate_size": draw.integer(401, 900),
    }
    return {"config": sizes | more}


SMALL = {
    "vocab_size": 100,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 10,
}
LARGE = {
    "vocab_size": 128_256,
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "intermediate_size": 14_336,
    "tie_word_embeddings": False,
}
OWN_HEAD = SMALL | {"tie_word_embeddings": False}


def plain(draw: Draw) -> list[Inputs]:
    """Models in which queries, keys and values are alike, and the head is not tied."""
    return [
        {"config": SMALL},
        {"config": OWN_HEAD | {"num_hidden_layers": 2}},
        config(draw),
        config(draw, tie_word_embeddings=False),
        {"config": SMALL | {"num_key_value_heads": 2}},
        {"config": SMALL | {"num_attention_heads": 10, "hidden_size": 20}},
    ]


def tied(draw: Draw) -> list[Inputs]:
    """Models whose head is the embedding."""
    return [
        {"config": SMALL | {"tie_word_embeddings": True}},
        config(draw, tie_word_embeddings=True),
        {"config": SMALL | {"tie_word_embeddings": True, "num_key_value_heads": 1}},
        {"config": SMALL | {"tie_word_embeddings": True, "head_dim": 6}},
    ]


def fewer_keys(draw: Draw) -> list[Inputs]:
    """Models with fewer heads for keys and values than for queries."""
    return [
        {"config": OWN_HEAD | {"num_key_value_heads": 1}},
        config(draw, num_key_value_heads=1, tie_word_embeddings=False),
        config(draw, num_key_value_heads=2, tie_word_embeddings=False),
        {"config": LARGE | {"num_key_value_heads": 2 ** draw.integer(2, 4)}},
    ]


def own_head_dim(draw: Draw) -> list[Inputs]:
    """Models whose heads together have another size than the model."""
    return [
        {"config": OWN_HEAD | {"head_dim": 6}},
        {"config": OWN_HEAD | {"head_dim": 2}},
        config(draw, head_dim=2 * draw.integer(16, 25), tie_word_embeddings=False),
    ]


def both(draw: Draw) -> list[Inputs]:
    """Models that have both."""
    some = {"head_dim": 2 * draw.integer(16, 25), "tie_word_embeddings": False}
    return [
        {"config": OWN_HEAD | {"head_dim": 6, "num_key_value_heads": 1}},
        config(draw, num_key_value_heads=2, **some),
        config(draw, num_key_value_heads=1, **some),
    ]


def null_head_dim(draw: Draw) -> list[Inputs]:
    """Models whose config names head_dim, but gives None."""
    return [
        {"config": OWN_HEAD | {"head_dim": None}},
        {"config": OWN_HEAD | {"head_dim": None, "num_key_value_heads": 1}},
        config(draw, head_dim=None, tie_word_embeddings=False),
    ]


def variant(
    *,
    attention: Callable[[int, int, int], int] = lambda dim, q, k: 2 * dim * (q + k),
    matrices: int = 3,
    norms: int = 2,
    last_norm: bool = True,
    ignore: str = "",
    repeat_all: bool = False,
    head: str = "right",
    biases: bool = False,
    narrow_keys: bool = False,
    width: str = "",
    inner: int = 0,
    few: bool = False,
    qk_norms: bool = False,
    untied: bool = False,
) -> Callable[[dict[str, Any]], Count]:
    """Return an answer that is wrong in one respect."""

    def answer(config: dict[str, Any]) -> Count:
        config = {name: value for name, value in config.items() if name != ignore}
        dim, heads = config["hidden_size"], config["num_attention_heads"]
        head_dim = config.get("head_dim") or dim // heads
        keys = config.get("num_key_value_heads", heads) * head_dim
        fewer = config.get("num_key_value_heads", heads) < heads
        if narrow_keys and fewer:
            keys = config.get("num_key_value_heads", heads) * (dim // heads)
        queries = heads * head_dim
        if few:
            keys = heads // config.get("num_key_value_heads", heads) * head_dim
        ffn = inner * dim or config["intermediate_size"]
        layer = attention(dim, queries, keys) + matrices * dim * ffn + norms * dim
        if qk_norms:
            layer += 2 * head_dim
        if biases:
            layer += queries + 2 * keys + dim + 2 * ffn + dim
        if width == "each head":
            layer += dim * dim * heads - dim * queries + 2 * dim * (keys // head_dim * dim - keys)
            layer += dim * dim - dim * queries
        if width == "every head":
            layer += 4 * dim * dim * heads - 2 * dim * (queries + keys)
        table = config["vocab_size"] * dim
        body = config["num_hidden_layers"] * layer + (dim if last_norm else 0)
        if repeat_all:
            body = config["num_hidden_layers"] * (layer + dim)
        own = {"right": not config.get("tie_word_embeddings", untied), "always": True}
        score = table if own.get(head) else 0
        if head == "with norm":
            body, score = body - dim, (0 if config.get("tie_word_embeddings") else table) + dim
        return {"embedding": table, "body": body, "head": score}

    return answer


def as_floats(inputs: Inputs, seen: Seen) -> bool:
    """Whether some count came back as a float."""
    return isinstance(seen.value, dict) and any(
        isinstance(count, float) for count in seen.value.values()
    )


def mistake(hint: str, **wrong: Any) -> Mistake:
    """One that is wrong in one respect."""
    return Mistake(hint, answer=variant(**wrong))


wide_keys = (
    "The heads of keys and values have head_dim numbers too, not hidden_size divided by the number "
    "of heads."
)
one_head = (
    "A matrix for queries serves all heads: it has num_attention_heads × head_dim numbers on one "
    "side. The heads do not have hidden_size each."
)

task = Task(
    number="6.6",
    name="count_llama",
    points=3,
    reference=finished.count_llama,
    criteria=(
        Criterion(
            "embedding, body and head of a plain model",
            plain,
            mistakes=(
                Mistake(
                    "A count came back as a float. Whole numbers stay whole with //.",
                    when=as_floats,
                ),
                Mistake(
                    "A key that the config need not have was asked for. config.get(name, other) "
                    "gives the other where it is missing.",
                    when=lambda inputs, seen: "KeyError" in seen.raised,
                ),
                mistake("The norm behind the last layer is missing.", last_norm=False),
                mistake("The norm behind the last layer belongs to the body.", head="with norm"),
                mistake(
                    "A config that says nothing of tie_word_embeddings has a head of its own.",
                    untied=True,
                ),
                mistake(one_head, width="each head"),
                mistake(one_head, width="every head"),
                mistake(
                    "num_key_value_heads says how many heads keys have, not how many heads of "
                    "queries share one.",
                    few=True,
                ),
                mistake("intermediate_size is in the config. It need not be 4D.", inner=4),
                mistake(
                    "There is one norm behind the last layer, not one more in each.",
                    repeat_all=True,
                ),
                mistake(
                    "The norms of the layers are missing, two in each.",
                    norms=0,
                ),
                mistake("Each layer has two norms, one before each of its parts.", norms=1),
                mistake(
                    "These norms have one parameter for each number. GPT-2's have two, which "
                    "PyTorch calls LayerNorm, and a LLaMA has none of those.",
                    norms=4,
                ),
                mistake(
                    "The feed-forward part is gated: it has three matrices, not two.", matrices=2
                ),
                mistake(
                    "Attention has four matrices: the one behind the heads is missing.",
                    attention=lambda dim, q, k: dim * (q + 2 * k),
                ),
                mistake(
                    "A layer has two norms of hidden_size numbers, and none in its heads.",
                    qk_norms=True,
                ),
                mistake("There are biases in it. This model has none.", biases=True),
                mistake(
                    "A head that is not tied has a matrix of its own, as large as the table.",
                    head="never",
                ),
            ),
        ),
        Criterion(
            "keys and values may have fewer heads",
            fewer_keys,
            mistakes=(
                mistake(
                    "num_key_value_heads was left out: the matrices of keys and values have that "
                    "many heads on one side.",
                    ignore="num_key_value_heads",
                ),
                mistake(
                    "Only one of the two matrices, for keys and for values, has fewer heads. "
                    "Both do.",
                    attention=lambda dim, q, k: dim * (3 * q + k),
                ),
                mistake(
                    "The matrix behind the heads takes all query heads in, not only as many as "
                    "there are of keys.",
                    attention=lambda dim, q, k: dim * (q + 3 * k),
                ),
            ),
        ),
        Criterion(
            "a head may have its own size, so that the heads do not add up to hidden_size",
            own_head_dim,
            mistakes=(
                mistake(
                    "head_dim was left out. Where the config names it, the heads together have "
                    "heads × head_dim numbers, which need not be hidden_size.",
                    ignore="head_dim",
                ),
                mistake(
                    "The matrix behind the heads takes heads × head_dim numbers in, and gives "
                    "hidden_size.",
                    attention=lambda dim, q, k: dim * (q + 2 * k) + dim * dim,
                ),
                Mistake(
                    "Two of the four matrices are counted with hidden_size on both sides. One side "
                    "is heads × head_dim, for all four.",
                    answer=lambda config: variant(attention=lambda dim, q, k: 2 * dim * (dim + k))(
                        config
                    ),
                ),
            ),
        ),
        Criterion(
            "both at once",
            both,
            mistakes=(mistake(wide_keys, narrow_keys=True),),
        ),
        Criterion(
            "head_dim may be None",
            null_head_dim,
            mistakes=(
                Mistake(
                    "config.get('head_dim', …) gives None here, since the key is there. "
                    "config.get('head_dim') or … takes the other in both cases.",
                    when=says("NoneType"),
                ),
            ),
        ),
        Criterion(
            "a tied head counts nothing",
            tied,
            mistakes=(
                mistake("A tied head uses the embedding's matrix, so it counts 0.", head="always"),
            ),
        ),
    ),
)
