"""An interactive figure: a piece of HTML out of a template, with its data filled in."""

import json
import string
from collections.abc import Iterable
from importlib.resources import files
from string import Template

from IPython.display import HTML

DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def two_signs(numbers: Iterable[int]) -> str:
    """Write numbers below 4,096 with two signs each."""
    return "".join(DIGITS[i // 64] + DIGITS[i % 64] for i in numbers)


class Figure(HTML):
    """An interactive figure, with a sentence for where it cannot be shown.

    A compact one is sent without the indentation of its code, where it holds much data.
    """

    def __init__(self, template: str, fallback: str, compact: bool = False, **data: object) -> None:
        text = (files(__package__) / template).read_text(encoding="utf-8")
        if compact:
            text = "\n".join(line.strip() for line in text.splitlines())
        page = Template(text)
        as_json = {name: json.dumps(value).replace("<", "\\u003c") for name, value in data.items()}
        super().__init__(page.substitute(as_json, fallback=fallback))
        self._fallback = fallback

    def __repr__(self) -> str:
        return self._fallback
