"""How a made file leaves: to stdout, or to a file that was not there; what is to be said goes to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from cockpit.errors import UsageError
from cockpit.text import clean


def deliver(text: str, out: Path | None) -> None:
    """Raises UsageError, also when something is there already."""
    from cockpit.cli.export import write

    if out is None:
        write(text)
    else:
        refuse_taken([out])
        _put(out, text)


def deliver_all(texts: Mapping[Path, str]) -> None:
    """All or nothing, as far as that can be known before. Raises UsageError."""
    refuse_taken(texts)
    for folder in dict.fromkeys(path.parent for path in texts):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder} cannot be made: {error.strerror or error}", "name another") from None
    for path, text in texts.items():
        _put(path, text)


def refuse_taken(paths: Iterable[Path]) -> None:
    """Nothing that is there is ever written over: somebody may have worked on it since."""
    for path in paths:
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path} is there already", "name another, or move that one away")


def _put(path: Path, text: str) -> None:
    from cockpit.cli.files import put

    try:
        put(path, text)
    except UsageError as error:
        hint = "name another, or move that one away" if "already" in error.message else error.hint
        raise UsageError(error.message, hint) from None


def tell(lines: Iterable[str]) -> None:
    """Beside what is made: for the person who waits, not for the file."""
    for line in lines:
        print(clean(line), file=sys.stderr)
    sys.stderr.flush()
