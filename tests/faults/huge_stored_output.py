"""Twenty megabytes of stored output."""

from tests.small_course import RIGHT, cell_of, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    solve(sheet, **RIGHT)
    text = "x" * 20_000_000
    cell_of(sheet, "check-11-1")["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": text}
    ]
    return save(sheet, path)
