"""Conditions as people write them: is the text one, and which names does it ask for."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Final

LONGEST: Final = 4_000
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
_FUNCTIONS: Final = frozenset({"float", "contains"})
_WORDS: Final = {"true", "false"}


def condition_problem(text: str, names: Collection[str]) -> str | None:
    """What is wrong with a condition over `names`, in a few words; None when it can be evaluated."""
    if len(text) > LONGEST:
        return f"is longer than {LONGEST} characters"
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "is not an expression such as world.release == '1.41'"
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            return f"uses {type(node).__name__}, which conditions do not have"
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS
        ):
            return f"calls something else than {' or '.join(sorted(_FUNCTIONS))}"
        if isinstance(node, ast.Name) and node.id not in {*names, *_FUNCTIONS, *_WORDS}:
            return f"asks for '{node.id}', and knows only {', '.join(sorted(names))}"
    return None


def names_in(text: str) -> list[tuple[str, str]]:
    """(`world` or `flags`, name) of everything a valid condition looks up."""
    found = []
    for node in ast.walk(ast.parse(text.strip(), mode="eval")):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.append((node.value.id, node.attr))
        elif (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            found.append((node.value.id, node.slice.value))
    return found
