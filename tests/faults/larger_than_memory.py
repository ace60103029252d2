"""A file that claims 200 GB, and takes no place on the disk."""

SAYS = "are read"
LEFT_UNHASHED = True


def make(sheet, path):
    with path.open("wb") as file:
        file.truncate(200 * 10**9)
    return path
