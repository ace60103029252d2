"""A link to a sheet with spaces, accents and a quote in its name."""

from tests.small_course import RIGHT, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    path.unlink(missing_ok=True)
    path.symlink_to(save(solve(sheet, **RIGHT), path.with_name("l'été – answers (1).ipynb")))
    return path
