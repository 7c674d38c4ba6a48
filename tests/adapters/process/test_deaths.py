"""Whoever dies in the middle, the command runs once, and what is told afterwards is true."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from cockpit.adapters.process import SHIM, spelled
from cockpit.core.runbook.work import Ending, Exit, Identity, Started, Trace

from .parents import give, hear, parent
from .place import Place, bearers, everything, is_alive, until


def started(line: str) -> Identity:
    return Identity(**json.loads(line)["Started"]["identity"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_a_killed_cockpit_neither_kills_nor_repeats_its_command(
    place: Place, number: signal.Signals
) -> None:
    job = place.sh("sleep 0.6; echo once >> count; echo said", cwd=str(place.path))
    with parent() as cockpit:
        give(cockpit, job)
        identity = started(hear(cockpit))
        os.killpg(cockpit.pid, number)
        cockpit.wait()
    assert (await place.find(job, identity)).trace is Trace.RUNNING
    found = await place.settled(job, identity)
    assert found.trace is Trace.ENDED
    assert found.exit
    assert replace(found.exit, seconds=0) == Exit(Ending.EXITED, 0, "said\n")
    assert (place.path / "count").read_text() == "once\n"


async def test_a_closed_terminal_ends_the_cockpit_and_not_the_command(place: Place) -> None:
    job = place.sh("sleep 0.6; echo once >> count", cwd=str(place.path))
    master, slave = pty.openpty()
    with parent(terminal=slave) as cockpit:
        os.close(slave)
        give(cockpit, job)
        identity = started(hear(cockpit))
        os.close(master)
        assert cockpit.wait(20) == -signal.SIGHUP
    assert (await place.find(job, identity)).trace is Trace.RUNNING
    found = await place.settled(job, identity)
    assert found.exit
    assert (found.exit.ending, found.exit.code) == (Ending.EXITED, 0)
    assert (place.path / "count").read_text() == "once\n"


async def test_a_cockpit_that_is_stopped_and_continued_hears_the_end(place: Place) -> None:
    job = place.sh("echo a; sleep 0.3; echo b; exit 3")
    with parent() as cockpit:
        give(cockpit, job)
        identity = started(hear(cockpit))
        os.kill(cockpit.pid, signal.SIGSTOP)
        found = await place.settled(job, identity)
        os.kill(cockpit.pid, signal.SIGCONT)
        lines = list(cockpit.stdout or ())
    assert found.exit
    assert json.loads(lines[-1])["Exit"]["code"] == found.exit.code == 3


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE]
)
async def test_a_shim_is_deaf_to_what_closing_terminals_send(place: Place, number: int) -> None:
    job = place.sh("sleep 0.3; exit 4")
    identity = await place.left_alone(job)
    os.kill(identity.shim_pid, number)
    found = await place.settled(job, identity)
    assert found.exit
    assert (found.exit.ending, found.exit.code) == (Ending.EXITED, 4)


async def test_a_killed_shim_leaves_an_orphan_then_nothing_and_never_an_end(place: Place) -> None:
    job = place.sh("sleep 0.8; echo once >> count", cwd=str(place.path))
    running = place.commands.run(job)
    first = await anext(running)
    assert isinstance(first, Started)
    os.kill(first.identity.shim_pid, signal.SIGKILL)
    await until(lambda: not is_alive(first.identity.shim_pid))
    found = await place.find(job, first.identity)
    assert found.trace is Trace.ORPHANED
    assert str(first.identity.pid) in found.where
    began = time.monotonic()
    (end,) = await everything(running)
    assert isinstance(end, Exit)
    assert (end.ending, end.code) == (Ending.LOST, None)
    assert time.monotonic() - began > 0.4, "nobody may reconcile while it lives"
    assert (place.path / "count").read_text() == "once\n"
    assert (await place.find(job, first.identity)).trace is Trace.GONE


async def test_a_look_whose_shim_is_killed_is_lost_as_well(place: Place) -> None:
    running = place.commands.run(place.job("sleep", "0.3", folder=""))
    first = await anext(running)
    assert isinstance(first, Started)
    os.kill(first.identity.shim_pid, signal.SIGKILL)
    (end,) = await everything(running)
    assert isinstance(end, Exit)
    assert end.ending is Ending.LOST


async def test_an_orphan_is_adopted_until_all_of_it_has_gone(place: Place) -> None:
    escape = (
        "import os,time; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0); time.sleep(1)"
    )
    job = place.job("python3", "-c", escape)
    running = place.commands.run(job)
    first = await anext(running)
    assert isinstance(first, Started)
    os.kill(first.identity.shim_pid, signal.SIGSTOP)
    # Only what has left the session is alive: it still bears the attempt's name.
    await until(lambda: not is_alive(first.identity.pid) and len(bearers(job.nonce)) == 1)
    os.kill(first.identity.shim_pid, signal.SIGKILL)
    await until(lambda: not is_alive(first.identity.shim_pid))
    found = await place.find(job, first.identity)
    assert (found.trace, found.where) == (Trace.ORPHANED, f"pid {bearers(job.nonce)[0]}")
    (end,) = await everything(place.commands.adopt(job.folder, job.name, first.identity))
    assert isinstance(end, Exit)
    assert end.ending is Ending.LOST
    assert bearers(job.nonce) == []


@pytest.mark.parametrize(
    ("point", "trace", "happened"),
    [
        ("before_exec", Trace.GONE, False),
        ("after_exec", Trace.GONE, True),
        ("before_result", Trace.GONE, True),
        ("after_result", Trace.ENDED, True),
    ],
)
@pytest.mark.parametrize("cockpit_too", [False, True], ids=["cockpit-listens", "cockpit-dies"])
async def test_a_shim_that_dies_at_a_named_point(
    place: Place, point: str, trace: Trace, happened: bool, cockpit_too: bool
) -> None:
    job = place.sh("sleep 0.1; echo once >> count", cwd=str(place.path))
    with parent(die_at=point) as cockpit:
        give(cockpit, job)
        if cockpit_too:
            cockpit.kill()
        else:
            lines = list(cockpit.stdout or ())
            assert json.loads(lines[-1])["Exit"]["ending"] == (
                "exited" if happened and trace is Trace.ENDED else "lost"
            )
    if cockpit_too:
        # Killed this early, the job may never have reached a shim.
        await asyncio.sleep(0.5)
    found = await place.settled(job, None)
    count = (place.path / "count").read_text() if (place.path / "count").exists() else ""
    if not cockpit_too:
        assert (found.trace, count) == (trace, "once\n" if happened else "")
    assert count in ("", "once\n")
    assert not (found.trace is Trace.ENDED and not count)


def test_half_a_job_is_no_job(place: Place) -> None:
    """A cockpit that dies while it tells the shim what to do has told it nothing."""
    given = spelled(place.job("touch", f"{place.path}/canary", folder=""))
    for length in (0, 1, len(given) // 2, len(given) - 1):
        done = subprocess.run(
            [sys.executable, "-I", "-S", SHIM], input=given[:length], capture_output=True, check=True
        )
        assert done.stdout == b""
    assert not (place.path / "canary").exists()


async def test_a_cockpit_that_leaves_while_much_is_said_does_not_disturb_the_shim(place: Place) -> None:
    """Output and the news that nobody listens any more come in the same round."""
    for at in range(10):
        job = place.sh("for i in $(seq 300); do echo $i; echo $i >&2; done; exit 5", name=f"n{at}")
        identity = await place.left_alone(job)
        found = await place.settled(job, identity)
        assert found.exit
        assert (found.exit.code, found.exit.stdout.count("\n")) == (5, 300)
