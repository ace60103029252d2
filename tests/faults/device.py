"""A link to a device that gives zeros without end."""

from pathlib import Path

SAYS = "is no ordinary file"


def make(sheet, path):
    if not Path("/dev/zero").exists():
        raise OSError("there is no such device here")
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")
    return path
