"""The answers stand in new cells that know nothing of their tasks."""

from nbformat.v4 import new_code_cell

from tests.small_course import RIGHT, save

EARNS = (1, 2, 3)


def make(sheet, path):
    sheet.cells = [cell for cell in sheet.cells if not cell.id.startswith("answer")]
    sheet.cells.extend(new_code_cell(source) for source in RIGHT.values())
    return save(sheet, path)
