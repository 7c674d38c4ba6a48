"""Files that cockpit writes for people: whole or not at all, for their owner alone, never over another."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cockpit.core.model import Model
from cockpit.errors import UsageError

CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
MINE: Final = 0o600
MOST_TRIES: Final = 1_000


def put(path: Path, text: str, *, force: bool = False) -> None:
    """Raises UsageError when it cannot be, or when something is there already and `force` is not given."""
    if not path.name:
        raise UsageError(f"'{path}' is no name of a file", "name one, as in out.txt")
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    reserved = False
    try:
        if not force:  # whoever comes second finds it taken, however close they are
            os.close(os.open(path, CREATE, MINE))
            reserved = True
        elif path.exists() and not path.is_file():  # in the place of /dev/null nobody wants a file
            raise OSError(errno.EINVAL, "it is no file")
        _write(beside, text)
        os.replace(beside, path)
    except FileExistsError:
        raise UsageError(f"{path} is there already", "name another file, or --force to replace it") from None
    except OSError as error:
        if reserved:
            with suppress(OSError):
                os.unlink(path)
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}", "name another file"
        ) from None
    finally:
        with suppress(OSError):
            os.unlink(beside)


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, CREATE, MINE), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def folder_for(model: Model) -> Path:
    """The current folder where it can be written, else one among our own state, made where it is missing."""
    here = os.curdir
    with suppress(OSError):  # somebody may have taken it away
        here = os.getcwd()
        if os.access(here, os.W_OK | os.X_OK):
            return Path(here)
    from cockpit.wiring.acting import state_folder

    path = state_folder(model)[0] / "exports"
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(
            f"neither {here} nor {path} can be written: {why}", "change into another folder"
        ) from None
    return path


def unused(folder: Path, stem: str, suffixes: Iterable[str]) -> str:
    """`stem`, or with a number behind it where a file of that name is there."""
    endings = list(suffixes)
    names = [stem, *(f"{stem}.{number}" for number in range(2, MOST_TRIES))]
    free = (each for each in names if not any(os.path.lexists(folder / f"{each}{end}") for end in endings))
    return next(free, f"{stem}.{secrets.token_hex(4)}")
