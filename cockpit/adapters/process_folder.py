"""The files that an attempt leaves: NAME.shim.json, NAME.out, NAME.err, NAME.result.json, ours alone."""

from __future__ import annotations

import json
import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cockpit.core.runbook.work import Ending, Exit, Identity
from cockpit.errors import CockpitError

KINDS: Final = ("shim.json", "out", "err", "result.json")
LONGEST: Final = 32 * 1024 * 1024
"""Bytes of a result: two streams of 1 MiB, each byte escaped at worst, with room."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,150}")


def prepare(folder: str, name: str, nonce: str) -> None:
    """A folder of ours for an attempt that surely was not started before. Raises CockpitError.

    Files of the same name from another attempt, as after restoring a backup, are kept under another name.
    """
    if not _NAME.fullmatch(name):
        raise CockpitError(f"'{name}' cannot be the name of an attempt's files", "use letters, digits, . _ -")
    path = Path(folder)
    try:
        # `parents=True` would give those above the modes of the umask.
        for each in (*reversed(path.parents), path):
            if not each.exists():
                each.mkdir(mode=0o700, exist_ok=True)
        _refuse_foreign(path)
        if _nonce(folder, name, "shim.json") == nonce or _nonce(folder, name, "result.json") == nonce:
            raise CockpitError(f"{path / name}: this attempt was started before", "ask what became of it")
        for kind in KINDS:
            _put_aside(path / f"{name}.{kind}")
    except OSError as error:
        raise CockpitError(f"{folder}: {error.strerror}", "state needs a folder of its own") from None


def left_behind(folder: Path) -> tuple[str, ...]:
    """Runs whose commands have left results under `folder`, whether or not the record knows of them."""
    try:
        found = [each.name for each in folder.iterdir() if each.is_dir() and not each.is_symlink()]
        return tuple(sorted(name for name in found if any((folder / name).glob("*.result.json"))))
    except OSError:
        return ()


def _refuse_foreign(path: Path) -> None:
    """Raises CockpitError, OSError."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise CockpitError(f"{path} is not a folder", "links are not followed where state is kept")
    if found.st_uid != os.geteuid():
        raise CockpitError(f"{path} belongs to another user", "remove it, or use your own state folder")
    if found.st_mode & 0o077:
        raise CockpitError(f"{path} is open to others ({found.st_mode & 0o777:04o})", f"chmod 700 {path}")


def _put_aside(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.rename(path.with_name(f"{path.name}.before-{time.time_ns()}"))


def read_result(folder: str, name: str, nonce: str) -> Exit | None:
    """The end of this very attempt. None: no result, of another attempt, or not a file of ours alone."""
    found = _object(folder, name, "result.json")
    if found.get("nonce") != nonce:
        return None
    try:
        return exit_of(found)
    except (KeyError, ValueError, TypeError):
        return None


def nonce_in(folder: str, name: str) -> str:
    """Of the attempt whose files lie there; empty for none."""
    found = _nonce(folder, name, "result.json") or _nonce(folder, name, "shim.json")
    return found if isinstance(found, str) else ""


def read_identity(folder: str, name: str, nonce: str) -> Identity | None:
    """The shim that was about to start this very attempt, or had."""
    found = _object(folder, name, "shim.json")
    if found.get("nonce") != nonce:
        return None
    try:
        return identity_of(found)
    except (KeyError, ValueError, TypeError):
        return None


def exit_of(found: dict[str, Any]) -> Exit:
    """Raises KeyError, ValueError, TypeError."""
    code = found["code"]
    return Exit(
        Ending(found["ending"]),
        code=None if code is None else int(code),
        stdout=str(found["stdout"]),
        stderr=str(found["stderr"]),
        dropped=int(found["dropped"]),
        seconds=float(found["seconds"]),
        reason=str(found["reason"]),
        still_running=int(found["still_running"]),
    )


def identity_of(found: dict[str, Any]) -> Identity:
    """Raises KeyError, ValueError, TypeError."""
    words = {key: str(found[key]) for key in ("nonce", "host", "boot_id", "pid_namespace")}
    numbers = {key: int(found[key]) for key in ("shim_pid", "shim_start", "pid", "start")}
    return Identity(**words, **numbers)  # type: ignore[arg-type]  # each key is of the kind it stands under


def open_ours(folder: str, name: str) -> int:
    """A descriptor to read a regular 0600 file of ours in a folder of ours. Raises OSError."""
    inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _owned(os.fstat(inside))
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
    finally:
        os.close(inside)
    try:
        found = os.fstat(fd)
        _owned(found)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("not a regular file")
    except OSError:
        os.close(fd)
        raise
    return fd


def _owned(found: os.stat_result) -> None:
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError("not ours alone")


def _nonce(folder: str, name: str, kind: str) -> object:
    return _object(folder, name, kind).get("nonce")


def _object(folder: str, name: str, kind: str) -> dict[str, Any]:
    """What a file of ours says; empty for none, a foreign one, or half a one."""
    try:
        with open(open_ours(folder, f"{name}.{kind}"), "rb") as file:
            found = json.loads(file.read(LONGEST))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
