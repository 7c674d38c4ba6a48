"""A small file replaced as a whole: under a lock, against what was read, durable, never half written."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cockpit.adapters.failpoints import die_at
from cockpit.adapters.flags.trouble import FlagTrouble
from cockpit.core.flagd import LONGEST
from cockpit.core.levels import Seconds
from cockpit.core.runbook.work import FlagOutcome

PATIENCE: Final[Seconds] = 5.0
"""How long another writer may hold the lock; an edit takes milliseconds."""
_SECOND: Final = 1_000_000_000
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True)
class Content:
    path: Path
    """Of the file itself, with links followed."""
    data: bytes
    found: os.stat_result

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read(path: Path) -> Content:
    """Raises FlagTrouble for anything but a readable, regular file of a sane size."""
    try:
        real = path.resolve(strict=True)
        # Not blocking: a pipe would wait for somebody to write into it.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise FlagTrouble(f"{path} is not a file", "mend the path")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(LONGEST + 1)
        finally:
            os.close(descriptor)
    except (OSError, RuntimeError) as error:
        raise _trouble(path, "cannot be read", error) from None
    if len(data) > LONGEST:
        raise FlagTrouble(f"{path} is larger than {LONGEST >> 20} MiB", "split it")
    return Content(real, data, found)


@contextmanager
def locked(path: Path, patience: Seconds = PATIENCE) -> Iterator[None]:
    """One writer at a time in the folder of `path`. Raises FlagTrouble when another holds on.

    The folder is locked, not the file: the file is replaced, and a lock beside it would be litter.
    """
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, RuntimeError) as error:
        raise _trouble(path, "cannot be written", error) from None
    try:
        _lock(folder, path, time.monotonic() + patience)
        yield
    finally:
        os.close(folder)


def _lock(folder: int, path: Path, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                hint = "see who holds a lock on its folder: `lsof` tells"
                raise FlagTrouble(f"{path} is being written by somebody else", hint) from None
        except OSError as error:
            raise _trouble(path, "cannot be locked", error) from None
        time.sleep(0.005)


def replace(old: Content, data: bytes) -> str:
    """`data` instead of `old`; what is odd about it, or nothing. To be called under the lock.

    Raises FlagTrouble while the file is still as it was: CONFLICT when it is not `old` any more.
    """
    _refuse(old)
    try:
        temporary = _written(old, data)
    except OSError as error:
        raise _trouble(old.path, "cannot be written", error) from None
    try:
        # Editors and deployments know nothing of our lock.
        if read(old.path).sha256 != old.sha256:
            what = f"{old.path} was changed by somebody else at this moment"
            raise FlagTrouble(what, "look at it and try again", FlagOutcome.CONFLICT)
        os.replace(temporary, old.path)
    except OSError as error:
        raise _trouble(old.path, "cannot be replaced", error) from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    die_at("flag_replaced")
    return _made_durable(old.path.parent)


def _refuse(old: Content) -> None:
    """What stands in the way of a replacement although the folder would allow it."""
    if not old.found.st_mode & 0o222 or not os.access(old.path, os.W_OK):
        raise FlagTrouble(f"{old.path} may not be written", "mend its permissions", FlagOutcome.DENIED)
    if old.found.st_nlink > 1:
        what = f"{old.path} has a second name (a hard link), under which nothing would change"
        raise FlagTrouble(what, "make it one file, or a symbolic link", FlagOutcome.DENIED)


def _written(old: Content, data: bytes) -> str:
    descriptor, name = tempfile.mkstemp(prefix=f".{old.path.name}.", suffix=".new", dir=old.path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _keep_rights(file.fileno(), old)
            _make_newer(file.fileno(), old)
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name)
        raise
    return name


def _keep_rights(descriptor: int, old: Content) -> None:
    """Whoever read the old file must be able to read the new one. Raises FlagTrouble."""
    owner, group = old.found.st_uid, old.found.st_gid
    for wanted in ((owner, group), (-1, group)):
        with suppress(PermissionError):
            os.fchown(descriptor, *wanted)
            break
    mode = stat.S_IMODE(old.found.st_mode)
    if os.fstat(descriptor).st_gid != group and not mode & stat.S_IROTH:
        hint = f"join its group, or let the program that reads {old.path.name} change it"
        raise FlagTrouble(f"the group of {old.path} cannot be kept", hint, FlagOutcome.DENIED)
    os.fchmod(descriptor, mode)


def _make_newer(descriptor: int, old: Content) -> None:
    """Those who watch the file only look again when its time is later than the one they know."""
    now = os.fstat(descriptor).st_mtime_ns
    if now <= old.found.st_mtime_ns:
        later = old.found.st_mtime_ns + _SECOND
        os.utime(descriptor, ns=(later, later))


def _made_durable(folder: Path) -> str:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return f"a power cut may still undo it: {error.strerror}"
    return ""


def _trouble(path: Path, what: str, error: Exception) -> FlagTrouble:
    number = getattr(error, "errno", None)
    why = "it is a link that leads to itself" if number in (None, errno.ELOOP) else os.strerror(number or 0)
    if number in _FORBIDDEN:
        return FlagTrouble(f"{path} {what}: {why}", "mend its permissions", FlagOutcome.DENIED)
    return FlagTrouble(f"{path} {what}: {why}", "check the path and the disk")
