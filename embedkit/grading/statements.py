"""Reading a cell: its statements, and what each does with the names of the notebook."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from symtable import SymbolTable, symtable
from textwrap import dedent

TIMED = re.compile(r"^([ \t]*+)%time[ \t]+([^\n]+)$", re.MULTILINE)
"""A line of code that IPython runs and times."""
GIVEN_BY_MAGIC = re.compile(
    r"""^((?:[^\n#"'=]|"[^"\n]*+"|'[^'\n]*+')++=)[ \t]*+[%!][^\n]*$""", re.MULTILINE
)
"""A line that keeps what IPython gives back, as ``times[3] = %timeit -o step()``."""
MAGIC = re.compile(
    r"^([ \t]*+)(?:(?:%(?=[%\w])|!(?!=)|\?)(?:[^\n]*\\\n)*[^\n]*|[\w.*\[\]]+\?{1,2}[ \t]*)$",
    re.MULTILINE,
)
"""A line for IPython, which is no Python: it begins with %, ! or ?, or asks as ``name[0]?``.

Within brackets a line of Python may begin with ``!=``, or with % and a space."""
FILE = re.compile(r"(?:[\w.-]*/)*([\w-]{1,80}\.\w{1,10})")
"""A text that is the name of a file."""
BLOCKS = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.TryStar, ast.Match)
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
SHOWING = ("print", "display")
ALWAYS = "*"
"""Stands among what a statement gives that is never left out."""

Targets = Callable[[ast.AST], Iterator[ast.AST]]


@dataclass(frozen=True)
class Statement:
    """One statement of a cell, and what it does with names of the notebook, not of a function.

    Args:
        code: its code.
        gives: the names that it gives something to.
        changes: the names whose value it changes, as ``kept[3] = 1`` does. The files that it names
            are among them, and among those that it uses.
        asks: the names of which it calls a method, which may change them: ``kept.append(1)``.
        hands: the names that it hands to a call, which may change them.
        uses: the names that it uses.
        alters: the names that the function that it defines changes when it is called.
        calls: the names of what it calls: decorators, or a function of which it takes no result.
        defines: the name of the function or class that it defines, if it does.
        kind: what Python calls such a statement.
        gives_a_constant: whether it gives a number or a text.
    """

    code: str
    gives: frozenset[str]
    changes: frozenset[str]
    asks: frozenset[str]
    hands: frozenset[str]
    uses: frozenset[str]
    alters: frozenset[str]
    calls: frozenset[str]
    defines: str
    kind: type[ast.stmt]
    gives_a_constant: bool


def statements_of(cell: str) -> list[Statement]:
    """Return the statements of a cell; none if it does not parse."""
    try:
        return list(_parsed(dedent(cell)))  # as IPython reads it
    except Exception:  # MemoryError, too: Python raises it for code that lies too deep
        return []


def _parsed(cell: str) -> Iterator[Statement]:
    tree = _tree(cell)
    for node in (part for whole in tree.body for part in _split(whole)):
        yield _read(node)


def _tree(cell: str) -> ast.Module:
    """Parse a cell: as it is, or with ``pass`` and ``None`` in place of what IPython does."""
    for text in (cell, _without_magic(TIMED.sub(r"\1\2", cell))):
        with suppress(SyntaxError):
            return ast.parse(text)
    return ast.parse(_without_magic(cell))


def _without_magic(cell: str) -> str:
    return MAGIC.sub(r"\1pass", GIVEN_BY_MAGIC.sub(r"\1 None", cell))


def _read(node: ast.stmt) -> Statement:
    code = ast.unparse(node)
    gives: set[str] = set()
    uses: set[str] = set()
    _look(symtable(code, "cell", "exec"), gives, uses)
    if isinstance(node, ast.ImportFrom) and _matters_always(node):
        gives.add(ALWAYS)
    uses |= gives.intersection(_added_to(node))
    files = set(_files(node))
    parts = list(ast.walk(node)) if isinstance(node, BLOCKS) else [node]
    return Statement(
        code=code,
        gives=frozenset(gives),
        changes=frozenset(_roots(node, parts, _changed) | files),
        asks=frozenset(_roots(node, parts, _asked)),
        hands=frozenset(_root(one) for part in parts for one in _handed(part)),
        uses=frozenset(uses | files),
        alters=frozenset(_altered(node) | gives) if isinstance(node, DEFINITIONS) else frozenset(),
        calls=frozenset(_root(one) for part in parts for one in _called(part)),
        defines=node.name if isinstance(node, DEFINITIONS) else "",
        kind=type(node),
        gives_a_constant=isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant),
    )


def _added_to(node: ast.AST) -> Iterator[str]:
    """Give the names that are used where they are given anew, as in ``count += 1``."""
    for part in ast.walk(node):
        if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            yield part.target.id


def _matters_always(node: ast.ImportFrom) -> bool:
    """Return whether an import gives what is not told, or changes how all code is read."""
    return node.names[0].name == "*" or node.module == "__future__"


def _handed(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a statement hands to a call of which it takes no result."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and _root(call.func) not in SHOWING:
        yield from call.args
        yield from (keyword.value for keyword in call.keywords)


def _called(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a statement calls: decorators, or a function of which it takes no result."""
    if isinstance(node, DEFINITIONS):
        yield from node.decorator_list
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield node.value.func


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


def _files(node: ast.stmt) -> Iterator[str]:
    """Give the names of files in a statement; an imported module may be one that a cell wrote."""
    if isinstance(node, ast.Import):
        yield from (f"{name.name}.py" for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield f"{node.module}.py"
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            found = FILE.fullmatch(part.value)
            if found:
                yield found[1]


def _roots(node: ast.stmt, parts: Sequence[ast.AST], targets: Targets) -> set[str]:
    """Return the names of what a statement does something to; a block, in any of its parts."""
    found = _parts(parts, targets) if isinstance(node, BLOCKS) else targets(node)
    return {_root(target) for target in found}


def _altered(node: ast.stmt) -> set[str]:
    """Return the names of which a function changes a part, or its own names of them."""
    inside = list(ast.walk(node))
    return {_root(target) for targets in (_changed, _asked) for target in _parts(inside, targets)}


def _parts(nodes: Iterable[ast.AST], targets: Targets) -> Iterator[ast.AST]:
    """Give what statements do something to, without the names that they give something anew."""
    for node in nodes:
        for target in targets(node):
            if isinstance(node, ast.AugAssign) or isinstance(target, ast.Attribute | ast.Subscript):
                yield target


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a statement changes, without those within it."""
    if isinstance(node, ast.Assign | ast.Delete):
        for target in node.targets:
            yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if _root(node.value.func) == "setattr":
            yield from node.value.args[:1]
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                yield from decorator.args
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            yield from (one.annotation for one in node.args.args if one.annotation)


def _asked(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a statement calls a method of: as a decorator, or without taking its result."""
    for called in _called(node):
        method = called.func if isinstance(called, ast.Call) else called
        if isinstance(method, ast.Attribute):
            yield method


def _root(target: ast.AST) -> str:
    """Return the name at the beginning of something, as in ``name.part[3]`` or ``name(3)``."""
    while isinstance(target, ast.Attribute | ast.Subscript | ast.Call):
        target = target.func if isinstance(target, ast.Call) else target.value
    return target.id if isinstance(target, ast.Name) else ""
