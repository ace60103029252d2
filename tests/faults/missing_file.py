"""No file at all."""

EARNS = ()
SAYS = "there is no file"


def make(sheet, path):
    path.unlink(missing_ok=True)
    return path
