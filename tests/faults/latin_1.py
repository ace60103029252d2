"""A file in the encoding Latin-1."""

SAYS = "is not a notebook"


def make(sheet, path):
    path.write_bytes("# é: réponse".encode("latin-1"))
    return path
