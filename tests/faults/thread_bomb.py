"""A function that starts threads without end, until the system has no numbers left for them."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
import threading
import time

def double(x):
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    time.sleep(5)
    return 2 * x
"""

EARNS = (0, 2, 3)
SAYS = "started more than 1000 threads"


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
