"""A list that grows without end."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    kept = []
    while True:
        kept.append(bytearray(50_000_000))
"""

EARNS = (0, 2, 3)
SAYS = "took more than 1.5 GiB of memory"
MEMORY = 3 * 2**29


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
