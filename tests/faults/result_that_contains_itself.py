"""A list that holds itself."""

from tests.small_course import RIGHT, save, solve

ANSWER = """
def double(x):
    answer = []
    answer.append(answer)
    return answer
"""

EARNS = (0, 2, 3)


def make(sheet, path):
    return save(solve(sheet, **(RIGHT | {"t1": ANSWER})), path)
