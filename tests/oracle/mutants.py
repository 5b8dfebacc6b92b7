"""Mutants of a module: its rules, one by one, negated, dropped, or with another comparison or number.

A mutant is a number: the place of a change in the order in which the module's syntax tree is walked.
Annotations, docstrings, decorators and the defaults of dataclasses are no rules.
"""

import ast
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Final, NamedTuple, TypeVar, cast

_SWAPPED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_Node = TypeVar("_Node", bound=ast.AST)


class Mutant(NamedTuple):
    """One change: where, which kind, and what it is made to."""

    module: str
    number: int
    line: int
    function: str
    change: str

    @property
    def name(self) -> str:
        """What it is called wherever lines and modules move."""
        return f"{self.function}: {self.change}"

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.change}"


class _Walker(ast.NodeTransformer):
    """Walks a module, notes every possible change, and makes the one that is asked for."""

    def __init__(self, module: str, wanted: int | None) -> None:
        self.module, self.wanted = module, wanted
        self.found: list[Mutant] = []
        self._inside: list[str] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._inside.append(node.name)
        node.body = self._statements(node.body)
        self._inside.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._inside.append(node.name)
        node.body = [self.visit(each) if isinstance(each, ast.FunctionDef) else each for each in node.body]
        self._inside.pop()
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        made = self._change(node, f"without `if {_text(node.test)}`", _without, node.test)
        made = self._change(made, f"not `{_text(node.test)}`", _negated, node.test)
        return self.generic_visit(made)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        made = self._change(node, f"not `{_text(node.test)}`", _negated)
        return self.generic_visit(made)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        for place, test in enumerate(node.ifs):
            node = self._change(node, f"not `{_text(test)}`", _with_condition_negated(place), test)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        made = self._change(node, f"other comparison in `{_text(node)}`", _swapped)
        return self.generic_visit(made)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        made = self._change(node, f"and for or in `{_text(node)}`", _exchanged)
        for place in range(len(node.values)):
            left_out = _text(node.values[place])
            made = self._change(made, f"without `{left_out}` in `{_text(node)}`", _with_one_fewer(place))
        return self.generic_visit(made)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, int | float):
            return node
        return self._change(node, f"another number for `{node.value}`", _another)

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        if not (isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None):
            node = self._change(node, f"without case `{_text(node.pattern)}`", _never, node.pattern)
        return self.generic_visit(node)

    def _statements(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        return [each if _is_docstring(each) else self.visit(each) for each in body]

    def _change(
        self, node: _Node, change: str, make: Callable[[_Node], ast.AST], place: ast.AST | None = None
    ) -> _Node:
        """Note a possible change; return the node, changed if this is the change that is wanted."""
        line = getattr(place or node, "lineno", 0)
        number = len(self.found)
        self.found.append(Mutant(self.module, number, line, ".".join(self._inside) or "module", change))
        return cast("_Node", make(deepcopy(node))) if number == self.wanted else node


def mutants(module: str, source: str) -> list[Mutant]:
    """Return all mutants of a module."""
    walker = _Walker(module, None)
    walker.visit(ast.parse(source))
    return walker.found


def mutated(module: str, source: str, number: int) -> ast.Module:
    """Return the module with one change."""
    tree = _Walker(module, number).visit(ast.parse(source))
    made: ast.Module = ast.fix_missing_locations(tree)
    return made


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _text(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) < 100 else f"{text[:97]}..."


def _without(node: ast.If) -> ast.AST:
    """Leave out what is done where the condition holds."""
    node.test = ast.Constant(value=False)
    return node


def _negated(node: ast.If | ast.IfExp) -> ast.AST:
    node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
    return node


def _with_condition_negated(place: int) -> Callable[[ast.comprehension], ast.AST]:
    def made(node: ast.comprehension) -> ast.AST:
        node.ifs[place] = ast.UnaryOp(op=ast.Not(), operand=node.ifs[place])
        return node

    return made


def _swapped(node: ast.Compare) -> ast.AST:
    node.ops[0] = _SWAPPED[type(node.ops[0])]()
    return node


def _exchanged(node: ast.BoolOp) -> ast.AST:
    node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    return node


def _with_one_fewer(place: int) -> Callable[[ast.BoolOp], ast.AST]:
    def made(node: ast.BoolOp) -> ast.AST:
        del node.values[place]
        return node if len(node.values) > 1 else node.values[0]

    return made


def _another(node: ast.Constant) -> ast.AST:
    value = node.value
    node.value = not value if isinstance(value, bool) else cast("float", value) * 2 + 1
    return node


def _never(node: ast.match_case) -> ast.AST:
    node.guard = ast.Constant(value=False)
    return node
