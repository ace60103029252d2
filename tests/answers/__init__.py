"""Answers that learners give to each task, which the checks must tell apart."""

from dataclasses import dataclass

from embedkit.checks.framework import Task


@dataclass(frozen=True)
class Right:
    """A right answer, written unlike ours. ``code`` is what stands in the answer cell."""

    task: str
    name: str
    code: str


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, and words that its hint must contain."""

    task: str
    name: str
    hint: str
    code: str


@dataclass(frozen=True)
class Sly:
    """An answer that is right but for one corner, and must be refused for that corner."""

    task: str
    name: str
    code: str


def hints_meant(answer: Wrong, task: Task) -> list[str]:
    """Return the hints, of all misconceptions that a task knows, that hold the answer's words.

    One at most. If there is none, the check has no name for what is wrong, and tells what it saw.
    """
    mistakes = [mistake for criterion in task.criteria for mistake in criterion.mistakes]
    return [hint for hint in dict.fromkeys(m.hint for m in mistakes) if answer.hint in hint]
