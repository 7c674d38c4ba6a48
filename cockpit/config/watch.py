"""Notices that configuration files changed, by looking at them; cheap enough for every few seconds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from cockpit.config import evidence_files, files

Look: TypeAlias = tuple[int, int, int]
"""When it was written (ns), how large it is, and which file it is: an editor may keep any two of them."""
Stamp: TypeAlias = frozenset[tuple[str, Look | None]]


def stamp(path: Path, more: Iterable[Path] = ()) -> Stamp:
    """What a configuration at `path` looks like now; differs after any change that a load would notice.

    `more` are further folders or files: runbook folders, flag files. Never raises.
    """
    looked = [path, *more]
    if path.is_dir():
        looked += [files.subfolder(path, "presets"), files.subfolder(path, "scenarios")]
    every = [file for each in looked for file in _files(each)] + evidence_files.of(path)
    return frozenset((str(file), _look(file)) for file in every)


def _files(path: Path) -> list[Path]:
    return files.yaml_files(path) if path.is_dir() else [path]


def _look(file: Path) -> Look | None:
    try:
        facts = file.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
