"""Scenario files, strictly: what can be played on a model, or every reason why not."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.config.check import check
from cockpit.config.findings import in_order
from cockpit.config.marks import Document
from cockpit.config.models.scenario import DeedPart, ScenarioFile, Turn, TurnAt
from cockpit.config.scenario_lint import complaints, split
from cockpit.core.levels import Seconds
from cockpit.core.model import Model
from cockpit.core.scenario import (
    Deed,
    Expectation,
    Fault,
    PlannedAlert,
    PlannedChange,
    Point,
    Reaction,
    Scenario,
    SimulatedCommand,
)
from cockpit.errors import Finding


def scenario_from(document: Document, model: Model) -> tuple[Scenario | None, list[Finding]]:
    """The scenario in `document`, None when it has errors; and every complaint."""
    part, document, findings = check(document, ScenarioFile)
    if part is None:
        return None, findings
    findings += complaints(document, model, part, whole=not findings)
    if any(each.severity == "error" for each in findings):
        return None, in_order(findings)
    return _scenario(part, document.file), in_order(findings)


def _scenario(part: ScenarioFile, file: str) -> Scenario:
    return Scenario(
        id=part.metadata.id,
        title=part.metadata.title,
        teaches=part.metadata.teaches,
        seed=part.seed or 0,
        length=part.length,
        opens_at=part.opens_at,
        signals={split(name): _points(turns) for name, turns in part.signals.items()},
        measures={name: _points(turns) for name, turns in part.measures.items()},
        alerts=tuple(
            PlannedAlert(each.at, each.name, each.labels, each.annotations, each.for_) for each in part.alerts
        ),
        changes=tuple(PlannedChange(**each.model_dump()) for each in part.changes),
        reconciled_at={name: each.reconciled_at for name, each in part.integrity.items()},
        modes={
            (service, mode): (window.from_, window.until)
            for service, modes in part.degradations.items()
            for mode, window in modes.items()
        },
        flags=dict(part.flags),
        world=dict(part.world),
        commands={step: SimulatedCommand(**each.model_dump()) for step, each in part.commands.items()},
        reactions=tuple(
            Reaction(
                each.when,
                {name: _point(turn, 0.0) for name, turn in each.then.items()},
                each.resolves,
                each.mends,
            )
            for each in part.reactions
        ),
        queries=dict(part.queries),
        faults=tuple(Fault(each.at, each.kind, each.for_) for each in part.faults),
        expect=tuple(Expectation(**each.model_dump()) for each in part.expect),
        answers={kind: deeds_of(deeds) for kind, deeds in part.answers.items()},
        file=file,
    )


def deeds_of(parts: Sequence[DeedPart]) -> tuple[Deed, ...]:
    """In the order of time."""
    return tuple(sorted((Deed(**each.model_dump()) for each in parts), key=lambda each: each.at))


def _points(turns: Sequence[TurnAt]) -> tuple[Point, ...]:
    return tuple(_point(turn, turn.at) for turn in turns)


def _point(turn: Turn, at: Seconds) -> Point:
    return Point(**{**turn.model_dump(), "at": at})
