"""Numbers, ids and tasks that only look like those of a notebook, and NaN."""

from tests.small_course import RIGHT, cell_of, save, solve

EARNS = (1, 2, 3)


def make(sheet, path):
    solve(sheet, **RIGHT)
    sheet["nbformat_minor"] = -(10**300)
    sheet.metadata["language_info"] = float("nan")
    first, second = cell_of(sheet, "answer-11-1"), cell_of(sheet, "answer-11-2")
    first["id"], first["metadata"]["embedkit"] = "answer-１１-1", {"task": "１１.1"}
    second["id"], second["metadata"]["embedkit"] = " answer-11-2", {"task": "11.2\0"}
    return save(sheet, path)
