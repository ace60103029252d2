"""A cell that asks the person at the keyboard."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
answer = input("What is 2x? ")
def double(x):
    return answer
"""

EARNS = (0, 2, 3)
SAYS = "StdinNotImplementedError"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
