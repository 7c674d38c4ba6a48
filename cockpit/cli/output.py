"""How a command writes: clean, in what the other end can show, and a line at a time."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping

from cockpit.text import clean


def say(lines: Iterable[str], *, ascii: bool = False) -> None:
    """Text for people. Glyphs become ASCII where they cannot be shown."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    if ascii or encoding != "utf8":
        from cockpit.tui.glyphs import plain

        lines = [plain(line) for line in lines]
    text = "".join(f"{clean(line)}\n" for line in lines)
    if encoding != "utf8":
        text = text.encode(encoding, "replace").decode(encoding)
    sys.stdout.write(text)
    sys.stdout.flush()


def say_json(document: Mapping[str, object], *, indent: bool = False) -> None:
    """One document, clean like text: what `jq -r` takes out of it must not steer a terminal either.

    In ASCII, so that it can be written whatever the locale.
    """
    separators = None if indent else (",", ":")
    clear = _cleaned(document)
    sys.stdout.write(json.dumps(clear, allow_nan=False, indent=2 if indent else None, separators=separators))
    sys.stdout.write("\n")
    sys.stdout.flush()


def _cleaned(part: object) -> object:
    if isinstance(part, str):
        return clean(part, multiline=True)
    if isinstance(part, Mapping):
        return {clean(key): _cleaned(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_cleaned(each) for each in part]
    return part


def width() -> int:
    """Of the terminal, or 80 where there is none; wide enough to read, narrow enough to follow."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return 80
    return min(160, max(40, shutil.get_terminal_size((80, 24)).columns))
