"""What is left of an attempt is told in the order of the contract; doubt is never told as an end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from dataclasses import replace

import pytest

from cockpit.adapters import proc
from cockpit.core.runbook.work import Ending, Exit, Found, Identity, Output, Trace
from cockpit.errors import CockpitError

from .place import Place, everything, is_alive, until


async def test_running_then_ended(place: Place) -> None:
    job = place.sh("sleep 0.5; echo done")
    identity = await place.left_alone(job)
    assert await place.find(job, identity) == Found(Trace.RUNNING, where=f"pid {identity.shim_pid}")
    found = await place.settled(job, identity)
    assert found.trace is Trace.ENDED
    assert found.exit
    assert replace(found.exit, seconds=0) == Exit(Ending.EXITED, 0, "done\n")


async def test_it_is_found_without_an_identity_by_what_the_shim_left(place: Place) -> None:
    """A cockpit that died between spawning and recording the pid knows only the nonce."""
    job = place.job("sleep", "60")
    identity = await place.left_alone(job)
    assert (await place.find(job, None)).trace is Trace.RUNNING
    assert (await place.find(replace(job, nonce="another"), None)).trace is Trace.GONE
    os.kill(identity.shim_pid, signal.SIGKILL)
    await until(lambda: not is_alive(identity.shim_pid))
    assert (await place.find(job, None)).trace is Trace.ORPHANED


async def test_a_result_of_another_attempt_is_never_taken(place: Place) -> None:
    job = place.job("true")
    await place.end(job)
    assert (await place.find(replace(job, nonce="another"), None)) == Found(
        Trace.GONE, where="no shim has left its name"
    )


async def test_an_earlier_result_of_the_same_name_is_kept_and_not_taken(place: Place) -> None:
    """As after restoring a backup of the journal: run ids are used again."""
    first, second = place.sh("exit 1"), place.job("sleep", "60")
    await place.end(first)
    identity = await place.left_alone(second)
    assert (await place.find(second, identity)).trace is Trace.RUNNING
    (kept,) = place.root.glob("step.1.1.do.result.json.before-*")
    assert json.loads(kept.read_text())["nonce"] == first.nonce


async def test_an_attempt_is_not_started_twice(place: Place) -> None:
    job = place.sh("echo once >> count", cwd=str(place.path))
    await place.end(job)
    with pytest.raises(CockpitError, match="this attempt was started before"):
        await place.heard(job)
    assert (place.path / "count").read_text() == "once\n"


@pytest.mark.parametrize("field", ["host", "boot_id", "pid_namespace"])
async def test_pids_of_elsewhere_mean_nothing_here(place: Place, field: str) -> None:
    job = place.job("sleep", "60")
    identity = replace(await place.left_alone(job), **{field: "elsewhere"})
    found = await place.find(job, identity)
    assert found == Found(Trace.ELSEWHERE, where=identity.host)
    with pytest.raises(CockpitError, match="not visible from here"):
        await everything(place.commands.adopt(job.folder, job.name, identity))


async def test_a_result_that_can_be_read_counts_from_anywhere(place: Place) -> None:
    job = place.job("true")
    end = await place.end(job)
    far = Identity(job.nonce, "far-away", "boot", "pid:[1]", 1, 1)
    assert await place.find(job, far) == Found(Trace.ENDED, end)


async def test_a_pid_that_came_back_to_somebody_else_is_not_ours(place: Place) -> None:
    """The pid of a live shim and session, but of another start: a recycled number."""
    other = await place.left_alone(place.job("sleep", "60", name="other"))
    stale = replace(other, nonce="stale", shim_start=other.shim_start - 1, start=other.start - 1)
    assert (await place.commands.find(place.folder, "mine", "stale", stale)).trace is Trace.GONE


async def test_the_session_of_a_recycled_pid_is_not_ours(place: Place) -> None:
    """We ourselves are a session leader's child, started before or after: start times decide."""
    session = os.getsid(0)
    leader = proc.process(session)
    start = (leader.start if leader else 0) + 1
    ours = replace(await place.left_alone(place.job("sleep", "60")), shim_pid=session, nonce="none")
    assert proc.members(replace(ours, shim_start=start)) == () or leader is None


@pytest.mark.parametrize("plant", ["symlink", "open to others", "pipe", "half", "list", "no ending"])
async def test_a_result_that_is_not_surely_ours_is_not_taken(place: Place, plant: str) -> None:
    job = place.job("true")
    await place.end(job)
    result = place.file("result.json", job)
    text = result.read_text()
    result.unlink()
    match plant:
        case "symlink":
            (place.path / "planted").write_text(text)
            (place.path / "planted").chmod(0o600)
            result.symlink_to(place.path / "planted")
        case "open to others":
            result.write_text(text)
            result.chmod(0o644)
        case "pipe":
            os.mkfifo(result, 0o600)
        case "half":
            result.touch(0o600)
            result.write_text(text[: len(text) // 2])
        case "list":
            result.touch(0o600)
            result.write_text("[1]")
        case _:
            result.touch(0o600)
            result.write_text(text.replace('"exited"', '"fine"'))
    assert (await place.settled(job, None)).trace is Trace.GONE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["file", "folder"])
async def test_a_result_of_another_owner_is_not_taken(place: Place, what: str) -> None:
    job = place.job("true")
    await place.end(job)
    os.chown(place.file("result.json", job) if what == "file" else place.folder, 65534, 65534)
    assert (await place.settled(job, None)).trace is Trace.GONE


@pytest.mark.parametrize("kind", ["result.json", "out", "err", "shim.json"])
async def test_a_planted_link_is_not_written_through(place: Place, kind: str) -> None:
    place.root.mkdir(mode=0o700)
    victim = place.path / "victim"
    victim.write_text("precious")
    job = place.sh("echo out; echo err >&2")
    place.file(kind, job).symlink_to(victim)
    assert (await place.end(job)).code == 0
    assert victim.read_text() == "precious"
    assert not place.file(kind, job).is_symlink()
    assert (await place.find(job, None)).trace is Trace.ENDED


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        ("open", "is open to others"),
        ("link", "is not a folder"),
        ("file", "is not a folder"),
        ("foreign", "another user"),
    ],
)
async def test_a_folder_that_is_not_ours_alone_is_refused(place: Place, plant: str, said: str) -> None:
    match plant:
        case "open":
            place.root.mkdir()
            place.root.chmod(0o755)
        case "link":
            (place.path / "elsewhere").mkdir(mode=0o700)
            place.root.symlink_to(place.path / "elsewhere")
        case "file":
            place.root.touch()
        case _:
            if os.geteuid() != 0:
                pytest.skip("only root can give folders away")
            place.root.mkdir(mode=0o700)
            os.chown(place.root, 65534, 65534)
    with pytest.raises(CockpitError, match=said):
        await place.heard(place.sh("touch canary", cwd=str(place.path)))
    assert not (place.path / "canary").exists()


@pytest.mark.parametrize("name", ["", "../out", "a/b", ".hidden", "a\n"])
async def test_a_name_cannot_leave_the_folder(place: Place, name: str) -> None:
    with pytest.raises(CockpitError, match="cannot be the name"):
        await place.heard(place.job("true", name=name))


async def test_adopting_gives_the_output_from_now_on_and_the_end(place: Place) -> None:
    go = place.path / "go"
    job = place.sh(f"echo before; while [ ! -e {go} ]; do sleep 0.02; done; echo after; echo no >&2; exit 3")
    identity = await place.left_alone(job)
    await until(lambda: place.file("out", job).read_text() == "before\n")
    adopted = asyncio.create_task(everything(place.commands.adopt(job.folder, job.name, identity)))
    await asyncio.sleep(0.3)
    go.touch()
    *said, end = await adopted
    assert said == [Output("stdout", "after\n"), Output("stderr", "no\n")]
    assert isinstance(end, Exit)
    assert replace(end, seconds=0) == Exit(Ending.EXITED, 3, "before\nafter\n", "no\n")


async def test_adopting_a_flood_ends_as_well(place: Place) -> None:
    job = place.sh("sleep 0.3; head -c 9000000 /dev/zero | tr '\\0' .; echo; echo last")
    identity = await place.left_alone(job)
    end = (await everything(place.commands.adopt(job.folder, job.name, identity)))[-1]
    assert isinstance(end, Exit)
    assert end.stdout.endswith("\nlast\n")
    assert (await place.find(job, identity)).exit == end
