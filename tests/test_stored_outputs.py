"""What chapters and solutions store is sound: run, without errors, and the same on every machine.

nbval compares the outputs of cells that have an execution count. What it would let pass is here.
"""

import ast
import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from embedkit.lessons import course_root

ROOT = course_root(Path(__file__).parent)
NOTEBOOKS = sorted([*ROOT.glob("chapters/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])
MACHINE = re.compile(r"/home/|/tmp/|/root/|/Users/|[A-Z]:\\+Users|ipykernel_|site-packages")
LONGEST_CELL = 25
WIDEST_PICTURE = 800
"""Pixels, 144 an inch. A phone shows them on 384, where 11 points are over 10 pixels high."""
SMALL_TEXT = re.compile(r"""\b(?:font|label|title_font)?size=\d|["'](?:font|label)?size["']:""")


def faults(notebook: NotebookNode) -> list[str]:
    """Return what is wrong with a notebook's stored outputs, a line each."""
    found = ["the notebook stores widget state"] if "widgets" in notebook.metadata else []
    for cell in notebook.cells:
        found += [f"cell {cell.id}: {fault}" for fault in faults_of_cell(cell)]
    return found


def faults_of_cell(cell: NotebookNode) -> Iterator[str]:
    if "execution" in cell.metadata:
        yield "stores when it ran"
    if cell.cell_type != "code":
        return
    if cell.execution_count is None:
        yield "has no execution count, so nbval would not compare it"
    if lines_of_code(cell.source) > LONGEST_CELL:
        yield f"is longer than {LONGEST_CELL} lines, docstrings aside"
    for output in cell.outputs:
        if output.output_type == "error":
            yield "stores an error"
        if output.get("name") == "stderr":
            yield "stores a stream of errors"
        if place := MACHINE.search(text_of(output)):
            yield f"stores a path of a machine: {place[0]}"
        if "image/png" in output.get("data", {}) and not has_alternative_text(cell):
            yield "shows a picture without alternative text"
        if width_of_picture(output) > WIDEST_PICTURE:
            yield "shows a picture too wide for a phone"
    if re.search(r"\baxes\b", cell.source) and SMALL_TEXT.search(cell.source):
        yield "gives the text of a figure a size of its own"


def width_of_picture(output: NotebookNode) -> int:
    """Return how many pixels wide a stored PNG is, which stands in its bytes 16 to 19."""
    picture = base64.b64decode(output.get("data", {}).get("image/png", ""))
    return int.from_bytes(picture[16:20], "big")


def lines_of_code(source: str) -> int:
    """Count lines, but those of docstrings: an answer cell explains its task in one."""
    count = len(source.splitlines())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            docstring = node.body[0]
            count -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return count


def text_of(output: NotebookNode) -> str:
    data = {kind: value for kind, value in output.get("data", {}).items() if "png" not in kind}
    return json.dumps([data, output.get("text", "")]).replace("\\\\", "\\")


def has_alternative_text(cell: NotebookNode) -> bool:
    shown = cell.metadata.get("mystnb", {})
    return any(shown.get(kind, {}).get("alt", "").strip() for kind in ("image", "figure"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_stored_outputs_are_sound(path: Path) -> None:
    assert faults(nbformat.read(path, as_version=4)) == []


def stored(output: NotebookNode | None = None, **changes: object) -> NotebookNode:
    cell = new_code_cell("1", execution_count=1, outputs=[output] if output else [])
    return new_notebook(cells=[cell | changes])


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


PICTURE = new_output("display_data", {"image/png": "QQ==", "text/plain": "<Figure>"})
WIDE = base64.b64encode(b"\x89PNG" + bytes(12) + (801).to_bytes(4, "big")).decode()
WIDE_PICTURE = new_output("display_data", {"image/png": WIDE, "text/plain": "<Figure>"})
ALT = {"mystnb": {"image": {"alt": "A line that rises."}}}


@pytest.mark.parametrize(
    "sound",
    [stored(stream("/temperature C:")), stored(PICTURE, metadata=NotebookNode(ALT))],
)
def test_what_is_sound_passes(sound: NotebookNode) -> None:
    assert faults(nbformat.from_dict(sound)) == []


@pytest.mark.parametrize(
    ("notebook", "fault"),
    [
        (stored(execution_count=None), "no execution count"),
        (stored(new_output("error", ename="E", evalue="", traceback=[])), "stores an error"),
        (stored(stream("a bar", name="stderr")), "stream of errors"),
        (stored(stream("at /home/ada/x.py")), "/home/"),
        (stored(stream("at C:\\Users\\ada")), "Users"),
        (stored(stream("/var/ipykernel_12/3.py")), "ipykernel_"),
        (stored(new_output("execute_result", {"text/html": "<b>/tmp/a</b>"})), "/tmp/"),
        (stored(new_output("execute_result", {"text/plain": "'/x/site-packages'"})), "site-pack"),
        (stored(metadata=NotebookNode(execution={"shell": "now"})), "when it ran"),
        (stored(PICTURE), "without alternative text"),
        (stored(PICTURE, metadata=NotebookNode(mystnb={"image": {"alt": " "}})), "alternative"),
        (stored(WIDE_PICTURE, metadata=NotebookNode(ALT)), "too wide for a phone"),
        (stored(source="axes.text(0, 0, 'a', fontsize=8)"), "a size of its own"),
        (stored(source="axes.text(0, 0, 'a', **{'size': 8})"), "a size of its own"),
        (stored(source="1\n" * 26), "longer than 25 lines"),
    ],
)
def test_each_fault_is_found(notebook: NotebookNode, fault: str) -> None:
    (found,) = faults(nbformat.from_dict(notebook))
    assert fault in found
