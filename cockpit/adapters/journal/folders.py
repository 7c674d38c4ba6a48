"""The folder of a journal: whose it is, who may read it, and what is refused to be touched in it."""

from __future__ import annotations

import os
import stat
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cockpit.adapters.journal import mounts
from cockpit.adapters.journal.trouble import translated
from cockpit.errors import JournalError

CREATE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
OPEN: Final = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Folder:
    """Ours alone (0700, files 0600), or with a `group` shared by its accounts (2770, 0660)."""

    path: Path
    group: str = ""

    @property
    def mode(self) -> int:
        return 0o2770 if self.group else 0o700

    @property
    def file_mode(self) -> int:
        return 0o660 if self.group else 0o600

    def make(self) -> None:
        """Makes it where it is missing, then checks it. Raises JournalError."""
        with translated(self.path):
            if not os.path.lexists(self.path):
                parents = 0o755 if self.group else 0o700
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=parents)
                self._put_in_place()
        self.check()

    def check(self) -> None:
        """Raises JournalError for one that is missing, of somebody else, open to others or on a network."""
        with translated(self.path):
            if not self.group:
                self._check_parent()
            found = os.lstat(self.path)
        if not stat.S_ISDIR(found.st_mode):
            raise _refused(self.path, _kind(found), "name the real folder in journal.sqlite")
        self._check_owner(self.path, found)
        wrong = found.st_mode & 0o777 != self.mode & 0o777
        if wrong or (self.group and not found.st_mode & stat.S_ISGID):
            raise _wrong_mode(self.path, found, self.mode)
        if kind := mounts.networked(self.path):
            raise _refused(
                self.path, f"lies on a network file system ({kind})", "name a folder on a local disk"
            )

    def within(self, name: str) -> Folder:
        """A folder inside, as `runs`, made where it is missing."""
        inside = replace(self, path=self.path / name)
        inside.make()
        return inside

    def check_file(self, name: str) -> os.stat_result | None:
        """Raises JournalError for a file that is not as we make them; None: there is none.

        Without opening it: closing any descriptor of a database drops the locks that SQLite holds on it.
        """
        path = self.path / name
        with translated(path):
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                return None
        if not stat.S_ISREG(found.st_mode):
            raise _refused(path, _kind(found), "move it away")
        self._check_owner(path, found)
        if stat.S_IMODE(found.st_mode) != self.file_mode:
            raise _wrong_mode(path, found, self.file_mode)
        return found

    def open_file(self, name: str) -> int:
        """A descriptor of a small file of ours, as a lock, made where it is missing. Raises JournalError."""
        if self.check_file(name) is None:
            self._make_file(name)
            self.check_file(name)
        with translated(self.path / name):
            return os.open(self.path / name, OPEN)

    def new_file(self, name: str) -> None:
        """An empty file with the right owner and mode. Raises OSError; FileExistsError where there is one."""
        gid = self.gid() if self.group else -1
        descriptor = os.open(self.path / name, CREATE, self.file_mode)
        try:
            os.fchown(descriptor, -1, gid)
            os.fchmod(descriptor, self.file_mode)
        finally:
            os.close(descriptor)

    def gid(self) -> int:
        """Raises JournalError where nobody knows the group."""
        import grp

        try:
            return grp.getgrnam(self.group).gr_gid
        except KeyError:
            message = f"journal {self.path}: there is no group '{self.group}' on this machine"
            raise JournalError(message, "mend journal.group") from None

    def _make_file(self, name: str) -> None:
        """Under another name first: nobody ever sees it with a mode that is not yet right."""
        new = f".{name}.{uuid.uuid4().hex}"
        with translated(self.path / name):
            self.new_file(new)
            try:
                os.link(self.path / new, self.path / name)
            except FileExistsError:
                pass  # somebody else was quicker
            finally:
                os.unlink(self.path / new)

    def _put_in_place(self) -> None:
        """Under another name first, as a file."""
        gid = self.gid() if self.group else -1
        new = self.path.with_name(f".{uuid.uuid4().hex}.new")
        os.mkdir(new, 0o700)
        try:
            os.chown(new, -1, gid)
            os.chmod(new, self.mode)
            os.rename(new, self.path)
        except OSError:
            os.rmdir(new)
            if not os.path.lexists(self.path):
                raise
        sync(self.path.parent)

    def _check_owner(self, path: Path, found: os.stat_result) -> None:
        if self.group and found.st_gid != self.gid():
            raise _refused(
                path, f"does not belong to the group '{self.group}'", f"run `chgrp {self.group} {path}`"
            )
        if not self.group and found.st_uid != os.geteuid():
            hint = "run as that account, or name a folder of your own in journal.sqlite"
            raise _refused(path, f"belongs to {_account(found.st_uid)}", hint)

    def _check_parent(self) -> None:
        """Whoever may rename in it could put another folder in our place between two looks."""
        above = self.path.parent
        found = os.stat(above)
        if found.st_uid not in (0, os.geteuid()):
            raise _refused(
                above, f"belongs to {_account(found.st_uid)}", "name another folder in journal.sqlite"
            )
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise _refused(above, "can be changed by everybody", f"run `chmod o-w {above}`")


def sync(folder: Path) -> None:
    """Names in `folder` are on disk when it returns. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(path: Path, why: str, hint: str) -> JournalError:
    return JournalError(f"journal {path}: {why}; refused", hint)


def _wrong_mode(path: Path, found: os.stat_result, wanted: int) -> JournalError:
    return _refused(path, f"has mode {stat.S_IMODE(found.st_mode):04o}", f"run `chmod {wanted:04o} {path}`")


def _kind(found: os.stat_result) -> str:
    return "is a symbolic link" if stat.S_ISLNK(found.st_mode) else "is not what should be there"


def _account(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"
