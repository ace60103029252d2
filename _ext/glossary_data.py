"""The glossary's terms, read from `chapters/glossary.yml` and checked on the way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from embedkit.lessons import LESSONS

PREREQUISITE = 0
FIELDS = ("term", "forms", "lesson", "means", "hindi", "gloss")


@dataclass(frozen=True)
class Term:
    """A term of the field, how the lessons write it, and what it means in English and in Hindi."""

    term: str
    forms: tuple[str, ...]
    lesson: int
    means: str
    hindi: str
    gloss: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """The term itself, then its other forms."""
        return (self.term, *self.forms)


def read_terms(path: Path) -> tuple[Term, ...]:
    """Return the terms of a glossary file, in the order in which they stand there.

    Args:
        path: a YAML file that holds a list of entries with the fields of `Term`.

    Raises:
        ValueError: in one sentence, if an entry lacks a field or has a bad one, if two entries
            share a spelling, or if a lesson does not exist.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(entries, list):
        raise ValueError(f"{path.name} must hold a list of terms.")
    terms = tuple(read_term(entry, number) for number, entry in enumerate(entries, start=1))
    refuse_shared_spellings(terms)
    return terms


def read_term(entry: object, number: int) -> Term:
    """Return one entry as a term.

    Args:
        entry: what YAML read, which should be a mapping of the fields of `Term`.
        number: the place of the entry in the file, counted from 1, to name it by.

    Raises:
        ValueError: in one sentence, if the entry lacks a field or has a bad one.
    """
    if not isinstance(entry, Mapping):
        raise ValueError(f"Entry {number} of the glossary is not a mapping of fields.")
    name = f"Entry {number} of the glossary ({entry.get('term', 'without a term')})"
    missing = [field for field in FIELDS if field not in entry]
    if missing:
        raise ValueError(f"{name} lacks the field {missing[0]!r}.")
    unknown = [field for field in entry if field not in FIELDS]
    if unknown:
        raise ValueError(f"{name} has a field that is not known, {unknown[0]!r}.")
    for field in ("term", "means", "hindi", "gloss"):
        if not isinstance(entry[field], str) or not entry[field].strip():
            raise ValueError(f"{name} needs words in the field {field!r}.")
    forms = entry["forms"]
    if not isinstance(forms, list) or not all(isinstance(form, str) and form for form in forms):
        raise ValueError(f"{name} needs a list of words in the field 'forms'.")
    lessons = {PREREQUISITE} | {lesson.number for lesson in LESSONS}
    if type(entry["lesson"]) is not int or entry["lesson"] not in lessons:
        raise ValueError(f"{name} names a lesson that does not exist, {entry['lesson']!r}.")
    return Term(**{**entry, "forms": tuple(forms)})


def refuse_shared_spellings(terms: tuple[Term, ...]) -> None:
    """Do nothing if each spelling belongs to one term.

    Raises:
        ValueError: in one sentence, if a spelling occurs twice; a capital at its start is the
            same spelling, since a sentence may begin with it.
    """
    owners: dict[str, str] = {}
    for term in terms:
        for spelling in term.spellings:
            key = spelling[0].lower() + spelling[1:]
            if key in owners:
                raise ValueError(
                    f"The glossary has {spelling!r} twice, under {owners[key]!r} and {term.term!r}."
                )
            owners[key] = term.term
