"""Commands, each under a shim of its own that outlives us; the port `Runner` for this machine."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, Final

from cockpit.adapters import process_find, shim
from cockpit.adapters.proc import is_here, members, shim_of
from cockpit.adapters.process_folder import exit_of, identity_of, prepare, read_result
from cockpit.adapters.process_follow import Follower
from cockpit.core.levels import Seconds
from cockpit.core.runbook.work import Ending, Exit, Found, Heard, Identity, Job, Output, Started
from cockpit.errors import CockpitError

SHIM: Final = str(Path(shim.__file__).resolve())
CHUNK: Final = 64 * 1024
PAUSE: Final[Seconds] = 0.1
"""Between looks at a command whose shim does not talk to us."""


class Commands:
    """Each has its own shim, session and process group; nothing of them hangs on this object."""

    async def run(self, job: Job) -> AsyncIterator[Heard]:
        """Live output has gaps when it comes faster than it is read; the Exit has all that is kept.

        Raises CockpitError before anything is started: a job with a folder elsewhere than on Linux, a folder
        that is not ours alone, an attempt that was started before.
        """
        if job.folder:
            _refuse_elsewhere()
            await asyncio.to_thread(prepare, job.folder, job.name, job.nonce)
        told: Identity | None = None
        async with aclosing(_messages(job)) as messages:
            async for message in messages:
                match message:
                    case {"hello": identity}:
                        told = identity_of(identity)
                    case {"started": identity}:
                        yield Started(identity_of(identity))
                    case {"out": text}:
                        yield Output("stdout", text)
                    case {"err": text}:
                        yield Output("stderr", text)
                    case {"exit": result}:
                        yield exit_of(result)
                        return
        yield await _end_of_silence(job, told)

    async def foreign(self, folder: str, name: str) -> Found | None:
        """What an attempt that is not on record has left in its place; None: nothing."""
        return await asyncio.to_thread(process_find.foreign, folder, name)

    async def find(self, folder: str, name: str, nonce: str, identity: Identity | None) -> Found:
        return await asyncio.to_thread(process_find.find, folder, name, nonce, identity)

    async def adopt(self, folder: str, name: str, identity: Identity) -> AsyncIterator[Heard]:
        """No Started comes. Raises CockpitError for an attempt that is not visible from here."""
        if not is_here(identity):
            raise CockpitError(f"it runs on {identity.host}, not visible from here", "look there")
        follower = Follower(folder, name)
        try:
            while True:
                # The end is looked for before the output is read: nothing is said after an end.
                ended = await asyncio.to_thread(_end, folder, name, identity)
                for output in follower.read():
                    yield output
                if ended:
                    yield ended
                    return
                await asyncio.sleep(PAUSE)
        finally:
            follower.close()

    async def interrupt(self, identity: Identity) -> bool:
        """Raises CockpitError for an attempt that is not visible from here."""
        return await asyncio.to_thread(process_find.interrupt, identity)


def _refuse_elsewhere() -> None:
    if sys.platform != "linux":
        raise CockpitError(
            f"commands that change something are not run on {sys.platform}",
            "a crash could not be told from success here; use a Linux machine",
        )


async def _messages(job: Job) -> AsyncGenerator[dict[str, Any], None]:
    """What the shim says, until it has nothing more to say. Leaving closes only our end of the pipe."""
    loop = asyncio.get_running_loop()
    ours, theirs = os.pipe()
    # Shielded: once begun, a start is finished, whether or not anybody still listens.
    launched = loop.run_in_executor(None, _launch, job, theirs)
    reader = asyncio.StreamReader(CHUNK)
    pipe = os.fdopen(ours, "rb", 0)
    try:
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    except BaseException:
        pipe.close()
        raise
    try:
        if why := await asyncio.shield(launched):
            yield {"exit": _not_started(why)}
        waiting = bytearray()
        while data := await reader.read(CHUNK):
            waiting += data
            if b"\n" in data:
                *lines, waiting = waiting.split(b"\n")
                for line in lines:
                    yield json.loads(line)
    finally:
        transport.close()


def _launch(job: Job, report: int) -> str:
    """Why the shim could not be started; empty: it has its job. Takes `report` over.

    What we start ends at once and leaves the shim to init: nobody has to wait for it, no zombie stays.
    """
    command = [sys.executable, "-I", "-S", SHIM]
    env = {key: os.environ[key] for key in ("COCKPIT_DIE_AT",) if key in os.environ}
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=report,
            stderr=subprocess.DEVNULL,
            env={**env, "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        ) as launcher:
            assert launcher.stdin
            # A shim that dies over its job has not started anything, and its silence says so.
            with suppress(BrokenPipeError):
                launcher.stdin.write(spelled(job))
                launcher.stdin.close()
    except OSError as error:
        return f"its shim cannot be started: {error.strerror}"
    finally:
        os.close(report)
    return ""


def spelled(job: Job) -> bytes:
    """As the shim wants it told; half of it is no JSON and starts nothing."""
    return json.dumps(
        {
            "nonce": job.nonce,
            "argv": job.argv,
            "env": dict(job.env),
            "cwd": job.cwd,
            "folder": job.folder,
            "name": job.name,
            "timeout": job.timeout,
            "kill_grace": job.kill_grace,
            "start_by": job.start_by,
            "stdin": job.stdin,
            "secrets": job.secrets,
        }
    ).encode()


def _not_started(why: str) -> dict[str, object]:
    return {
        "ending": Ending.NOT_STARTED,
        "code": None,
        "stdout": "",
        "stderr": "",
        "dropped": 0,
        "seconds": 0.0,
        "reason": why,
        "still_running": 0,
    }


async def _end_of_silence(job: Job, told: Identity | None) -> Exit:
    """The shim has gone silent without an exit. Without a hello, which comes before all, nothing ran."""
    if told is None:
        return Exit(Ending.NOT_STARTED, reason="its shim died before it had begun")
    while True:
        if ended := await asyncio.to_thread(_end, job.folder, job.name, told):
            return ended
        await asyncio.sleep(PAUSE)


def _end(folder: str, name: str, identity: Identity) -> Exit | None:
    """Its result, or LOST when nothing is alive that could still write one; None: not yet."""
    if found := _result(folder, name, identity):
        return found
    if shim_of(identity) or members(identity):
        return None
    lost = Exit(Ending.LOST, reason="its shim died, too: it may or may not have happened")
    return _result(folder, name, identity) or lost


def _result(folder: str, name: str, identity: Identity) -> Exit | None:
    return read_result(folder, name, identity.nonce) if folder else None
