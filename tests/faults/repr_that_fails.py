"""A value whose text cannot be had, and an error whose message cannot."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
class Strange:
    def __repr__(self):
        raise ValueError("no text")
def double(x):
    return Strange()
"""

EARNS = (0, 2, 3)


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
