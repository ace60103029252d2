"""The parts of a small course with one lesson of three tasks, to try every command on."""

import json
from pathlib import Path

import nbformat
import torch
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from torch import Tensor

from embedkit.checks.framework import Criterion, Draw, Task
from embedkit.lessons import LESSONS

LESSON = LESSONS[10]

SETUP = "import torch\nfrom torch import Tensor"

DOUBLE = '''def double(x: Tensor) -> Tensor:
    """Return 2x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''

NEGATE = '''def negate(x: Tensor) -> Tensor:
    """Return −x."""
    ### BEGIN SOLUTION
    return -x
    ### END SOLUTION'''

SHIFT = '''class Shift:
    """Adds a number to a tensor."""

    def __init__(self, by: float) -> None:
        ### BEGIN SOLUTION
        self.by = by
        ### END SOLUTION

    def __call__(self, x: Tensor) -> Tensor:
        """Return x + by."""
        ### BEGIN SOLUTION
        return x + self.by
        ### END SOLUTION


def shift(x: Tensor) -> Tensor:
    """Return x + 3, through the class."""
    ### BEGIN SOLUTION
    return Shift(3.0)(x)
    ### END SOLUTION'''


def numbers(draw: Draw) -> list[dict[str, Tensor]]:
    return [{"x": torch.tensor([1.0, -2.0])}, {"x": draw.table(2, 3)}]


def a_task(number: str, name: str, points: int, reference: object) -> Task:
    return Task(number, name, points, reference, (Criterion(f"it is what {name} is", numbers),))


def answer_cell(number: str, points: int, source: str) -> NotebookNode:
    return new_code_cell(
        source,
        id=f"answer-{number.replace('.', '-')}",
        metadata={"tags": ["answer"], "embedkit": {"task": number, "points": points}},
    )


def check_cell(number: str, points: int, source: str) -> NotebookNode:
    cell = new_code_cell(
        source,
        id=f"check-{number.replace('.', '-')}",
        metadata={"tags": ["check"], "embedkit": {"task": number, "points": points}},
        execution_count=3,
    )
    cell.outputs = [nbformat.v4.new_output("stream", text="✓\n")]
    return cell


def solve(sheet: NotebookNode, **answers: str) -> NotebookNode:
    """Write answers into a sheet, by task: ``t1`` is the answer of task 11.1."""
    for task, source in answers.items():
        cell_of(sheet, f"answer-11-{task.removeprefix('t')}").source = source
    return sheet


def cell_of(sheet: NotebookNode, cell_id: str) -> NotebookNode:
    return next(cell for cell in sheet.cells if cell.id == cell_id)


RIGHT = {
    "t1": "def double(x):\n    return x + x",
    "t2": "def negate(x):\n    return 0 - x",
    "t3": "def shift(x):\n    return x + 3",
}


def save(sheet: NotebookNode, path: Path) -> Path:
    path.write_text(json.dumps(sheet), encoding="utf-8")
    return path
