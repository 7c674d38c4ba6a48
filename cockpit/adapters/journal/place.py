"""Where the journal of a configuration lies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from cockpit.adapters.journal.folders import Folder
from cockpit.errors import JournalError

Mode: TypeAlias = Literal["live", "demo", "drill"]
DATABASE: Final = "journal.sqlite3"
LOCK: Final = "journal.lock"


def place(name: str, setting: Mapping[str, object], mode: Mode = "live") -> Folder:
    """The folder for `metadata.name` and `journal:` as in a Model. JournalError: it is on PostgreSQL.

    Demo and drill lie beside it, with an @ that `file_name` lets no name have.
    """
    if "postgres" in setting:
        raise JournalError("the journal of this configuration is a PostgreSQL database", "set journal.sqlite")
    chosen = str(setting.get("sqlite", "default"))
    path = _usual(name) if chosen == "default" else Path(chosen)
    group = str(setting.get("group", ""))
    return Folder(path if mode == "live" else path.with_name(f"{path.name}@{mode}"), group)


def _usual(name: str) -> Path:
    from platformdirs import user_state_path

    return user_state_path("cockpit", appauthor=False) / file_name(name)


def file_name(name: str) -> str:
    """`name` as the name of a file: one for each, never hidden, at most 200 characters, no slash."""
    safe = quote(name, safe=" ")
    if safe.startswith("."):
        safe = f"%2E{safe[1:]}"
    if len(safe) <= 200:
        return safe
    return f"{safe[:160]}-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
