"""Starting a lesson: every file that bears its name, each small and valid from the first minute."""

import re
from pathlib import Path
from string import Template

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from embedkit.authoring import templates
from embedkit.authoring.refresh import METADATA
from embedkit.grading.notebooks import BadInputError, notebook_bytes, write_atomically
from embedkit.lessons import LESSONS, Lesson


def new_lesson(name: str, root: Path) -> list[Path]:
    """Write the files of a lesson that does not exist yet, and list it in the book.

    Args:
        name: the lesson's number or slug.
        root: the folder of the course.

    Returns:
        The files written.

    Raises:
        BadInputError: if there is no such lesson in the plan, or any of its files exists.
    """
    lesson = planned_lesson(name)
    files = {root / path: content for path, content in _files(lesson).items()}
    for path in files:
        if path.exists():
            raise BadInputError(f"{path} exists already; nothing was written.")
    toc = root / "_toc.yml"
    listed = with_lesson(toc.read_text(encoding="utf-8"), lesson)
    for path, content in files.items():
        write_atomically(path, content)
    write_atomically(toc, listed.encode("utf-8"))
    return [*files, toc]


def planned_lesson(name: str) -> Lesson:
    """Return the lesson of the plan that a number or slug means.

    Raises:
        BadInputError: if the plan has none.
    """
    for lesson in LESSONS:
        if name in (lesson.slug, lesson.name) or (name.isdigit() and int(name) == lesson.number):
            return lesson
    raise BadInputError(
        f"the plan has no lesson “{name}”: add it to LESSONS in embedkit/lessons.py first."
    )


def _files(lesson: Lesson) -> dict[str, bytes]:
    name, slug = lesson.name, lesson.slug
    texts = {
        f"embedkit/{slug}.py": templates.MODULE,
        f"embedkit/checks/{slug}/__init__.py": templates.CHECKS,
        f"embedkit/checks/{slug}/task1_double.py": templates.CHECKS_TASK,
        f"tests/answers/{slug}.py": templates.ANSWERS,
        f"tests/test_{slug}.py": templates.TESTS,
    }
    notebooks = {
        f"chapters/{name}.ipynb": _chapter(lesson),
        f"solutions/{name}.ipynb": _worked_sheet(lesson),
    }
    return {path: _filled(text, lesson).encode("utf-8") for path, text in texts.items()} | {
        path: notebook_bytes(notebook) for path, notebook in notebooks.items()
    }


def _filled(text: str, lesson: Lesson) -> str:
    return Template(text).substitute(
        number=lesson.number,
        slug=lesson.slug,
        name=lesson.name,
        title=lesson.slug.replace("_", " ").capitalize(),
        question=lesson.question,
    )


def _chapter(lesson: Lesson) -> NotebookNode:
    cells = []
    for cell_id, source in templates.CHAPTER_CELLS:
        make = _code if cell_id in templates.CHAPTER_CODE else _text
        cells.append(make(cell_id, _filled(source, lesson)))
    return _notebook(cells)


def _worked_sheet(lesson: Lesson) -> NotebookNode:
    ours = {"task": f"{lesson.number}.1", "points": 10}
    task = f"{lesson.number}-1"
    cells = [
        _text("title", _filled(templates.SHEET_TITLE, lesson)),
        _code("setup", _filled(templates.SHEET_SETUP, lesson)),
        _text(f"task-{task}", _filled(templates.SHEET_TASK, lesson)),
        _code(f"answer-{task}", templates.ANSWER, tags=["answer"], embedkit=ours),
        _code(f"check-{task}", "check.double(double)", tags=["check"], embedkit=ours),
        _text(f"hints-{task}", templates.SHEET_HINTS),
        _text(f"why-{task}", templates.SHEET_WHY, tags=["solution"]),
    ]
    return _notebook(cells)


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    notebook: NotebookNode = new_notebook(cells=cells, metadata=METADATA)
    return notebook


def _text(cell_id: str, source: str, **metadata: object) -> NotebookNode:
    cell: NotebookNode = new_markdown_cell(source, id=cell_id, metadata=metadata)
    return cell


def _code(cell_id: str, source: str, **metadata: object) -> NotebookNode:
    cell: NotebookNode = new_code_cell(source, id=cell_id, metadata=metadata)
    return cell


def with_lesson(toc: str, lesson: Lesson) -> str:
    """Return the table of contents with a lesson's chapter and sheet in their place.

    A lesson stands after the one before it, in the same part of the book.

    Raises:
        BadInputError: if no lesson is listed yet beside which it could stand.
    """
    lines = toc.splitlines()
    entries = [
        (i, match[1], int(match[2]))
        for i, line in enumerate(lines)
        if (match := re.match(r"( *)- file: chapters/(\d\d)_", line))
    ]
    if any(number == lesson.number for _, _, number in entries):
        raise BadInputError(f"_toc.yml lists lesson {lesson.number} already; nothing was written.")
    if not entries:
        raise BadInputError("_toc.yml lists no lesson beside which this one could stand.")
    before = [entry for entry in entries if entry[2] < lesson.number]
    start, indent, _ = before[-1] if before else entries[0]
    place = _end_of_entry(lines, start, indent) if before else start
    lines[place:place] = [
        f"{indent}- file: chapters/{lesson.name}",
        f"{indent}  sections:",
        f"{indent}    - file: exercises/{lesson.name}",
    ]
    return "\n".join(lines) + "\n"


def _end_of_entry(lines: list[str], start: int, indent: str) -> int:
    """Return the line after an entry and all that is indented below it."""
    end = start + 1
    while end < len(lines) and lines[end].startswith(indent + " "):
        end += 1
    return end
