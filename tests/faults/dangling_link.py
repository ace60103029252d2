"""A link that leads nowhere."""

EARNS = ()
SAYS = "there is no file"


def make(sheet, path):
    path.unlink(missing_ok=True)
    path.symlink_to(path.with_name("nowhere.ipynb"))
    return path
