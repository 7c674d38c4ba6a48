"""How commands ended that were begun on this machine, for whoever has their runs on another one by now."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from cockpit.core.levels import Seconds
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.holding import ELSEWHERE
from cockpit.core.runbook.run import Execution, Run, run_lock
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.words import say
from cockpit.core.runbook.work import Output, Started
from cockpit.core.state import State
from cockpit.engine.runs import finding
from cockpit.engine.runs.acting import exit_body
from cockpit.engine.runs.looks import Eyes
from cockpit.engine.runs.world import World
from cockpit.errors import CockpitError

log = logging.getLogger(__name__)
EVERY: Final[Seconds] = 1.0


class Reports:
    """Puts ends on record, and nothing else: what they mean is found out by whoever has the run.

    Of two cockpits on one machine both may report the same end, which is there once.
    """

    def __init__(
        self, state: Callable[[], State], world_of: Callable[[State], World], poke: Callable[[], None]
    ) -> None:
        self._state = state
        self._world_of = world_of
        self._poke = poke
        self._seen: tuple[object, object] = (None, None)
        self._begun: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        try:
            while True:
                self._look(self._state())
                await asyncio.sleep(EVERY)
        finally:
            for each in self._begun.values():
                each.cancel()

    def _look(self, state: State) -> None:
        now = state.record.runs, state.picture.company
        if now[0] is self._seen[0] and now[1] is self._seen[1]:
            return
        self._seen = now
        for run, one in _left_open(state):
            nonce = str(one.intent["nonce"]) if one.intent else ""
            under_way = self._begun.get(nonce)
            if under_way is None or (under_way.done() and under_way.exception() is not None):
                world = self._world_of(state)
                self._begun[nonce] = asyncio.ensure_future(self._report(world, run, one))

    async def _report(self, world: World, run: Run, one: Execution) -> None:
        if not _is_of(world, one) or not await _was_meant_by(world, run, one):
            return
        try:
            end, _ = await finding.end_of(Eyes(world, run.runbook, None, {}), one, _unheard)
            if end is None:  # it cannot be seen from here either
                return
            word = say("exited", one.key, **exit_body(end, one.key.phase), reported_by=world.here.host)
            fact = word.fact(run, world.clock.now(), world.actor)
            assert one.intent is not None
            await world.journal.append([replace(fact, uid=f"report-{one.intent['nonce']}")])
        except CockpitError as error:
            log.warning("the end of a step of %s could not be reported: %s", run.id, error)
            raise  # and it is tried again
        self._poke()


def _left_open(state: State) -> Iterator[tuple[Run, Execution]]:
    """Commands without an end on record, of runs that somebody on another machine has."""
    company = state.picture.company
    if company is None or state.readonly:
        return
    for run in state.record.runs.values():
        held = None if run.final else company.held(run_lock(run.id))
        if held is None or company.is_over(held) or company.is_ours(held):
            continue
        if held.machine == company.machine and not (run.hold and run.hold.kind == ELSEWHERE):
            continue  # who is here finds out, where they can
        yield from ((run, one) for one in run.executions if _is_open(one))


def _is_open(one: Execution) -> bool:
    action = one.intent.get("action") if one.intent and one.exit is None and not one.settled else None
    return isinstance(action, dict) and action.get("is") == Command.__name__


def _is_of(world: World, one: Execution) -> bool:
    return bool(world.here.host) and one.intent is not None and one.intent.get("host") == world.here.host


async def _was_meant_by(world: World, run: Run, one: Execution) -> bool:
    """Nobody reports for somebody else: the record would not take it."""
    kind = f"{'undo' if one.key.phase is Phase.UNDO else 'step'}.intent"
    found = await world.journal.read(run=run.id, kind=kind)
    wanted = (one.key.step, one.key.visit, one.key.attempt)
    return any(
        (each.fact.step, each.fact.visit, each.fact.attempt) == wanted and each.fact.actor == world.actor
        for each in found
    )


async def _unheard(heard: Started | Output) -> None:
    """Whoever has the run watches it elsewhere; this cockpit only waits for the end."""
