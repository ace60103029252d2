"""Changes of right answers: what is changed, and which changes a check does not see."""

from tests.answers import Right
from tests.mutants import changes, passes, unseen
from tests.test_answers import TASKS

CODE = """
def lookup(table, ids):
    return table[ids.reshape(-1)].reshape(*ids.shape, 1 * table.shape[1])
"""


def test_each_change_is_of_one_place():
    lines = dict(changes(CODE, "lookup"))
    assert "table[ids].reshape(*ids.shape" in lines["ids.reshape(-1)  →  ids"]
    assert "1 / table.shape[1])" in lines["1 * table.shape[1]  →  1 / table.shape[1]"]
    assert lines["ids = ids.squeeze()"].splitlines()[1] == "    ids = ids.squeeze()"
    assert len(set(lines.values())) == len(lines)


def test_changes_that_do_harm_are_seen_and_others_are_listed():
    found = list(unseen("lookup_table", Right("2.1", "by rows", CODE)))
    assert "1 * table.shape[1]  →  table.shape[1]" in found
    assert not {"ids = ids.squeeze()", "table = table.half()", "ids = ids + 1"} & set(found)


def test_an_endless_loop_is_no_answer_that_passes(monkeypatch):
    monkeypatch.setattr("tests.mutants.SECONDS", 1)
    endless = "def lookup(table, ids):\n    while True:\n        pass"
    assert not passes("lookup_table", TASKS["lookup_table"]["2.1"], endless)
    assert passes("lookup_table", TASKS["lookup_table"]["2.1"], CODE)
