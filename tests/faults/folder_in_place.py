"""A folder with the name of the sheet."""

EARNS = ()
SAYS = "cannot be read"


def make(sheet, path):
    path.unlink(missing_ok=True)
    path.mkdir()
    return path
