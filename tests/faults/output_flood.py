"""A cell that prints without end."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
while True:
    print("flood " * 100_000)
"""

EARNS = (0, 2, 3)
SAYS = "Its cell"
SECONDS = 4


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
