"""A picture with the name of a notebook."""

SAYS = "is not a notebook"


def make(sheet, path):
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    return path
