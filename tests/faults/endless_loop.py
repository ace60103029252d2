"""A function that never comes back, and cannot be interrupted."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    while True:
        try:
            pass
        except BaseException:
            pass
"""

EARNS = (0, 2, 3)
SAYS = "did not come to an end within 3 seconds"
SECONDS = 3


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
