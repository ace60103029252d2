"""The glossary says of each term what the lessons say, and its reader refuses bad entries."""

import re
from functools import cache
from pathlib import Path

import glossary_data
import pytest

from embedkit.grading.notebooks import read_notebook
from embedkit.lessons import LESSONS

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "chapters" / "glossary.yml"

# What the lessons set in bold as a short word, and the glossary has under a fuller name.
FULLER = {
    "head": ("output head", "attention head"),
    "norm": ("norm of a row",),
    "value": ("key and value",),
    "pieces": ("rule for pieces",),
    "packed": ("packed sequence",),
    "base": ("base of the frequencies",),
    "code": ("quantisation", "int8"),
    "score": ("skip-gram", "logit", "attention"),
}
# Bold that stresses something, or names what is no term of the field.
STRESSED = {
    *("V", "D", "identity", "add", "add up", "drifts on", "is", "twice", "work", "not quality"),
    *("not enough", "not needed", "Error", "Kept", "Right", "Still", "on the way forward"),
    *("on the way in only", "nothing is ever unknown", "name, not a quantity"),
    "two codes share a byte",
}


TERMS = glossary_data.read_terms(GLOSSARY)
BY_NAME = {term.term: term for term in TERMS}


@cache
def chapter(number: int) -> str:
    """The prose of a lesson's chapter: no formulas, no addresses, no citations."""
    notebook = read_notebook(LESSONS[number - 1].chapter(ROOT))
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for aside in (r"```.*?```", r"\$\$.*?\$\$", r"\$[^$]*\$", r"\{cite:p\}`[^`]*`", r"\]\([^)]*\)"):
        text = re.sub(aside, " ", text, flags=re.DOTALL)
    return text


def says(term, number: int) -> bool:
    """Whether a lesson uses a term, in one of its spellings, as whole words."""
    prose = chapter(number).replace("*", "")
    return any(
        re.search(
            rf"(?<!\w)(?:{re.escape(form)}|{re.escape(form[0].upper() + form[1:])})(?!\w)", prose
        )
        for form in term.spellings
    )


def key(words: str) -> str:
    return words[0].lower() + words[1:]


def bold_words() -> list[tuple[int, str]]:
    """Each thing in bold that is no question and no sentence, with its lesson."""
    found = [
        (lesson.number, words)
        for lesson in LESSONS
        for words in re.findall(r"\*\*([^*]+)\*\*", chapter(lesson.number))
    ]
    return [(number, words) for number, words in found if len(words.split()) <= 5]


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_a_term_stands_in_the_lesson_that_explains_it(term):
    lessons = [lesson.number for lesson in LESSONS if says(term, lesson.number)]
    assert lessons, "no lesson uses it"
    assert term.lesson == glossary_data.PREREQUISITE or term.lesson in lessons


def test_the_terms_are_in_alphabetical_order():
    names = [term.term for term in TERMS]
    assert len(names) > 100
    assert names == sorted(names, key=str.casefold)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_an_explanation_is_short_plain_and_does_not_repeat_its_term(term):
    assert len(term.means) <= 240
    assert len(term.gloss) <= 140
    assert not re.match(rf"(?:an? |the )?{re.escape(term.term)}\b", term.means, re.IGNORECASE)
    assert not re.search(r"[*_$\[\]{}]", re.sub(r"`[^`]*`", "", term.means))
    assert term.means.count("`") % 2 == 0
    assert term.means[0].isupper() or not term.means[0].isalpha()
    assert term.means.endswith((".", "?"))
    assert term.gloss.endswith(("।", "?"))
    assert "`" not in term.gloss


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_the_hindi_is_in_devanagari(term):
    for words in (term.hindi, term.gloss):
        letters = [letter for letter in words if letter.isalpha()]
        hindi = [letter for letter in letters if "\u0900" <= letter <= "\u097f"]
        assert len(hindi) > 0.7 * len(letters)
        assert not re.search(r"[\u0929\u0931\u0934\u0958-\u095f]", words), "a sign in one piece"


def test_what_a_lesson_sets_in_bold_is_in_the_glossary():
    spellings = {key(form) for term in TERMS for form in term.spellings}
    stressed = {key(words) for words in STRESSED}
    words_in_bold = bold_words()
    assert len(words_in_bold) > 90
    for number, words in words_in_bold:
        word = key(re.sub(r" +", " ", words).strip())
        if word in stressed or word.endswith((".", "?")):
            continue
        assert word in spellings or word in FULLER, f"lesson {number}: {words}"


def test_the_exceptions_for_bold_are_still_needed():
    in_bold = {key(words) for _, words in bold_words()}
    assert {key(words) for words in STRESSED} <= in_bold
    assert set(FULLER) <= in_bold
    assert {name for names in FULLER.values() for name in names} <= set(BY_NAME)


GOOD = """
- term: logit
  forms: [logits]
  lesson: 3
  means: A score.
  hindi: लॉजिट
  gloss: एक अंक।
"""


def test_a_good_entry_becomes_a_term(tmp_path):
    file = tmp_path / "glossary.yml"
    file.write_text(GOOD, encoding="utf-8")
    (term,) = glossary_data.read_terms(file)
    assert term == glossary_data.Term("logit", ("logits",), 3, "A score.", "लॉजिट", "एक अंक।")
    assert term.spellings == ("logit", "logits")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("logit: a score", "glossary.yml must hold a list of terms."),
        ("- logit", "Entry 1 of the glossary is not a mapping of fields."),
        (
            GOOD.replace("  means: A score.\n", ""),
            "Entry 1 of the glossary (logit) lacks the field 'means'.",
        ),
        (
            GOOD.replace("term: logit", "name: logit"),
            "Entry 1 of the glossary (without a term) lacks the field 'term'.",
        ),
        (
            GOOD + "  note: none\n",
            "Entry 1 of the glossary (logit) has a field that is not known, 'note'.",
        ),
        (
            GOOD.replace("A score.", "''"),
            "Entry 1 of the glossary (logit) needs words in the field 'means'.",
        ),
        (
            GOOD.replace("[logits]", "logits"),
            "Entry 1 of the glossary (logit) needs a list of words in the field 'forms'.",
        ),
        (
            GOOD.replace("lesson: 3", "lesson: 13"),
            "Entry 1 of the glossary (logit) names a lesson that does not exist, 13.",
        ),
        (
            GOOD.replace("lesson: 3", "lesson: true"),
            "Entry 1 of the glossary (logit) names a lesson that does not exist, True.",
        ),
        (GOOD + GOOD, "The glossary has 'logit' twice, under 'logit' and 'logit'."),
        (
            GOOD + GOOD.replace("term: logit", "term: score").replace("logits", "Logit"),
            "The glossary has 'Logit' twice, under 'logit' and 'score'.",
        ),
    ],
)
def test_a_bad_entry_is_refused_in_one_sentence(tmp_path, text, sentence):
    file = tmp_path / "glossary.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        glossary_data.read_terms(file)
