"""Two hundred thousand outputs of no known kind: complaining about each takes all memory."""

from tests.small_course import RIGHT, cell_of, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    solve(sheet, **RIGHT)
    cell_of(sheet, "answer-11-1").outputs = [{"output_type": "x"}] * 200_000
    return save(sheet, path)
