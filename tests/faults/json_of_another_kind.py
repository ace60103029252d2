"""JSON, but no notebook."""

SAYS = "JSON of another kind"


def make(sheet, path):
    path.write_bytes(b'{"cells": "none", "answer": 42}')
    return path
