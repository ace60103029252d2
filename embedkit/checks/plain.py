"""Plain data: the only thing that passes between a learner's answers and their verdict.

An answer runs in one process and is judged in another. What travels between the two is tensors,
numbers, strings, bytes and containers of these, in a safetensors file, which can hold no code.
"""

import json
import re
import sys
from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor
from torch.nn import Parameter

Plain = Any
"""None, bool, int, float, str, bytes, Tensor, :class:`Other`, or a list, tuple or dict of these.

The keys of a dict are numbers, strings, bytes, None, or tuples of these.
"""

NAME_OF_A_CLASS, CLASSES_ABOVE = (vars(type)[name] for name in ("__name__", "__mro__"))
"""A class of an answer's own can say what it likes of itself; these say what is so."""
WHAT_A_TUPLE_DOES = ("__getitem__", "__iter__", "__len__", "__eq__", "__hash__")
WHAT_A_LIST_DOES = ("__getitem__", "__iter__", "__len__", "__eq__", "index", "count")
WHAT_A_DICT_DOES = (
    *("__getitem__", "__iter__", "__len__", "__contains__"),
    *("get", "keys", "values", "items"),
)
STRUCTURE = "structure"
"""The name under which a file holds, beside its tensors, how they belong together."""
MOST_DIMENSIONS = 64
"""NumPy knows no more; to put a million dimensions in order takes hours."""
PARTS_OF_BYTES = re.compile(r"torch\.(bits\w+|float4\w+|u?int[1-7])")
"""The dtypes that torch names and cannot read, or cannot keep in a file."""
LONGEST_NUMBER = 10_000
"""How many bits a whole number may have. Python refuses to print much longer ones."""
LONGEST_STRUCTURE = 1_000_000
"""How many characters may describe what a file holds beside numbers. A dict of ten times as many
keys, chosen so that Python takes them for one another at first, takes hours to build."""

UNREADABLE = (
    OSError,
    SafetensorError,
    KeyError,
    TypeError,
    ValueError,
    RuntimeError,  # RecursionError is one; a tensor that can't be seen as complex raises another
)

DICTS = (dict, Counter, defaultdict, OrderedDict)
"""Types that count as a dict; they differ in how they are filled, not in what they hold."""


@dataclass(frozen=True)
class Other:
    """Stands for a value that is not plain data: its type's name and how it prints."""

    type_name: str
    text: str

    def __repr__(self) -> str:
        return " ".join(readable(self.text, 60).split()) or self.type_name


def readable(text: str, most: int = 2000) -> str:
    """Return the beginning of a text, without signs that steer a terminal or turn its direction."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text[:most])


def to_plain(value: Any) -> Plain:
    """Return an independent copy of ``value`` as plain data; tensors are detached.

    What cannot be copied, such as a list that holds itself, becomes an :class:`Other`.
    """
    try:
        return _copied(value)
    except Exception:
        return Other(f"{type(value).__name__} that cannot be copied", "")


def _copied(value: Any) -> Plain:
    if type(value) is int and value.bit_length() > LONGEST_NUMBER:
        return Other(f"int of {value.bit_length()} bits", "")
    if _is_atom(value):
        return value
    if type(value) is np.float64:
        return float(value)
    if isinstance(value, Tensor):
        return _copied_tensor(value)
    if is_tuple(value):
        return tuple(_copied(item) for item in value)
    if type(value) is list or is_list(value):
        return [_copied(item) for item in value]
    if type(value) in DICTS or is_dict(value):
        return _plain_dict(value)
    if isinstance(value, Other):
        return value
    return Other(type(value).__name__, repr(value)[:200])


def is_tuple(value: Any) -> bool:
    """Return whether a value is a tuple, or a named one, that can be used like any other."""
    kind = type(value)
    return (
        type(kind) is type  # a class of another kind could say of itself what is not so
        and issubclass(kind, tuple)
        and all(getattr(kind, name) is getattr(tuple, name) for name in WHAT_A_TUPLE_DOES)
    )


def is_list(value: Any) -> bool:
    """Return whether a value is a list of a kind of its own that is read like any other."""
    kind = type(value)
    return (
        type(kind) is type
        and issubclass(kind, list)
        and all(getattr(kind, name) is getattr(list, name) for name in WHAT_A_LIST_DOES)
    )


def is_dict(value: Any) -> bool:
    """Return whether a value is a dict of a kind of its own that is read like any other."""
    kind = type(value)
    return (
        type(kind) is type  # a class of another kind could say of itself what is not so
        and issubclass(kind, dict)
        and all(getattr(kind, name) is getattr(dict, name) for name in WHAT_A_DICT_DOES)
    )


def _copied_tensor(value: Tensor) -> Plain:
    """Return a detached copy of a tensor, or what stands for one without numbers of its own."""
    if type(value) not in (Tensor, Parameter):
        return Other(type(value).__name__, "")
    if vars(value):  # they stand before its methods, so that it could not be used
        return Other("tensor with attributes of its own", "")
    if value.is_meta or value.is_nested:
        return Other("tensor on the meta device" if value.is_meta else "nested tensor", "")
    if value.layout != torch.strided:
        return Other("Tensor", repr(value)[:200])
    if value.ndim > MOST_DIMENSIONS:
        return Other(f"tensor of {value.ndim} dimensions", "")
    if value.is_quantized:
        return Other(f"quantized tensor of {value.dtype}", "")
    if PARTS_OF_BYTES.fullmatch(str(value.dtype)):
        return Other(f"tensor of {value.dtype}", "")
    return Tensor.detach(value).clone()  # a method of the value's own could give anything


def _plain_dict(value: dict[Any, Any]) -> Plain:
    """Return a copy of a dict with plain keys, or what stands for it where a key is not plain."""
    known = type(value) in DICTS  # a method of another kind's own could give anything
    items = list(value.items() if known else dict.items(value))
    keys = [_plain_key(key) for key, _ in items]
    for (key, _), plain in zip(items, keys, strict=True):
        if not _is_key(plain):
            return Other(f"dict with {_named(key)} for a key", repr(value)[:200])
    return {plain: _copied(item) for plain, (_, item) in zip(keys, items, strict=True)}


def _plain_key(key: Any) -> Any:
    """Return a key as its plain type, where it is NumPy's string or a named tuple."""
    if type(key) is np.str_:
        return str(key)
    return tuple(map(_plain_key, key)) if is_tuple(key) else key


def _named(key: Any) -> str:
    """Return what a key that is not plain is."""
    if isinstance(key, tuple):
        return f"a tuple of {', '.join(dict.fromkeys(type(item).__name__ for item in key))}"
    return f"a {type(key).__name__}"


def _is_atom(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, str, bytes)


def _is_key(value: Any) -> bool:
    return all(map(_is_key, value)) if type(value) is tuple else _is_atom(value)


def save_plain(path: Path, value: Plain) -> None:
    """Write plain data to a file.

    Args:
        path: the file to write.
        value: what :func:`to_plain` returned; tensors are written as they are on the CPU, and
            keep the order in which their dimensions lie in memory.

    Raises:
        OSError: if it cannot be written.
    """
    tensors: dict[str, Tensor] = {}

    def describe(item: Plain) -> Any:
        if isinstance(item, Tensor) and item.is_complex():  # safetensors has one kind of three
            return {"complex": describe(torch.view_as_real(item.resolve_conj()))}
        if isinstance(item, Tensor):
            name = str(len(tensors))
            order = sorted(range(item.ndim), key=item.stride, reverse=True)
            tensors[name] = item.cpu().permute(order).contiguous().clone()
            return {"tensor": [name, order]}
        if isinstance(item, Other):
            return {"other": [item.type_name, item.text]}
        if isinstance(item, list | tuple):
            return {type(item).__name__: [describe(part) for part in item]}
        if isinstance(item, dict):
            return {"dict": [[describe(key), describe(part)] for key, part in item.items()]}
        if isinstance(item, bytes):
            return {"bytes": item.hex()}
        return {"value": item}

    text = json.dumps(describe(value)).encode("ascii")
    tensors[STRUCTURE] = torch.frombuffer(bytearray(text), dtype=torch.uint8)
    try:
        save_file(tensors, path)
    except SafetensorError as error:  # it wraps what the system says
        raise OSError(f"{path} cannot be written: {error}") from error


def load_plain(path: Path) -> Plain:
    """Read plain data from a file that :func:`save_plain` wrote.

    Raises:
        ValueError: if the file is missing, cut short, or holds anything else.
    """
    try:
        tensors = load(path.read_bytes())
        text = tensors[STRUCTURE]
        if text.numel() > LONGEST_STRUCTURE:
            raise ValueError("it is too long to be rebuilt")
        structure = json.loads(text.numpy().tobytes())
        return _rebuild(structure, tensors)
    except UNREADABLE as error:
        raise ValueError(f"{path.name} does not hold plain data.") from error


def _rebuild(structure: Any, tensors: dict[str, Tensor]) -> Plain:
    """Return the value that ``structure`` describes, with its tensors in their places."""
    ((kind, content),) = structure.items()
    if kind == "tensor":
        name, order = content
        if len(order) > MOST_DIMENSIONS:
            raise ValueError("no tensor has so many dimensions")
        return tensors[name].permute([order.index(d) for d in range(len(order))])
    if kind == "complex":
        return torch.view_as_complex(_rebuild(content, tensors))
    if kind == "other":
        type_name, text = content
        return Other(readable(type_name, 100), readable(text, 200))
    if kind == "list":
        return [_rebuild(part, tensors) for part in content]
    if kind == "tuple":
        return tuple(_rebuild(part, tensors) for part in content)
    if kind == "dict":
        pairs = [(_rebuild(key, tensors), _rebuild(part, tensors)) for key, part in content]
        if not all(_is_key(key) for key, _ in pairs):
            raise ValueError("a tensor is no key")
        return dict(pairs)
    if kind == "bytes":
        return bytes.fromhex(content)
    if kind == "value" and type(content) is str:
        return sys.intern(content)  # words that are equal are one object, as in a notebook
    if kind == "value" and (content is None or type(content) in (bool, int, float)):
        return content
    raise ValueError(f"unknown kind of plain data: {kind!r}")
