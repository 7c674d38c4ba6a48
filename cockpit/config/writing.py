"""YAML written for people: values and the comments beside them, which strict loading reads back equal.

Comments are why this is not `yaml.dump`: what was guessed says so where it stands. Text goes through the door
(`clean`) on its way, so nothing hidden gets into a file; what is clean comes back equal, character by
character. What the loader refuses for its size (text over 64 KiB, nested deeper than 24) is for the caller to
leave out.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from cockpit.config.scalars import resolve
from cockpit.text import clean

GUESSED: Final = "guessed"
"""The comment behind what a program made up; lint counts it (R25)."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A value with what is to be said about it."""

    value: Value
    behind: str = ""
    """On its first line."""
    above: tuple[str, ...] = ()
    """On lines of their own."""
    spread: bool = False
    """A key a line, where the mapping would fit on one."""


Value: TypeAlias = object
"""Text, a number, true, false, null, a list or mapping (keys are text) of such, or any of them `Noted`."""

WIDTH: Final = 100
_COMMENT_WIDTH: Final = 96
_STEP: Final = "  "
_PLAIN: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<](?:[^\n]*[^\s:])?")
_NO_PLAIN: Final = re.compile(r": |:\t| #|\t#")
_FLOW: Final = frozenset(",[]{}")
# Text to us, and a boolean, a number, a time or a date to older readers of YAML: quoted, for all to agree.
_ELSEWHERE: Final = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~)|[-+.]?[0-9][0-9_:.,eExXoOa-fA-F+-]*|[0-9]{4}-[0-9-]+[Tt ].*"
)
_RAW: Final = frozenset("\u200c\u200d")
"""Drawn by no font and needed by some scripts: left as they are."""
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def written(document: Mapping[Any, Value], head: Sequence[str] = (), foot: Sequence[str] = ()) -> str:
    """A whole file, with comments on top and at its end. Keys must be different after `clean`."""
    body = _mapping(document, "") if document else ["{}"]
    lines = [*_comments(head, ""), *body, *_comments(foot, "")]
    return "\n".join(lines) + "\n"


def guessed(value: Value, why: str = "") -> Noted:
    """Marked as made up, with the reason where that helps."""
    return Noted(value, f"{GUESSED}: {why}" if why else GUESSED)


def scalar(value: str | int | float | bool | None, *, flow: bool = False) -> str:
    """On one line; `flow` where it stands between brackets."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(clean(value, multiline=True), flow)
        case int():
            return str(value)
    if math.isfinite(value):
        return repr(value)
    return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"


@lru_cache(4096)  # the same few words stand in every service
def _text(text: str, flow: bool) -> str:
    if _is_plain(text) and not (flow and _FLOW.intersection(text)):
        return text
    return '"' + "".join(_ESCAPES.get(each) or _character(each) for each in text) + '"'


def _is_plain(text: str) -> bool:
    return (
        bool(_PLAIN.fullmatch(text))
        and not _NO_PLAIN.search(text)
        and not _ELSEWHERE.fullmatch(text)
        and not text.startswith("...")
        and _drawn(text)
        and _resolved(text) == text
    )


def _resolved(text: str) -> object:
    try:
        return resolve(text)
    except ValueError:  # a number that no computer keeps is text only between quotes
        return None


def _drawn(text: str) -> bool:
    return text.isprintable() or all(each.isprintable() or each in _RAW for each in text)


def _character(each: str) -> str:
    if each.isprintable() or each in _RAW:
        return each
    code = ord(each)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _mapping(values: Mapping[Any, Value], indent: str) -> Iterator[str]:
    for key, value in values.items():
        noted = _noted(value)
        yield from _comments(noted.above, indent)
        yield from _entry(f"{indent}{scalar(str(key))}:", noted, indent)


def _noted(value: Value) -> Noted:
    """One layer of notes, whatever was wrapped in what."""
    if not isinstance(value, Noted):
        return Noted(value)
    inner = _noted(value.value)
    above = (*value.above, *inner.above)
    return Noted(inner.value, value.behind or inner.behind, above, value.spread or inner.spread)


def _entry(start: str, noted: Noted, indent: str) -> Iterator[str]:
    """`key: value` or `-` and what follows, with the comment on the first line."""
    value, behind = noted.value, _behind(noted)
    if isinstance(value, Mapping | list | tuple) and value:
        if flowing := _list(value, len(start) + 1):
            yield f"{start} {flowing}{behind}"
            return
        yield start + behind
        inner = indent + _STEP
        yield from _mapping(value, inner) if isinstance(value, Mapping) else _items(value, inner)
    elif isinstance(value, str) and (block := _block(clean(value, multiline=True))):
        head, body = block
        yield f"{start} {head}{behind}"
        yield from (f"{indent}{_STEP}{line}" if line else "" for line in body)
    else:
        yield f"{start} {_short(value)}{behind}"


def _items(items: Sequence[Value], indent: str) -> Iterator[str]:
    for item in items:
        noted = _noted(item)
        if not isinstance(noted.value, Mapping) or not noted.value:
            yield from _comments(noted.above, indent)
            yield from _entry(f"{indent}-", noted, indent)
        elif not noted.spread and (flowing := _small(noted.value, len(indent) + 2)):
            yield from _comments(noted.above, indent)
            yield f"{indent}- {flowing}{_behind(noted)}"
        else:
            yield from _comments(noted.above, indent)
            if noted.behind:
                yield f"{indent}{_behind(noted).lstrip()}"
            yield from _open_item(noted.value, indent)


def _open_item(values: Mapping[Any, Value], indent: str) -> Iterator[str]:
    """The dash goes before the first key; comments above that key stay above the dash."""
    lines = list(_mapping(values, indent + _STEP))
    first = next(at for at, line in enumerate(lines) if not line.startswith(f"{indent}{_STEP}#"))
    yield from (line[len(_STEP) :] for line in lines[:first])
    yield f"{indent}- {lines[first][len(indent + _STEP) :]}"
    yield from lines[first + 1 :]


def _list(value: Value, used: int) -> str:
    """A list of words on one line where it fits, else nothing."""
    if not isinstance(value, list | tuple) or any(_is_many(each) for each in value):
        return ""
    text = _short(value)
    return text if used + len(text) <= WIDTH else ""


def _small(value: Mapping[Any, Value], used: int) -> str:
    """A small mapping in a list on one line, such as {to: orders-db, unreviewed: true}, else nothing."""
    for each in value.values():
        if _is_many(each) and not (isinstance(each, list | tuple) and not any(map(_is_many, each))):
            return ""
    text = _short(value)
    return text if used + len(text) <= WIDTH else ""


def _short(value: Value, flow: bool = False) -> str:
    """On one line, without comments."""
    match value:
        case Noted(inner):
            return _short(inner, flow)
        case Mapping():
            pairs = (f"{scalar(str(key), flow=True)}: {_short(each, True)}" for key, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        case str() | int() | float() | None:
            return scalar(value, flow=flow)
        case list() | tuple():
            return "[" + ", ".join(_short(each, True) for each in value) + "]"
    raise TypeError(f"{type(value).__name__} is nothing that a file can hold")


def _is_many(value: Value) -> bool:
    """Whether it takes more than a line, or has something said about it."""
    return isinstance(value, Noted | Mapping | list | tuple) or (isinstance(value, str) and "\n" in value)


def _behind(noted: Noted) -> str:
    return f"  # {_one_line(noted.behind)}" if noted.behind else ""


def _block(text: str) -> tuple[str, list[str]] | None:
    """Lines as they are, for text of more than one; None where only quotes keep it."""
    if "\n" not in text or text[0] in " \n" or text.endswith("\n\n") or not text.strip():
        return None
    lines = text.split("\n")
    if not all(map(_drawn, lines)) or any(line and not line.strip() for line in lines):
        return None
    ended = text.endswith("\n")
    return ("|" if ended else "|-"), (lines[:-1] if ended else lines)


def _comments(texts: Sequence[str], indent: str) -> Iterator[str]:
    for text in texts:
        room = max(40, _COMMENT_WIDTH - len(indent))
        for line in textwrap.wrap(_one_line(text), room, break_on_hyphens=False) or [""]:
            # What is told is no mark, however its lines fall.
            gap = "  " if line.startswith(GUESSED) else " "
            yield f"{indent}#{gap}{line}".rstrip()


@lru_cache(4096)
def _one_line(text: str) -> str:
    return "".join(each if _drawn(each) else "\ufffd" for each in clean(text))
