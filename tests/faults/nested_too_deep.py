"""JSON that is nested a hundred thousand times."""

SAYS = "is not a notebook"


def make(sheet, path):
    path.write_bytes(b"[" * 100_000 + b"]" * 100_000)
    return path
