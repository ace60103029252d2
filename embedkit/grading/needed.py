"""What an answer needs of a sheet: its own statements, those that it uses, and so on.

Learners try things out beside their answers. Such trials may take memory or stop a sheet, and say
nothing of the answer. So where it matters, an answer is asked once more without them.
"""

import ast
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from symtable import SymbolTable, symtable

from IPython.core.inputtransformer2 import TransformerManager


@dataclass(frozen=True)
class Statement:
    """One statement of a cell, with the names that it gives something to, and those that it uses.

    Only names of the notebook count, not those inside a function.
    """

    code: str
    gives: frozenset[str]
    uses: frozenset[str]


def used_in(cell: str) -> set[str]:
    """Return the names that a cell uses."""
    return {name for statement in _statements(cell) for name in statement.uses}


def needed_for(names: Iterable[str], cells: Iterable[str]) -> str:
    """Return the code that gives some names, with all that it needs, in the order of the cells.

    What cannot be told by reading is left out, as a change to a list that another statement made.

    Args:
        names: what is needed.
        cells: the code of the cells; one that does not parse gives nothing.
    """
    statements = [statement for cell in cells for statement in _statements(cell)]
    needed, wanted = set(names), -1
    while len(needed) > wanted:
        wanted = len(needed)
        for statement in statements:
            if statement.gives & needed:
                needed |= statement.uses
    return "\n".join(one.code for one in statements if one.gives & needed)


def _statements(cell: str) -> Iterator[Statement]:
    with suppress(SyntaxError, ValueError, RecursionError):
        for node in ast.parse(TransformerManager().transform_cell(cell)).body:
            code = ast.unparse(node)
            gives: set[str] = set()
            uses: set[str] = set()
            _look(symtable(code, "cell", "exec"), gives, uses)
            gives |= {_root(target) for target in getattr(node, "targets", ())}
            yield Statement(code, frozenset(gives), frozenset(uses))


def _look(table: SymbolTable, gives: set[str], uses: set[str]) -> None:
    """Add the notebook's names that a block of code gives something to or uses, and one in it."""
    outermost = table.get_type() == "module"
    for symbol in table.get_symbols():
        if outermost or symbol.is_global():
            if symbol.is_assigned() or symbol.is_imported():
                gives.add(symbol.get_name())
            if symbol.is_referenced():
                uses.add(symbol.get_name())
    for child in table.get_children():
        _look(child, gives, uses)


def _root(target: ast.AST) -> str:
    """Return the name at the beginning of what is assigned to, as in ``name.part[3] = …``."""
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
