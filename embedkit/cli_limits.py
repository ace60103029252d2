"""The options that ``embedkit check`` and ``embedkit grade`` share: what a sheet may take."""

import argparse

from embedkit.grading.watch import GIBIBYTE, Limits


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--time-limit`` and ``--memory-limit``."""
    parser.add_argument(
        "--time-limit",
        type=positive,
        default=Limits.seconds,
        metavar="SECONDS",
        help="how long one cell may run (default: %(default)g)",
    )
    parser.add_argument(
        "--memory-limit",
        type=positive,
        default=Limits.memory / GIBIBYTE,
        metavar="GIB",
        help="how much memory a sheet may take, in GiB (default: %(default)g)",
    )


def limits_of(options: argparse.Namespace) -> Limits:
    """Return the limits that were typed."""
    return Limits(
        seconds=options.time_limit,
        memory=int(options.memory_limit * GIBIBYTE),
        sheet=max(Limits.sheet, 20 * options.time_limit),
    )


def positive(text: str) -> float:
    """Return a limit as typed.

    Raises:
        argparse.ArgumentTypeError: if it is none.
    """
    try:
        limit = float(text)
    except ValueError:
        limit = 0.0
    if not 0 < limit < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0.")
    return limit
