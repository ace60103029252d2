"""A function that fills the disk with files which it removes, but keeps open or mapped."""

from tests.small_course import RIGHT, save, solve

OPEN = """
import os
import time

def double(x):
    held = []
    for i in range(20):
        held.append(open(f"file-{i}", "wb"))
        held[-1].truncate(40_000_000)
        os.remove(f"file-{i}")
    time.sleep(3)
    return 2 * x
"""

MAPPED = """
import mmap
import os
import time

def negate(x):
    held = []
    for i in range(20):
        with open(f"file-{i}", "w+b") as file:
            file.truncate(40_000_000)
            held.append(mmap.mmap(file.fileno(), 0))
        os.remove(f"file-{i}")
    time.sleep(3)
    return -x
"""

EARNS = (0, 0, 3)
SAYS = "printed or wrote more than 0.5 GiB"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": OPEN, "t2": MAPPED})), path)
