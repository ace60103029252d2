"""Statements of the prose that a cell proves, again and again, whenever it runs."""

from typing import Any


def claim(statement: str, holds: bool, **values: Any) -> None:
    """Print ``✓ statement`` if it holds, and refuse to go on if it does not.

    A chapter states something in words; the claim below it lets the data decide. The printed line
    is the same on every machine, so it can be stored and compared even where the numbers behind
    it (a timing, a loss) differ from run to run.

    Args:
        statement: the sentence that the reader sees.
        holds: whether the data agrees; a plain ``True`` or ``False``.
        **values: what was measured, shown if the claim fails.

    Raises:
        TypeError: if ``holds`` is anything but a bool, because a non-empty list or tensor would
            count as true without deciding anything.
        AssertionError: if the claim does not hold, with the values.
    """
    if not isinstance(holds, bool):
        raise TypeError(
            f"claim({statement!r}) needs True or False, got {type(holds).__name__}: "
            "write the comparison out, and call .item() or bool() on a tensor of one element."
        )
    if not holds:
        measured = "".join(f"\n  {name} = {value}" for name, value in values.items())
        raise AssertionError(f"this claim does not hold here: {statement}{measured}")
    print(f"✓ {statement}")
