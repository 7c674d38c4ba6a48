"""Answers that make the author's own condition say what is true: so it is rehearsed, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from cockpit.core.runbook.conditions import evaluate
from cockpit.core.runbook.work import Purpose

OTHER: Final = "simulated"
"""Equal to nothing that anybody wrote or captured."""


def answer_to(purpose: Purpose, truth: bool) -> tuple[str, int] | None:
    """(stdout, exit code); None: no answer makes the conditions say that, so they cannot be relied on."""
    for code, stdout in product((0, 1), _candidates(purpose)):
        said = _says(purpose, {"stdout": stdout, "exit_code": code, "value": _number(stdout), "status": 200})
        if said is truth:
            return stdout, code
    return None


def _says(purpose: Purpose, answer: Mapping[str, object]) -> bool | None:
    names = {**purpose.names, **answer}
    yes = evaluate(purpose.yes, names) if purpose.yes else answer["exit_code"] == 0
    no = evaluate(purpose.no, names) if purpose.no else yes is False
    match yes, no:
        case True, False:
            return True
        case False, True:
            return False
    return None


def _candidates(purpose: Purpose) -> Iterator[str]:
    """Texts and numbers that the conditions speak of, what they compare with, and something else."""
    found = ["", OTHER, "0", "1"]
    for text in (purpose.yes, purpose.no):
        found += _literals(text)
    for group in ("captures", "params", "answers"):
        values = purpose.names.get(group)
        found += [str(each) for each in values.values()] if isinstance(values, Mapping) else []
    return iter(dict.fromkeys(found))


def _literals(condition: str) -> Iterator[str]:
    try:
        tree = ast.parse(condition, mode="eval")
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.Add()):  # two texts side by side, as in '90' + ' ' + '10'
                yield "".join(_literals(ast.unparse(node.left))) + "".join(_literals(ast.unparse(node.right)))
            case ast.Constant(value=bool() | None):
                pass
            case ast.Constant(value=str() | int() | float() as value):
                yield str(value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
