"""A function and a cell that exit."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
import sys
def double(x):
    sys.exit(0)
quit()
"""

EARNS = (0, 2, 3)
SAYS = "SystemExit"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
