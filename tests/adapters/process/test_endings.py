"""How a command ended is told as it was, and never better."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import time
from dataclasses import replace

import pytest

from cockpit.core.runbook.work import Ending, Exit, Found, Output, Started, Trace
from cockpit.errors import CockpitError

from .place import Place


async def test_it_is_told_started_then_output_then_one_exit(place: Place) -> None:
    started, said, end = await place.heard(place.job("echo", "done"))
    assert isinstance(started, Started)
    assert started.identity.pid > 0
    assert started.identity.start >= started.identity.shim_start > 0
    assert said == Output("stdout", "done\n")
    assert isinstance(end, Exit)
    assert replace(end, seconds=0) == Exit(Ending.EXITED, 0, "done\n")
    assert end.seconds > 0


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 0", Exit(Ending.EXITED, 0)),
        ("echo no >&2; exit 3", Exit(Ending.EXITED, 3, stderr="no\n")),
        ("kill -9 $$", Exit(Ending.SIGNALLED, 9)),
        ("kill -TERM $$", Exit(Ending.SIGNALLED, 15)),
        ("kill -HUP $$", Exit(Ending.SIGNALLED, 1)),
        ("kill -PIPE $$", Exit(Ending.SIGNALLED, 13)),
        ("cat; echo end", Exit(Ending.EXITED, 0, "end\n")),
    ],
    ids=["zero", "status", "kill", "term", "hup-not-ignored", "pipe-not-ignored", "stdin-is-empty"],
)
@pytest.mark.parametrize("kept", [True, False], ids=["step", "look"])
async def test_endings(place: Place, script: str, expected: Exit, kept: bool) -> None:
    job = place.sh(script) if kept else place.sh(script, folder="", name="")
    assert replace(await place.end(job), seconds=0) == expected


async def test_a_look_leaves_nothing_on_disk(place: Place) -> None:
    assert (await place.end(place.sh("echo seen", folder="", name=""))).stdout == "seen\n"
    assert list(place.path.iterdir()) == []


async def test_folders_that_are_made_on_the_way_are_ours_alone_as_well(place: Place) -> None:
    await place.end(place.job("true", folder=str(place.path / "state" / "runs" / "R-1")))
    for name in ("state", "state/runs", "state/runs/R-1"):
        assert stat.S_IMODE((place.path / name).stat().st_mode) == 0o700


async def test_the_result_says_what_the_exit_says(place: Place) -> None:
    job = place.sh("echo out; echo err >&2; exit 7")
    end = await place.end(job)
    assert await place.find(job, None) == Found(Trace.ENDED, end)
    assert place.file("out", job).read_text() == "out\n"
    assert place.file("err", job).read_text() == "err\n"
    for kind in ("out", "err", "result.json", "shim.json"):
        assert stat.S_IMODE(place.file(kind, job).stat().st_mode) == 0o600
    assert stat.S_IMODE(place.root.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (("no-such-program-here",), "no-such-program-here: no such program on PATH"),
        (("/no/such/program",), "/no/such/program: No such file or directory"),
        (("/etc/passwd",), "/etc/passwd: Permission denied"),
        (("true", "a\0b"), "cannot be started: ValueError"),
        ((), "cannot be started: IndexError"),
    ],
)
async def test_what_cannot_be_started_says_why(place: Place, argv: tuple[str, ...], why: str) -> None:
    job = place.job(*argv)
    assert await place.heard(job) == [Exit(Ending.NOT_STARTED, reason=why)]
    assert await place.find(job, None) == Found(Trace.ENDED, Exit(Ending.NOT_STARTED, reason=why))


async def test_a_script_without_its_interpreter_is_not_called_missing(place: Place) -> None:
    script = place.path / "tool"
    script.write_text("#!/no/such/shell\n")
    script.chmod(0o755)
    end = await place.end(place.job("tool", env={"PATH": str(place.path)}))
    assert (end.ending, end.reason) == (
        Ending.NOT_STARTED,
        f"{script}: the interpreter in its first line does not exist",
    )


async def test_a_missing_working_folder_starts_nothing(place: Place) -> None:
    end = await place.end(place.sh("touch canary", cwd=str(place.path / "gone")))
    assert (end.ending, end.reason) == (
        Ending.NOT_STARTED,
        f"{place.path / 'gone'}: No such file or directory",
    )


async def test_the_command_gets_its_environment_folder_and_stdin_and_no_more(place: Place) -> None:
    job = place.sh("pwd; echo $A; cat; ls /proc/self/fd", env={"A": "ä b", "PATH": os.environ["PATH"]})
    end = await place.end(replace(job, cwd=str(place.path), stdin="typed"))
    # Beside the three, `ls` has the folder itself open.
    assert end.stdout == f"{place.path}\nä b\ntyped0\n1\n2\n3\n"
    told = await place.end(place.job("env", env={"PATH": os.environ["PATH"]}, name="env"))
    assert {line.partition("=")[0] for line in told.stdout.splitlines()} == {"PATH", "COCKPIT_ATTEMPT"}


async def test_a_stdin_that_is_never_read_holds_nobody_up(place: Place) -> None:
    assert (await place.end(place.job("true", stdin="x" * 1_000_000))).code == 0


async def test_a_start_that_is_too_late_does_not_happen(place: Place) -> None:
    canary = place.path / "canary"
    now = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    late = place.job("touch", str(canary), start_by=now - 1)
    end = Exit(Ending.NOT_STARTED, reason="too late: start_by has passed")
    assert await place.heard(late) == [end]
    assert not canary.exists()
    assert await place.find(late, None) == Found(Trace.ENDED, end)
    in_time = place.job("touch", str(canary), start_by=now + 60 * 10**9, name="in-time")
    assert (await place.end(in_time)).code == 0
    assert canary.exists()


async def test_many_at_once_do_not_mix(place: Place) -> None:
    ends = await asyncio.gather(*(place.end(place.job("echo", str(at), name=f"n{at}")) for at in range(12)))
    assert [end.stdout for end in ends] == [f"{at}\n" for at in range(12)]


async def test_elsewhere_than_on_linux_only_looks_are_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(CockpitError, match="not run on darwin"):
        await place.heard(place.job("true"))
    assert not place.root.exists()
    assert (await place.end(place.job("true", folder=""))).code == 0


async def test_a_shim_that_cannot_be_started_has_started_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    (end,) = await place.heard(place.job("true"))
    assert end == Exit(Ending.NOT_STARTED, reason="its shim cannot be started: No such file or directory")
