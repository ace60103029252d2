"""The first cell of each notebook once the course has an address: on Colab it fetches the course.

The address is that of the repository, in pyproject.toml: ``[project.urls] Repository``. Without
one the notebooks have no such cell.
"""

import tomllib
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

CELL = "colab"
HIDDEN = "remove-cell"
SOURCE = """\
# On Colab, fetch the course. Elsewhere this cell does nothing.
import importlib.util

if importlib.util.find_spec("embedkit") is None:
    !git clone --quiet --depth 1 {address} course
    %pip install --quiet ./course
    %cd -q course/{folder}"""


def repository_address(root: Path) -> str | None:
    """Return the address of the course's repository; None if pyproject.toml names none."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return None
    urls = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {}).get("urls", {})
    address: str | None = urls.get("Repository")
    return address


def set_first_cell(notebook: NotebookNode, address: str | None, folder: str) -> None:
    """Give a notebook the cell that fetches the course, or take it away.

    Args:
        notebook: changed in place.
        address: that of the repository; None takes the cell away.
        folder: the course's folder whose notebooks it belongs to; a sheet's is exercises.
    """
    notebook.cells = [cell for cell in notebook.cells if cell.id != CELL]
    if address is None:
        return
    source = SOURCE.format(address=address, folder=folder)
    cell = new_code_cell(source, id=CELL, metadata={"tags": [HIDDEN]})
    first = next(i for i, other in enumerate(notebook.cells) if other.cell_type == "code")
    notebook.cells.insert(first, cell)
