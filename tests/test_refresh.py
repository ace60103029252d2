"""Storing outputs: what is stored is what runs, and a second run changes nothing."""

from pathlib import Path

import nbformat
import psutil  # type: ignore[import-untyped]
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from embedkit.authoring.refresh import refresh_notebook
from embedkit.grading.notebooks import BadInputError, notebook_bytes

VARYING = "import sys, time\nprint('bar', file=sys.stderr)\nprint(time.perf_counter_ns())"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook with an exact cell, one whose output varies, and stale metadata."""
    cells = [
        new_code_cell("a = 20\nprint(a)", id="first", metadata={"execution": {"shell": "now"}}),
        new_code_cell(VARYING, id="timed", metadata={"tags": ["nbval-ignore-output"]}),
        new_code_cell("import os\nos.path.basename(os.getcwd()), a + 1", id="last"),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata = {"language_info": {"name": "python", "version": "3.9.1"}, "widgets": {}}
    path = tmp_path / "a nötebook.ipynb"
    path.write_bytes(notebook_bytes(notebook))
    return path


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def test_what_is_stored_is_clean_and_stays(path: Path) -> None:
    assert refresh_notebook(path)
    once = path.read_bytes()
    first, timed, last = read(path).cells
    assert first.outputs[0].text == "20\n"
    assert "execution" not in first.metadata
    assert [output.name for output in timed.outputs] == ["stdout"]
    assert last.outputs[0].data["text/plain"] == f"('{path.parent.name}', 21)"
    assert [cell.execution_count for cell in (first, timed, last)] == [1, 2, 3]
    assert "version" not in read(path).metadata.language_info
    assert "widgets" not in read(path).metadata

    assert not refresh_notebook(path)
    assert path.read_bytes() == once


def test_no_kernel_lives_on(path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    refresh_notebook(path)
    assert set(psutil.Process().children(recursive=True)) <= before


def test_what_varies_is_stored_anew_when_code_above_it_changes(path: Path) -> None:
    refresh_notebook(path)
    before = read(path)
    before.cells[0].source = "a = 21\nprint(a)"
    path.write_bytes(notebook_bytes(before))
    assert refresh_notebook(path)
    after = read(path)
    assert after.cells[0].outputs[0].text == "21\n"
    assert after.cells[1].outputs != before.cells[1].outputs
    assert refresh_notebook(path, everything=True)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import os\nos._exit(0)", "it ended the whole Python process"),
    ],
)
def test_a_failing_cell_is_named_and_the_file_untouched(
    path: Path, source: str, reason: str
) -> None:
    notebook = read(path)
    notebook.cells[1].source = source
    path.write_bytes(notebook_bytes(notebook))
    before = path.read_bytes()
    with pytest.raises(BadInputError, match=rf"code cell 2 \(timed\): {reason}"):
        refresh_notebook(path)
    assert path.read_bytes() == before
