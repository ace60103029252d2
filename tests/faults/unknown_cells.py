"""A cell of a kind that no notebook has, and sources as lists of lines."""

from tests.small_course import RIGHT, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    solve(sheet, **RIGHT)
    for cell in sheet.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)
    sheet.cells.append({"cell_type": "poem", "metadata": {}, "source": "Roses", "id": "p"})
    return save(sheet, path)
