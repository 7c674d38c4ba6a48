"""The world of a rehearsal: every port is played, and no adapter that could reach out is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cockpit.adapters.flags.simulated import SimulatedFlags
from cockpit.adapters.journal.exclusive import Exclusive
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.simulated.colleague import WithColleague
from cockpit.adapters.simulated.full import SometimesFull
from cockpit.adapters.simulated.outside import (
    SimulatedHttp,
    SimulatedOwners,
    SimulatedSecrets,
    SimulatedSilencer,
)
from cockpit.adapters.simulated.runner import SimulatedRunner
from cockpit.adapters.simulated.senses import SimulatedMetrics
from cockpit.adapters.simulated.stage import Stage
from cockpit.adapters.simulator import Performance
from cockpit.core.model import FlagStore, Model
from cockpit.core.rehearsal.injecting import AS_WRITTEN, Injected
from cockpit.core.runbook.actions import FlagSet
from cockpit.core.runbook.run import Mode
from cockpit.core.runbook.work import FlagOutcome
from cockpit.engine.runs.world import World
from cockpit.ports import Clock, Journal

CAME_OF: Final[Mapping[str, FlagOutcome]] = {
    "success": FlagOutcome.APPLIED,
    "failure": FlagOutcome.FAILED,
    "not-applied": FlagOutcome.DENIED,
    "hang": FlagOutcome.UNKNOWN,
    "killed-after-effect": FlagOutcome.UNKNOWN,
}
"""What an outcome of a step is for a flag; one whose answer is lost has been set all the same."""


def make(
    model: Model,
    performance: Performance,
    clock: Clock,
    *,
    actor: str,
    mode: Mode,
    journal: Journal | None = None,
    injected: Injected = AS_WRITTEN,
) -> World:
    """Of one performance; its source is to be played by the same one."""
    stage = Stage(performance, model, clock.now, injected.outcomes)
    inner = journal or MemoryJournal("simulation")
    if any(each.kind == "journal_full" for each in performance.course.scenario.faults):
        inner = SometimesFull(inner, lambda: stage.faulty("journal_full"))
    return World(
        model=model,
        journal=WithColleague(inner, clock, absent=injected.approver_absent),
        owners=Exclusive(SimulatedOwners()),
        clock=clock,
        runner=SimulatedRunner(stage, clock),
        http=SimulatedHttp(stage),
        metrics=SimulatedMetrics(stage),
        secrets=SimulatedSecrets(),
        boot_ns=lambda: int(clock.now() * 1e9),
        actor=actor,
        flags={each.name: _flags(each, model, performance, clock, injected) for each in model.flags},
        silencer=SimulatedSilencer(stage),
        mode=mode,
    )


def _flags(
    store: FlagStore, model: Model, performance: Performance, clock: Clock, injected: Injected
) -> SimulatedFlags:
    """A flag that no switch names is kept by the first store, as the simulated source has it."""
    keeper = {switch.key: switch.provider for switch in model.kill_switches}
    first = model.flags[0].name
    values = performance.course.scenario.flags
    keys = [key for key in values if keeper.get(key, first) == store.name]
    outcomes = {
        step.action.key: CAME_OF[injected.outcomes[name]]
        for book in model.books.values()
        for step in (*book.steps, *book.finally_)
        if (name := f"{book.id}.{step.id}") in injected.outcomes and isinstance(step.action, FlagSet)
    }
    return SimulatedFlags(store, performance, clock.now, keys, outcomes)
