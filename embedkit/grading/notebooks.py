"""Reading and writing notebooks: any file in, a notebook or one clear sentence out."""

import hashlib
import json
import os
import stat
import tempfile
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from embedkit.grading.bounded import bounded
from embedkit.grading.watch import GIBIBYTE

LARGEST_BYTES = 200_000_000
"""A notebook larger than this could fill the memory, and no sheet of the course comes near it."""


MOST_MEMORY = 2 * GIBIBYTE
"""How much reading one may take: each of a million empty lists takes hundreds of bytes."""


class BadInputError(Exception):
    """Something a person gave cannot be used; the message is one sentence that they read."""


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook in a file, upgraded to nbformat 4 if it is older.

    Raises:
        BadInputError: if the file is missing, empty, or no notebook.
    """
    try:
        refuse_endless(path)
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise BadInputError(f"there is no file {path}.") from error
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    if not content.strip():
        raise BadInputError(f"{path} is empty: it holds no notebook.")
    try:
        with bounded(memory=MOST_MEMORY):
            return _parse(content, path)
    except (MemoryError, TimeoutError) as error:
        raise BadInputError(f"{path} holds more than can be read as a notebook.") from error


def _parse(content: bytes, path: Path) -> NotebookNode:
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"{path} is not a notebook: it does not hold JSON.") from error
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise BadInputError(f"{path} is not a notebook: it is JSON of another kind.")
    notebook: NotebookNode
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # nbformat.reads would also validate, which takes gigabytes for a few wrong outputs
            notebook = nbformat.reader.reads(json.dumps(_upgraded(data)))
        for cell in notebook.cells:
            cell.cell_type = str(cell.cell_type)
            source = "".join(cell.source).replace("\r\n", "\n")
            cell.source = source.encode("utf-8", "replace").decode("utf-8")
            cell.metadata = NotebookNode(cell.get("metadata", {}))
    except (MemoryError, TimeoutError):
        raise
    except Exception as error:  # nbformat raises whatever a damaged file makes it stumble over
        raise BadInputError(
            f"{path} is a damaged notebook, or one of a newer format. "
            "If JupyterLab still opens it, save it from there and try again."
        ) from error
    return notebook


def _upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook in format 4; of an older one, what its cells hold, but no outputs.

    nbformat would validate an older one, and make a heading of as many signs as its level says.
    """
    if data["nbformat"] >= 4:
        return data
    cells = [_new_cell(cell) for sheet in data["worksheets"] for cell in sheet["cells"]]
    about = data.get("metadata", {})
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": about, "cells": cells}


def _new_cell(old: dict[str, Any]) -> dict[str, Any]:
    """Return a cell in format 4, from one in format 3."""
    common = {"metadata": old.get("metadata", {})}
    if old["cell_type"] == "code":
        nothing: dict[str, Any] = {"outputs": [], "execution_count": None}
        return {"cell_type": "code", "source": old["input"]} | common | nothing
    return {"cell_type": "markdown", "source": old["source"]} | common


def refuse_endless(path: Path) -> None:
    """Refuse a file that would never come to an end, or not within the memory.

    Raises:
        BadInputError: if it is a pipe, a device, or huge.
        OSError: if it cannot be looked at.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
        raise BadInputError(f"{path} is no ordinary file.")
    if about.st_size > LARGEST_BYTES:
        raise BadInputError(
            f"{path} has {about.st_size / 1e6:.0f} MB, and at most {LARGEST_BYTES / 1e6:.0f} MB "
            "are read."
        )


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """Return the bytes of a notebook's file: the same on every system for the same notebook."""
    text: str = nbformat.writes(notebook)
    return (text.rstrip("\n") + "\n").encode("utf-8")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, so that an interruption leaves the old one.

    Raises:
        OSError: if that cannot be done; it names the file, and not the one beside it that is
            written first.
    """
    try:
        _write_beside_and_replace(path, content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_beside_and_replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, path.stat().st_mode if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def keep_beside(path: Path) -> Path:
    """Copy a file to the next free name beside it, as in ``02_lookup_table.old-1.ipynb``."""
    content = path.read_bytes()
    number = 1
    while True:
        kept = path.with_name(f"{path.stem}.old-{number}{path.suffix}")
        try:
            with kept.open("xb") as file:
                file.write(content)
        except FileExistsError:
            number += 1
        else:
            return kept


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that hold code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def clear_outputs(cell: NotebookNode) -> None:
    """Take from a code cell what it showed, and that it ever ran."""
    cell.outputs = []
    cell.execution_count = None


def tags(cell: NotebookNode) -> list[str]:
    """Return a cell's tags; none if the metadata is not as it should be."""
    found = cell.metadata.get("tags", [])
    return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []


def course_metadata(node: NotebookNode) -> dict[str, Any]:
    """Return what the course wrote into the metadata of a notebook or a cell."""
    found = node.metadata.get("embedkit", {})
    return found if isinstance(found, dict) else {}


def points_of_tasks(notebook: NotebookNode) -> list[int]:
    """Return what each task of a sheet is worth, as the course wrote it there."""
    return [course_metadata(cell)["points"] for cell in notebook.cells if "answer" in tags(cell)]


def fingerprint(notebook: NotebookNode) -> str:
    """Return a hash of what a person can have written: each cell's kind and source."""
    written = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(written).encode("utf-8")).hexdigest()


def is_untouched(notebook: NotebookNode) -> bool:
    """Return whether a sheet is still as it was released."""
    return course_metadata(notebook).get("fingerprint") == fingerprint(notebook)
