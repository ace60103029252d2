"""nbformat 3, with a byte order mark and Windows line ends."""

import copy
import json

import nbformat

from tests.small_course import RIGHT, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    old = nbformat.convert(copy.deepcopy(solve(sheet, **RIGHT)), 3)
    text = json.dumps(old, indent=1).replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    return path
