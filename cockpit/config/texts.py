"""PromQL with `${parameters}`, filled so that no value can break out of where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cockpit.core import promql

_piece: Final = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_]*)\}|(\\.)|([\"'`])", re.DOTALL)
_word: Final = re.compile(r"[A-Za-z0-9_:.]+")


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a parameter's value goes."""

    name: str
    quote: str
    """The quotation mark it stands between; nothing where it is a bare word of the language."""

    def takes(self, value: str) -> bool:
        match self.quote:
            case "":
                return bool(_word.fullmatch(value))
            case "`":  # nothing can be escaped in there
                return "`" not in value and value.isprintable()
            case _:
                return True

    def put(self, value: str) -> str:
        if not self.takes(value):
            return "_"
        if self.quote in ("", "`"):
            return value
        escaped = promql.quote(value)[1:-1]
        return escaped if self.quote == '"' else escaped.replace("'", "\\'").replace('\\"', '"')


@dataclass(frozen=True, slots=True)
class Text:
    pieces: tuple[str | Hole, ...]

    def names(self) -> list[str]:
        return list(dict.fromkeys(piece.name for piece in self.pieces if isinstance(piece, Hole)))

    def unsafe(self, values: Mapping[str, str]) -> list[str]:
        """Parameters whose value cannot stand where it would."""
        holes = (piece for piece in self.pieces if isinstance(piece, Hole) and piece.name in values)
        return list(dict.fromkeys(hole.name for hole in holes if not hole.takes(values[hole.name])))

    def fill(self, values: Mapping[str, str]) -> str:
        """Total: what lacks a value, or has one that cannot stand there, becomes `_`."""
        return "".join(
            piece.put(values.get(piece.name, "_")) if isinstance(piece, Hole) else piece
            for piece in self.pieces
        )


@lru_cache(maxsize=1024)
def cut(text: str) -> Text:
    """Into what stays and what is filled."""
    return Text(tuple(_pieces(text)))


def _pieces(text: str) -> Iterator[str | Hole]:
    quote, start = "", 0
    for found in _piece.finditer(text):
        name, escape, mark = found.groups()
        if name:
            yield text[start : found.start()]
            yield Hole(name, quote)
            start = found.end()
        elif mark and not quote:
            quote = mark
        elif mark == quote or (escape and quote == "`" and escape[1] == "`"):
            quote = ""
    yield text[start:]
