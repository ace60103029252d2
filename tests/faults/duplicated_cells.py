"""Each answer cell twice, the untouched one below the worked one."""

import copy

from tests.small_course import RIGHT, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    stubs = [copy.deepcopy(cell) for cell in sheet.cells]
    solve(sheet, **RIGHT)
    sheet.cells.extend(stubs)
    return save(sheet, path)
