"""So many cells that to read them alone would take longer than all may run."""

from nbformat.v4 import new_code_cell

from tests.small_course import RIGHT, save, solve

EARNS = ()
SAYS = "code cells: a sheet of at most 1,000 is run"


def make(sheet, path):
    solve(sheet, **RIGHT).cells.extend(new_code_cell("0") for _ in range(10_000))
    return save(sheet, path)
