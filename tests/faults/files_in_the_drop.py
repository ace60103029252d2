"""Writes gigabytes to where a probe leaves what it saw."""

from tests.small_course import RIGHT, save, solve

FLOOD = """
import itertools

for i in itertools.count():
    with open(f"../../drop/{i % 80}", "wb") as file:
        file.write(bytes(10_000_000))

def double(x):
    return x + x
"""
EARNS = (0, 2, 3)
SAYS = "printed or wrote more than 0.5 GiB"


def make(sheet, path):
    return save(solve(sheet, **RIGHT | {"t1": FLOOD}), path)
