"""What stands in the way of calling it over: what is hurt, what nobody can see, what is left to clean up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cockpit.core.incident.model import Incident
from cockpit.core.levels import Integrity, Shown
from cockpit.core.state import State


@dataclass(frozen=True, slots=True)
class Obstacle:
    kind: Literal["unknown", "hurt", "data", "debt", "run", "switch"]
    subject: str
    text: str

    @property
    def evidence(self) -> bool:
        """Whether it is about how things are; the others are about what has to be done."""
        return self.kind in ("unknown", "hurt", "data")


def obstacles(state: State, incident: Incident) -> tuple[Obstacle, ...]:
    """Evidence first, then what is to clean up; empty: it can be called over with a good conscience."""
    return (*_evidence(state, incident), *_data(state), *_debts(state), *_runs(state))


def unseen(state: State, incident: Incident) -> tuple[Obstacle, ...]:
    """Required evidence that is UNKNOWN: with it nobody may say that it is over."""
    return tuple(each for each in _evidence(state, incident) if each.kind == "unknown")


def _evidence(state: State, incident: Incident) -> Iterator[Obstacle]:
    """Of every capability, and of every service that was hurt in it."""
    touched = set(incident.touched)
    capabilities = {capability.name for capability in state.model.capabilities}
    for node in state.health.nodes:
        if node.name not in touched and node.name not in capabilities:
            continue
        if node.level is Shown.UNKNOWN and not node.idle:
            yield Obstacle("unknown", node.name, f"nobody can see how {node.name} is")
        elif node.level not in (Shown.OK, Shown.UNMONITORED, Shown.UNKNOWN):
            yield Obstacle("hurt", node.name, f"{node.name} is {node.level.value.replace('_', ' ')}")


def _data(state: State) -> Iterator[Obstacle]:
    for node in state.health.nodes:
        if node.integrity is Integrity.BREACHED:
            yield Obstacle("data", node.name, f"the data of {node.name} is still to be reconciled")
        elif node.integrity is Integrity.SUSPECT:
            yield Obstacle("data", node.name, f"the data of {node.name} cannot be trusted yet")


def _debts(state: State) -> Iterator[Obstacle]:
    """Obligations, and switches that nobody owes back by an obligation."""
    owed = [each.title for each in state.record.obligations]
    for debt in state.record.obligations:
        who = f" ({debt.owner})" if debt.owner else ""
        yield Obstacle("debt", debt.key, f"to clean up: {debt.title}{who}")
    for story in state.record.flips.open():
        flip = story.standing or story.last
        if flip is None or any(f"{flip.key}@{flip.env}" in title for title in owed):
            continue
        doubt = "may or may not be" if story.doubtful else "is"
        yield Obstacle("switch", flip.key, f"{flip.key}@{flip.env} {doubt} switched, and not put back")


def _runs(state: State) -> Iterator[Obstacle]:
    for run in state.record.runs.values():
        if not run.final and not run.parent:
            yield Obstacle("run", run.id, f"{run.id} ({run.runbook.title}) is not over")
