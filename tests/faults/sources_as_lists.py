"""Sources as lists of lines, and metadata of odd kinds."""

from tests.small_course import RIGHT, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    solve(sheet, **RIGHT)
    for cell in sheet.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"] = dict(cell["metadata"], tags="answer", embedkit=["what?"])
    return save(sheet, path)
