"""What marks task 1.2, `decode`: from ids to bytes, and from bytes to text."""

import re
from itertools import pairwise

from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs

KEPT_ELSEWHERE = ["##", "</w>", "@@ ", "[UNK]", "<|endoftext|>", "<0x0A>", " '", "&amp;", "\t"]
WRITTEN_FOR_SPACES = "▁ĠĊ\xa0\xad\u200c"
"""What stands for something else in some vocabulary or other; here, a token is its bytes."""
TEXTS = ["naïve café", "राजा देश", "🐉 and 👑", "Ωμέγα, 王様", "dragon"]


def reference(ids: list[int], tokens: list[bytes]) -> str:
    """Return the text that ids stand for, one token after another, decoded at the end."""
    return b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")


def plain_tokens(draw: Draw) -> list[Inputs]:
    """Tokens of letters and spaces; a repeated id; the last id; no ids at all; ends of lines."""
    tokens = [b"the", b" king", b" ", b"dom", b"s", b"", b"\n"]
    return [
        {"ids": [1, 0], "tokens": [b"king", b"the "]},
        {"ids": [0, 1, 3, 1, 4], "tokens": tokens},
        {"ids": draw.ids(7, 12).tolist(), "tokens": tokens},
        {"ids": draw.ids(7, 2000).tolist(), "tokens": tokens},
        {"ids": draw.ids(3_000, 40).tolist(), "tokens": [b"%d " % i for i in range(3_000)]},
        {"ids": [], "tokens": tokens},
        {"ids": [0, 1, 2, 3], "tokens": [b" the", b"  king\0", b" cafe ", b".\r\n"]},
        {"ids": [0, 1], "tokens": [b"a ", b" ."]},
        {"ids": list(range(9)), "tokens": [b"a" + one.encode() for one in KEPT_ELSEWHERE]},
        {"ids": [1, 0, 2], "tokens": [b"\x0bb\r", b"a\r", b"c\x0c\x1ed."]},
    ]


def cut_characters(draw: Draw) -> list[Inputs]:
    """Texts whose characters are cut by the tokens."""
    questions: list[Inputs] = [{"ids": [1, 0], "tokens": [b"\xa9", b"caf\xc3"]}]
    for text in TEXTS:
        data = text.encode()
        ends = sorted({0, *draw.ids(len(data), 4).tolist(), len(data)})
        pieces = [data[start:end] for start, end in pairwise(ends)]
        order = draw.numbers(len(pieces)).argsort().tolist()
        tokens = [pieces[i] for i in order]
        questions.append({"ids": [tokens.index(piece) for piece in pieces], "tokens": tokens})
    questions.append({"ids": [0, 1], "tokens": [b"e\xcc", b"\x81 \xef\xac\x81"]})
    # signs that nobody sees are text, too: U+FEFF in front and inside, U+200D, and U+0000
    unseen = b"\xbfa\xef\xbb\xbf\xe2\x80\x8d\0"
    questions.append({"ids": [1, 0], "tokens": [unseen, b"\xef\xbb"]})
    # and so are the ends of lines that only Unicode knows: U+0085, U+2028
    questions.append({"ids": [0, 1, 2], "tokens": [b"a\xc2", b"\x85b\xe2\x80", b"\xa8c"]})
    every_byte = [bytes([byte]) for byte in range(256)]
    questions.append({"ids": list(WRITTEN_FOR_SPACES.encode()), "tokens": every_byte})
    questions.append({"ids": list("राजा 👑".encode()), "tokens": every_byte})
    questions.append({"ids": list("राजा 👑".encode()) * 40, "tokens": every_byte})
    return questions


def invalid_bytes(draw: Draw) -> list[Inputs]:
    """Halves of characters, whose other half never comes, or comes behind a byte that is none.

    Whoever waits for the rest of a character must not lose its first half with the bad byte.
    """
    every_byte = [bytes([byte]) for byte in range(256)]
    halves = [b"\xff\xc3", b"\xa9", b"\xf0\x9f\x91", b"\x91\xe0\xa4", b"\xac", b"k"]
    return [
        {"ids": [0], "tokens": [b"caf\xc3"]},
        {"ids": [0, 1], "tokens": [b"\xe0\xa4", b" king"]},
        {"ids": [0, 0], "tokens": [b"\xff"]},
        {"ids": [0], "tokens": [b"\xed\xa0\x80"]},
        {"ids": [0], "tokens": [b"\xc0\x80"]},
        {"ids": draw.ids(256, 30).tolist(), "tokens": every_byte},
        {"ids": [0, 1], "tokens": [b"\xff\xc3", b"\xa9"]},
        {"ids": draw.ids(len(halves), 200).tolist(), "tokens": halves},
    ]


def token_by_token(ids: list[int], tokens: list[bytes]) -> str:
    """Decode each token by itself."""
    return "".join(tokens[i].decode("utf-8", errors="replace") for i in ids)


def with_spaces(ids: list[int], tokens: list[bytes]) -> str:
    """Put a space between tokens."""
    return b" ".join(tokens[i] for i in ids).decode("utf-8", errors="replace")


def latin(ids: list[int], tokens: list[bytes]) -> str:
    """Take each byte for a character."""
    return b"".join(tokens[i] for i in ids).decode("latin-1")


def dropped(ids: list[int], tokens: list[bytes]) -> str:
    """Leave out what is not valid."""
    return b"".join(tokens[i] for i in ids).decode("utf-8", errors="ignore")


def written_out(ids: list[int], tokens: list[bytes]) -> str:
    """Write bytes as Python prints them."""
    return str(b"".join(tokens[i] for i in ids))


def written_out_by_token(ids: list[int], tokens: list[bytes]) -> str:
    """Write each token as Python prints it."""
    return "".join(str(tokens[i]) for i in ids)


def one_sign_for_all(ids: list[int], tokens: list[bytes]) -> str:
    """Give one sign for the whole text if any of it is not valid."""
    together = b"".join(tokens[i] for i in ids)
    try:
        return together.decode()
    except UnicodeDecodeError:
        return "\ufffd"


def one_sign_for_a_run(ids: list[int], tokens: list[bytes]) -> str:
    """Write one sign for several bytes that are not valid."""
    return re.sub("\ufffd+", "\ufffd", reference(ids, tokens))


def stripped(ids: list[int], tokens: list[bytes]) -> str:
    """Take white space from both ends."""
    return reference(ids, tokens).strip()


def all_tokens(ids: list[int], tokens: list[bytes]) -> str:
    """Decode the vocabulary and not the ids."""
    return b"".join(tokens).decode("utf-8", errors="replace")


def dropped_by_token(ids: list[int], tokens: list[bytes]) -> str:
    """Decode each token by itself, and leave out what is not valid."""
    return "".join(tokens[i].decode("utf-8", errors="ignore") for i in ids)


task = Task(
    number="1.2",
    name="decode",
    points=2,
    reference=reference,
    criteria=(
        Criterion(
            "each id gives its token, in order, with nothing in between",
            plain_tokens,
            mistakes=(
                Mistake(
                    "There are spaces between the tokens that no token holds. A token that "
                    "starts a word brings its own space.",
                    with_spaces,
                ),
                Mistake(
                    "str() of bytes writes them as Python prints them, b'…' and all. "
                    "Bytes become text by .decode().",
                    written_out,
                ),
                Mistake(
                    "str() of bytes writes them as Python prints them, b'…' and all, once for "
                    "each token. Bytes become text by .decode().",
                    written_out_by_token,
                ),
                Mistake(
                    "White space at the ends is lost. The text is what the bytes say, "
                    "spaces and all.",
                    stripped,
                ),
                Mistake(
                    "This is the whole vocabulary in its own order. The ids say which tokens, "
                    "and in which order.",
                    all_tokens,
                ),
                Mistake(
                    "It returns bytes. Text is what .decode() makes of them.",
                    when=lambda inputs, seen: type(seen.value) is bytes,
                ),
            ),
        ),
        Criterion(
            "a character that is cut between two tokens is whole again",
            cut_characters,
            mistakes=(
                Mistake(
                    "You decode each token by itself, but a token may end in the middle of a "
                    "character. Join all bytes first, and decode once.",
                    token_by_token,
                ),
                Mistake(
                    "You decode each token by itself, and halves of characters are lost. "
                    "Join all bytes first, and decode once.",
                    dropped_by_token,
                ),
                Mistake(
                    "You decode each token by itself, but a token may end in the middle of a "
                    "character, and half of one is no text. Join all bytes first.",
                    when=lambda inputs, seen: "UnicodeDecodeError" in seen.raised,
                ),
                Mistake(
                    "Each byte became a character of its own. In UTF-8 a character takes one to "
                    "four bytes: decode with utf-8.",
                    latin,
                ),
            ),
        ),
        Criterion(
            "bytes that are no valid text become �, without an error",
            invalid_bytes,
            mistakes=(
                Mistake(
                    "It stops at bytes that are no valid UTF-8. A model may give any ids, also "
                    'half a character: errors="replace" writes � there.',
                    when=lambda inputs, seen: "UnicodeDecodeError" in seen.raised,
                ),
                Mistake(
                    "One � stands for the whole text. Only the bytes that are not valid become "
                    '�, and the rest stays: errors="replace" does that.',
                    one_sign_for_all,
                ),
                Mistake(
                    'Several � have become one. Leave them as errors="replace" writes them.',
                    one_sign_for_a_run,
                ),
                Mistake(
                    'Bytes that are no valid text vanish. errors="replace" shows that something '
                    "was there.",
                    dropped,
                ),
            ),
        ),
    ),
)
