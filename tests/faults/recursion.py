"""A function that calls itself for ever."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
import sys
sys.setrecursionlimit(10**9)
def double(x):
    return double(x)
"""

EARNS = (0, 2, 3)
SECONDS = 6


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
