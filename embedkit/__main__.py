"""Runs the command line as ``python -m embedkit``."""

import sys

from embedkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
