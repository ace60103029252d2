"""A cell that does not say whether it holds code or text."""

from tests.small_course import RIGHT, save, solve

SAYS = "damaged notebook"


def make(sheet, path):
    solve(sheet, **RIGHT)
    del sheet.cells[0]["cell_type"]
    return save(sheet, path)
