"""What SQLite and the system say, in our words; the only place where their errors become JournalError."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cockpit.errors import JournalError

FULL: Final = ("the disk is full, nothing was recorded", "free some space; it goes on by itself")
ELSEWHERE: Final = "make it writable, or name another folder in journal.sqlite or $XDG_STATE_HOME"
DAMAGED: Final = (
    "keep the file as it is and move its folder away, then a new journal begins; "
    "`sqlite3 FILE .recover` saves what can be read"
)
_SQLITE: Final = {
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": ("another program holds it locked", "close the sqlite3 shell or backup that has it open"),
    "SQLITE_LOCKED": (
        "another program holds it locked",
        "close the sqlite3 shell or backup that has it open",
    ),
    "SQLITE_READONLY": ("cannot be written", ELSEWHERE),
    "SQLITE_PERM": ("cannot be written", ELSEWHERE),
    "SQLITE_CANTOPEN": ("cannot be opened", ELSEWHERE),
    "SQLITE_CORRUPT": ("is damaged", DAMAGED),
    "SQLITE_NOTADB": ("is no SQLite database any more", DAMAGED),
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Errors inside become JournalError about `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(*_of_sqlite(path, error)) from None
    except OSError as error:
        raise JournalError(*_of_system(path, error)) from None


def _of_sqlite(path: Path, error: sqlite3.Error) -> tuple[str, str]:
    name = getattr(error, "sqlite_errorname", "")
    kind = "_".join(name.split("_")[:2])
    if kind == "SQLITE_IOERR" and _no_space(path):
        kind = "SQLITE_FULL"  # its shared memory says so only as an I/O error
    if kind in _SQLITE:
        what, hint = _SQLITE[kind]
        return f"journal {path}: {what}", hint
    hint = "look at the disk and at `dmesg`" if kind == "SQLITE_IOERR" else ""
    return f"journal {path}: {name or type(error).__name__}: {error}", hint


def _no_space(path: Path) -> bool:
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return False
    return found.f_bavail == 0 or (found.f_files > 0 and found.f_favail == 0)


def _of_system(path: Path, error: OSError) -> tuple[str, str]:
    where = error.filename or path
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"journal {path}: {FULL[0]}", FULL[1]
        case errno.ELOOP:
            return f"journal {where}: is a symbolic link, which is refused", "put the real file there"
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return f"journal {where}: {error.strerror}", ELSEWHERE
    return f"journal {where}: {error.strerror or error}", ""
