"""Code that does not parse."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x)\n    return x
"""

EARNS = (0, 2, 3)
SAYS = "SyntaxError"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
