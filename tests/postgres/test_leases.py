"""Who looks after what: one winner, and whoever slept too long begins nothing any more."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from cockpit.adapters.journal.postgres import leases as module
from cockpit.adapters.journal.postgres.leases import Leases
from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.adapters.journal.sealing import boot_time
from cockpit.adapters.shim import processes
from cockpit.core.journal import Fact
from cockpit.errors import LeaseLost
from tests.attacks import place as attacks
from tests.lab.child import until
from tests.lab.cluster import Person
from tests.lab.database import Database

from .holder import STOP_AT
from .people import Colleague, at_work

pytestmark = pytest.mark.lab
ROOT = Path(__file__).parents[2]
CONTENDERS = 8


@pytest.fixture
async def contenders(founded: Database) -> AsyncIterator[list[Colleague]]:
    """Two cockpits of each of four people."""
    people = [founded.add_person(f"c{number}", ["cockpit_responder"]) for number in range(CONTENDERS // 2)]
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(at_work(founded, person, f"desk:{number}:{person.name}"))
            for person in people
            for number in range(2)
        ]


def held(database: Database) -> dict[str, tuple[str, str]]:
    """By key: the token, and all keys that were taken with it."""
    query = "SELECT key, token, array_to_string(beside, ' ') FROM cockpit.lease WHERE expires_at > now()"
    return {key: (token, beside) for key, token, beside in database.sql(query)}


async def test_of_eight_who_want_the_same_one_has_it(contenders: list[Colleague], founded: Database) -> None:
    keys = [f"target:{number}" for number in range(200)]

    async def want_all(one: Colleague) -> set[str]:
        mine = random.sample(keys, len(keys))
        return {key for key in mine if await one.leases.claim([key], 600.0) == ""}

    won = await asyncio.gather(*map(want_all, contenders))
    assert sorted(itertools.chain(*won)) == sorted(keys), "each has one owner"
    tokens = [one.leases.fence(key) for one, mine in zip(contenders, won, strict=True) for key in mine]
    assert len({fence.token for fence in tokens if fence}) == len(keys)
    assert set(held(founded)) == set(keys)


async def test_whoever_wants_several_has_all_of_them_or_none(
    contenders: list[Colleague], founded: Database
) -> None:
    keys = [f"target:{number}" for number in range(12)]

    async def want_some(one: Colleague) -> list[frozenset[str]]:
        won = []
        for _ in range(25):
            wanted = random.sample(keys, 4)
            taken = await one.leases.claim(wanted, 600.0)
            if not taken:
                won.append(frozenset(wanted))
            assert taken in (*wanted, "")
            if not taken and random.random() < 0.6:
                await one.leases.release(wanted)
                won.pop()
        return won

    won = list(itertools.chain(*await asyncio.gather(*map(want_some, contenders))))
    there = held(founded)
    assert len(set(itertools.chain(*won))) == sum(map(len, won)) == len(there), "nothing is held twice"
    for key, (token, beside) in there.items():
        together = {other for other, (its, _) in there.items() if its == token}
        assert together == set(beside.split()), key
        assert together in won


async def test_what_is_prolonged_stays_ours(contenders: list[Colleague], founded: Database) -> None:
    one, *others = contenders
    assert await one.leases.claim(["run:R-1", "target:shop"], 2.0) == ""
    first = one.leases.fence("run:R-1")
    assert first is not None
    until_when = "SELECT expires_at FROM cockpit.lease WHERE key = 'target:shop'"
    for _ in range(4):
        before = founded.sql(until_when)
        await asyncio.to_thread(until, lambda then=before: founded.sql(until_when) != then)
        taken = [await each.leases.claim(["target:shop"]) for each in others]
        assert taken == ["target:shop"] * len(others)
    now = one.leases.fence("run:R-1")
    assert now is not None
    assert (now.token, now.until > first.until) == (first.token, True)


async def test_what_is_over_takes_nothing_with_it_that_was_claimed_anew(
    contenders: list[Colleague], founded: Database
) -> None:
    one, other, *_ = contenders
    assert await one.leases.claim(["run:R-1", "target:shop"], 600.0) == ""
    founded.sql("UPDATE cockpit.lease SET expires_at = clock_timestamp()")
    assert await one.leases.claim(["run:R-2", "target:shop"], 600.0) == ""
    await one.leases.release(["run:R-1", "target:shop"])
    assert one.leases.fence("run:R-2") == one.leases.fence("target:shop") is not None
    assert set(held(founded)) == {"run:R-2", "target:shop"}
    with pytest.raises(LeaseLost):
        one.leases.fence("run:R-1")
    await one.journal.append([Fact("run.held", 1.7e9, "", run="R-2")])
    await one.leases.close()
    assert held(founded) == {}
    assert await other.leases.claim(["run:R-2", "target:shop"], 600.0) == ""


class Passage:
    """A way to the server on which the lines that there are can go dead, without a word; new ones work."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lines: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, out = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, out]
        self._lines += [asyncio.ensure_future(_pass(reader, out)), asyncio.ensure_future(_pass(back, writer))]

    async def go_dead(self) -> None:
        lines, self._lines = self._lines, []
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    async def close(self) -> None:
        await self.go_dead()
        for writer in self._writers:
            writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def test_a_line_that_went_dead_without_a_word_does_not_cost_what_is_held(
    founded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RENEWED", 1 / 30)
    alice = founded.add_person("alice", ["cockpit_responder"])
    passage = Passage(founded.server.port)
    server = await asyncio.start_server(passage.serve, "127.0.0.1", 0)
    async with server, at_work(founded, alice) as one:
        at = one.shared.whom
        port = server.sockets[0].getsockname()[1]
        shared = Shared(replace(at, conninfo=make_conninfo(at.conninfo, port=port, sslmode="disable")))
        leases = Leases(shared)
        assert await leases.claim(["run:R-1"], 30.0) == ""
        await passage.go_dead()
        before = leases.fence("run:R-1")
        assert before is not None
        while True:
            now = leases.fence("run:R-1")  # or it is lost
            assert now is not None
            if now.until > before.until:
                break
            await asyncio.sleep(0.1)
        await leases.close()
        await shared.close()
        await passage.close()


# The laptop slept


async def test_by_our_own_clock_it_is_over_before_anybody_else_may_have_it(
    contenders: list[Colleague], founded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, *_ = contenders
    assert await one.leases.claim(["run:R-1"], 600.0) == ""
    fence = one.leases.fence("run:R-1")
    assert fence is not None
    assert fence.until - boot_time() < 501e9, "five sixths of it, from before it was asked for"
    assert await other.leases.claim(["run:R-1"], 600.0) == "run:R-1"
    monkeypatch.setattr(module, "boot_time", lambda: boot_time() + 500 * 10**9)
    with pytest.raises(LeaseLost, match="its time was over"):
        one.leases.fence("run:R-1")
    async with asyncio.timeout(60):
        assert "its time was over" in await one.leases.lost("run:R-1")
    monkeypatch.undo()
    with pytest.raises(LeaseLost):
        one.leases.fence("run:R-1")
    assert await other.leases.claim(["run:R-1"], 600.0) == "run:R-1", "for others it is not free yet"


async def test_the_database_refuses_what_comes_too_late(
    contenders: list[Colleague], founded: Database
) -> None:
    one, _, other, *_ = contenders
    assert await one.leases.claim(["run:R-1"], 600.0) == ""
    await one.journal.append([Fact("run.held", 1.7e9, "", run="R-1")])
    founded.sql("UPDATE cockpit.lease SET expires_at = clock_timestamp()")
    with pytest.raises(LeaseLost, match="not held by this cockpit"):
        await one.journal.append([Fact("step.intent", 1.7e9, "", run="R-1", step="s")])
    assert await other.leases.claim(["run:R-1"], 600.0) == ""
    with pytest.raises(
        LeaseLost, match=f"in the hands of {other.shared.whom.person} on {other.shared.origin}"
    ):
        await one.journal.append([Fact("step.intent", 1.7e9, "", run="R-1.child", step="s")])
    kinds = [record.fact.kind for record in await other.journal.read()]
    assert kinds == ["run.held", "access.refused", "access.refused"]


@pytest.mark.parametrize("seen_by", ["cockpit", "shim"])
async def test_what_was_meant_before_a_sleep_does_not_begin_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen_by: str
) -> None:
    """The intent is on record, and then the machine slept for longer than it may begin."""
    slept = [0]

    def sleep(point: str) -> None:
        slept[0] += 6 * 10**9 * (point == "after_intent")

    def boot_ns() -> int:
        # Where the cockpit does not see that the clock went on, its shim does.
        return boot_time() + slept[0] if seen_by == "cockpit" else boot_time() - 6 * 10**9

    async with attacks.attacked(tmp_path, monkeypatch, {"late": step("s1")}) as place:
        counting(place.config)
        place.world = replace(place.world, die_at=sleep, boot_ns=boot_ns)
        run = await place.run("late", "x")
        exits = [one.exit for one in run.executions if one.exit]
        assert len(exits) == 1
        assert "too late" in str(exits[0]["reason"])
        assert exits[0]["effect"] == "not_applied"
        assert not (place.config / "counted").exists()


# Stopped while it is about to begin

STEPS = 60


def step(id: str) -> str:
    return f"""
  - id: {id}
    title: Count {id}
    run: [./count, {id}]
    on_unknown: ask
    rollback: {{none: true, reason: it only counts}}
"""


def counting(config: Path) -> None:
    (config / "count").write_text('#!/bin/sh\necho "$COCKPIT_FENCE $1" >> counted\n')
    (config / "count").chmod(0o755)


@dataclass
class Trial:
    """A process that runs one step after the other, each of which counts."""

    database: Database
    person: Person
    folder: Path
    id: str
    stop_at: str = ""

    def start(self) -> None:
        config = attacks.write(self.folder, "http://127.0.0.1:9", {self.id: self._book()})
        counting(config)
        self.counted = config / "counted"
        self._said = (self.folder / "said").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.postgres.holder", str(config), self.id],
            cwd=ROOT,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                **self.database.environ(self.person),
                "XDG_STATE_HOME": str(self.folder / "state"),
                STOP_AT: self.stop_at,
            },
        )

    def _book(self) -> str:
        return "".join(step(f"s{number}") for number in range(STEPS))

    def lines(self) -> int:
        return len(self.counted.read_text().splitlines()) if self.counted.exists() else 0

    def said(self) -> str:
        return (self.folder / "said").read_text()

    async def stopped(self) -> bool:
        """In the middle of its steps: where it stops itself, or anywhere. False: it ended before."""
        try:
            await asyncio.to_thread(until, lambda: self.lines() > 1 or not self._lives(), 120)
        except AssertionError:
            raise AssertionError(f"{self.id} neither counts nor ends: {self.said()}") from None
        if not self.stop_at:
            await asyncio.sleep(random.uniform(0, 0.4))
            self.process.send_signal(signal.SIGSTOP)
        states = os.WSTOPPED | os.WEXITED | os.WNOWAIT
        found = await asyncio.to_thread(os.waitid, os.P_PID, self.process.pid, states)
        if found is None or found.si_code != os.CLD_STOPPED:
            return False
        # What had begun before is through: it does not stop with who began it.
        await asyncio.to_thread(until, lambda: not self._shims(), 60, "its shims have ended")
        return True

    def _lives(self) -> bool:
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def _shims(self) -> list[int]:
        return [each.pid for each in processes() if each.parent == self.process.pid and each.alive]

    async def goes_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        await asyncio.to_thread(self.process.wait, 120)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._said.close()


async def taken_over(other: Colleague, key: str) -> None:
    """By a person's act, when its time and that of what may still begin is over."""
    async with asyncio.timeout(120):
        while await other.leases.claim([key], 600.0):  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.2)


async def attempt(trial: Trial, other: Colleague) -> str:
    """What the holder says in the end."""
    trial.start()
    try:
        if not await trial.stopped():
            return f"lost by itself: {trial.said()}"
        await taken_over(other, f"{trial.id}-lock")
        before = trial.lines()
        assert 1 < before < STEPS
        await trial.goes_on()
        assert trial.lines() == before, f"{trial.id} began something after it was taken over"
        return trial.said()
    finally:
        trial.end()


async def trials(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, points: list[str], lanes: int
) -> list[str]:
    monkeypatch.setattr(attacks, "CONFIG", f'{attacks.CONFIG}journal: {{postgres: "{database.dsn}"}}\n')
    short = attacks.HEAD.replace("steps:", "lock: {key: ID-lock, ttl: 2s}\nsteps:")
    monkeypatch.setattr(attacks, "HEAD", short)
    holder = database.add_person("holder", ["cockpit_responder"])
    waiting = list(enumerate(points))

    async def lane(other: Colleague) -> list[str]:
        said = []
        while waiting:
            number, point = waiting.pop()
            trial = Trial(database, holder, folder / f"{number}", f"trial{number}", point)
            trial.folder.mkdir()
            said.append(await attempt(trial, other))
            if "by itself" in said[-1]:  # two seconds are little on a busy machine
                waiting.append((len(points) + number, point))
            print(f"{trial.id}: {said[-1].splitlines()[-1]}", flush=True)
        return said

    async with at_work(database, database.add_person("other", ["cockpit_responder"])) as other:
        return list(itertools.chain(*await asyncio.gather(*(lane(other) for _ in range(lanes)))))


def ended(said: list[str]) -> None:
    for each in said:
        assert "left" in each or "refused" in each, each
        assert "completed" not in each


async def test_a_holder_that_was_stopped_for_too_long_begins_nothing_more(
    founded: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(await trials(founded, tmp_path, monkeypatch, ["", "", "after_intent"], lanes=3))


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_200_holders_that_were_stopped_begin_nothing_more(
    founded: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await trials(founded, tmp_path, monkeypatch, ["", "", "", "after_intent"] * 50, lanes=4)
    ended(said)
    early = sum("by itself" in each for each in said)
    print(
        f"{len(said) - early} holders stopped past their time, 0 began anything afterwards ({early} lost it)"
    )
