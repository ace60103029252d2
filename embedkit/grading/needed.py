"""What an answer needs of a sheet: its own statements, those that it uses, and so on.

Learners try things out beside their answers. Such trials may take memory or stop a sheet, and say
nothing of the answer. So where it matters, an answer is asked once more without them.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from symtable import SymbolTable, symtable

MOST_READ = 100_000
"""How many characters of a sheet are read; each takes up to a kilobyte meanwhile."""
MAGIC = re.compile(r"^([ \t]*)(?:[%!].*|.*\?[ \t]*)$", re.MULTILINE)
"""A line for IPython, which is no Python: it begins with % or !, or ends with ?."""
WRITES_A_FILE = "%%writefile"
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try)
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Statement:
    """One statement of a cell, and what it does with names of the notebook, not of a function.

    Args:
        code: its code.
        gives: the names that it gives something to.
        changes: the names whose value it may change, as ``kept.append(1)`` does.
        uses: the names that it uses.
        kind: what Python calls such a statement.
    """

    code: str
    gives: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[str]
    kind: type[ast.stmt]


def names_in(cell: str) -> set[str]:
    """Return the names that a cell uses or gives something to."""
    return {name for one in _statements(cell) for name in one.uses | one.gives}


def needed_for(names: Iterable[str], cells: Sequence[str]) -> list[str]:
    """Return of each cell what gives some names, with all that this needs.

    What cannot be told by reading is left out. A cell that does not parse gives nothing, and
    neither do those behind the first hundred thousand characters.

    Args:
        names: what is needed.
        cells: the code of the cells.
    """
    read, rest = [], MOST_READ
    for cell in cells:
        rest -= len(cell)
        read.append(_statements(cell) if rest >= 0 else [])
    chosen = _chosen(set(names), [one for statements in read for one in statements])
    return [
        cell
        if cell.startswith(WRITES_A_FILE)
        else "\n".join(one.code for one in statements if id(one) in chosen)
        for cell, statements in zip(cells, read, strict=True)
    ]


def _chosen(names: set[str], statements: Sequence[Statement]) -> set[int]:
    """Return which statements are needed, by their ids."""
    by_name: dict[str, list[Statement]] = {}
    for one in statements:
        for name in one.gives | one.changes:
            by_name.setdefault(name, []).append(one)
    chosen = {id(one) for one in statements if "*" in one.gives}
    waiting = sorted(names)
    while waiting:
        for one in _that_give(waiting.pop(), by_name):
            if id(one) not in chosen:
                chosen.add(id(one))
                new = one.uses - names
                names |= new
                waiting.extend(new)
    return chosen


def _that_give(name: str, by_name: dict[str, list[Statement]]) -> list[Statement]:
    """Return the statements that give a name, and change it; each name is asked for once.

    A block counts only for what nothing else gives: it may hold a trial beside an import. And what
    is imported is not changed by a call of one of its functions.
    """
    found = by_name.pop(name, [])
    giving = [one for one in found if name in one.gives]
    plain = [one for one in giving if not issubclass(one.kind, BLOCKS)]
    imported = any(issubclass(one.kind, IMPORTS) for one in giving)
    changing = [] if imported else [one for one in found if name in one.changes]
    return (plain or giving) + changing


def _statements(cell: str) -> list[Statement]:
    """Return the statements of a cell; none if it does not parse, or is very long."""
    if len(cell) > MOST_READ:
        return []
    try:
        return list(_parsed(cell))
    except Exception:  # MemoryError, too: Python raises it for code that lies too deep
        return []


def _parsed(cell: str) -> Iterator[Statement]:
    try:
        tree = ast.parse(cell)
    except SyntaxError:
        tree = ast.parse(MAGIC.sub(r"\1pass", cell))
    for node in (part for whole in tree.body for part in _split(whole)):
        code = ast.unparse(node)
        gives: set[str] = set()
        uses: set[str] = set()
        _look(symtable(code, "cell", "exec"), gives, uses)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            gives.add("*")
        changes = {_root(target) for target in _changed(node)}
        yield Statement(code, frozenset(gives), frozenset(changes), frozenset(uses), type(node))


def _split(node: ast.stmt) -> list[ast.stmt]:
    """Return a statement, or one import for each of the modules that it names."""
    if isinstance(node, ast.Import):
        return [ast.Import([name]) for name in node.names]
    return [node]


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


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a statement may change; of a block, what any statement in it may."""
    if isinstance(node, BLOCKS):
        yield from (one for inner in ast.iter_child_nodes(node) for one in _changed_within(inner))
    if isinstance(node, ast.Assign):
        yield from node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        if isinstance(called, ast.Attribute):
            yield called
        elif isinstance(called, ast.Name) and called.id == "setattr":
            yield from node.value.args[:1]
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                yield from decorator.args


def _changed_within(node: ast.AST) -> Iterator[ast.AST]:
    return (one for inner in ast.walk(node) for one in _changed(inner) if _is_a_part(one))


def _is_a_part(target: ast.AST) -> bool:
    return isinstance(target, ast.Attribute | ast.Subscript)


def _root(target: ast.AST) -> str:
    """Return the name at the beginning of something, as in ``name.part[3]``."""
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
