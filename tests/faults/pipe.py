"""A pipe with the name of a sheet: to read it would never end."""

import os

SAYS = "is no ordinary file"


def make(sheet, path):
    if not hasattr(os, "mkfifo"):
        raise OSError("there are no such pipes here")
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    return path
