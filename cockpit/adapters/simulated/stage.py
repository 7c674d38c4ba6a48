"""What a rehearsal knows of its runs: which steps have happened, and what each does in this scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from cockpit.adapters.simulator import Performance
from cockpit.core.levels import Instant
from cockpit.core.model import Model, Scalar
from cockpit.core.runbook.model import Step
from cockpit.core.runbook.work import Purpose
from cockpit.core.scenario import SimulatedCommand

NOTHING: Final = SimulatedCommand()
Where = tuple[str, str]
"""Runbook and step."""


@dataclass
class Stage:
    """Shared by everything simulated of one rehearsal."""

    performance: Performance
    model: Model
    now: Callable[[], Instant]
    injected: Mapping[str, str] = field(default_factory=dict)
    """Outcomes that somebody wants to see, by `RUNBOOK.STEP`, or with `undo:` before it."""
    stands: dict[Where, bool] = field(default_factory=dict)
    """What was done or taken back; what nobody touched is missing."""
    _before: dict[Where, Mapping[str, Scalar]] = field(default_factory=dict)
    _tries: Counter[Where] = field(default_factory=Counter)

    def step(self, purpose: Purpose) -> Step | None:
        book = self.model.books.get(purpose.runbook)
        return book.step(purpose.step) if book else None

    def command(self, purpose: Purpose) -> SimulatedCommand:
        """What the scenario says of a step; of an undo it says nothing."""
        commands = self.performance.course.scenario.commands
        return NOTHING if purpose.kind == "undo" else commands.get(_name(purpose), NOTHING)

    def outcome(self, purpose: Purpose) -> str:
        """`success`, `failure`, `hang`, `killed-after-effect`, `not-applied`: of the drill's, in turn."""
        for fault, outcome in (("command_hangs", "hang"), ("killed_after_effect", "killed-after-effect")):
            if self.faulty(fault):
                return outcome
        wanted = f"{'undo:' if purpose.kind == 'undo' else ''}{_name(purpose)}"
        if wanted in self.injected:
            return self.injected[wanted]
        if purpose.kind == "undo":
            return "success"
        step, where = self.step(purpose), _where(purpose)
        outcomes = step.drill.outcomes if step else ()
        self._tries[where] += 1
        return outcomes[min(self._tries[where], len(outcomes)) - 1] if outcomes else "success"

    def happen(self, purpose: Purpose) -> None:
        """The step has its effect, or has it no longer: the scenario feels it."""
        where = _where(purpose)
        if purpose.kind == "undo":
            self.stands[where] = False
            changed = self._before.pop(where, {})
        else:
            changed = self.command(purpose).sets
            world = self.performance.course.world
            self._before.setdefault(where, {name: world.get(name) for name in changed})
            self.stands[where] = True
        if changed:
            self.performance.change_world(changed, self.now())

    def truth(self, purpose: Purpose) -> bool:
        """What an honest answer to a look says: of what was never touched that it has not happened."""
        stands = self.stands.get(_where(purpose), False)
        match purpose.kind:
            case "reconcile" | "verify":
                return stands
            case "verify-undo":
                return not stands
        return True

    def faulty(self, kind: str) -> bool:
        return self.performance.course.broken(kind, self.now() - self.performance.start)


def _where(purpose: Purpose) -> Where:
    return purpose.runbook, purpose.step


def _name(purpose: Purpose) -> str:
    return f"{purpose.runbook}.{purpose.step}"
