"""Walks one runbook through: says yes to everything, takes every branch in turn, and takes it all back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from cockpit.core.levels import Seconds
from cockpit.core.model import Scalar
from cockpit.core.runbook.actions import Wait
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.model import Runbook, Step
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import Effect, Phase
from cockpit.core.runbook.words import Ask, Choice, Question
from cockpit.core.scenario import Deed
from cockpit.engine.rehearsing.operator import Operator
from cockpit.ports import Clock

WALKED: Final = "walked in a drill"
TRIES: Final = 3
"""Of one step that fails, before it is left out."""
STUCK: Final[Seconds] = 900.0
"""Nothing new on record for so long: nothing further will come."""
LOOK: Final[Seconds] = 1.0


@dataclass
class Branches:
    """Labels that were chosen so far, over all passes."""

    taken: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def choose(self, run: Run, question: Question) -> str:
        """The one that was taken least often."""
        step, book = question.key.step, run.runbook.id
        names = [each.name for each in question.choices if not each.why_not]
        chosen = min(names, key=lambda name: self.taken[book, step, name])
        self.taken[book, step, chosen] += 1
        return chosen


@dataclass
class Walker:
    """What is said in one pass. `until`: the step behind which the pass ends, to be taken back there."""

    branches: Branches
    until: str = ""
    _tries: Counter[tuple[str, str, Phase]] = field(default_factory=Counter)

    def __call__(self, run: Run, question: Question) -> Answer | None:
        if self.is_there(run) and question.key.phase is Phase.DO:
            return None
        match question.kind:
            case "confirm":
                return Answer("y", question.phrase)
            case "manual":
                return Answer("y", WALKED)
            case "decide":
                chosen = self.branches.choose(run, question)
                return Answer(chosen, chosen)
            case "already":
                return Answer("do")
            case "undo_unknown":
                return Answer("undo", WALKED)
            case "hold":
                return self._held(run, question)
        return None  # an approval is somebody else's

    def is_there(self, run: Run) -> bool:
        return any(
            one.key.step == self.until and one.key.phase is Phase.DO and one.settled
            for one in run.executions
            if self.until and one.effect is Effect.APPLIED
        )

    def _held(self, run: Run, question: Question) -> Answer | None:
        key = question.key
        self._tries[run.id, key.step, key.phase] += 1
        may = {each.name: each for each in question.choices if not each.why_not}
        tried = self._tries[run.id, key.step, key.phase]
        for name in ("override", "retry") if tried < TRIES else ():
            if name in may:
                return _chosen(may[name])
        for name in ("skip", "leave", "abort"):
            if name in may:
                return _chosen(may[name])
        return None


def _chosen(choice: Choice) -> Answer:
    return Answer(choice.name, WALKED)


async def walk(
    operator: Operator,
    clock: Clock,
    book: Runbook,
    walker: Walker,
    parameters: Mapping[str, Scalar],
    begun: Callable[[], None],
) -> None:
    """One pass forward and one back, to where each of them ends or is stuck; `begun`: it is on record."""
    operator.start(book.id, walker, Deed(0.0, run=book.id, parameters=parameters))
    answering = asyncio.ensure_future(operator.play((), clock.now()))
    patience = STUCK + sum(_lasts(step) for step in (*book.steps, *book.finally_))
    try:
        run = await _until(operator, clock, walker, patience, lambda run: True)
        begun()
        if run is None:
            return
        there = walker.is_there
        run = await _until(operator, clock, walker, patience, lambda run: run.final or _waits(run, there))
        if run is None or run.rollback or not run.standing():
            return
        operator.take_back(run.id)
        await _until(operator, clock, walker, patience, lambda run: bool(run.rollback) and run.final)
    finally:
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering


def _waits(run: Run, there: Callable[[Run], bool]) -> bool:
    return there(run) and isinstance(next_move(run), Ask)


def _lasts(step: Step) -> Seconds:
    """How long nothing may come on record of it, and it is at work all the same."""
    waits = (step.action.lasts or step.action.within) if isinstance(step.action, Wait) else 0.0
    return waits + step.timeout + (step.verify.within if step.verify else 0.0)


async def _until(
    operator: Operator, clock: Clock, walker: Walker, patience: Seconds, holds: Callable[[Run], bool]
) -> Run | None:
    """The run once it `holds`, or when nothing has come on record of it for too long; None: there is none."""
    seq, since = 0, clock.now()
    while True:
        await clock.sleep(LOOK)
        run = operator.run_of(walker)
        if run is not None and holds(run):
            return run
        if run is None and operator.turned:
            return None
        now = operator.state.record.seq
        if now != seq:
            seq, since = now, clock.now()
        if clock.now() - since > patience:
            return run
