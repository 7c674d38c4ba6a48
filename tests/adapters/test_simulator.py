"""The simulated world: deterministic, the same live and looking back, and it feels what people do."""

from __future__ import annotations

from dataclasses import replace

from cockpit.adapters.simulator import Performance, Simulator
from cockpit.core.events import AlertsSeen, FlagsRead, Sampled, SourceFailed
from cockpit.core.model import AlertServer, FlagStore, KillSwitch, Model
from cockpit.core.poll import FAILED, Change, Poll
from cockpit.core.scenario import Fault, PlannedAlert, PlannedChange, Point, Reaction, Scenario
from cockpit.core.slots import lay_out
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.engine import Engine, Outside
from tests.engine import worlds
from tests.engine.worlds import SHOP, START, TWO_SERVERS, Running, levels, lived, spoken

WORLD = replace(
    SHOP,
    alertmanager=(AlertServer("main", "http://am"),),
    flags=(FlagStore("files", "flagd-file", owner="platform"),),
    kill_switches=(KillSwitch("pay-async", "files"),),
)
NIGHT = Scenario(
    "night",
    seed=7,
    opens_at=300,
    signals={
        ("orders-db", "up"): (Point(100, step_to=0.0),),
        ("checkout", "errors"): (Point(0, value=0.002, noise=0.0005), Point(120, ramp_to=0.4, over=60)),
        ("search", "errors"): (Point(200, absent_for=60),),
    },
    measures={"place-order": (Point(130, ramp_to=0.4, over=60),)},
    alerts=(PlannedAlert(110, "OrdersDbDown", {"service": "orders-db"}, lasts=400),),
    changes=(PlannedChange(90, "orders-db", "pool raised", reversible=True),),
    modes={("checkout", "queue"): (150, 250)},
    reconciled_at={"checkout": 500},
    flags={"pay-async": False},
    reactions=(Reaction('flags["pay-async"] == true', {"place-order": Point(0, ramp_to=1.0, over=30)}),),
    faults=(
        Fault(320, "prometheus_down", 30),
        Fault(320, "flags_down", 30),
        Fault(320, "alertmanager_down", 30),
    ),
)


def simulator(scenario: Scenario = NIGHT, model: Model = WORLD, start: float = START) -> Simulator:
    return Simulator(Performance(scenario, start), model, lay_out(model))


async def look(source: Simulator, at: float) -> State:
    state = initial(WORLD)
    async for event in source.poll(at):
        state = worlds.after(state, event)
    return state


async def looked(source: Simulator, at: float) -> Poll:
    return (await look(source, at)).picture.stage.close(at)


async def window(source: Simulator, start: float, end: float, step: float = 5.0) -> list[Poll]:
    *_, (share, polls) = [piece async for piece in source.window(start, end, step)]
    assert share == 1.0
    return list(polls)


async def test_equal_seeds_give_equal_answers_and_others_do_not() -> None:
    def written(polls: list[Poll]) -> list[object]:
        return [spoken(poll, WORLD) for poll in polls]

    one, same = await window(simulator(), START, START + 400), await window(simulator(), START, START + 400)
    other = await window(simulator(replace(NIGHT, seed=8)), START, START + 400)
    assert written(one) == written(same)
    assert written(one) != written(other)


async def test_looking_back_shows_what_was_shown_live() -> None:
    source = simulator()
    past = await window(source, START - 100, START + 400)
    live = [await looked(source, poll.at) for poll in past]
    assert [spoken(poll, WORLD) for poll in live] == [spoken(poll, WORLD) for poll in past]


async def test_a_window_comes_in_pieces_each_whole_so_far() -> None:
    shares = [(share, len(polls)) async for share, polls in simulator().window(START, START + 450, 5.0)]
    assert shares == [(1 / 3, 30), (2 / 3, 60), (1.0, 90)]


async def test_before_the_start_and_where_nothing_is_said_all_is_well() -> None:
    state = lived(await window(simulator(model=SHOP), START - 900, START))
    assert set(levels(state).values()) == {"OK"}
    assert state.picture.timeline == ()


async def test_the_incident_is_seen() -> None:
    state = lived(await window(simulator(model=SHOP), START - 300, START + 300))
    assert levels(state) == {
        "orders-db": "DOWN",
        "checkout": "FAILING",
        "search": "OK",
        "place-order": "DEGRADED",
    }
    assert state.health.impacts["place-order"].per_minute.kind == "measured"


async def test_alerts_changes_modes_and_flags_come_at_their_time() -> None:
    early, mid, late = [await looked(simulator(), START + at) for at in (80, 200, 520)]
    assert (early.alerts, early.changes, early.modes, early.reconciled) == ((), (), frozenset(), frozenset())
    assert mid.alerts
    assert [(alert.name, alert.since, alert.source) for alert in mid.alerts] == [
        ("OrdersDbDown", START + 110, "main"),
        ("OrdersDbDown", START + 110, "simulation"),
    ]
    assert mid.changes == (Change("orders-db", START + 90, "pool raised", reversible=True),)
    assert mid.modes == {("checkout", "queue")}
    assert mid.flags == {"pay-async": False}
    assert (late.alerts, late.modes, late.reconciled) == ((), frozenset(), {"checkout"})


async def test_a_fault_takes_the_servers_away_and_gives_them_back() -> None:
    state = await look(simulator(), START + 330)
    assert {name: source.reachable for name, source in state.picture.sources.items()} == {
        "simulation": False,
        "main": False,
        "files": False,
    }
    poll = state.picture.stage.close(START + 330)
    assert {answer for samples in poll.samples.values() for answer in samples.answer} == {FAILED}
    assert (poll.flags, poll.alerts) == ({}, None)
    assert set(state.picture.stage.trouble.values()) == {"connection refused (simulated)"}
    later = (await look(simulator(), START + 350)).picture.sources
    assert [later[name].reachable for name in ("main", "files")] == [True, True]


async def test_every_server_of_the_model_is_played() -> None:
    events = [event async for event in simulator(model=TWO_SERVERS).poll(START + 330)]
    assert [event.source for event in events if isinstance(event, SourceFailed)] == ["eu", "us"]
    assert sum(isinstance(event, Sampled) for event in events) == len(lay_out(TWO_SERVERS).templates)
    assert [event.source for event in events if isinstance(event, AlertsSeen)] == []
    assert [event.store for event in events if isinstance(event, FlagsRead)] == []


async def test_a_switch_is_felt_from_then_on() -> None:
    performance = Performance(NIGHT, START)
    source = Simulator(performance, WORLD, lay_out(WORLD))
    slot = source._slots.index["place-order", "measure", ""]
    number = next(one.number for one in source._slots.templates if one.start <= slot < one.stop)

    async def share(at: float) -> float:
        return (await looked(source, START + at)).samples[number].value[0]

    assert await share(240) < 0.5
    performance.set_flag("pay-async", True, START + 245)
    assert await share(240) < 0.5, "the past stays what it was"
    assert await share(290) > 0.9
    assert (await looked(source, START + 290)).flags == {"pay-async": True}


async def test_a_frozen_exporter_ages() -> None:
    frozen = replace(NIGHT, signals={("search", "errors"): (Point(100, frozen_for=200),)})
    source = simulator(frozen)
    slot = source._slots.index["search", "errors", ""]

    async def reading(at: float) -> tuple[float, float]:
        samples = (await looked(source, START + at)).samples[0]
        return samples.value[slot], samples.age[slot]

    (first, age), (later, later_age) = await reading(100), await reading(250)
    assert first == later
    assert later_age == age + 150
    assert (await reading(310))[1] <= SHOP.scrape


def begun(model: Model = WORLD) -> Running:
    import asyncio

    from cockpit.adapters.clock import ManualClock
    from cockpit.adapters.journal.memory import MemoryJournal

    clock = ManualClock(START + NIGHT.opens_at)
    performance = Performance(NIGHT, START)

    def connect(state: State) -> Outside:
        source = Simulator(performance, state.model, state.picture.slots, state.generation)
        return Outside((source,), (source,))

    engine = Engine(initial(model, "demo"), connect, clock=clock, journal=MemoryJournal(), step=model.poll)
    return Running(engine, clock, asyncio.ensure_future(engine.run()))


async def test_a_demo_opens_in_the_middle_as_if_it_had_been_open_all_along() -> None:
    run = begun()
    await run.clock.advance(1, turns=1500)
    warm = await run.go(0)
    along = lived(await window(simulator(), START - 600, START + 305), WORLD)
    assert warm.health.at == START + 300
    assert warm.health.nodes == along.health.nodes
    assert warm.health.moments == along.health.moments
    assert [entry for entry in warm.picture.timeline if entry.kind != "source"] == list(
        along.picture.timeline
    )
    assert [suspect.service for suspect in warm.health.suspects][:1] == ["orders-db"]
    await run.stop()


async def test_a_demo_goes_blind_and_says_so() -> None:
    run = begun()
    await run.clock.advance(1, turns=1500)
    await run.go(30)
    source = run.state.picture.sources["files"]
    assert (source.reachable, source.since, source.owner) == (False, START + 320, "platform")
    state = await run.go(30)
    assert state.picture.sources["files"].reachable
    assert [entry.text for entry in state.picture.timeline if entry.subject == "files"] == [
        "flag store files cannot be reached: connection refused (simulated)",
        "flag store files answers again",
    ]
    await run.stop()
