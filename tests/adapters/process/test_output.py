"""What a command says: bounded, decodable, never waited for."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from cockpit.adapters.shim import CHUNK, HEAD, TAIL, Kept
from cockpit.core.runbook.work import Ending, Exit, Output, Started

from .place import Place, children, read, text_of, until

MIB = 1024 * 1024


async def flood(place: Place, count: int, folder: str) -> tuple[Exit, int]:
    """(end, largest resident size of the shim in bytes)"""
    job = place.sh(f"yes 'all is well' | head -c {count}", folder=folder, secrets=("hunter2-hunter2",))
    largest, pid, end = 0, 0, None
    async for each in place.commands.run(job):
        match each:
            case Started(identity):
                pid = identity.shim_pid
            case Output():
                pages = int(read(f"/proc/{pid}/statm").split()[1])
                largest = max(largest, pages * os.sysconf("SC_PAGESIZE"))
            case Exit():
                end = each
    assert end
    return end, largest


@pytest.mark.parametrize(
    "count", [64 * MIB, pytest.param(1024 * MIB, marks=pytest.mark.slow)], ids=["64-MiB", "1-GiB"]
)
@pytest.mark.parametrize("kept", [True, False], ids=["step", "look"])
async def test_a_flood_fits_into_bounded_memory_and_disk(place: Place, count: int, kept: bool) -> None:
    end, largest = await flood(place, count, place.folder if kept else "")
    assert (end.ending, end.code, end.dropped) == (Ending.EXITED, 0, count - HEAD - TAIL)
    assert largest < 40 * MIB
    assert end.stdout.count("\n[... ") == 1
    if kept:
        size = (place.root / "step.1.1.do.out").stat().st_size
        assert HEAD + TAIL <= size <= HEAD + 2 * TAIL + CHUNK


async def test_the_beginning_and_the_end_are_kept(place: Place) -> None:
    end = await place.end(place.sh("echo first; head -c 3000000 /dev/zero | tr '\\0' .; echo; echo last"))
    assert end.stdout.startswith("first\n...")
    assert end.stdout.endswith("...\nlast\n")
    assert end.dropped == len("first\n\nlast\n") + 3_000_000 - HEAD - TAIL


def test_kept_says_what_is_missing_at_the_seam() -> None:
    kept = Kept(4, 3)
    for at in range(10):
        kept.add(b"%d" % at)
    assert (kept.bytes(), kept.dropped) == (b"0123\n[... 3 bytes left out ...]\n789", 3)


def test_nothing_is_missing_that_fits() -> None:
    kept = Kept(4, 3)
    kept.add(b"0123456")
    assert (kept.bytes(), kept.dropped) == (b"0123456", 0)


async def test_bytes_that_are_no_text_are_replaced(place: Place) -> None:
    heard = await place.heard(place.sh(r"printf 'a\377b\303'; sleep 0.2; printf '\244c'"))
    end = heard[-1]
    assert isinstance(end, Exit)
    assert end.stdout == "a\ufffdbäc"
    assert text_of(heard) == end.stdout


async def test_a_grandchild_that_holds_stdout_does_not_delay_the_result(place: Place) -> None:
    job = place.sh("(sleep 1.5; echo late) & echo early")
    began = time.monotonic()
    heard = await place.heard(job)
    end = heard[-1]
    assert isinstance(end, Exit)
    assert (end.stdout, end.code) == ("early\n", 0)
    assert end.still_running in (1, 2)  # the shell of the grandchild, and its sleep once that has started
    # Its shim drains on: what comes later is in the file, not in the result.
    assert await until(lambda: place.file("out", job).read_text() == "early\nlate\n")
    assert time.monotonic() - began >= 1.5
    assert (await place.find(job, None)).exit == end


async def test_what_was_written_before_the_end_is_in_the_result(place: Place) -> None:
    job = place.sh("head -c 60000 /dev/zero | tr '\\0' x; (sleep 60) &")
    assert (await place.end(job)).stdout == "x" * 60000


async def test_closed_outputs_do_not_end_a_command(place: Place) -> None:
    end = await place.end(place.sh("exec >&- 2>&-; sleep 0.3; exit 9"))
    assert (end.ending, end.code) == (Ending.EXITED, 9)


async def test_a_reader_that_sleeps_does_not_hold_the_command_up(place: Place) -> None:
    """A cockpit stopped by SIGSTOP is such a reader."""
    job = place.sh("head -c 20000000 /dev/zero | tr '\\0' .; touch finished", cwd=str(place.path))
    async for each in place.commands.run(job):
        if isinstance(each, Started):
            deadline = time.monotonic() + 60
            while not (place.path / "finished").exists() and time.monotonic() < deadline:
                time.sleep(0.01)  # noqa: ASYNC251 - the loop itself is to sleep
    assert isinstance(each, Exit)
    assert each.dropped == 20_000_000 - HEAD - TAIL


async def test_a_full_disk_costs_the_output_file_and_not_the_command(place: Place) -> None:
    """A limit on the size of files stands for it: it refuses the shim's writes in the middle, too."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        job = place.sh("head -c 20000 /dev/zero | tr '\\0' . >&2; exit 3")
        end = await place.end(job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (end.ending, end.code, len(end.stderr)) == (Ending.EXITED, 3, 20000)
    assert "err is not complete on disk: File too large" in end.reason
    found = (await place.find(job, None)).exit
    assert found
    assert (found.ending, found.code, found.stderr) == (Ending.EXITED, 3, "")
    assert "output is not on disk" in found.reason


async def test_leaving_leaves_neither_zombies_nor_warnings(place: Place) -> None:
    before = children()
    jobs = [place.sh("sleep 0.3; exit 2", name=f"n{at}") for at in range(4)]
    identities = [await place.left_alone(job) for job in jobs]
    listening = asyncio.create_task(place.end(place.job("sleep", "0.4", name="cancelled")))
    await asyncio.sleep(0.2)
    listening.cancel()
    ends = [await place.settled(*each) for each in zip(jobs, identities, strict=True)]
    assert [each.exit.code for each in ends if each.exit] == [2, 2, 2, 2]
    assert children() == before
