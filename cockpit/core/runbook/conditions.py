"""Conditions of runbooks: true, false, or unknown, and unknown wins.

`value <= 0.01 and exit_code == 0`: names, numbers, strings, comparison, arithmetic, `and or not`, `float(x)`
and `contains(text, part)`. A condition that names anything unknown, None or NaN is unknown before it is
evaluated; so is one that compares text with a number, because "absent" must never pass for "different".
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from simpleeval import InvalidExpression, SimpleEval

NAMES: Final = (
    "value",
    "baseline",
    "control",
    "exit_code",
    "stdout",
    "status",
    "age",
    "params",
    "captures",
    "answers",
)
GROUPS: Final = ("params", "captures", "answers")
"""Names that hold others: `captures.generation`, `answers["which-minutes"]`."""
FUNCTIONS: Final = ("float", "contains")
LONGEST: Final = 4_000
DEEPEST: Final = 50
"""Evaluating goes some calls deeper with every level, and the stack ends."""
_WORDS: Final = {"true": True, "false": False}
_NODES: Final = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Compare, ast.Eq, ast.NotEq),
    *(ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Name, ast.Load, ast.Constant, ast.Call),
)


def evaluate(expression: str, names: Mapping[str, object]) -> bool | None:
    """None: unknown. Total: what is no condition is unknown, too."""
    if check(expression):
        return None
    values = {name: _looked_up(name, names) for name in names_in(expression)}
    if any(value is None or value != value for value in values.values()):
        return None
    evaluator = SimpleEval(dict(_OPERATORS), {"float": _float, "contains": _contains}, {**_WORDS, **values})
    try:
        result = evaluator.eval(expression, previously_parsed=_tree(expression).body)
    except (InvalidExpression, ArithmeticError, TypeError, ValueError, RecursionError):
        return None
    return _truth(result)


def names_in(expression: str) -> tuple[str, ...]:
    """What it asks for, each once: `value`, `captures.generation`. Nothing of what is no condition."""
    try:
        nodes = ast.walk(_tree(expression))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    names = (node.id for node in nodes if isinstance(node, ast.Name))
    return tuple(dict.fromkeys(name for name in names if name not in _WORDS and name not in FUNCTIONS))


@lru_cache(maxsize=4096)
def check(expression: str) -> str:
    """What is wrong with it, in a few words that go on from "the condition"; empty when nothing is."""
    if len(expression) > LONGEST:
        return f"is longer than {LONGEST:,} characters"
    try:
        tree = _tree(expression)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "is not an expression such as value <= 0.01"
    if _depth(tree) > DEEPEST:
        return f"is nested more than {DEEPEST} deep"
    return next(filter(None, map(_strange, _inside(tree))), "")


@lru_cache(maxsize=4096)
def _tree(expression: str) -> ast.Expression:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what Python only frowns at, such as '\\d', is no condition either
        # Shorter than what could overflow the parser, and looked at before anything else.
        return _Joined().visit(ast.parse(expression[: LONGEST + 1].strip(), mode="eval"))  # type: ignore[no-any-return]


class _Joined(ast.NodeTransformer):
    """`captures.x` and `captures["x"]` as one name: no attribute of a Python object can be asked for."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in GROUPS:
            return ast.copy_location(ast.Name(f"{node.value.id}.{node.attr}", ast.Load()), node)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        match node:
            case ast.Subscript(value=ast.Name(id=group), slice=ast.Constant(value=str(key))) if (
                group in GROUPS
            ):
                return ast.copy_location(ast.Name(f"{group}.{key}", ast.Load()), node)
            case _:
                return node


def _strange(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[_], keywords=[]):
            return ""
        case ast.Call(func=ast.Name(id="contains"), args=[_, _], keywords=[]):
            return ""
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            return "calls a function wrongly; there are float(text) and contains(text, part)"
        case ast.Call():
            return "calls a function that is neither float nor contains"
        case ast.Name(id=name) if name in GROUPS:
            return f"asks for {name} as a whole; ask for one, as in {name}.name"
        case ast.Name(id=name) if name not in {*NAMES, *_WORDS} and name.partition(".")[0] not in GROUPS:
            return f"asks for '{name[:40]}', and knows only {', '.join(NAMES)}"
        case ast.Constant(value=value) if not isinstance(value, str | int | float):
            return f"has a value that is neither text nor a number: {ast.unparse(node)[:40]}"
        case ast.Attribute() | ast.Subscript():
            return f"asks for a part of what has none: {ast.unparse(node)[:40]}"
        case _ if not isinstance(node, _NODES):
            return f"uses {type(node).__name__}, which conditions do not have"
        case _:
            return ""


def _inside(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but the names of functions that are called."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        inner: list[ast.AST] = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            inner.remove(node.func)
        stack += reversed(inner)


def _depth(tree: ast.AST) -> int:
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def _looked_up(name: str, names: Mapping[str, object]) -> object:
    group, dot, key = name.partition(".")
    if not dot:
        return names.get(name)
    inner = names.get(group)
    return inner.get(key) if isinstance(inner, Mapping) else None


def _truth(result: object) -> bool | None:
    """A number is true unless it is 0, as in PromQL; text is neither."""
    if isinstance(result, bool):
        return result
    if isinstance(result, int | float) and not math.isnan(result):
        return bool(result)
    return None


def _float(value: object) -> float:
    number = float(value) if isinstance(value, str | int | float) else math.nan
    if math.isnan(number):
        raise ValueError("not a number")
    return number


def _contains(text: object, part: object) -> bool:
    if not isinstance(text, str) or not isinstance(part, str):
        raise TypeError("contains asks about text")
    return part in text


def _alike(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(left: object, right: object) -> bool:
        if isinstance(left, str) != isinstance(right, str):
            raise TypeError("text and a number")
        return compare(left, right)

    return compared


def _reckoned(reckon: Callable[[Any, Any], Any]) -> Callable[[Any, Any], float]:
    def reckoned(left: object, right: object) -> float:
        if isinstance(left, str) or isinstance(right, str):
            raise TypeError("reckoning with text")
        result: float = reckon(left, right)
        if math.isnan(result):
            raise ValueError("not a number")
        return result

    return reckoned


def _not(value: object) -> bool:
    if isinstance(value, str):
        raise TypeError("text is neither true nor false")
    return not value


_OPERATORS: Final[Mapping[type, Callable[..., Any]]] = {
    ast.Add: _reckoned(operator.add),
    ast.Sub: _reckoned(operator.sub),
    ast.Mult: _reckoned(operator.mul),
    ast.Div: _reckoned(operator.truediv),
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: _not,
    ast.Eq: _alike(operator.eq),
    ast.NotEq: _alike(operator.ne),
    ast.Lt: _alike(operator.lt),
    ast.LtE: _alike(operator.le),
    ast.Gt: _alike(operator.gt),
    ast.GtE: _alike(operator.ge),
}
