"""A scenario becomes an engine in a world that is played; no adapter that could reach out is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cockpit.adapters.clock import ScaledClock, SystemClock
from cockpit.adapters.simulated.archive import SimulatedArchive
from cockpit.adapters.simulator import Performance, Simulator
from cockpit.core.events import Event
from cockpit.core.levels import Instant
from cockpit.core.model import Model
from cockpit.core.rehearsal.injecting import AS_WRITTEN, Injected, with_faults
from cockpit.core.runbook.run import Mode
from cockpit.core.scenario import Scenario
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.engine import Engine, Outside
from cockpit.engine.observing import alone
from cockpit.engine.runs.crew import Crew
from cockpit.engine.runs.world import World
from cockpit.ports import Clock, Journal
from cockpit.wiring import simulated


@dataclass(frozen=True, slots=True)
class Played:
    """An engine, and what it is played by."""

    engine: Engine
    world: World
    performance: Performance


def engine_of(
    model: Model,
    scenario: Scenario,
    clock: Clock,
    start: Instant,
    *,
    actor: str,
    mode: Mode,
    journal: Journal | None = None,
    injected: Injected = AS_WRITTEN,
) -> Played:
    """`start`: when the scenario began. Without a `journal` its record ends with it."""
    performance = Performance(with_faults(scenario, injected), start)

    def connect(state: State) -> Outside:
        simulator = Simulator(performance, state.model, state.picture.slots, state.generation)
        # However fast the scenario goes, this machine needs the time that it needs.
        real = SystemClock() if isinstance(clock, ScaledClock) else None
        return Outside((simulator,), (simulator,), patience=real)

    def crew(say: Callable[[Event], None], poke: Callable[[], None]) -> Crew:
        return Crew(lambda state: world, say, poke, clock.now)

    world = simulated.make(
        model, performance, clock, actor=actor, mode=mode, journal=journal, injected=injected
    )
    if mode == "drill":
        world = replace(world, drill={"drill": "simulated", "scenario": scenario.id})
    engine = Engine(
        initial(model, mode),
        connect,
        clock=clock,
        journal=world.journal,
        acting=crew,
        step=model.poll,
        observes=alone,
        looks_back=lambda state: (SimulatedArchive(performance, state.model), world.metrics),
    )
    return Played(engine, world, performance)
