"""Makes a folder in a folder in a folder, more than Python can follow by calling itself."""

from tests.small_course import RIGHT, save, solve

DEEP = """
import os

home = os.getcwd()
for _ in range(1100):
    os.mkdir("d")
    os.chdir("d")
os.chdir(home)

def double(x):
    return x + x
"""
EARNS = (1, 2, 3)
SECONDS = 60


def make(sheet, path):
    return save(solve(sheet, **RIGHT | {"t1": DEEP}), path)
