"""An answer that became a text cell."""

from tests.small_course import RIGHT, cell_of, save, solve

EARNS = (1, 0, 3)
SAYS = "`negate` is not defined"


def make(sheet, path):
    solve(sheet, **RIGHT)
    cell = cell_of(sheet, "answer-11-2")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]
    return save(sheet, path)
