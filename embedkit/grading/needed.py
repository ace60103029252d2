"""What an answer needs of a sheet: its own statements, those that it uses, and so on.

Learners try things out beside their answers. Such trials may take memory or stop a sheet, and say
nothing of the answer. So where it matters, an answer is asked once more without them.
"""

import ast
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from embedkit.grading.statements import ALWAYS, BLOCKS, Statement, statements_of

MOST_READ = 100_000
"""How many characters of a sheet are read; each takes up to a kilobyte meanwhile."""
WRITES_A_FILE = ("%%writefile", "%%file")
IMPORTS = (ast.Import, ast.ImportFrom)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Names(NamedTuple):
    """The names in a cell: all that it uses or gives, those that it gives or changes, imports."""

    found: set[str]
    given: set[str]
    imported: set[str]


def names_in(cells: Sequence[str]) -> list[Names]:
    """Return the names in each cell; those that are imported are not among those that are given."""
    return [
        Names(
            {name for one in read for name in one.uses | one.gives},
            {name for one in read if one.kind not in IMPORTS for name in one.gives | one.changes},
            {name for one in read if one.kind in IMPORTS for name in one.gives},
        )
        for read in _read(cells)
    ]


def needed_for(names: Iterable[str], cells: Sequence[str]) -> list[str]:
    """Return of each cell what gives some names, with all that this needs.

    What cannot be told by reading is left out. A cell that does not parse gives nothing, and
    neither does what goes beyond a hundred thousand characters.

    Args:
        names: what is needed.
        cells: the code of the cells.
    """
    read = _read(cells)
    chosen = _chosen(set(names), [one for statements in read for one in statements])
    return [
        cell
        if cell.startswith(WRITES_A_FILE)
        else "\n".join(one.code for one in statements if id(one) in chosen)
        for cell, statements in zip(cells, read, strict=True)
    ]


def words_of_functions(cells: Iterable[str]) -> set[str]:
    """Return the notebook's names that functions and classes use, their attributes and texts."""
    found: set[str] = set()
    for cell in cells:
        with suppress(SyntaxError):
            whole = [one for one in ast.walk(ast.parse(cell)) if isinstance(one, FUNCTIONS)]
            found |= {name for one in whole for name in _uses(one)}
            for part in (part for one in whole for part in ast.walk(one)):
                if isinstance(part, ast.Attribute):
                    found.add(part.attr)
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    found.add(part.value)
    return found


def _uses(function: ast.AST) -> set[str]:
    return {name for one in statements_of(ast.unparse(function)) for name in one.uses}


def _read(cells: Sequence[str]) -> list[list[Statement]]:
    """Return the statements of cells; none of a cell that is too much with those before it."""
    read, rest = [], MOST_READ
    for cell in cells:
        is_read = len(cell) <= rest
        rest -= len(cell) if is_read else 0
        read.append(statements_of(cell) if is_read else [])
    return read


def _chosen(names: set[str], statements: Sequence[Statement]) -> set[int]:
    """Return which statements are needed, by their ids."""
    by_name: dict[str, list[Statement]] = {}
    callers: dict[str, list[Statement]] = {}
    for one in statements:
        for name in one.gives | one.changes | one.asks | one.hands:
            by_name.setdefault(name, []).append(one)
        for name in one.calls:
            callers.setdefault(name, []).append(one)
    in_calls: dict[str, list[list[Statement]]] = {}
    for one in statements:
        if one.defines and one.defines in callers:
            for name in one.alters:
                in_calls.setdefault(name, []).append(callers[one.defines])
    chosen = {id(one) for one in statements if ALWAYS in one.gives}
    waiting = sorted(names)
    while waiting:
        for one in _that_give(waiting.pop(), by_name, in_calls):
            if id(one) not in chosen:
                chosen.add(id(one))
                new = one.uses - names
                names |= new
                waiting.extend(new)
    return chosen


def _that_give(
    name: str, by_name: dict[str, list[Statement]], in_calls: dict[str, list[list[Statement]]]
) -> list[Statement]:
    """Return the statements that give a name, and change it; each name is asked for once.

    A block gives an import only if nothing else does: it may hold a trial beside it. No call
    changes an import, a function or a constant.

    Args:
        name: the name.
        by_name: who gives a name, changes it, asks it or hands it on.
        in_calls: who calls a function of the sheet that changes a name.
    """
    found = by_name.pop(name, [])
    giving = [one for one in found if name in one.gives]
    changing = [one for one in found if name in one.changes]
    if any(issubclass(one.kind, IMPORTS) for one in giving):
        return [one for one in giving if not issubclass(one.kind, BLOCKS)] + changing
    changing += [one for one in found if name in one.asks]
    if any(name == one.defines or one.gives_a_constant for one in giving):
        return giving + changing
    handed = [one for one in found if name in one.hands]
    for group in in_calls.pop(name, []):
        handed += group
        group.clear()
    return giving + changing + handed
