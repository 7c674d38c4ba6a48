"""A drill with the real commands on a target that may break: everything else that could be hurt is played."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.exclusive import Exclusive
from cockpit.adapters.journal.kept import Kept
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.journal.owners import RunOwners
from cockpit.adapters.journal.place import place
from cockpit.adapters.metrics import PrometheusMetrics
from cockpit.adapters.process import Commands
from cockpit.adapters.prometheus import Prometheus
from cockpit.adapters.secrets import Secrets
from cockpit.adapters.simulator import Performance
from cockpit.adapters.trust import FirstUse
from cockpit.core.events import Event
from cockpit.core.journal import new_uid
from cockpit.core.model import Model
from cockpit.core.rehearsal.injecting import AS_WRITTEN, Injected
from cockpit.core.runbook.actions import Nested
from cockpit.core.runbook.model import Runbook
from cockpit.core.scenario import Scenario
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.engine import Engine, Outside
from cockpit.engine.observing import alone
from cockpit.engine.runs.crew import Crew
from cockpit.engine.runs.world import World
from cockpit.errors import UsageError
from cockpit.ports import Clock, Journal
from cockpit.text import join_names
from cockpit.wiring import acting, simulated
from cockpit.wiring.playing import Played


def check_target(model: Model, name: str, books: Iterable[Runbook] = ()) -> None:
    """Raises UsageError unless all that `books` would touch may break. Nothing has begun by then."""
    _check(model, name, "")
    for book in books:
        for step in (*book.steps, *book.finally_):
            if step.target:
                _check(model, step.target, f"step '{step.id}' of {book.id} acts on its own target: ")


def _check(model: Model, name: str, who: str) -> None:
    target = next((each for each in model.targets if each.name == name), None)
    sandboxes = [each.name for each in model.targets if each.sandbox and not each.protected]
    hint = f"there are: {join_names(sandboxes, 8) or 'none'}; mark one with sandbox: true"
    if target is None:
        raise UsageError(f"{who}there is no target '{name}'", hint)
    if target.protected:
        raise UsageError(f"{who}the target '{name}' is protected, so nothing is rehearsed on it", hint)
    if not target.sandbox:
        raise UsageError(f"{who}the target '{name}' is not marked as a sandbox, so nothing is begun", hint)


def with_nested(model: Model, ids: Iterable[str]) -> Iterator[Runbook]:
    """Those runbooks and all that they run in turn, each once."""
    waiting = list(dict.fromkeys(ids))
    seen = set(waiting)
    while waiting:
        book = model.books.get(waiting.pop(0))
        if book is None:
            continue
        yield book
        for step in (*book.steps, *book.finally_):
            if isinstance(step.action, Nested) and step.action.runbook not in seen:
                seen.add(step.action.runbook)
                waiting.append(step.action.runbook)


def narrowed(model: Model, name: str) -> Model:
    """`model` as if there were nothing but sandboxes: whatever is started acts on `name`, or is not known."""
    sandboxes = {each.name: each for each in model.targets if each.sandbox and not each.protected}
    books = {
        id: replace(book, target=name)
        for id, book in model.books.items()
        if all(not step.target or step.target in sandboxes for step in (*book.steps, *book.finally_))
    }
    title = f"{model.title or model.name} (real commands on {name})"
    return replace(model, title=title, targets=tuple(sandboxes.values()), books=books)


def sandbox(
    model: Model,
    target: str,
    config: str,
    scenario: Scenario,
    archive: Journal,
    *,
    actor: str,
    injected: Injected = AS_WRITTEN,
    clock: Clock | None = None,
) -> Played:
    """Commands are real, measures those of the real Prometheus. Flags, requests and silences are played.

    What is decided is on record among all drills before the world moves. Raises JournalError.
    """
    model = narrowed(model, target)
    clock = clock or SystemClock()
    performance = Performance(scenario, clock.now())
    journal = Kept(MemoryJournal("sandbox"), archive)
    played = simulated.make(
        model, performance, clock, actor=actor, mode="drill", journal=journal, injected=injected
    )
    world = _real(played, model, config)
    world = replace(world, drill={"drill": "sandbox", "scenario": scenario.id})

    def connect(state: State) -> Outside:
        servers = [
            Prometheus(server, state.model, state.picture.slots, state.generation)
            for server in state.model.prometheus
        ]
        return Outside(servers, servers)

    def crew(say: Callable[[Event], None], poke: Callable[[], None]) -> Crew:
        return Crew(lambda state: world, say, poke, clock.now, lambda: acting.close(world))

    engine = Engine(
        initial(model, "drill"),
        connect,
        clock=clock,
        journal=world.journal,
        acting=crew,
        observes=alone,
    )
    return Played(engine, world, performance)


def _real(played: World, model: Model, config: str) -> World:
    folder = place(model.name, model.journal, "drill")
    runner = Commands()
    return replace(
        played,
        owners=Exclusive(RunOwners(folder)),
        runner=runner,
        metrics=PrometheusMetrics(model),
        secrets=Secrets(trusts=FirstUse(acting.trusted(model), config)),
        boot_ns=lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        environ=dict(os.environ),
        # Each drill begins with R-1, and must not find what another has left there.
        folder=str(folder.path / "runs" / f"drill-{new_uid()}"),
        foreign=runner.foreign,
    )
