"""A function that returns far too much."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    return torch.zeros(40_000_000)
"""

EARNS = (0, 2, 3)


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
