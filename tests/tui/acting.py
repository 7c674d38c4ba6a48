"""The shop on screen with an engine that really runs runbooks, on a machine that only sets values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic

from cockpit.core.access import standing
from cockpit.core.events import Event
from cockpit.core.model import Target
from cockpit.core.runbook.actions import Command, Manual
from cockpit.core.runbook.model import Confirm, Reach, Rollback, Runbook, Step
from cockpit.core.state import State
from cockpit.engine import Engine, Outside
from cockpit.engine.runs.crew import Crew
from cockpit.tui.app import CockpitApp
from tests.engine.runs.stage import JumpingClock, Stage, book, setting

from .scenes import NOW, shop


class RunningClock(JumpingClock):
    """Begins with the scene and goes as fast as any clock, so that nothing spins."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self._begun = monotonic()

    def now(self) -> float:
        self.at = NOW + monotonic() - self._begun
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def failover() -> Runbook:
    """Looks, changes two things that can be undone, asks a person, and ends with one that cannot."""
    return replace(
        book(
            Step("look", "Who is the primary?", Command(("get", "primary"))),
            setting("standby", "promoted", why="It takes over the writes"),
            setting("proxy", "standby", confirm=Confirm("type")),
            Step("tell", "Tell the warehouse", Manual("Call them", answer="who was told")),
            Step(
                "old",
                "Wipe the old primary",
                Command(("set", "old", "gone")),
                Reach.WRITE,
                confirm=Confirm("key"),
                on_unknown_ask=True,
                rollback=Rollback(reason="what is wiped is gone", alternative="restore the backup"),
            ),
            services=("orders-db",),
        ),
        id="orders-db-failover",
        title="Fail over orders-db",
    )


def rollback() -> Runbook:
    return replace(
        book(setting("checkout", "1.41"), services=("checkout-api",)),
        id="checkout-rollback",
        title="Roll checkout back",
    )


@dataclass
class Acted:
    """An engine whose picture stands still and whose runs are real."""

    stage: Stage = field(default_factory=lambda: Stage(clock=RunningClock()))
    more: Mapping[str, object] = field(default_factory=dict)
    """Of the model: other stores, other switches."""
    world: Mapping[str, object] = field(default_factory=dict)
    """Of what may be touched."""
    readonly: bool = False
    who: str = "mara"
    """Sits here."""
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        state = shop()
        books = {each.id: each for each in (failover(), rollback())}
        given = {"books": books, "targets": (Target("prod"),), **self.more}
        model = replace(state.model, **given)
        if not self.stage.machine.values:
            self.stage.machine.values.update(primary="orders-db-1", standby="idle", proxy="primary")
        readonly, me = standing(model.access, self.who, readonly=self.readonly)
        self.engine = self.started(replace(state, model=model, readonly=readonly, me=me))

    def started(self, state: State) -> Engine:
        def world_of(now: State) -> object:
            given = {"model": now.model, "readonly": now.readonly, "me": now.me, "actor": self.who}
            return self.stage.world(**given, **self.world)

        return Engine(
            state,
            lambda _: Outside(),
            clock=self.stage.clock,
            journal=self.stage.journal,
            feed=quiet,
            acting=lambda say, poke: Crew(world_of, say, poke, self.stage.clock.now),  # type: ignore[arg-type]
        )

    def again(self) -> Acted:
        """Another cockpit on the same record, as after a crash of this one."""
        self.stage.owned.held.clear()
        return Acted(self.stage, self.more, self.world, self.readonly, self.who)

    def app(self) -> CockpitApp:
        return CockpitApp(
            lambda: self.engine.state,
            self.stage.clock.now,
            self.engine.dispatch,
            background=self.engine.run,
            actor=self.who,
        )


async def quiet(state: State) -> AsyncIterator[Event]:
    """Nothing is ever observed."""
    await asyncio.Event().wait()
    return
    yield
