"""Interactive figures: each is one small piece of HTML that needs no network and no kernel.

The same piece works in JupyterLab and in the book's static pages. The templates lie beside this
file, and hold their own style and script.
"""

import json
import string
from collections.abc import Sequence
from importlib.resources import files
from itertools import pairwise
from string import Template

from IPython.display import HTML
from jaxtyping import Float
from torch import Tensor


class Figure(HTML):
    """An interactive figure, with a sentence for where it cannot be shown."""

    def __init__(self, template: str, fallback: str, **data: object) -> None:
        page = Template((files(__package__) / template).read_text(encoding="utf-8"))
        as_json = {name: json.dumps(value).replace("<", "\\u003c") for name, value in data.items()}
        super().__init__(page.substitute(as_json, fallback=fallback))
        self._fallback = fallback

    def __repr__(self) -> str:
        return self._fallback


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
    digits = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"

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
        merges="".join(digits[i // 64] + digits[i % 64] for pair in merges for i in pair),
        pieces=pieces,
        examples={
            text: {name: lengths_or_names(text, tokens) for name, tokens in cuts.items()}
            for text, cuts in examples.items()
        },
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
