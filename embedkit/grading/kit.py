"""The embedkit that a replayed sheet can import: without what marks it, and without its answers."""

import shutil
from pathlib import Path

import embedkit
from embedkit.lessons import LESSONS, Lesson

PACKAGE = Path(embedkit.__file__).parent
TOOLS = (
    *("__init__.py", "figures.mplstyle", "claims.py", "corpora.py", "device.py", "hub.py"),
    *("memory.py", "packages.py", "plots.py", "pretrained.py", "word_tables.py"),
)
"""What belongs to no lesson."""
FOLDERS = ("fence", "widgets")
KEPT_CHECKS = (
    *("__init__.py", "compare.py", "plain.py", "probes.py"),
    *("decoder_probes.py", "gradient_probes.py", "head_probes.py"),
    *("layer_probes.py", "memory_probes.py", "tidying.py"),
)
COMPANIONS = {
    "tokens_to_ids": ("english_hindi",),
    "meaning_from_context": ("tiles",),
    "geometry": ("ranks", "word_scores", "word_tests"),
    "price_of_the_table": ("quantized_table", "small_tables", "real_models"),
    "head_at_scale": ("split_table",),
    "rotary": ("rotary_scaling", "alibi"),
    "tiny_language_model": ("decoder_parts", "language_model_training", "text_generation"),
}
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


def modules_of(lesson: Lesson) -> list[str]:
    """Return the files of a lesson's modules, as they lie in embedkit."""
    return [f"{name}.py" for name in (lesson.slug, *COMPANIONS.get(lesson.slug, ()))]


def make_kit(lesson: Lesson, folder: Path) -> Path:
    """Copy what the sheet of a lesson may use of embedkit, and return the folder to import from.

    The modules of earlier lessons are there, and what belongs to no lesson. Nothing else is, so
    that a module which nobody has placed yet gives no answer away. A silent stub stands for each
    lesson's checks.

    Args:
        lesson: the lesson whose sheet is replayed.
        folder: an empty folder for the copy.
    """
    without_litter = shutil.ignore_patterns("__pycache__", ".*", "*~")
    package = folder / PACKAGE.name
    package.mkdir(parents=True)
    earlier = [other for other in LESSONS if other.number < lesson.number]
    for name in (*TOOLS, *(name for other in earlier for name in modules_of(other))):
        if (PACKAGE / name).exists():  # a lesson may not be written yet
            shutil.copyfile(PACKAGE / name, package / name)
    for name in FOLDERS:
        shutil.copytree(PACKAGE / name, package / name, ignore=without_litter)
    checks = package / "checks"
    checks.mkdir()
    for name in KEPT_CHECKS:
        shutil.copyfile(PACKAGE / "checks" / name, checks / name)
    for other in LESSONS:
        (checks / f"{other.slug}.py").write_text(STUB, encoding="utf-8")
    return folder
