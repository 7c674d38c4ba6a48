"""Which files make a configuration, and how they are called on the screen."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cockpit.errors import UsageError

_OURS: Final = re.compile(rb"^\s*[\"']?apiVersion[\"']?\s*:\s*[\"']?cockpit/v1\b", re.MULTILINE)


def find(given: Path | None, environ: Mapping[str, str], here: Path = Path()) -> Path:
    """Where the configuration is: `given`, $COCKPIT_CONFIG, ./config if it is ours, the user's own folder.

    Raises UsageError when there is none. What was asked for by name need not exist; reading it will say so.
    """
    if given is not None:
        return given
    if named := environ.get("COCKPIT_CONFIG"):
        return Path(named).expanduser()
    if is_ours(here / "config" / "cockpit.yaml"):
        return here / "config"
    if is_ours(_users_own() / "cockpit.yaml"):
        return _users_own()
    raise UsageError(
        "no configuration found: no --config, no $COCKPIT_CONFIG, no config/cockpit.yaml of ours here",
        "run `cockpit demo` to look around, or `cockpit --prometheus URL` on what a Prometheus knows",
    )


def is_ours(file: Path) -> bool:
    """Whether a file says that it is for cockpit; a stranger's ./config does not count."""
    try:
        return file.is_file() and bool(_OURS.search(file.read_bytes()[:65_536]))
    except OSError:
        return False


def yaml_files(folder: Path, notes: list[str] | None = None) -> list[Path]:
    """Every *.yaml in `folder` by name, without hidden ones and symlinks that lead out of it.

    Empty when there is no such folder. What is skipped and might be missed is told in `notes`.
    """
    found = with_endings(folder, (".yaml", ".yml"), notes)
    for file in found:
        if file.name.endswith(".yml"):
            _note(notes, f"{shown(file)} is skipped: only files named *.yaml are read")
    return [file for file in found if file.name.endswith(".yaml")]


def with_endings(folder: Path, endings: tuple[str, ...], notes: list[str] | None = None) -> list[Path]:
    """The same for names that end so."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return []
    root = folder.resolve()
    found = []
    for name in names:
        file = folder / name
        if name.startswith(".") or not name.endswith(endings) or file.is_dir():
            continue
        if file.is_symlink() and not _leads_inside(file, root):
            _note(notes, f"{shown(file)} is skipped: a symlink that leads out of the folder")
        else:
            found.append(file)
    return found


def subfolder(folder: Path, name: str) -> Path:
    """`folder/name`, unless that is a symlink that leads elsewhere: then a folder that is not there."""
    inner = folder / name
    if inner.is_symlink() and not _leads_inside(inner, folder.resolve()):
        return folder / f"{name} (a symlink that leads out)"
    return inner


def beside(file: str, relative: str) -> Path:
    """A path written in `file`: relative to the folder of that file."""
    return Path(os.path.normpath(Path(file).parent / Path(relative).expanduser()))


def shown(path: Path) -> str:
    """Short where the file lies below the folder people stand in."""
    normal = Path(os.path.normpath(path))
    try:
        return str(normal.relative_to(Path.cwd())) if normal.is_absolute() else str(normal)
    except (ValueError, OSError):
        return str(normal)


def _leads_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links
        return False


def _users_own() -> Path:
    from platformdirs import user_config_path

    return user_config_path("cockpit")


def _note(notes: list[str] | None, text: str) -> None:
    if notes is not None:
        notes.append(text)
