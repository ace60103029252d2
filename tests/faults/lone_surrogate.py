"""A source with half a character, which JSON can hold and UTF-8 cannot."""

from tests.small_course import RIGHT, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    solve(sheet, **RIGHT | {"t1": RIGHT["t1"] + "  # \ud83d"})
    return save(sheet, path)
