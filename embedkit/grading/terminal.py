"""Text on a terminal or in a pipe: colour where it is seen, and signs that can be encoded."""

import os
import sys
from typing import TextIO

from embedkit.checks.plain import readable

COLOURS = {"good": "32", "bad": "31", "quiet": "2", "bold": "1"}

PLAIN_SIGNS = {"✓": "+", "✗": "x", "–": "-", "·": ".", "…": "...", "−": "-", "×": "x", "→": "->"}


def shows_colour(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal that shows colour, and its user wants any."""
    return (
        stream is not None  # closed before the command began
        and stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
        and sys.platform != "win32"
    )


def painted(text: str, colour: str, stream: TextIO) -> str:
    """Return text in a colour of :data:`COLOURS`, or plain where colour is not shown."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if shows_colour(stream) else text


def say(text: str, stream: TextIO | None = None) -> None:
    """Print text; signs that the stream cannot encode are replaced by plain ones."""
    stream = stream or sys.stdout
    if stream is None:  # closed before the command began
        return
    encoding = stream.encoding or "utf-8"
    print("".join(_encodable(sign, encoding) for sign in text), file=stream, flush=True)


def complain(sentence: str) -> None:
    """Say on stderr what is wrong."""
    say(f"embedkit: {readable(sentence)}", sys.stderr)


def _encodable(sign: str, encoding: str) -> str:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return PLAIN_SIGNS.get(sign, "?")
    return sign
