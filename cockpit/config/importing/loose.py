"""YAML that others wrote, read for its words alone: anchors, several documents, half a file.

Our own files are read strictly because they run at night; a stranger's catalog is only copied from, and a
person reads the copy. So what `config.yaml` refuses is taken here, safely: an alias is the same object once
more and never written out, so no file can grow, and reading on stops at a number of values. All scalars stay
the text they are: what `no` or `010` meant is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml as pyyaml
from yaml import events

from cockpit.config import yaml
from cockpit.config.syntax import explain
from cockpit.errors import UsageError
from cockpit.text import clean

Loose: TypeAlias = "str | list[Any] | dict[str, Any] | None"
MOST_EVENTS: Final = 600_000
MOST_MERGED: Final = 100_000
"""Keys that merge keys (<<) may copy."""
_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(frozen=True, slots=True)
class Documents:
    """What could be read of a file."""

    found: tuple[tuple[int, Loose], ...]
    """Each with the line it begins on."""
    trouble: str = ""
    """Why the rest could not be read."""


def read_file(path: Path, most: int = yaml.MAX_BYTES) -> str:
    """The text of a file, clean of what steers a terminal. Raises UsageError, one line each."""
    try:
        data = yaml.file_bytes(path, most)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"{path} cannot be read: {reason.lower()}") from None
    if len(data) > most:
        raise UsageError(f"{path} is larger than {_size(most)}", "split it, and leave out what is not needed")
    if b"\0" in data:
        raise UsageError(f"{path} is no text", "name a file that an editor can open")
    try:
        return clean(data.decode("utf-8-sig"), multiline=True)
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8", "save it as UTF-8") from None


def _size(most: int) -> str:
    return f"{most // 1024**2} MiB" if most >= 1024**2 else f"{most // 1024} KiB"


def documents(text: str, file: str) -> Documents:
    """As many as could be read before the first error."""
    raw = text.encode()
    reading = _Reading()
    try:
        for count, event in enumerate(pyyaml.parse(raw, Loader=pyyaml.CSafeLoader)):
            if count > MOST_EVENTS:
                return Documents(tuple(reading.whole()), f"{file} holds too many values")
            reading.take(event)
    except pyyaml.YAMLError as error:
        return Documents(tuple(reading.whole()), str(explain(error, raw, file)))
    return Documents(tuple(reading.found))


class _Reading:
    """Events into values, without recursion."""

    def __init__(self) -> None:
        self.found: list[tuple[int, Loose]] = []
        self._open: list[tuple[Loose, list[Loose]]] = []
        """Each collection, and of a mapping the key that waits for its value."""
        self._anchors: dict[str, Loose] = {}
        self._merged = 0

    def whole(self) -> list[tuple[int, Loose]]:
        """Those that are complete: half an entity would be taken for one that needs nothing."""
        return self.found[:-1] if self._open else self.found

    def take(self, event: events.Event) -> None:
        match event:
            case events.DocumentStartEvent():
                self._anchors = {}
            case events.ScalarEvent():
                plain = event.implicit[0] and event.value in _NULLS
                self._put(None if plain else event.value, event)
            case events.MappingStartEvent():
                self._put({}, event, opens=True)
            case events.SequenceStartEvent():
                self._put([], event, opens=True)
            case events.AliasEvent():
                self._put(self._anchors.get(event.anchor or ""), event, alias=True)
            case events.CollectionEndEvent():
                self._close()
            case _:
                pass

    def _put(self, value: Loose, event: Any, *, opens: bool = False, alias: bool = False) -> None:
        if event.anchor and not alias:
            self._anchors[event.anchor] = value
        if not self._open:
            self.found.append((event.start_mark.line + 1, value))
        else:
            inside, waiting = self._open[-1]
            if isinstance(inside, list):
                inside.append(value)
            elif isinstance(inside, dict) and not waiting:
                waiting.append(value)
            elif isinstance(inside, dict):
                self._pair(inside, waiting.pop(), value)
        if opens:
            self._open.append((value, []))

    def _pair(self, inside: dict[str, Any], key: Loose, value: Loose) -> None:
        if key == "<<":
            inside.setdefault("<<", []).append(value)  # which may not be filled yet
        elif isinstance(key, str):
            inside[key] = value
        # What is no text can be no key that anybody asks for: `{{ name }}: x` is a template.

    def _close(self) -> None:
        inside, _ = self._open.pop()
        for value in inside.pop("<<", ()) if isinstance(inside, dict) else ():
            for each in value if isinstance(value, list) else [value]:
                self._merge(inside, each)

    def _merge(self, inside: Loose, other: Loose) -> None:
        if isinstance(inside, dict) and isinstance(other, dict) and other is not inside:
            self._merged += len(other)
            if self._merged <= MOST_MERGED:
                for key, value in list(other.items()):
                    inside.setdefault(key, value)


def text(value: Loose) -> str:
    """A scalar on one line, clean also of what an escape smuggled in; nothing for everything else."""
    return " ".join(clean(value.replace("\n", " ")).split()) if isinstance(value, str) else ""


def texts(value: Loose) -> Iterator[str]:
    """Those of a list; one that stands alone counts as a list of it."""
    for each in value if isinstance(value, list) else [value]:
        if found := text(each):
            yield found


def mapping(value: Loose) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
