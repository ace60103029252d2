"""The cell that fetches the course on Colab: there once the course has an address, else not."""

from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from embedkit.authoring.colab import repository_address, set_first_cell
from embedkit.authoring.refresh import refresh_notebook
from embedkit.grading.notebooks import notebook_bytes

ADDRESS = "https://github.com/someone/embeddings"


def course_with(root: Path, pyproject: str) -> Path:
    """Return the chapter of a course with one chapter and this pyproject.toml."""
    (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    path = root / "chapters" / "lesson.ipynb"
    path.parent.mkdir()
    cells = [
        new_markdown_cell("# A lesson", id="title"),
        new_code_cell("print(1)", id="first"),
        new_code_cell(
            "import time\ntime.time_ns()", id="varies", metadata={"tags": ["nbval-ignore-output"]}
        ),
    ]
    path.write_bytes(notebook_bytes(new_notebook(cells=cells)))
    refresh_notebook(path)
    return path


def test_notebooks_follow_the_address_and_what_varies_is_kept(tmp_path: Path) -> None:
    path = course_with(tmp_path, "[project]\nname = 'x'\n")
    without = path.read_bytes()
    varied = nbformat.read(path, as_version=4).cells[2].outputs
    project = f"[project]\nname = 'x'\n[project.urls]\nRepository = '{ADDRESS}'\n"
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")

    assert refresh_notebook(path)
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells] == ["title", "colab", "first", "varies"]
    assert f"git clone --quiet --depth 1 {ADDRESS} course" in cells[1].source
    assert cells[1].outputs == []  # embedkit is here, so it did nothing
    assert cells[1].metadata.tags == ["remove-cell"]
    assert cells[3].outputs[0].data == varied[0].data
    assert not refresh_notebook(path)

    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert refresh_notebook(path)
    assert path.read_bytes() == without


@pytest.mark.parametrize(("there", "runs"), [(True, []), (False, ["git", "pip", "cd"])])
def test_the_cell_fetches_the_course_only_where_it_is_missing(
    there: bool, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = new_notebook(cells=[new_code_cell("import embedkit", id="first")])
    set_first_cell(notebook, ADDRESS, "exercises")
    done: list[str] = []
    shell = InteractiveShell()
    monkeypatch.setattr(shell, "system", lambda command: done.append(command))
    monkeypatch.setattr(
        shell, "run_line_magic", lambda name, line, **_: done.append(f"{name} {line}")
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda name: "a spec" if there else None)
    shell.run_cell(notebook.cells[0].source).raise_error()
    assert [command.split()[0] for command in done] == runs
    if not there:
        assert done == [
            f"git clone --quiet --depth 1 {ADDRESS} course",
            "pip install --quiet ./course",
            "cd -q course/exercises",
        ]


def test_a_course_without_pyproject_has_no_address(tmp_path: Path) -> None:
    assert repository_address(tmp_path) is None
