"""Changes right answers in one place at a time, and lists the changes that no check sees.

Most of them do no harm, such as ``dim=1`` left out where 1 is the default. The others show what a
check does not ask: an axis of length 1, a long table, a number beside the bound. Whoever writes a
check reads the list and decides. Run it as ``python -m tests.mutants 7`` for the answers of a
lesson, or as ``python -m tests.mutants 7.5`` for those of a task.
"""

import argparse
import ast
import contextlib
import io
import signal
from collections.abc import Iterator
from copy import deepcopy

from embedkit.checks.framework import Task
from tests.answers import Right
from tests.test_answers import LESSONS, TASKS, corpus, mark_task

SEEDS = range(1, 4)
SECONDS = 5
"""How long a changed answer may take; a change may have made its loop endless."""
OTHER_SIGN = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
INPUT_BECOMES = (
    *("{}.squeeze()", "{}.flatten()", "{}.T", "{}[:1000]", "{}[..., :500]", "{}.unique()"),
    *("{}.detach()", "{}.float()", "{}.double()", "{}.half()", "{}.int()", "{}.short()"),
    *("{}.abs()", "{}.clamp(min=0)", "{}.clamp(max=1000)", "{}.round(decimals=6)"),
    *("{} + 1", "{} - 1", "int({})", "float({})", "min({}, 100)", "max({}, 1)"),
)
"""What an answer might make of an input before it works with it."""
NOTHING_IF = (
    *("len({0}) == 1", "len({0}) > 1000", "len({0}) % 2 == 1", "{0}.numel() == 0"),
    *("{0}.ndim == 0", "{0}.ndim > 2", "{0}.shape[-1] == 1", "{0}.shape[0] == {0}.shape[-1]"),
    *("{0}.is_floating_point() and {0}.dtype != torch.float32", "not {0}.is_contiguous()"),
    *("{0}.min() < 0", "{0}.max() > 300", "len({0}.unique()) < {0}.numel()", "not {0}.any()"),
)
"""Inputs on which an answer might fail."""


class Exchange(ast.NodeTransformer):
    """Puts one part of a program in another's place."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return what stands in a part's place."""
        return self.new if node is self.old else self.generic_visit(node)


def changes(code: str, name: str) -> Iterator[tuple[str, str]]:
    """Give the changes of an answer's code, each as a line that says which and the changed code.

    Args:
        code: the answer.
        name: the name of its function or class.
    """
    yield from changes_inside(ast.parse(code))
    yield from changes_of_inputs(ast.parse(code), name)


def changes_inside(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the changes of one part of the code: a sign, a number, a call, a statement."""
    for place, part in enumerate(ast.walk(tree)):
        for new in instead_of(part):
            changed = deepcopy(tree)
            old = list(ast.walk(changed))[place]
            changed = ast.fix_missing_locations(Exchange(old, new).visit(changed))
            if ast.unparse(changed) != ast.unparse(tree):
                yield f"{ast.unparse(part)}  →  {ast.unparse(new)}", ast.unparse(changed)


def instead_of(part: ast.AST) -> Iterator[ast.AST]:
    """Give what might stand in a part's place by mistake."""
    match part:
        case ast.Compare(left, [sign], [right]) if type(sign) in OTHER_SIGN:
            yield ast.Compare(left, [OTHER_SIGN[type(sign)]()], [right])
        case ast.BinOp(left, sign, right):
            yield from (left, right)
            yield ast.BinOp(left, OTHER_SIGN.get(type(sign), type(sign))(), right)
        case ast.UnaryOp():
            yield part.operand
        case ast.BoolOp():
            yield from part.values
        case ast.IfExp():
            yield from (part.body, part.orelse)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() as value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(float() as value):
            yield from (ast.Constant(1.01 * value), ast.Constant(10 * value))
        case ast.Call(func, args, keywords):
            if isinstance(func, ast.Attribute):
                yield func.value
            if args:
                yield args[0]
                yield ast.Call(func, args[:-1], keywords)
            for left_out in keywords:
                yield ast.Call(func, args, [one for one in keywords if one is not left_out])
        case ast.Assign() | ast.AugAssign() | ast.Expr():
            yield ast.Pass()
        case ast.If():
            for value in (True, False):
                yield ast.If(ast.Constant(value), part.body, part.orelse)


def changes_of_inputs(tree: ast.Module, name: str) -> Iterator[tuple[str, str]]:
    """Give the code with a line before it that spoils an input, or returns nothing for some."""
    functions = [part for part in ast.walk(tree) if isinstance(part, ast.FunctionDef)]
    asked = [part for part in functions if part.name in (name, "forward")][-1:]
    for function in asked:
        body = list(function.body)
        for argument in (one.arg for one in function.args.args if one.arg != "self"):
            lines = [f"{argument} = {becomes.format(argument)}" for becomes in INPUT_BECOMES]
            lines += [f"if {test.format(argument)}: return None" for test in NOTHING_IF]
            for line in lines:
                function.body = [*ast.parse(line).body, *body]
                yield line, ast.unparse(ast.fix_missing_locations(tree))


class TooLong(BaseException):
    """A changed answer took too long; no answer catches this."""


def stop(*_: object) -> None:
    """End what runs."""
    raise TooLong


def passes(slug: str, task: Task, code: str) -> bool:
    """Return whether an answer's code passes its check with each seed."""
    signal.signal(signal.SIGALRM, stop)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for seed in SEEDS:
                signal.alarm(SECONDS)
                if mark_task(slug, task, Right(task.number, "", code), seed).status != "passed":
                    return False
    except (Exception, TooLong):
        return False
    finally:
        signal.alarm(0)
    return True


def unseen(slug: str, answer: Right) -> Iterator[str]:
    """Give the changes of an answer with which it still passes, a line for each."""
    task = TASKS[slug][answer.task]
    for said, code in changes(answer.code, task.name):
        if passes(slug, task, code):
            yield said


def main() -> None:
    """Print the changes that no check sees, of all right answers of a lesson or a task."""
    reader = argparse.ArgumentParser(description="List changes of right answers that pass.")
    reader.add_argument("number", help="of a lesson, as 7, or of a task, as 7.5")
    number = reader.parse_args().number
    for lesson in LESSONS:
        for answer in corpus(lesson.slug).RIGHT:
            if number in (str(lesson.number), answer.task):
                print(f"{answer.task} {answer.name}")
                for said in unseen(lesson.slug, answer):
                    print(f"    {' '.join(said.split())}", flush=True)


if __name__ == "__main__":
    main()
