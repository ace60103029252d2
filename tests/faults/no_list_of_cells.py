"""A notebook without a list of cells."""

SAYS = "damaged"


def make(sheet, path):
    path.write_bytes(b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}')
    return path
