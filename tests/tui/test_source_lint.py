"""No text from outside reaches a widget but through `safe`: a look at every call that a widget draws from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cockpit.tui

HOME = Path(cockpit.tui.__file__).parent
FILES = sorted(HOME.rglob("*.py"))

DRAWS = {
    "update", "notify", "add_row", "add_rows", "add_column", "add_columns", "add_option", "add_options",
    "write", "write_line", "set_label", "from_markup", "Label", "Static", "Button", "Option", "Text",
    "Content", "Segment", "DiscoveryHit", "Hit", "Toast", "Markdown",
}  # fmt: skip
"""Names of functions and classes whose text ends up on the screen as it is, or worse, as markup."""
DOORS = {"safe", "segment", "_marked"}
"""What such a call may be given; `_marked` builds on `safe`."""
SETS = {"border_title", "border_subtitle", "tooltip", "title", "sub_title", "placeholder"}
"""Attributes that are drawn, with markup."""


def offences(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in DRAWS:
            for argument in _drawn(node):
                if not _is_safe(argument):
                    yield f"line {node.lineno}: {ast.unparse(argument)} reaches {_name(node.func)}"
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in SETS and not _is_safe(node.value):
                    yield f"line {node.lineno}: {ast.unparse(node.value)} becomes {target.attr}"


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", None) or getattr(function, "id", "")


def _drawn(call: ast.Call) -> Iterator[ast.expr]:
    """What of a call is drawn. A hit draws its first text; its `text` only searches."""
    match _name(call.func):
        case "Hit":
            yield call.args[1]
        case "DiscoveryHit":
            yield call.args[0]
        case _:
            yield from call.args


def _is_safe(argument: ast.expr) -> bool:
    if isinstance(argument, ast.Constant):
        return True
    return isinstance(argument, ast.Call) and _name(argument.func) in DOORS


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name != "safe.py"], ids=lambda path: path.name
)
def test_no_bare_text_reaches_a_widget(path: Path) -> None:
    assert list(offences(path.read_text())) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_content_and_segments_are_built_in_one_place(path: Path) -> None:
    built = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _name(node.func) in {"Content", "Segment", "from_markup", "Text"}
    ]
    assert not built or path.name == "safe.py"


@pytest.mark.parametrize(
    "bad",
    [
        "self.update(text)",
        "self.notify(f'lost {name}')",
        "Label(row.name)",
        "Static(str(error))",
        "table.add_row('ok', name)",
        "widget.border_title = name",
        "Hit(1.0, name, run)",
        "self.update(safe(a) + b)",
    ],
)
def test_the_lint_finds_what_it_is_for(bad: str) -> None:
    assert list(offences(bad))
