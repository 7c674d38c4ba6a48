"""Flags behind a program of one's own: JSON on its stdin, JSON on its stdout, and an exit code.

It is asked `{"op": "get"|"set", "key", "env", "want", "op_id", "comment"}` and answers `{"enabled",
"revision"}`, or null for a flag that it does not know. Exit 0 applied, 10 conflict, 11 denied, 12 needs
approval; anything else: nobody knows. No shell is between us and it.
"""

from __future__ import annotations

import asyncio
import builtins
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from cockpit.adapters.flags.checked import Checked, States, Wish
from cockpit.adapters.flags.reading_back import READ_BACK
from cockpit.adapters.flags.trouble import FlagTrouble
from cockpit.adapters.http_trouble import quoted
from cockpit.adapters.programs import ended
from cockpit.adapters.redact import redact
from cockpit.core.levels import Seconds
from cockpit.core.model import FlagStore
from cockpit.core.runbook.work import FlagCapabilities, FlagOutcome, FlagState
from cockpit.errors import SecretError
from cockpit.ports import Secrets

TIMEOUT: Final[Seconds] = 10.0
MOST: Final = 1024 * 1024
"""Bytes of its answer."""
CODES: Final[Mapping[int, FlagOutcome]] = {
    10: FlagOutcome.CONFLICT,
    11: FlagOutcome.DENIED,
    12: FlagOutcome.NEEDS_APPROVAL,
}


class Command(Checked):
    def __init__(self, store: FlagStore, secrets: Secrets, *, read_back: Seconds = READ_BACK) -> None:
        super().__init__(store, read_back=read_back)
        options = store.options
        self._argv = tuple(str(word) for word in _list(options.get("run")))
        self._cwd = str(options.get("cwd") or "") or None
        environment = options.get("env")
        self._env: Mapping[str, object] = environment if isinstance(environment, Mapping) else {}
        self._timeout = float(str(options.get("timeout") or TIMEOUT))
        self._keys = tuple(str(key) for key in _list(options.get("keys")))
        self._secrets = secrets

    def capabilities(self) -> FlagCapabilities:
        several = len(self._environments) > 1
        return FlagCapabilities(comment=True, several_environments=several, approvals=True)

    async def list(self, env: str) -> Sequence[FlagState]:
        """Those that the configuration names."""
        where, found = self.environment(env), States()
        for key in self._keys:
            if (state := await self.look(key, where)) is not None:
                found.append(state)
        return found

    async def look(self, key: str, env: str) -> FlagState | None:
        code, said = await self._asked(
            {"op": "get", "key": key, "env": env, "want": None, "op_id": "", "comment": ""}
        )
        if code == 11:
            raise FlagTrouble(said or f"{self.name} may not be read", outcome=FlagOutcome.DENIED)
        if code != 0:
            raise FlagTrouble(f"{self._argv[0]} ended with {code}: {said}".rstrip(": "))
        return _state(said, key, env)

    async def write(self, wish: Wish) -> str:
        question = {"op": "set", "key": wish.key, "env": wish.env, "want": wish.want}
        question |= {"op_id": wish.op_id, "comment": wish.comment}
        code, said = await self._asked(question)
        if code == 0:
            return ""
        outcome = CODES.get(code, FlagOutcome.UNKNOWN)
        raise FlagTrouble(f"{self._argv[0]} ended with {code}: {said}".rstrip(": "), outcome=outcome)

    async def _asked(self, question: Mapping[str, object]) -> tuple[int, str]:
        """(exit code, stdout where that is 0, else its last words). Raises FlagTrouble."""
        environ, secrets = await self._environment()
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=self._cwd,
                env=environ,
                # Ctrl+c and a closed terminal are ours, not its.
                start_new_session=True,
                limit=MOST,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it cannot be started"
            raise FlagTrouble(f"{self._argv[0]} is not run: {why}", "is it installed?") from None
        try:
            async with asyncio.timeout(self._timeout):
                out, err = await _spoken(process, json.dumps(question).encode())
        except TimeoutError:
            what = f"{self._argv[0]} did not end within {self._timeout:g} s"
            raise FlagTrouble(what, outcome=FlagOutcome.UNKNOWN) from None
        finally:
            await ended(process)
        code = process.returncode
        assert code is not None
        if code == 0:
            return code, redact(out.decode("utf-8", "replace"), secrets)
        words = (err or out).decode("utf-8", "replace").strip().rpartition("\n")[2]
        return code, quoted(redact(words, secrets))

    async def _environment(self) -> tuple[dict[str, str], Sequence[str]]:
        """(its whole environment, the secrets in it); references are looked up at each use."""
        found = dict(os.environ)
        values: builtins.list[str] = []
        for name, value in self._env.items():
            text = str(value)
            if text.startswith(("env:", "file:", "command:")):
                try:
                    text = await self._secrets.value(text)
                except SecretError as error:
                    raise FlagTrouble(error.message, error.hint) from None
                values.append(text)
            found[name] = text
        return found, values


async def _spoken(process: asyncio.subprocess.Process, question: bytes) -> tuple[bytes, bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(question)
        await process.stdin.drain()
    process.stdin.close()
    out, err = await asyncio.gather(_all_of(process.stdout), _all_of(process.stderr))
    await process.wait()
    return out, err


async def _all_of(stream: asyncio.StreamReader) -> bytes:
    """The first MiB; the rest is read too, so that the program does not wait for us."""
    said = bytearray()
    while piece := await stream.read(64 * 1024):
        said += piece[: max(0, MOST - len(said))]
    return bytes(said)


def _state(said: str, key: str, env: str) -> FlagState | None:
    try:
        document = json.loads(said)
    except (ValueError, RecursionError):
        document = said
    match document:
        case None:
            return None
        case {"enabled": bool() | str() | int() | float() as value, **rest}:
            return FlagState(key, env, value, str(rest.get("revision") or ""), record={"enabled": value})
    raise FlagTrouble('its answer is no {"enabled": ..., "revision": ...}', "see what it prints by hand")


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
