"""TERM, grace, KILL: at the timeout and when a person asks, for all that the command has started."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.core.runbook.work import Ending, Exit, Started, Trace
from cockpit.errors import CockpitError

from .place import Place, bearers, is_alive, until

ESCAPE = "python3 -c 'import os,time; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0); "
"""A daemon as in the book: its session is its own, its parent is gone."""


async def test_a_timeout_says_term_first(place: Place) -> None:
    job = place.sh("trap 'echo bye; exit 4' TERM; sleep 60 & wait", timeout=0.3)
    end = await place.end(job)
    assert replace(end, seconds=0) == Exit(Ending.TIMED_OUT, 4, "bye\n")
    assert bearers(job.nonce) == []


async def test_who_ignores_term_is_killed_after_its_grace(place: Place) -> None:
    job = place.sh("trap '' TERM; while :; do sleep 0.05; done", timeout=0.2, kill_grace=0.3)
    end = await place.end(job)
    assert replace(end, seconds=0) == Exit(Ending.TIMED_OUT, 9)
    assert end.seconds >= 0.5
    assert bearers(job.nonce) == []


async def test_a_child_that_ignores_term_is_dead_when_the_timeout_is_told(place: Place) -> None:
    """Reconciling begins with the Exit; nobody may still be writing then."""
    job = place.sh("(trap '' TERM; sleep 61; sleep 62) & exec sleep 60", timeout=0.2, kill_grace=0.3)
    end = await place.end(job)
    assert (end.ending, end.code, end.still_running) == (Ending.TIMED_OUT, 15, 0)
    assert bearers(job.nonce) == []


async def test_who_leaves_the_session_is_found_and_stopped(place: Place) -> None:
    job = place.sh(f"{ESCAPE} time.sleep(60)'; sleep 60", timeout=1.0, kill_grace=0.3)
    end = await place.end(job)
    assert (end.ending, end.still_running) == (Ending.TIMED_OUT, 0)
    assert bearers(job.nonce) == []


async def test_who_outlives_the_leader_is_counted_and_left_alone(place: Place) -> None:
    job = place.sh(f"{ESCAPE} time.sleep(60)'; sleep 60 & exit 0")
    end = await place.end(job)
    assert (end.ending, end.code) == (Ending.EXITED, 0)
    assert end.still_running >= 1
    assert await until(lambda: len(bearers(job.nonce)) == 2)


async def test_a_stopped_command_hears_term_and_times_out(place: Place) -> None:
    job = place.sh("trap 'echo heard; exit 5' TERM; kill -STOP $$; sleep 60 & wait", timeout=0.5)
    end = await place.end(job)
    assert replace(end, seconds=0) == Exit(Ending.TIMED_OUT, 5, "heard\n")


async def test_a_person_can_interrupt(place: Place) -> None:
    job = place.sh("trap 'echo stopped; exit 6' TERM; echo up; sleep 60 & wait")
    heard = []
    async for each in place.commands.run(job):
        heard.append(each)
        if len(heard) == 2:
            assert isinstance(heard[0], Started)
            assert await place.commands.interrupt(heard[0].identity)
    end = heard[-1]
    assert isinstance(end, Exit)
    assert replace(end, seconds=0) == Exit(Ending.INTERRUPTED, 6, "up\nstopped\n")
    identity = heard[0].identity
    await until(lambda: not is_alive(identity.shim_pid))
    assert not await place.commands.interrupt(identity)


async def test_what_outlived_the_leader_can_be_interrupted_too(place: Place) -> None:
    job = place.sh("sleep 60 & exit 0")
    started, end = await place.heard(job)
    assert isinstance(started, Started)
    assert bearers(job.nonce)
    assert await place.commands.interrupt(started.identity)
    await until(lambda: not bearers(job.nonce) and not is_alive(started.identity.shim_pid))
    assert (await place.find(job, started.identity)).exit == end


async def test_orphans_of_a_dead_shim_can_be_interrupted(place: Place) -> None:
    job = place.job("sleep", "60")
    identity = await place.left_alone(job)
    os.kill(identity.shim_pid, signal.SIGKILL)
    await until(lambda: not is_alive(identity.shim_pid))
    assert await place.commands.interrupt(identity)
    assert bearers(job.nonce) == []
    assert (await place.settled(job, identity)).trace is Trace.GONE


async def test_another_process_with_the_same_pid_is_never_signalled(place: Place) -> None:
    job = place.job("sleep", "60")
    identity = await place.left_alone(job)
    assert not await place.commands.interrupt(
        replace(identity, shim_start=identity.shim_start + 1, nonce="other")
    )
    with pytest.raises(CockpitError, match="it runs on far-away"):
        await place.commands.interrupt(replace(identity, host="far-away"))
    await asyncio.sleep(0.2)
    assert (await place.find(job, identity)).trace is Trace.RUNNING


async def test_a_stopped_shim_goes_on_where_it_was(place: Place, tmp_path: Path) -> None:
    job = place.sh("sleep 0.2; exit 8")
    identity = await place.left_alone(job)
    os.kill(identity.shim_pid, signal.SIGSTOP)
    await asyncio.sleep(0.5)
    assert (await place.find(job, identity)).trace is Trace.RUNNING
    os.kill(identity.shim_pid, signal.SIGCONT)
    found = await place.settled(job, identity)
    assert found.exit
    assert (found.exit.ending, found.exit.code) == (Ending.EXITED, 8)
