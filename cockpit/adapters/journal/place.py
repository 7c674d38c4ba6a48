"""Where the journal of a configuration lies, and what lies beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from cockpit.adapters.journal.folders import Folder

Mode: TypeAlias = Literal["live", "demo", "drill"]
DATABASE: Final = "journal.sqlite3"
LOCK: Final = "journal.lock"


def place(name: str, setting: Mapping[str, object], mode: Mode = "live") -> Folder:
    """The folder for `metadata.name` and `journal:` as in a Model.

    Demo and drill lie beside it, with an @ that `file_name` lets no name have; so does what a machine keeps
    for itself where the record is in a database: the output of commands, the last picture.
    """
    chosen = str(setting.get("sqlite", "default"))
    path = _usual(name) if chosen == "default" else Path(chosen)
    group = str(setting.get("group", ""))
    if mode == "live" and database(setting):
        return Folder(path.with_name(f"{path.name}@team"))
    return Folder(path if mode == "live" else path.with_name(f"{path.name}@{mode}"), group)


def database(setting: Mapping[str, object]) -> str:
    """The address of the database that has the record; empty: it is on this machine."""
    return str(setting.get("postgres") or "")


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
