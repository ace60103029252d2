"""A function that ends the process."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
import os
def double(x):
    os._exit(1)
"""

EARNS = (0, 2, 3)
SAYS = "ended the whole Python process"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
