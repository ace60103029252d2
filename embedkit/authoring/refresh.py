"""Running notebooks again and storing what they show, so that a second run changes nothing."""

import hashlib
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from tqdm import tqdm

from embedkit.authoring.colab import CELL as COLAB_CELL
from embedkit.authoring.colab import repository_address, set_first_cell
from embedkit.grading.kernels import kernel_environment
from embedkit.grading.notebooks import (
    BadInputError,
    clear_outputs,
    code_cells,
    course_metadata,
    notebook_bytes,
    read_notebook,
    tags,
    write_atomically,
)
from embedkit.lessons import Lesson

SECONDS_A_CELL = 1200
VARIES = "nbval-ignore-output"
PAGES = {"rotary": ("positions_compared.ipynb",), "tiny_language_model": ("speed.ipynb",)}
"""Pages that belong to no lesson alone, and are run with the last of theirs."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
"""The same for every Python: it names no version."""


def refresh(lesson: Lesson, root: Path, everything: bool = False) -> list[Path]:
    """Run the chapter and the worked sheet of a lesson in place, and pages that go with it.

    Args:
        lesson: which lesson.
        root: the folder of the course.
        everything: whether cells whose outputs vary are stored anew, too.

    Returns:
        The notebooks that changed.

    Raises:
        BadInputError: if a cell fails; the notebook is left as it was.
    """
    pages = [root / "chapters" / name for name in PAGES.get(lesson.slug, ())]
    notebooks = lesson.chapter(root), lesson.solution(root), *pages
    paths = [path for path in notebooks if path.exists()]
    return [path for path in paths if refresh_notebook(path, everything)]


def refresh_notebook(path: Path, everything: bool = False) -> bool:
    """Run one notebook in place, and return whether its file changed."""
    notebook = read_notebook(path)
    folder = "chapters" if path.parent.name == "chapters" else "exercises"
    set_first_cell(notebook, repository_address(path.parent.parent), folder)
    stored = {} if everything else _stored_outputs(notebook)
    _run(notebook, path)
    hashes = _hashes(notebook)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            _settle_outputs(cell, hashes[cell.id], stored)
    notebook.metadata = NotebookNode(METADATA | _kept_metadata(notebook))
    content = notebook_bytes(notebook)
    if path.read_bytes() == content:
        return False
    write_atomically(path, content)
    return True


def _kept_metadata(notebook: NotebookNode) -> dict[str, Any]:
    dropped = {*METADATA, "widgets"}
    return {key: value for key, value in notebook.metadata.items() if key not in dropped}


def _hashes(notebook: NotebookNode) -> dict[str, str]:
    """Return, for each code cell, a hash of all the code that leads up to its outputs."""
    so_far: list[str] = []
    found: dict[str, str] = {}
    for cell in code_cells(notebook):
        if cell.id != COLAB_CELL:
            so_far.append(cell.source)
        found[cell.id] = hashlib.sha256(json.dumps(so_far).encode("utf-8")).hexdigest()
    return found


def _stored_outputs(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """Return the outputs that vary and are stored already for the code as it is now."""
    hashes = _hashes(notebook)
    return {
        cell.id: cell.outputs
        for cell in code_cells(notebook)
        if VARIES in tags(cell)
        and cell.execution_count is not None
        and course_metadata(cell).get("stored_for") == hashes[cell.id]
    }


def _settle_outputs(
    cell: NotebookNode, code_hash: str, stored: dict[str, list[NotebookNode]]
) -> None:
    """Give a cell the outputs to store: its new ones, or the old where they vary."""
    ours = course_metadata(cell)
    ours.pop("stored_for", None)
    if VARIES in tags(cell):
        cell.outputs = stored.get(cell.id, cell.outputs)
        ours["stored_for"] = code_hash
    if ours:
        cell.metadata.embedkit = ours
    else:
        cell.metadata.pop("embedkit", None)
    cell.outputs = [
        output
        for output in cell.outputs
        if not (output.output_type == "stream" and output.name == "stderr")
    ]


def _run(notebook: NotebookNode, path: Path) -> None:
    """Run all cells in a fresh kernel of this environment, in the notebook's folder."""
    cells = code_cells(notebook)
    for cell in cells:
        clear_outputs(cell)
    code_ids = [cell.id for cell in cells]
    started: list[str] = []
    with (
        tqdm(total=len(code_ids), desc=path.stem, unit="cell", leave=False, disable=None) as bar,
        TemporaryDirectory(prefix="embedkit-") as ipython,
    ):
        client = NotebookClient(
            notebook,
            km=AsyncKernelManager(
                kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
            ),
            timeout=SECONDS_A_CELL,
            shell_timeout_interval=1,
            extra_arguments=["--log-level=ERROR"],
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_execute=lambda cell, **_: started.append(cell.id),
            on_cell_executed=lambda **_: bar.update(),
        )
        try:
            client.execute(cleanup_kc=True, env=kernel_environment(Path(ipython)))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            number = code_ids.index(started[-1]) + 1
            raise BadInputError(
                f"{path}, code cell {number} ({started[-1]}): {_reason(error)}. "
                "The file is unchanged."
            ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, CellExecutionError):
        message = re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}")
        return message.splitlines()[0].rstrip(".")
    if isinstance(error, CellTimeoutError):
        return f"it ran for more than {SECONDS_A_CELL} seconds"
    return "it ended the whole Python process"
