"""Interactive figures: each is one small piece of HTML that needs no network and no kernel.

The same piece works in JupyterLab and in the book's static pages. The templates lie beside this
file, and hold their own style and script.
"""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float, Int
from torch import Tensor

from embedkit.widgets.figure import DIGITS, Figure, two_signs


def lookup_table(words: list[str], table: Float[Tensor, "vocab dim"]) -> Figure:
    """Show a table; type a sentence, and watch which rows are read.

    Args:
        words: the vocabulary, one word a row; word 1 stands for every unknown word.
        table: one row of a few numbers between −1 and 1 for each word.
    """
    return Figure(
        "lookup_table.html",
        fallback=(
            "Interactive figure: type a sentence, and see which rows of the table are read. "
            "It needs a browser with JavaScript."
        ),
        words=words,
        table=[[round(number, 1) for number in row] for row in table.tolist()],
    )


def moving_rows(
    words: list[str], batches: list[list[int]], tables: dict[str, list[Float[Tensor, "vocab dim"]]]
) -> Figure:
    """Step through a training, and watch which rows each optimiser moves.

    Args:
        words: the vocabulary, one word a row.
        batches: the ids that each step reads.
        tables: for each optimiser, the table at the start and after each step; shown rounded to
            two decimals, but a row counts as moved if any of its numbers changed at all.
    """
    runs = {
        name: {
            "hundredths": [(100 * table).round().int().tolist() for table in states],
            "moved": [
                "".join(str(int(row)) for row in (after != before).any(dim=1))
                for before, after in pairwise(states)
            ],
        }
        for name, states in tables.items()
    }
    return Figure(
        "moving_rows.html",
        fallback=(
            "Interactive figure: step through a training, and see which rows of the table move "
            "under each optimiser. It needs a browser with JavaScript."
        ),
        words=words,
        batches=batches,
        runs=runs,
    )


def byte_pairs(
    merges: Sequence[tuple[int, int]], pieces: str, examples: dict[str, dict[str, list[bytes]]]
) -> Figure:
    """Type a text and see its tokens, with as many of the merges as a slider says.

    Args:
        merges: merges in the order in which they were learned, at most 3,840.
        pieces: the regular expression that cuts a text before pairs are merged.
        examples: texts to pick from; for each, how other vocabularies cut it, by their names.
    """

    def lengths_or_names(text: str, tokens: list[bytes]) -> list[int] | list[str]:
        if b"".join(tokens) == text.encode():
            return [len(token) for token in tokens]
        return [token.decode() for token in tokens]

    return Figure(
        "byte_pairs.html",
        fallback=(
            "Interactive figure: type a text, and see its tokens as more merges are used. "
            "It needs a browser with JavaScript."
        ),
        merges=two_signs(i for pair in merges for i in pair),
        pieces=pieces,
        examples={
            text: {name: lengths_or_names(text, tokens) for name, tokens in cuts.items()}
            for text, cuts in examples.items()
        },
    )


def word_map(
    words: Sequence[str],
    places: Float[Tensor, "words 2"],
    near: Int[Tensor, "words count"],
    dim: int,
    picks: Sequence[str],
) -> Figure:
    """Find a word on a map, and compare its neighbours there with those in the whole space.

    Args:
        words: at most 4,096, without spaces.
        places: where each of them lies on the map, to the right and upwards.
        near: the ids of each word's nearest neighbours in the whole space.
        dim: how many dimensions that space has.
        picks: words to choose by a button; the first is shown at the start.
    """
    low, high = places.min(dim=0).values, places.max(dim=0).values
    right, up = ((places - low) / (high - low) * 511).round().int().T
    cells = (right * 512 + 511 - up).tolist()  # on a screen, down is the larger number
    return Figure(
        "word_map.html",
        fallback=(
            "Interactive figure: find a word on a map, and compare its neighbours there with those "
            "in the whole space. It needs a browser with JavaScript."
        ),
        compact=True,
        words=" ".join(words),
        code="".join(
            DIGITS[cell // 4096] + two_signs([cell % 4096, *ids])
            for cell, ids in zip(cells, near.tolist(), strict=True)
        ),
        picks=list(picks),
        dim=dim,
    )


def position_rows(cosines: Float[Tensor, "rows rows"]) -> Figure:
    """Move along a position table, and see how alike one row is to each other.

    Args:
        cosines: the cosine of each row with each other, at least 18 rows, at most about 70.
    """
    steps = [
        round(2000 * (value + 1)) for i, row in enumerate(cosines.tolist()) for value in row[:i]
    ]
    return Figure(
        "position_rows.html",
        fallback=(
            "Interactive figure: choose a row of the position table, and see its cosine with each "
            "other row. It needs a browser with JavaScript."
        ),
        count=len(cosines),
        packed=two_signs(steps),
    )


def table_price(models: dict[str, list[int]]) -> Figure:
    """Change a model's sizes, and see what its table, head and body cost.

    Args:
        models: for each model to start from, its V, D and layers, 1 if its head is tied, the
            parameters of one layer, and those that belong to neither a layer, nor the table, nor
            the head. Away from a model's own D, a layer grows with its square, and the rest with D.
    """
    return Figure(
        "table_price.html",
        fallback=(
            "Interactive figure: change V, D, layers, tying and the type of numbers, and see what "
            "embedding, head and body cost. It needs a browser with JavaScript."
        ),
        models=models,
    )


def head_in_plane(words: list[str], table: Float[Tensor, "vocab 2"]) -> Figure:
    """Move a vector in the plane, and see the score and the probability of each token.

    Args:
        words: the vocabulary, one word a row; six are enough.
        table: a row of two numbers for each, no longer than 2.5.
    """
    return Figure(
        "head_in_plane.html",
        fallback=(
            "Interactive figure: move the vector h, and see how its dot products with the rows "
            "become probabilities. It needs a browser with JavaScript."
        ),
        words=words,
        table=[[round(number, 2) for number in row] for row in table.tolist()],
    )


def sliding_window(
    words: list[str], keep: list[float], noise: list[str], start: int = 0, negatives: int = 5
) -> Figure:
    """Slide a window over a sentence, and see its pairs and the negatives that are drawn for them.

    Args:
        words: the sentence.
        keep: how likely each of its words is kept when frequent words are thinned.
        noise: words to draw negatives from, each as often as its share of the noise says.
        start: the place of the word that is the center at first.
        negatives: how many words are drawn for each pair.
    """
    return Figure(
        "sliding_window.html",
        fallback=(
            "Interactive figure: slide a window over a sentence, and see the pairs it makes and "
            "the words that are drawn as negatives. It needs a browser with JavaScript."
        ),
        words=words,
        keep=[round(chance, 3) for chance in keep],
        noise=noise,
        start=start,
        negatives=negatives,
    )


def running_sum(logits: list[int]) -> Figure:
    """Step through blocks of logits, and watch the running maximum and the running sum.

    Args:
        logits: about a dozen whole numbers, not all equal.
    """
    return Figure(
        "running_sum.html",
        fallback=(
            "Interactive figure: step through the logits block by block, and see the running "
            "maximum and sum. It needs a browser with JavaScript."
        ),
        logits=logits,
    )


def clock_hands(model_dim: int, bases: list[int], start: int = 5, apart: int = 3) -> Figure:
    """Move two positions along, and watch their clock hands and the dot product of their rows.

    Args:
        model_dim: D; about 16, since there are half as many clocks.
        bases: the bases to choose from; the last is chosen at first.
        start: the first position at the beginning.
        apart: how many positions the second one lies behind it at the beginning.
    """
    return Figure(
        "clock_hands.html",
        fallback=(
            "Interactive figure: move two positions along, and see the hands of their clocks turn. "
            "It needs a browser with JavaScript."
        ),
        compact=True,
        clocks=model_dim // 2,
        bases=bases,
        start=start,
        apart=apart,
    )


def turning_pair(
    q: tuple[float, float], k: tuple[float, float], step: float, last: int = 36
) -> Figure:
    """Move a query and a key along a text, and see them turn, and their score.

    Args:
        q: the query before it is turned, no longer than 2.
        k: the key, likewise.
        step: the angle from one position to the next, in radians.
        last: the last position.
    """
    return Figure(
        "turning_pair.html",
        fallback=(
            "Interactive figure: move a query and a key to other positions, and see that their "
            "score changes with the difference only. It needs a browser with JavaScript."
        ),
        q=q,
        k=k,
        step=round(step, 6),
        last=last,
    )


def logit_lens(
    ids: Int[Tensor, " seq"],
    names: Sequence[str],
    layers: Sequence[str],
    lens: Float[Tensor, "layers seq vocab"],
    start: int = 0,
) -> Figure:
    """Pick a token of a text, and see which next tokens each layer holds likely.

    Args:
        ids: the tokens of the text.
        names: how each token of the vocabulary is written.
        layers: what each layer is called, what enters the first one first.
        lens: the probability of each next token, after each token of the text and in each layer.
        start: which token is picked at first.
    """
    before, after = range(len(ids) - 1), ids[1:]
    best = lens[:, before].topk(3)
    return Figure(
        "logit_lens.html",
        fallback=(
            "Interactive figure: pick a token, and see which next tokens each layer holds likely. "
            "It needs a browser with JavaScript."
        ),
        tokens=[names[i] for i in ids.tolist()],
        layers=list(layers),
        start=start,
        guesses=[[[names[i] for i in three] for three in row] for row in best.indices.tolist()],
        sure=(1000 * best.values).round().int().tolist(),
        truth=(1000 * lens[:, before, after]).round().int().tolist(),
    )
