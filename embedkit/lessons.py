"""The twelve lessons: one name leads to a lesson's chapter, sheet, solution, module and checks."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Lesson:
    """One lesson of the course, by number and slug."""

    number: int
    slug: str
    question: str

    @property
    def name(self) -> str:
        """The file name that all of its notebooks share, as in ``02_lookup_table``."""
        return f"{self.number:02d}_{self.slug}"

    def chapter(self, root: Path) -> Path:
        """Where its chapter lies."""
        return root / "chapters" / f"{self.name}.ipynb"

    def sheet(self, root: Path) -> Path:
        """Where the learner's exercise sheet lies."""
        return root / "exercises" / f"{self.name}.ipynb"

    def solution(self, root: Path) -> Path:
        """Where the worked sheet lies, from which the exercise sheet is made."""
        return root / "solutions" / f"{self.name}.ipynb"


LESSONS = (
    Lesson(1, "tokens_to_ids", "What does a model see when it reads “king”?"),
    Lesson(2, "lookup_table", "What is an embedding layer?"),
    Lesson(3, "learning_the_table", "How does a row learn?"),
    Lesson(4, "meaning_from_context", "Why do similar words end up close?"),
    Lesson(5, "geometry", "Is king − man + woman really queen?"),
    Lesson(6, "price_of_the_table", "What does the table cost?"),
    Lesson(7, "tied_head", "Can the same matrix read and write?"),
    Lesson(8, "head_at_scale", "What happens when V is 128K?"),
    Lesson(9, "learned_positions", "Why must a model be told where?"),
    Lesson(10, "sinusoidal", "Can we write positions down instead of learning them?"),
    Lesson(11, "rotary", "How does LLaMA do it?"),
    Lesson(12, "tiny_language_model", "Does it all work together?"),
)


def course_root(start: Path | None = None) -> Path:
    """Return the folder of the course: the nearest one at or above ``start`` that holds it.

    Embedkit's own place comes before the working folder: a folder that only looks like the course
    must not stand in for it where sheets are marked.

    Args:
        start: where to look from; by default embedkit's own place, then the working folder.

    Raises:
        FileNotFoundError: if no folder on the way up holds ``solutions/`` and ``_toc.yml``.
    """
    places = [start] if start else [Path(__file__).parent, Path.cwd()]
    for place in places:
        for folder in [place.resolve(), *place.resolve().parents]:
            if (folder / "_toc.yml").is_file() and (folder / "solutions").is_dir():
                return folder
    raise FileNotFoundError(
        f"the course was not found {'there' if start else 'here'}: it is the folder that holds "
        "_toc.yml, exercises/ and solutions/."
    )


def existing_lessons(root: Path) -> list[Lesson]:
    """Return the lessons whose worked sheet is there, in order."""
    return [lesson for lesson in LESSONS if lesson.solution(root).is_file()]


def find_lesson(name: str, root: Path) -> Lesson:
    """Return the lesson that ``name`` means: ``2``, ``02``, ``lookup_table`` or a sheet's path.

    Args:
        name: what the learner typed.
        root: the folder of the course.

    Raises:
        LookupError: if no lesson has that name, or the one that has it is not written yet.
    """
    stem = Path(name).name.removesuffix(".ipynb")
    for lesson in LESSONS:
        if stem in {lesson.name, lesson.slug} or stem.lstrip("0") == str(lesson.number):
            if lesson.solution(root).is_file():
                return lesson
            raise LookupError(f"lesson {lesson.number} ({lesson.slug}) is not written yet.")
    known = ", ".join(f"{lesson.number} {lesson.slug}" for lesson in existing_lessons(root))
    raise LookupError(f"there is no lesson “{name}”. The lessons are: {known}.")
