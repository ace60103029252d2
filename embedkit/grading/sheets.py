"""Finding the sheets that a person means by what they typed."""

import re
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from embedkit.grading.notebooks import BadInputError, course_metadata, read_notebook
from embedkit.lessons import Lesson, existing_lessons, find_lesson


def lessons_named(names: Sequence[str], root: Path) -> list[Lesson]:
    """Return the lessons that the names mean, or all that exist if there is no name.

    Raises:
        BadInputError: if a name means none.
    """
    try:
        return [find_lesson(name, root) for name in names] or existing_lessons(root)
    except LookupError as error:
        raise BadInputError(str(error.args[0])) from error


def sheet_named(name: str, root: Path) -> tuple[Path, Lesson]:
    """Return the sheet that a name means, and its lesson.

    Args:
        name: a lesson's number or slug, or the path of a sheet anywhere.
        root: the folder of the course.

    Raises:
        BadInputError: if there is no such lesson or file, or the file is no sheet of the course.
    """
    path = Path(name)
    if path.suffix == ".ipynb" or path.name != name or path.is_file():
        return path, lesson_of(path, root)
    (lesson,) = lessons_named([name], root)
    path = lesson.sheet(root)
    if not path.exists():
        raise BadInputError(
            f"the sheet {path} is missing: `embedkit reset {lesson.number}` makes a fresh one."
        )
    return path, lesson


def lesson_of(path: Path, root: Path) -> Lesson:
    """Return the lesson that a sheet belongs to: by its metadata, its name, or its tasks.

    Raises:
        BadInputError: if the file is no notebook, or of no lesson.
    """
    notebook = read_notebook(path)
    lessons = existing_lessons(root)
    named = str(course_metadata(notebook).get("lesson"))
    for lesson in lessons:
        if lesson.name == named:
            return lesson
    for lesson in lessons:
        if path.name.startswith(lesson.name):
            return lesson
    numbers = {_lesson_number(cell) for cell in notebook.cells}
    for lesson in lessons:
        if lesson.number in numbers:
            return lesson
    raise BadInputError(f"{path} is a notebook, but no sheet of this course.")


def _lesson_number(cell: NotebookNode) -> int | None:
    task = str(course_metadata(cell).get("task")) + " " + str(cell.get("id"))
    found = re.match(r"(\d{1,2})\.\d", task) or re.search(r"\banswer-(\d{1,2})-\d", task)
    return int(found[1]) if found else None
