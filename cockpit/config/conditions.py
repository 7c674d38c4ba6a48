"""Conditions as people write them: is the text one, and which names does it ask for."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection
from typing import Final

LONGEST: Final = 4_000
DEEPEST: Final = 50
"""Evaluating goes some calls deeper with every level, and the stack ends."""
_ALLOWED: Final = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Call,
)
_WORDS: Final = frozenset({"true", "false", "null"})
_NONE: Final = "is not an expression such as world.release == '1.41'"


def condition_problem(text: str, names: Collection[str], functions: Collection[str] = ()) -> str | None:
    """What is wrong with a condition over `names`, in a few words; None when it can be evaluated."""
    if len(text) > LONGEST:
        return f"is longer than {LONGEST:,} characters"
    try:
        tree = _parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _NONE
    if _depth(tree) > DEEPEST:
        return f"is nested more than {DEEPEST} deep"
    return next(filter(None, (_strange(node, names, functions) for node in ast.walk(tree))), None)


def names_in(text: str) -> list[tuple[str, str]]:
    """(`world` or `flags`, name) of everything a valid condition looks up."""
    found = []
    for node in ast.walk(_parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id=where), attr=name):
                found.append((where, name))
            case ast.Subscript(value=ast.Name(id=where), slice=ast.Constant(value=str(name))):
                found.append((where, name))
            case _:
                pass
    return found


def _parse(text: str) -> ast.Expression:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what Python only frowns at, such as '\\d', is no condition either
        return ast.parse(text.strip(), mode="eval")


def _strange(node: ast.AST, names: Collection[str], functions: Collection[str]) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id=called)) if called in functions and not node.keywords:
            return None
        case ast.Call():
            known = " and ".join(sorted(functions))
            return f"calls what is none of {known}" if known else "calls a function, and there are none here"
        case ast.Name(id=name) if name not in {*names, *functions, *_WORDS}:
            return f"asks for '{name}', and knows only {', '.join(sorted(names))}"
        case ast.Constant(value=value) if not isinstance(value, str | int | float | None):
            return f"has a value that is neither text nor a number: {ast.unparse(node)[:40]}"
        case _ if not isinstance(node, _ALLOWED):
            return f"uses {type(node).__name__}, which conditions do not have"
        case _:
            return None


def _depth(tree: ast.AST) -> int:
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest
