"""A function that fills the disk, file by file."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    for i in range(100):
        with open(f"file-{i}", "wb") as file:
            file.write(bytes(40_000_000))
    return 2 * x
"""

EARNS = (0, 2, 3)


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
