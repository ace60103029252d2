"""What marks task 12.2, `bits_of_guessing`: the score of a model that knows nothing."""

import math

from embedkit import decoder_parts as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs


def texts(draw: Draw) -> list[Inputs]:
    """Small numbers first, then those of books; a tokenizer of single bytes, too."""
    drawn = [
        {
            "vocab_size": draw.integer(300, 60_000),
            "tokens": (tokens := draw.integer(100, 9_000)),
            "characters": tokens * draw.integer(2, 5) + draw.integer(1, 99),
        }
        for _ in range(4)
    ]
    return [
        {"vocab_size": 16, "tokens": 3, "characters": 6},
        *drawn,
        {"vocab_size": 256, "tokens": 700, "characters": 640},
        {"vocab_size": 128_256, "tokens": 1_000_000, "characters": 3_000_001},
        {"vocab_size": 50_257, "tokens": 1_000, "characters": 3_001},
        {"vocab_size": 32_000, "tokens": 1_000, "characters": 3_001},
        {"vocab_size": 1, "tokens": 9, "characters": 9},
    ]


def nats(vocab_size: int, tokens: int, characters: int) -> float:
    """Take the natural logarithm."""
    return math.log(vocab_size) * tokens / characters


def a_token(vocab_size: int, tokens: int, characters: int) -> float:
    """Count by token."""
    return math.log2(vocab_size)


def upside_down(vocab_size: int, tokens: int, characters: int) -> float:
    """Multiply by characters a token."""
    return math.log2(vocab_size) * characters / tokens


def whole_text(vocab_size: int, tokens: int, characters: int) -> float:
    """Count the whole text."""
    return math.log2(vocab_size) * tokens


def one_token(vocab_size: int, tokens: int, characters: int) -> float:
    """Pay for one token only."""
    return math.log2(vocab_size) / characters


def with_ten(vocab_size: int, tokens: int, characters: int) -> float:
    """Take the logarithm with base 10."""
    return math.log10(vocab_size) * tokens / characters


def whole_bits(vocab_size: int, tokens: int, characters: int) -> float:
    """Round the bits of a token up."""
    return math.ceil(math.log2(vocab_size)) * tokens / characters


task = Task(
    number="12.2",
    name="bits_of_guessing",
    points=1,
    reference=finished.bits_of_guessing,
    criteria=(
        Criterion(
            "bits a character, when all tokens are equally likely",
            texts,
            mistakes=(
                Mistake("These are nats. A bit is ln 2 nats: use log2.", nats),
                Mistake("These are bits a token. A token has several characters.", a_token),
                Mistake(
                    "You multiply by characters a token. A long token spreads its bits over more "
                    "characters, so each costs less: divide.",
                    upside_down,
                ),
                Mistake(
                    "These are the bits of the whole text. Divide by its characters.", whole_text
                ),
                Mistake("One token is paid for, and the text has many.", one_token),
                Mistake("The logarithm has base 10. Bits have base 2.", with_ten),
                Mistake(
                    "The bits of a token are rounded to whole ones. A loss is a mean, and needs "
                    "no whole bits.",
                    whole_bits,
                ),
            ),
        ),
    ),
)
