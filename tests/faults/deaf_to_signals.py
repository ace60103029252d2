"""A cell that ignores being interrupted."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
"""

EARNS = (0, 2, 3)
SAYS = "Its cell did not come to an end"
SECONDS = 3


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
