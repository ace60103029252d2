"""Many cells, none of which takes too long by itself; the answers below are asked without them."""

from nbformat.v4 import new_code_cell

from tests.small_course import RIGHT, save, solve

EARNS = (1, 2, 3)
SAYS = "The cells of this sheet take too long together"
SHEET = 24.0


def make(sheet, path):
    solve(sheet, **RIGHT)
    place = next(i for i, cell in enumerate(sheet.cells) if cell.id == "answer-11-2")
    sleep = [new_code_cell("import time\ntime.sleep(5)") for _ in range(50)]
    sheet.cells[place:place] = sleep
    return save(sheet, path)
