"""The page that JupyterLab opens on: the lessons, the sheets, and where the learner stands."""

from pathlib import Path

from embedkit.grading.markdown import escaped
from embedkit.grading.notebooks import points_of_tasks, read_notebook, write_atomically
from embedkit.grading.progress import Standing, standing
from embedkit.lessons import existing_lessons

PAGE = Path("exercises") / "start.md"


def write_start_page(root: Path) -> Path:
    """Write the page anew from the marks of the last checks, and return where it lies."""
    path = root / PAGE
    write_atomically(path, start_page(root).encode("utf-8"))
    return path


def renew_start_page(root: Path) -> None:
    """Write the page anew if there is one."""
    if (root / PAGE).is_file():
        write_start_page(root)


def start_page(root: Path) -> str:
    """Return the page as Markdown.

    Args:
        root: the folder of the course.
    """
    standings = [standing(lesson, root) for lesson in existing_lessons(root)]
    points = sum(one.points or 0 for one in standings)
    worked = [read_notebook(one.lesson.solution(root)) for one in standings]
    possible = sum(sum(points_of_tasks(solution)) for solution in worked)
    rows = "\n".join(_row(one) for one in standings)
    return f"""# Embeddings, from the table up

You have **{points} of {possible} points**. {_next(standings)}

Read a lesson, or run it with *Run → Run All Cells*. Then solve its sheet: write your code, run the
cell, and run the check below it.

| | lesson | sheet | points | where you stand |
|---|---|---|---|---|
{rows}

The points are those of your last `embedkit check`. To have a sheet marked, save it, choose
*File → New → Terminal* and type, for sheet 2:

```bash
embedkit check 2
```

This page is written anew by each check. Close it and open it again to see it change.
"""


def _row(one: Standing) -> str:
    lesson = one.lesson
    points = "" if one.points is None else f"{one.points} of {one.possible}"
    return (
        f"| {lesson.number} | [{escaped(lesson.question)}](../chapters/{lesson.name}.ipynb) "
        f"| [sheet {lesson.number}]({lesson.name}.ipynb) | {points} | {one.state} |"
    )


def _next(standings: list[Standing]) -> str:
    """Say what to open now: the first sheet that is not complete."""
    for one in standings:
        if one.state != "complete":
            number, name = one.lesson.number, one.lesson.name
            if one.state == "untouched":
                return f"Next: [lesson {number}](../chapters/{name}.ipynb)."
            return f"Go on with [sheet {number}]({name}.ipynb)."
    return "Every sheet is complete."
