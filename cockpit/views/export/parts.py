"""Pieces of an HTML page; every text goes through `html`, so that none of it becomes an element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.core.levels import Shown
from cockpit.views import words
from cockpit.views.export.escape import html
from cockpit.views.export.style import CSS, POLICY

NONE = '<p class="none">None on record.</p>'


def page(title: str, body: Iterable[str]) -> str:
    """One file that asks for nothing: neither a script nor anything from elsewhere."""
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{html(title)}</title>\n<style>\n{CSS}\n</style>\n</head>\n<body>\n<main>\n"
    )
    return "".join([head, *(f"{part}\n" for part in body if part), "</main>\n</body>\n</html>\n"])


def section(id: str, title: str, *parts: str) -> str:
    inner = "\n".join(part for part in parts if part) or NONE
    return f'<section id="{id}">\n<h2>{html(title)}</h2>\n{inner}\n</section>'


def paragraph(text: str, name: str = "") -> str:
    return f"<p{_class(name)}>{html(text)}</p>" if text else ""


def badge(level: Shown) -> str:
    said = f"{words.GLYPHS[level]} {words.level_word(level)}"
    return f'<span class="badge {level_class(level)}">{html(said)}</span>'


def level_class(level: Shown) -> str:
    return f"is-{level.value.lower().replace('_', '-')}"


def bullets(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{html(each)}</li>" for each in texts)
    return f"<ul>{items}</ul>" if items else ""


def table(head: Sequence[str], rows: Iterable[str]) -> str:
    """`rows` are whole elements, see `row`."""
    inner = "\n".join(rows)
    if not inner:
        return ""
    names = "".join(f"<th>{html(each)}</th>" for each in head)
    top = f"<thead><tr>{names}</tr></thead>" if names else ""
    return f'<div class="scroll"><table>\n{top}\n<tbody>\n{inner}\n</tbody></table></div>'


def row(cells: Iterable[str], name: str = "") -> str:
    """`cells` are whole elements, see `cell`."""
    return f"<tr{_class(name)}>{''.join(cells)}</tr>"


def cell(text: str, name: str = "", small: str = "") -> str:
    below = f"<small>{html(small)}</small>" if small else ""
    return f"<td{_class(name)}>{html(text)}{below}</td>"


def raw(element: str) -> str:
    """A cell around an element of ours."""
    return f"<td>{element}</td>"


def tile(title: str, value: str, below: str = "") -> str:
    small = f"<small>{html(below)}</small>" if below else ""
    return f'<div class="tile"><span>{html(title)}</span><b>{html(value)}</b>{small}</div>'


def tiles(each: Iterable[str]) -> str:
    return f'<div class="tiles">{"".join(each)}</div>'


def quote(text: str) -> str:
    return f"<blockquote>{html(text)}</blockquote>" if text else ""


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
