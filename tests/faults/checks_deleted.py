"""The check cells and all text are gone."""

from tests.small_course import RIGHT, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    solve(sheet, **RIGHT)
    sheet.cells = [cell for cell in sheet.cells if cell.id.startswith(("setup", "answer"))]
    return save(sheet, path)
