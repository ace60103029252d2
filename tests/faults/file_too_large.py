"""A function that writes one huge file."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    with open("file", "wb") as file:
        for _ in range(100):
            file.write(bytes(10_000_000))
    return 2 * x
"""

EARNS = (0, 2, 3)
SAYS = "OSError"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
