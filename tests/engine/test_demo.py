"""Two runbooks and a switch end the demo's incident; a wrong runbook makes it worse, and is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit import wiring
from cockpit.adapters.clock import ManualClock
from cockpit.adapters.simulated.senses import SimulatedMetrics
from cockpit.config import load, shop
from cockpit.core.levels import Integrity, Shown
from cockpit.core.model import Scalar
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.words import Ask, Question
from cockpit.core.state import State
from cockpit.core.wanted import (
    FlagWanted,
    RunAnswered,
    RunWanted,
    RunWished,
)
from cockpit.engine import Engine
from cockpit.engine.runs.crew import Crew
from cockpit.engine.runs.world import World

START = 1_700_000_000.0
LOADED = load(shop(), environ={}, now=0.0)
NONE: Mapping[str, Scalar] = {}
PATIENCE = 900
"""Simulated seconds that anything may take."""


@dataclass
class Session:
    """Somebody at the keys, with a clock that runs as fast as it can."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    answered: set[tuple[str, object, str]] = field(default_factory=set)
    engine: Engine = field(init=False)
    task: asyncio.Task[None] = field(init=False)

    async def __aenter__(self) -> Session:
        self.engine = wiring.demo(LOADED, clock=self.clock, actor="lena")
        self.task = asyncio.ensure_future(self.engine.run())
        await self.until(lambda state: state.health.reasoned_at is not None)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.stop()
        await self.task

    @property
    def state(self) -> State:
        return self.engine.state

    async def tick(self, seconds: float = 1.0) -> None:
        await self.clock.advance(seconds)
        await self.engine.settled()
        await asyncio.sleep(0)

    async def until(self, holds) -> None:  # type: ignore[no-untyped-def]
        for _ in range(PATIENCE):
            await self.tick()
            if holds(self.state):
                return
        told = [(run.id, run.state, run.hold) for run in self.state.record.runs.values()]
        levels = {each.name: str(self.level(each.name)) for each in LOADED.model.services}
        raise AssertionError(f"never: {self.state.picture.refused}, {told}, {levels}")

    @property
    def world(self) -> World:
        crew = self.engine._acting
        assert isinstance(crew, Crew)
        return crew.world_of(self.state)

    async def errors(self) -> float:
        return float((await self.world.metrics.signal("checkout-api", "errors")).value or 0.0)

    def level(self, node: str) -> Shown:
        return self.state.health.node(node).level

    def played(self) -> Mapping[str, Scalar]:
        """The world and the flags that the scenario has now."""
        metrics = self.world.metrics
        assert isinstance(metrics, SimulatedMetrics)
        course = metrics.stage.performance.course
        return {**course.world, **course.flags[-1][1]}

    async def refused(self, runbook: str) -> str:
        """Why it is not started."""
        self.engine.dispatch(RunWanted(runbook, {}, self.clock.now()))
        await self.until(lambda state: state.picture.refused)
        assert not self.state.record.runs
        assert self.state.picture.refused is not None
        return self.state.picture.refused.why

    async def start(self, runbook: str, parameters: Mapping[str, Scalar] = NONE) -> str:
        known = set(self.state.record.runs)
        self.engine.dispatch(RunWanted(runbook, parameters, self.clock.now()))
        await self.until(lambda state: set(state.record.runs) - known)
        (new,) = set(self.state.record.runs) - known
        return new

    async def run(self, runbook: str) -> Run:
        """From its start to its end, answering what is asked."""
        id = await self.start(runbook)
        await self.until(lambda state: self.at_it(id).final)
        return self.at_it(id)

    def at_it(self, id: str) -> Run:
        run = self.state.record.runs[id]
        match next_move(run):
            case Ask(question) if (id, question.key, question.kind) not in self.answered:
                self.answered.add((id, question.key, question.kind))
                self.answer(run, question)
        return run

    def answer(self, run: Run, question: Question) -> None:
        if question.kind == "approval":
            return  # a second person's
        choice = question.choices[0].name if question.choices else "y"
        text = question.phrase or "because it has to be"
        now = self.clock.now()
        self.engine.dispatch(RunAnswered(run.id, question.key, question.kind, choice, text, now))


async def test_two_runbooks_and_a_switch_end_it() -> None:
    async with Session() as session:
        assert session.level("orders-db") is Shown.DOWN
        assert session.level("place-order") is Shown.FAILING
        done = await session.run("orders-db-failover")
        assert (done.forward, done.rollback) == ("completed_with_debt", ""), done
        assert {name for one in done.executions for name in one.approvals} == {"mara"}
        await session.until(lambda state: integrity(session) is Integrity.BREACHED)
        done = await session.run("stop-the-writer")
        assert done.forward == "completed_with_debt", done
        await switched(session, "pay-async", "kill")
        await session.until(
            lambda state: all(
                session.level(name) is Shown.OK
                for name in ("orders-db", "stripe", "place-order", "fulfilment")
            )
        )
        assert session.level("checkout-api") is Shown.AT_RISK, "what it wrote is in doubt"
        assert integrity(session) is Integrity.BREACHED, "the doubles are still there"
        assert session.clock.now() - START < 720, "before it would have ended by itself"
        assert {each.title for each in session.state.record.obligations} >= {
            "Rebuild the standby of orders-db",
            "Start order-retry again",
            "Reconcile the duplicate orders",
        }


def integrity(session: Session) -> Integrity:
    return session.state.health.node("checkout-api").integrity


async def switched(session: Session, key: str, what: str) -> None:
    now = session.clock.now()
    shown = await session.world.flags["files"].get(key, "default")
    session.engine.dispatch(FlagWanted(key, "default", what, "Stripe throttles", "lena", now, shown))  # type: ignore[arg-type]
    await session.until(lambda state: state.record.flips.of("files", "default", key).last is not None)


async def test_a_wrong_runbook_makes_it_worse_and_its_rollback_restores_what_was() -> None:
    async with Session() as session:
        before = await session.errors()
        id = await session.start("checkout-rollback")
        await session.until(lambda state: session.at_it(id).standing())
        await session.tick(60)
        assert await session.errors() > 2 * before
        wish = RunWished(id, "undo-all", "the wrong runbook", session.clock.now())
        session.engine.dispatch(wish)
        await session.until(lambda state: session.at_it(id).final)
        run = session.state.record.runs[id]
        assert run.rollback == "complete", run
        await session.tick(60)
        assert await session.errors() < 1.3 * before
        assert session.level("orders-db") is Shown.DOWN, "what was wrong before is wrong still"
