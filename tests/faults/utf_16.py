"""A file in UTF-16, as some editors save."""

SAYS = "is not a notebook"


def make(sheet, path):
    path.write_bytes('{"nbformat": 4}'.encode("utf-16"))
    return path
