"""Secrets by reference, looked up at each use: `env:NAME`, `file:PATH`, `command:argv`.

No message of this module holds a value, nor the arguments of a command, which may be half a secret already.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shlex
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cockpit.adapters.programs import ended
from cockpit.core.levels import Seconds
from cockpit.errors import SecretError

MOST: Final = 64 * 1024
"""Bytes of a secret; a private key has a tenth of that."""
PATIENCE: Final[Seconds] = 10.0
_KINDS: Final = "write env:NAME, file:/PATH or command:PROGRAM ARGUMENTS"


class Secrets:
    """Behind `ports.Secrets`. All raise SecretError."""

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        trusts: Callable[[str], bool] = lambda command: False,
        patience: Seconds = PATIENCE,
    ) -> None:
        """`trusts` is asked before a command runs, with what stands behind `command:`.

        By default none runs: a configuration that was only unpacked somewhere must not run anything.
        """
        self._environ = os.environ if environ is None else environ
        self._trusts = trusts
        self._patience = patience
        self._asking = asyncio.Lock()

    async def value(self, reference: str) -> str:
        kind, _, where = reference.partition(":")
        match kind:
            case "env":
                return self._from_environment(where)
            case "file":
                # In a thread: it may lie on a network share that hangs.
                return await asyncio.to_thread(_from_file, where)
            case "command":
                return await self._from_command(where)
        # What stands there may be the secret itself, so it is not quoted.
        raise SecretError("a secret is given as something else than a reference", _KINDS)

    def _from_environment(self, name: str) -> str:
        value = self._environ.get(name)
        if not value:
            state = "is empty" if value == "" else "is not set"
            raise SecretError(f"the environment variable {name} {state}", f"export {name} and start again")
        return value

    async def _from_command(self, command: str) -> str:
        try:
            argv = shlex.split(command)
        except ValueError:
            raise SecretError("a command has quotes that do not match", _KINDS) from None
        if not argv:
            raise SecretError("a command names no program", _KINDS)
        program = f"the command {argv[0]}"
        async with self._asking:  # one question at a time, in a thread: a person takes their time
            trusted = await asyncio.to_thread(self._trusts, command)
        if not trusted:
            hint = "run `cockpit trust` in a terminal: it shows the command and asks"
            raise SecretError(f"{program} is not trusted yet, so it was not run", hint)
        said, code = await self._run(argv, program)
        if code != 0:
            raise SecretError(f"{program} ended with {code}", "run it by hand to see why")
        return _text(said, program)

    async def _run(self, argv: list[str], program: str) -> tuple[bytes, int]:
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                # It may say the secret in its complaints; nobody shows them.
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(self._environ),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it cannot be started"
            raise SecretError(f"{program} is not run: {why}", "is it installed?") from None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._patience):
                said = await _all_of(process.stdout)
                if len(said) > MOST:
                    raise SecretError(f"{program} says more than {MOST // 1024} KiB", "is it the right one?")
                return said, await process.wait()
        except TimeoutError:
            hint = "does it wait for somebody to type? unlock it first"
            raise SecretError(f"{program} did not end within {self._patience:g} s", hint) from None
        finally:
            await ended(process)  # whoever asked for a secret wants no daemon


async def _all_of(stream: asyncio.StreamReader) -> bytes:
    """Up to one byte more than a secret may have."""
    said = bytearray()
    while len(said) <= MOST and (piece := await stream.read(MOST + 1 - len(said))):
        said += piece
    return bytes(said)


def _from_file(where: str) -> str:
    path = Path(where).expanduser() if where.startswith("~/") else Path(where)
    if not path.is_absolute():
        # It would depend on the folder in which cockpit was started.
        raise SecretError(f"the secret file {path} has no whole path", "write file:/...")
    name = f"the secret file {path}"
    try:
        descriptor = _opened(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise SecretError(f"{name} cannot be read: {why}", "check the path and its rights") from None
    try:
        # Before anything is made of it: a folder opens, too.
        _refuse(os.fstat(descriptor), name, path)
        said = _read(descriptor)
    except OSError as error:
        raise SecretError(f"{name} cannot be read: {error.strerror}", "check its disk") from None
    finally:
        os.close(descriptor)
    if len(said) > MOST:
        raise SecretError(f"{name} is larger than {MOST // 1024} KiB", "is it the right one?")
    return _text(said, name)


def _opened(path: Path) -> int:
    """Through a link only where the link is ours or root's, as secrets in containers are. Raises OSError."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(path, flags | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno != errno.ELOOP or os.lstat(path).st_uid not in (0, os.geteuid()):
            raise
    return os.open(path, flags)


def _read(descriptor: int) -> bytes:
    """Up to one byte more than a secret may have. Raises OSError."""
    said = bytearray()
    while len(said) <= MOST and (piece := os.read(descriptor, MOST + 1 - len(said))):
        said += piece
    return bytes(said)


def _refuse(found: os.stat_result, name: str, path: Path) -> None:
    """As ssh does with keys; what others own and show around, as root does in containers, is their choice."""
    if not stat.S_ISREG(found.st_mode):
        raise SecretError(f"{name} is not a file", "name a file")
    if found.st_uid not in (0, os.geteuid()):
        raise SecretError(f"{name} belongs to somebody else", "use a file of your own")
    if found.st_uid == os.geteuid() and found.st_mode & 0o077:
        mode = stat.S_IMODE(found.st_mode)
        raise SecretError(f"{name} can be read by others (mode {mode:04o})", f"run `chmod 600 {path}`")


def _text(said: bytes, name: str) -> str:
    """Without the newline that an editor or `echo` leaves at the end."""
    try:
        value = said.decode("utf-8")
    except UnicodeDecodeError:
        raise SecretError(f"{name} gives no UTF-8 text", "encode it, as with base64") from None
    value = value.removesuffix("\n").removesuffix("\r")
    if not value or "\0" in value:
        raise SecretError(f"{name} gives nothing" if not value else f"{name} gives NUL bytes", "look at it")
    return value
