"""An empty file."""

SAYS = "is empty"


def make(sheet, path):
    path.write_bytes(b"")
    return path
