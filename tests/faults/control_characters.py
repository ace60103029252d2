"""An error that would paint the terminal of its reader."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    raise ValueError("\\x1b[2J\\x1b[31mall passed\\x07")
"""

EARNS = (0, 2, 3)
SAYS = "ValueError"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
