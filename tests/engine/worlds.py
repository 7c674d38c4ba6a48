"""A small shop, and sources and journals that behave as a test wants them to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cockpit.adapters.clock import ManualClock
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.decisions import decision_of
from cockpit.core.events import Decision, DegradationMarked, Event, PollReplayed, Sampled
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Instant, Kind, Level, Seconds
from cockpit.core.model import (
    Capability,
    Degradation,
    Dependency,
    MetricServer,
    Model,
    Query,
    Service,
    Signal,
    Value,
)
from cockpit.core.poll import Poll
from cockpit.core.recording import Lines
from cockpit.core.slots import lay_out
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.engine import Engine, Outside
from cockpit.errors import JournalError
from cockpit.ports import History, Journal, Source

START = 1_700_000_000.0


def signal(
    name: str, kind: Kind, thresholds: dict[Level, float], direction: Any = "above", **more: Any
) -> Signal:
    return Signal(name, kind, Query(f"{name}_by_service", ("service",)), direction, thresholds, **more)


ERRORS = signal("errors", Kind.ERRORS, {Level.DEGRADED: 0.01, Level.FAILING: 0.05, Level.DOWN: 0.5})
UP = signal("up", Kind.PROBE, {Level.DOWN: 1.0}, "below")
DOUBLES = signal("doubles", Kind.INTEGRITY, {Level.FAILING: 0.0}, for_=0.0)
LATER = Degradation("pay-later", Level.DEGRADED, manual=True, works="Orders are accepted")
QUEUE = Degradation("queue", Level.AT_RISK, active_when="queue_on == 1")
ORDERS = Signal(
    "measure",
    Kind.TRAFFIC,
    Query("orders", volume="expected"),
    "below",
    {Level.DEGRADED: 0.85},
    min_volume=20.0,
)
SHOP = Model(
    name="shop",
    services=(
        Service("orders-db", owner="platform", tier=1, signals=(ERRORS, UP)),
        Service(
            "checkout",
            tier=1,
            signals=(ERRORS, DOUBLES),
            degradations=(LATER, QUEUE),
            depends_on=(Dependency(("orders-db",), fallback="pay-later"),),
        ),
        Service("search", signals=(ERRORS,)),
    ),
    capabilities=(
        Capability(
            "place-order",
            tier=1,
            requires=(Dependency(("checkout",)),),
            measure=ORDERS,
            value=Value(48.0, "EUR"),
        ),
    ),
)
TWO_SERVERS = Model(
    "shop",
    services=SHOP.services,
    capabilities=SHOP.capabilities,
    prometheus=(
        MetricServer("eu", "http://eu", owner="platform", runbook="prometheus-down"),
        MetricServer("us", "u"),
    ),
)
BAD: dict[str, dict[str, Any]] = {"orders-db": {"errors": 0.9}}
WELL: dict[str, dict[str, Any]] = {
    "orders-db": {"errors": 0.001, "up": 1},
    "checkout": {"errors": 0.002, "doubles": 0},
    "search": {"errors": 0.001},
    "place-order": {"actual": 60.0, "expected": 60.0},
}


def line(
    at: float, *, model: Model = SHOP, values: dict[str, dict[str, Any]] | None = None, **more: Any
) -> Poll:
    """A poll as a recording would have it; what `values` does not name is well."""
    merged = {owner: {**WELL[owner], **(values or {}).get(owner, {})} for owner in WELL}
    return Lines(model, lay_out(model)).poll({"at": at, "values": merged, **more})


def after(state: State, *events: Event) -> State:
    for event in events:
        state, _ = update(state, event)
    return state


def spoken(poll: Poll | None, model: Model = SHOP) -> dict[str, Any]:
    """A poll in a form that can be compared: NaN is equal to NaN there."""
    assert poll
    return Lines(model, lay_out(model)).line(poll)


def lived(polls: Iterable[Poll], model: Model = SHOP) -> State:
    return after(initial(model), *(PollReplayed(poll) for poll in polls))


def levels(state: State) -> dict[str, str]:
    return {node.name: node.level.value for node in state.health.nodes}


def mark(at: float = START, on: bool = True) -> DegradationMarked:
    return DegradationMarked("checkout", "pay-later", on, "mara", "the database is down", at)


@dataclass
class Scripted:
    """Answers whatever `say` returns for the time of the poll."""

    say: Callable[[Instant], Iterable[Event]]
    name: str = "eu"
    asked: list[Instant] = field(default_factory=list)
    closed: bool = False

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        self.asked.append(at)
        for event in self.say(at):
            yield event
            await asyncio.sleep(0)

    async def close(self) -> None:
        self.closed = True


def answering(
    generation: int = 0, model: Model = SHOP, values: Callable[[Instant], Any] = lambda at: None
) -> Scripted:
    """A source that is well, except for `values(at)`."""

    def say(at: Instant) -> Iterable[Event]:
        for number, samples in line(at, model=model, values=values(at)).samples.items():
            yield Sampled(number, samples, generation=generation)

    return Scripted(say)


class Remembering:
    """A source whose past is `polls`; with `parts`, it comes in so many pieces."""

    name = "past"

    def __init__(self, polls: Sequence[Poll], parts: int = 1, hangs: bool = False) -> None:
        self._polls = polls
        self._parts = parts
        self._hangs = hangs

    async def window(
        self, start: Instant, end: Instant, step: Seconds
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        for part in range(1, self._parts + 1):
            await asyncio.sleep(0)
            yield part / self._parts, self._polls[: len(self._polls) * part // self._parts]
        if self._hangs:
            await asyncio.Event().wait()


class Stubborn(MemoryJournal):
    """Refuses what `against` says; hangs while `gate` is shut."""

    def __init__(self, against: Callable[[Decision], bool] = lambda _: False) -> None:
        super().__init__()
        self.against = against
        self.gate = asyncio.Event()
        self.gate.set()
        self.tries: list[int] = []

    @property
    def decisions(self) -> list[Decision]:
        """All that is on record."""
        return [_decided(record.fact) for record in self.records]

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        self.tries.append(len(facts))
        await self.gate.wait()
        if any(self.against(_decided(fact)) for fact in facts):
            raise JournalError("no space left on the disk", "make room")
        return await super().append(facts)


def _decided(fact: Fact) -> Decision:
    decision = decision_of(fact)
    assert decision is not None
    return decision


@dataclass
class Running:
    """An engine under a clock that the test turns."""

    engine: Engine
    clock: ManualClock
    task: asyncio.Task[None]

    @property
    def state(self) -> State:
        return self.engine.state

    async def go(self, seconds: Seconds = 0.0) -> State:
        await self.clock.advance(seconds)
        await self.engine.settled()
        return self.engine.state

    async def stop(self) -> None:
        await self.engine.stop()
        await self.task


def start(
    *sources: Source,
    model: Model = SHOP,
    journal: Journal | None = None,
    histories: Sequence[History] = (),
    connect: Callable[[State], Outside] | None = None,
    **more: Any,
) -> Running:
    clock = ManualClock(START)
    engine = Engine(
        initial(model),
        connect or (lambda _: Outside(sources, histories)),
        clock=clock,
        journal=journal or MemoryJournal(),
        **more,
    )
    return Running(engine, clock, asyncio.ensure_future(engine.run()))
