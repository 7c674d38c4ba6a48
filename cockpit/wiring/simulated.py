"""The world of a rehearsal: every port is played, and no adapter that could reach out is made."""

from __future__ import annotations

from cockpit.adapters.flags.simulated import SimulatedFlags
from cockpit.adapters.simulated.colleague import WithColleague
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
from cockpit.core.runbook.run import Mode
from cockpit.engine.runs.locking import Exclusive
from cockpit.engine.runs.world import World
from cockpit.ports import Clock


def make(model: Model, performance: Performance, clock: Clock, *, actor: str, mode: Mode) -> World:
    """Of one performance; its source is to be played by the same one."""
    stage = Stage(performance, model, clock.now)
    return World(
        model=model,
        journal=WithColleague(clock),
        owners=Exclusive(SimulatedOwners()),
        clock=clock,
        runner=SimulatedRunner(stage, clock),
        http=SimulatedHttp(stage),
        metrics=SimulatedMetrics(stage),
        secrets=SimulatedSecrets(),
        boot_ns=lambda: int(clock.now() * 1e9),
        actor=actor,
        flags={each.name: _flags(each, model, performance, clock) for each in model.flags},
        silencer=SimulatedSilencer(stage),
        mode=mode,
    )


def _flags(store: FlagStore, model: Model, performance: Performance, clock: Clock) -> SimulatedFlags:
    """A flag that no switch names is kept by the first store, as the simulated source has it."""
    keeper = {switch.key: switch.provider for switch in model.kill_switches}
    first = model.flags[0].name
    values = performance.course.scenario.flags
    keys = [key for key in values if keeper.get(key, first) == store.name]
    return SimulatedFlags(store, performance, clock.now, keys)
