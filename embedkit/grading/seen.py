"""What a probe saw, read back as what it claims to be: it comes from where answers run."""

from dataclasses import replace

from embedkit.checks.plain import readable
from embedkit.checks.probes import Seen


def as_seen(observed: object) -> Seen:
    """Return one observation from plain data.

    Raises:
        ValueError: if it is anything else.
    """
    if not isinstance(observed, dict):
        raise ValueError("an observation must be a dict")
    seen = Seen(**observed)
    if not isinstance(seen.raised, tuple):
        raise ValueError("an observation must say which errors were raised")
    texts = (seen.device, seen.message, seen.printed, seen.meddled, *seen.raised)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("an observation must hold text")
    if not isinstance(seen.overwritten, bool):
        raise ValueError("an observation must say whether it was overwritten")
    return replace(
        seen,
        device=readable(seen.device, 100),
        meddled=readable(seen.meddled, 200),
        raised=tuple(readable(name, 100) for name in seen.raised),
        message=readable(seen.message),
        printed=readable(seen.printed),
    )
