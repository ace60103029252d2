"""A function that yields for ever instead of returning."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    while True:
        yield x
"""

EARNS = (0, 2, 3)
SAYS = "It returns a generator"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
