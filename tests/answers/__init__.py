"""Answers that learners give to each task, which the checks must tell apart."""

from dataclasses import dataclass


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
