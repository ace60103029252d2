"""Writes gigabytes into files that are deleted, and goes on writing."""

from tests.small_course import RIGHT, save, solve

FLOOD = """
import os
import time

files = []
for i in range(60):
    files.append(open("flood", "wb"))
    files[-1].write(bytes(10_000_000))
    os.remove("flood")
time.sleep(60)

def double(x):
    return x + x
"""
EARNS = (0, 2, 3)
SAYS = "printed or wrote more than 0.5 GiB"


def make(sheet, path):
    return save(solve(sheet, **RIGHT | {"t1": FLOOD}), path)
