"""The embedkit that a replayed sheet can import: without what marks it, and without its answers."""

import shutil
from pathlib import Path

import embedkit
from embedkit.lessons import LESSONS, Lesson

PACKAGE = Path(embedkit.__file__).parent
LEFT_OUT = ("grading", "authoring", "checks", "__pycache__", "cli.py", "__main__.py")
KINDS = (".py", ".html", ".mplstyle")
KEPT_CHECKS = ("__init__.py", "plain.py", "probes.py", "head_probes.py")
COMPANIONS = {"rotary": ("rotary_scaling", "alibi")}
"""Further modules of a lesson, beside the one that has its name."""

STUB = '''"""Stands for the checks of a lesson while its sheet is marked from outside."""


class Silent:
    """Takes any call, and says nothing: the verdict is reached in another process."""

    def __call__(self, *args, **kwargs):
        """Do nothing."""

    def __getattr__(self, name):
        """Return something silent, too."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def __getattr__(name):
    """Return a silent check of any name."""
    if name.startswith("__"):
        raise AttributeError(name)
    return Silent()
'''


def make_kit(lesson: Lesson, folder: Path) -> Path:
    """Copy what the sheet of a lesson may use of embedkit, and return the folder to import from.

    The modules of earlier lessons are there. Those of this lesson and of later ones are not, and
    a silent stub stands for each lesson's checks.

    Args:
        lesson: the lesson whose sheet is replayed.
        folder: an empty folder for the copy.
    """
    later = [other.slug for other in LESSONS if other.number >= lesson.number]
    modules = [name for slug in later for name in (slug, *COMPANIONS.get(slug, ()))]
    hidden = {*later, *(f"{name}.py" for name in modules)}
    without_litter = shutil.ignore_patterns("__pycache__", ".*", "*~")
    package = folder / PACKAGE.name
    package.mkdir(parents=True)
    for item in PACKAGE.iterdir():
        if item.name in {*LEFT_OUT, *hidden} or item.name.startswith("."):
            continue
        if item.is_dir():
            shutil.copytree(item, package / item.name, ignore=without_litter)
        elif item.suffix in KINDS:
            shutil.copyfile(item, package / item.name)
    checks = package / "checks"
    checks.mkdir()
    for name in KEPT_CHECKS:
        shutil.copyfile(PACKAGE / "checks" / name, checks / name)
    for other in LESSONS:
        (checks / f"{other.slug}.py").write_text(STUB, encoding="utf-8")
    return folder
