"""Two lists of cells under one key: like Jupyter, we read the last."""

import json

from tests.small_course import RIGHT, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    wrong = json.dumps(sheet)
    right = json.dumps(solve(sheet, **RIGHT).cells)
    path.write_text(f'{wrong[:-1]}, "cells": {right}}}', encoding="utf-8")
    return path
