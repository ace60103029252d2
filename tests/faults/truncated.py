"""A notebook that was cut off while it was saved."""

from tests.small_course import RIGHT, save, solve

EARNS = ()
SAYS = "is not a notebook"


def make(sheet, path):
    content = save(solve(sheet, **RIGHT), path).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path
