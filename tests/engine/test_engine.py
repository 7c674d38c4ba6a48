"""The loop: what is shown when, what waits for the record, and what the world outside cannot break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from cockpit.adapters.clock import ManualClock
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.replay import judged
from cockpit.core import checkpoint
from cockpit.core import update as fold
from cockpit.core.decisions import fact_of
from cockpit.core.events import (
    Event,
    IntegrityAttested,
    ModelRejected,
    ModelReloaded,
    PollReplayed,
    Rewarmed,
    Sampled,
    ServiceAcknowledged,
    SourceAnswered,
)
from cockpit.core.levels import Instant
from cockpit.core.recording import Lines
from cockpit.core.state import State
from cockpit.engine import Engine, Outside
from tests.engine.worlds import (
    BAD,
    SHOP,
    START,
    Remembering,
    Running,
    Scripted,
    Stubborn,
    answering,
    levels,
    line,
    lived,
    mark,
    spoken,
    start,
)

ACK = ServiceAcknowledged("search", "mara", START)


# Polling.


async def test_a_poll_is_taken_on_every_tick() -> None:
    source = answering()
    run = start(source)
    await run.go(20)
    assert source.asked == [START, START + 5, START + 10, START + 15, START + 20]
    assert run.state.health.at == START + 20
    await run.stop()
    assert source.closed


async def test_suspects_follow_each_poll() -> None:
    run = start(answering(values=lambda at: BAD))
    state = await run.go(10)
    assert [suspect.service for suspect in state.health.suspects] == ["orders-db"]
    assert state.health.reasoned_at == START + 10
    await run.stop()


async def test_a_source_that_raises_is_reported_and_the_others_go_on() -> None:
    def broken(at: Instant) -> list[Event]:
        raise RuntimeError("who ate my socket")

    run = start(Scripted(broken, "us"), answering())
    state = await run.go(40)
    us = state.picture.sources["us"]
    assert (us.reachable, us.since) == (False, START)
    assert us.reason == "internal fault while asking it, please report: RuntimeError('who ate my socket')"
    assert levels(state)["search"] == "OK"
    await run.stop()


class Hanging:
    def __init__(self, name: str = "us", stubborn: bool = False) -> None:
        self.name = name
        self.asked = 0
        self.let_go = asyncio.Event()
        self._stubborn = stubborn

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        self.asked += 1
        while not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                if not self._stubborn:
                    raise
        yield SourceAnswered(self.name, at)

    async def close(self) -> None: ...


async def test_a_source_that_hangs_is_given_up_and_asked_again() -> None:
    hanging = Hanging()
    run = start(hanging, answering())
    await run.go(3)
    assert run.state.health.at is None
    state = await run.go(1)
    assert state.health.at == START
    assert state.picture.sources["us"].reason == "no answer within 3 s"
    await run.go(6)
    assert hanging.asked == 3
    await run.stop()


async def test_a_source_that_will_not_let_go_is_not_asked_twice_at_a_time() -> None:
    hanging = Hanging(stubborn=True)
    run = start(hanging, answering())
    state = await run.go(40)
    assert hanging.asked == 1
    assert levels(state)["search"] == "OK"
    hanging.let_go.set()
    state = await run.go(10)
    assert hanging.asked == 3
    assert state.picture.sources["us"].reachable
    await run.stop()


class Flood:
    name = "us"

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        while True:
            yield SourceAnswered("us", at)

    async def close(self) -> None: ...


async def test_a_source_that_floods_does_not_drown_the_others() -> None:
    run = start(Flood(), answering())
    state = await run.go(4)
    assert state.health.at == START
    assert state.health.node("search").own is not None
    await run.stop()


async def test_a_slow_poll_skips_ticks_and_polls_never_overlap() -> None:
    slow = Hanging()
    model = replace(SHOP, poll=1.0)
    source = answering(model=model)
    run = start(slow, source, model=model)
    await run.go(8)
    assert source.asked == [START, START + 4.0, START + 8.0]
    await run.stop()


async def test_late_words_of_a_poll_that_was_closed_are_not_heard() -> None:
    hanging = Hanging(stubborn=True)
    run = start(hanging, answering())
    await run.go(4)
    since = run.state.picture.sources["us"]
    hanging.let_go.set()
    state = await run.go(0)
    assert state.picture.sources["us"] == since
    await run.stop()


async def test_a_clock_that_is_set_back_starts_over() -> None:
    run = start(answering(values=lambda at: BAD))
    await run.go(30)
    run.clock.set(START - 3600)
    state = await run.go(6)
    assert state.health.at is not None
    assert START - 3600 <= state.health.at < START - 3590
    await run.stop()


# Decisions.


async def test_a_decision_is_on_record_before_anybody_can_see_it() -> None:
    journal = Stubborn()
    journal.gate.clear()
    run = start(answering(), journal=journal)
    await run.go(1)
    run.engine.dispatch(mark())
    await run.go(1)
    assert journal.tries == [1]
    assert run.state.record.marked == frozenset()
    journal.gate.set()
    state = await run.go(0)
    assert journal.decisions == [mark()]
    assert state.record.marked == {("checkout", "pay-later")}
    await run.stop()


async def test_the_picture_never_waits_for_the_record() -> None:
    journal = Stubborn()
    journal.gate.clear()
    run = start(answering(values=lambda at: BAD if at > START + 20 else None), journal=journal)
    run.engine.dispatch(mark())
    state = await run.go(60)
    assert state.health.at == START + 60
    assert levels(state)["orders-db"] == "DOWN"
    await run.stop()


async def test_behind_a_hanging_append_decisions_wait_five_seconds_and_are_refused() -> None:
    journal = Stubborn()
    journal.gate.clear()
    run = start(answering(), journal=journal)
    run.engine.dispatch(mark())
    await run.go(1)
    run.engine.dispatch(ACK)
    state = await run.go(4.5)
    assert state.picture.refused
    assert state.picture.refused.why == "the journal has not answered for 5 s; it may or may not be on record"
    state = await run.go(1)
    assert state.picture.refused
    assert state.picture.refused.what == "search: mara has it"
    assert state.picture.refused.why == "the journal has been busy for 5 s; nothing was done"
    journal.gate.set()
    state = await run.go(1)
    assert journal.decisions == [mark()], "what was in flight arrived after all, the rest was refused"
    assert state.record.marked == {("checkout", "pay-later")}
    assert state.record.acknowledged == {}
    await run.stop()


async def test_a_full_disk_refuses_decisions_on_screen() -> None:
    run = start(answering(), journal=Stubborn(lambda decision: True))
    run.engine.dispatch(mark())
    state = await run.go(1)
    assert state.picture.refused
    assert state.picture.refused.why == "no space left on the disk. Make room"
    assert state.record.decisions == ()
    await run.stop()


async def test_of_a_refused_batch_only_the_culprit_is_dropped() -> None:
    journal = Stubborn(lambda decision: decision == ACK)
    journal.gate.clear()
    run = start(answering(), journal=journal)
    run.engine.dispatch(mark(START))
    await run.go(0)
    for decision in (mark(START + 1, on=False), ACK, mark(START + 2)):
        run.engine.dispatch(decision)
    await run.go(0)
    journal.gate.set()
    state = await run.go(0)
    assert journal.tries == [1, 3, 1, 1, 1]
    assert journal.decisions == [mark(START), mark(START + 1, on=False), mark(START + 2)]
    assert state.record.decisions == tuple(journal.decisions)
    assert state.picture.refused
    assert state.picture.refused.what == "search: mara has it"
    await run.stop()


async def test_what_cannot_be_is_refused_before_it_is_recorded() -> None:
    journal = Stubborn()
    run = start(answering(), journal=journal)
    run.engine.dispatch(IntegrityAttested("search", "mara", "looks fine", START))
    state = await run.go(1)
    assert journal.tries == []
    assert state.picture.refused
    assert state.picture.refused.why == "the data of search is not known to be wrong"
    await run.stop()


async def test_a_decision_made_while_leaving_still_gets_its_second() -> None:
    journal = Stubborn()
    journal.gate.clear()
    run = start(answering(), journal=journal)
    run.engine.dispatch(ACK)
    await run.go(0)
    asyncio.get_running_loop().call_later(0.05, journal.gate.set)
    await run.stop()
    assert journal.decisions == [ACK]


# Reload.


async def test_a_good_reload_asks_the_new_questions_and_closes_the_old_sources() -> None:
    built: list[Scripted] = []

    def connect(state: State) -> Outside:
        built.append(answering(state.generation))
        return Outside((built[-1],))

    new = replace(SHOP, title="renamed")
    waiting: list[Event] = []

    async def watch() -> Event | None:
        return waiting.pop() if waiting else None

    run = start(connect=connect, watch=watch)
    await run.go(40)
    assert levels(run.state)["search"] == "OK"
    waiting.append(ModelReloaded(new, START + 41))
    state = await run.go(3)
    assert (state.model.title, state.generation, len(built)) == ("renamed", 1, 2)
    assert built[0].closed
    assert built[1].asked == [START + 42]
    assert levels(state)["search"] == "OK", "what both models know keeps its past"
    await run.stop()


async def test_a_bad_reload_keeps_the_old_configuration_and_says_why() -> None:
    async def watch() -> Event | None:
        return ModelRejected(("config/a.yaml:1:1: unknown key",), START)

    run = start(answering(), watch=watch)
    state = await run.go(40)
    assert state.picture.complaints == ("config/a.yaml:1:1: unknown key",)
    assert levels(state)["search"] == "OK"
    await run.stop()


async def test_a_watch_that_raises_is_survived() -> None:
    async def watch() -> Event | None:
        raise OSError("the share is gone")

    run = start(answering(), watch=watch)
    assert (await run.go(10)).health.at == START + 10
    await run.stop()


# Failing.


async def test_the_engine_failing_surfaces_to_whoever_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(state: State, event: Event) -> object:
        raise ZeroDivisionError("a bug")

    run = start(answering())
    await run.go(1)
    monkeypatch.setattr("cockpit.engine.update", broken)
    run.engine.dispatch(ACK)
    with pytest.raises(ZeroDivisionError):
        await run.task
    assert fold.update is not broken


async def test_thoughts_that_fail_leave_the_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(health: object) -> object:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("cockpit.engine.slices.reasoning", broken)
    run = start(answering(values=lambda at: BAD))
    state = await run.go(10)
    assert levels(state)["orders-db"] == "DOWN"
    assert state.picture.refused
    assert state.picture.refused.what == "suspects and spread"
    await run.stop()


async def test_stopping_twice_or_before_the_start_is_fine() -> None:
    run = start(answering())
    await run.go(1)
    await run.stop()
    await run.engine.stop()
    await Engine(run.state, lambda _: Outside(), clock=run.clock, journal=Stubborn()).stop()


async def test_being_cancelled_closes_the_sources() -> None:
    source = answering()
    run = start(source)
    await run.go(1)
    run.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run.task
    assert source.closed


# Warm start.


def past(count: int = 60, step: float = 15.0) -> list:  # type: ignore[type-arg]
    return [line(START - step * number, values=BAD) for number in range(count, 0, -1)]


def bad(at: float) -> object:
    return BAD


async def test_the_first_picture_is_right_within_a_poll() -> None:
    run = start(answering(values=bad), histories=(Remembering(past()),))
    state = await run.go(1)
    assert levels(state)["search"] == "OK"
    assert state.health.node("orders-db").onset == START - 900
    assert state.health.reasoned_at == START
    assert state.picture.history_share == 1.0
    await run.stop()


@pytest.mark.parametrize("parts", [1, 4])
async def test_a_warm_start_equals_a_cockpit_that_had_been_open(parts: int) -> None:
    run = start(answering(values=bad), histories=(Remembering(past(), parts),))
    warm = await run.go(30)
    polls = [*past(), *(line(START + 5 * number, values=BAD) for number in range(7))]
    open_all_along = lived(polls)
    assert warm.health.nodes == open_all_along.health.nodes
    assert warm.health.impacts == open_all_along.health.impacts
    assert warm.health.moments == open_all_along.health.moments
    levels_told = tuple(one for one in warm.picture.timeline if one.kind == "level")
    assert levels_told == open_all_along.picture.timeline
    await run.stop()


async def test_polls_taken_while_history_loads_are_not_lost() -> None:
    class Slow(Remembering):
        async def window(self, start: float, end: float, step: float) -> AsyncIterator[tuple[float, list]]:  # type: ignore[override,type-arg]
            yield 0.1, []
            await run.clock.sleep(22)
            yield 1.0, past()

    run: Running = start(answering(values=bad), histories=(Slow([]),))
    state = await run.go(12)
    assert state.picture.history_share == pytest.approx(0.099)
    state = await run.go(12)
    assert state.picture.history_share == 1.0
    assert [at for at, _ in state.health.ring][-5:] == [START + 5 * number for number in range(5)]
    assert state.health.node("orders-db").onset == START - 900
    await run.stop()


async def test_a_history_that_hangs_is_used_as_far_as_it_came() -> None:
    run = start(answering(values=bad), histories=(Remembering(past(), hangs=True),))
    await run.go(59)
    assert run.state.picture.history_share < 1.0
    state = await run.go(2)
    assert state.picture.history_share == 1.0
    assert state.health.node("orders-db").onset == START - 900
    await run.stop()


async def test_no_history_is_no_trouble() -> None:
    class Broken(Remembering):
        async def window(self, start: float, end: float, step: float) -> AsyncIterator[tuple[float, list]]:  # type: ignore[override,type-arg]
            raise ValueError("not today")
            yield

    run = start(answering(), histories=(Broken([]), Remembering([])))
    state = await run.go(30)
    assert state.picture.history_share == 1.0
    assert levels(state)["search"] == "OK"
    await run.stop()


async def test_what_a_person_marked_survives_the_warm_start() -> None:
    run = start(answering(values=bad), histories=(Remembering(past()),))
    run.engine.dispatch(mark(START - 100))
    state = await run.go(10)
    assert state.record.marked == {("checkout", "pay-later")}
    assert state.health.active_since == {("checkout", "pay-later"): START - 90}, (
        "from the first poll after it"
    )
    await run.stop()


async def test_two_histories_meet_poll_by_poll() -> None:
    half = [replace(poll, samples={number: poll.samples[number] for number in (0, 1)}) for poll in past()]
    rest = [replace(poll, samples={number: poll.samples[number] for number in (2, 3)}) for poll in past()]
    run = start(answering(values=bad), histories=(Remembering(half), Remembering(rest)))
    state = await run.go(1)
    assert state.health.nodes == lived([*past(), line(START, values=BAD)]).health.nodes
    await run.stop()


# One look, followers, feeds.


async def test_one_look_is_warm_and_reasoned() -> None:
    source = answering(values=bad)
    outside = Outside((source,), (Remembering(past()),))
    engine = Engine(fold.initial(SHOP), lambda _: outside, clock=ManualClock(START), journal=Stubborn())
    state = await engine.once()
    assert source.asked == [START]
    assert levels(state)["search"] == "OK"
    assert [suspect.service for suspect in state.health.suspects] == ["orders-db"]
    assert state.health.reasoned_at == START
    assert source.closed


async def test_one_look_waits_five_seconds_for_history_and_takes_what_is_there() -> None:
    outside = Outside((answering(values=bad),), (Remembering(past(), hangs=True),))
    clock = ManualClock(START)
    engine = Engine(fold.initial(SHOP), lambda _: outside, clock=clock, journal=Stubborn())
    look = asyncio.ensure_future(engine.once())
    await clock.advance(4.9)
    assert not look.done()
    await clock.advance(0.2)
    assert (await look).health.node("orders-db").onset == START - 900


async def test_followers_see_every_poll_and_end_with_the_engine() -> None:
    run = start(answering(values=bad))
    polls: list[float | None] = []
    thoughts: list[float | None] = []

    async def follow() -> None:
        async for state in run.engine.follow():
            polls.append(state.health.at)

    async def follow_thoughts() -> None:
        async for state in run.engine.follow(reasoned=True):
            thoughts.append(state.health.reasoned_at)

    followers = [asyncio.ensure_future(follow()), asyncio.ensure_future(follow_thoughts())]
    await run.go(15)
    await run.stop()
    await asyncio.gather(*followers)
    assert polls == thoughts == [START, START + 5, START + 10, START + 15]


async def test_a_feed_is_dealt_with_step_by_step() -> None:
    seen: list[float | None] = []

    async def feed(state: State) -> AsyncIterator[Event]:
        for number in range(4):
            yield PollReplayed(line(START + number, values=BAD))
            seen.append(run.state.health.reasoned_at)

    run = start(feed=feed)
    await run.go(1)
    assert seen == [START, START + 1, START + 2, START + 3]
    assert run.engine.now() == START + 3, "in a replay the recording is the only clock"
    await run.stop()


async def test_a_live_run_equals_the_replay_of_its_recording() -> None:
    def values(at: Instant) -> dict[str, dict[str, float]] | None:
        return BAD if START + 40 < at < START + 200 else None

    run = start(answering(values=values))
    recorded: list[dict[str, object]] = []
    states: list[object] = []

    def seen(state: State) -> object:
        health = state.health
        return health.nodes, health.suspects, health.spread, health.severity

    async def follow() -> None:
        async for state in run.engine.follow(reasoned=True):
            recorded.append(spoken(state.picture.last_poll))
            states.append(seen(state))

    follower = asyncio.ensure_future(follow())
    await run.go(400)
    await run.stop()
    await follower
    lines = Lines(SHOP, fold.initial(SHOP).picture.slots)
    replayed = judged(fold.initial(SHOP, "replay"), (lines.poll(one) for one in recorded))
    assert [seen(one) for one in replayed] == states
    assert len(states) == 81


async def test_answers_to_an_old_model_are_dropped_by_the_loop_as_well() -> None:
    run = start(answering())
    await run.go(1)
    run.engine.dispatch(ModelReloaded(SHOP, START + 1))
    for number, samples in line(START, values=BAD).samples.items():
        run.engine.dispatch(Sampled(number, samples, generation=0))
    state = await run.go(0)
    assert state.picture.stage.samples == {}
    run.engine.dispatch(Rewarmed(lived([line(START)]).health, generation=0))
    assert (await run.go(0)).health.at != START or state.generation == 1
    await run.stop()


# The record at the start.


async def test_a_start_reads_on_from_the_last_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "EVERY", 4)
    journal = MemoryJournal()
    for number in range(5):
        await journal.append([fact_of(replace(ACK, at=START + number))])
    run = start(answering(), journal=journal)
    while not await journal.latest_checkpoint():
        await asyncio.sleep(0.001)  # it is made in a thread, which no test clock turns
        await run.go(1)
    assert (await journal.latest_checkpoint() or checkpoint.Checkpoint(0, None)).seq == 5
    await journal.append([fact_of(mark())])
    await run.go(1)
    await run.stop()
    again = start(answering(), journal=journal)
    state = await again.go(1)
    while state.record.seq < len(journal.records):
        await asyncio.sleep(0.001)  # it is read in a thread, too
        state = await again.go(1)
    assert state.record == run.state.record
    assert [each for each in state.picture.timeline if each.kind == "act"] == [
        each for each in run.state.picture.timeline if each.kind == "act"
    ]
    assert [each.fact.kind for each in journal.records].count(checkpoint.KIND) == 1
    await again.stop()


async def test_a_cockpit_that_only_reads_writes_no_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "EVERY", 1)
    journal = MemoryJournal()
    await journal.append([fact_of(ACK), fact_of(ACK)])
    run = start(answering(), journal=journal)
    run.engine.state = replace(run.engine.state, readonly=True)
    await run.go(1)
    assert len(journal.records) == 2
    await run.stop()
