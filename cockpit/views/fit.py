"""Which runbooks fit what is wrong now, best first, each with its reason. It proposes; a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cockpit.core.alerts import whom_of
from cockpit.core.health.state import Node
from cockpit.core.levels import FailureClass, Integrity
from cockpit.core.model import RunbookCard
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.state import State
from cockpit.views import facts, words

ADDS_LOAD = "adds-load"


@dataclass(frozen=True, slots=True)
class Proposal:
    runbook: str
    title: str
    fit: int
    reasons: tuple[str, ...]
    adds_load: bool = False
    """It retries, replays, drains or restarts: last, while data is in doubt."""
    draft: bool = False


def proposals(state: State) -> list[Proposal]:
    """Best fit first; while data is in doubt those that add load come last; ties by name.

    One that is under way is not proposed again: it is to be seen through.
    """
    firing = _firing_on_suspect(state)
    under_way = {run.runbook.id for run in state.record.runs.values() if not run.final}
    cards = [card for card in state.model.runbooks if card.id not in under_way]
    found = [proposal for card in cards if (proposal := _proposal(state, card, firing))]
    in_doubt = data_in_doubt(state)
    return sorted(found, key=lambda each: (in_doubt and each.adds_load, -each.fit, each.runbook))


def data_in_doubt(state: State) -> bool:
    bad = (Integrity.BREACHED, Integrity.SUSPECT)
    return any(node.integrity in bad for node in state.health.services())


def top_class(state: State) -> FailureClass | None:
    """The most urgent way in which anything fails now; BLIND when nothing can be seen to fail."""
    failing = [node for node in state.health.nodes if facts.is_failing(node)]
    classes = {failure for node in failing for failure in node.classes if failure is not FailureClass.BLIND}
    if facts.breached(state):
        return FailureClass.CORRUPTION
    if classes:
        return min(classes, key=list(FailureClass).index)
    return FailureClass.BLIND if facts.blind(state) or facts.lost_sources(state) else None


def _firing_on_suspect(state: State) -> frozenset[str]:
    """Names of the alerts that fire for the first suspect."""
    if not state.health.suspects or not state.health.alerts:
        return frozenset()
    whom, suspect = whom_of(state), state.health.suspects[0].service
    firing = (alert for alert in state.health.alerts if alert.state == "firing")
    return frozenset(alert.name for alert in firing if whom(alert.labels) == suspect)


def _proposal(state: State, card: RunbookCard, firing: frozenset[str]) -> Proposal | None:
    if facts.breached(state) and FailureClass.CORRUPTION not in card.fits_classes:
        return None
    reasons = dict(_reasons(state, card, firing))
    if not reasons:
        return None
    grades = grades_of(state).get(card.id)
    never = grades is None or not grades.is_rehearsed
    return Proposal(
        card.id,
        card.title or card.id,
        sum(reasons.values()) - never,
        tuple(reasons),
        ADDS_LOAD in card.tags,
        card.status == "draft",
    )


def _reasons(state: State, card: RunbookCard, firing: frozenset[str]) -> Iterator[tuple[str, int]]:
    """(reason, points). What stops a wrong writer comes before what fits the first suspect: data first."""
    health = state.health
    for node in facts.breached(state):
        if node.name in card.fits_services and FailureClass.CORRUPTION in card.fits_classes:
            yield f"fits {node.name}, {words.CLASSES[FailureClass.CORRUPTION]}", 5
            return
    if health.suspects:
        suspect = health.node(health.suspects[0].service)
        yield from _names_suspect(state, card, suspect)
        covered = [name for name in card.alerts if name in firing]
        symptom = _symptom_naming(state, card)
        if covered:
            yield f"covers alert {covered[0]}", 1
        elif symptom:
            yield f"helps {symptom} through", 1
    for source in facts.lost_sources(state):
        if source.runbook == card.id:
            yield f"{facts.source_title(source)} is unreachable", 2


def _names_suspect(state: State, card: RunbookCard, suspect: Node) -> Iterator[tuple[str, int]]:
    fitting = [failure for failure in suspect.classes if failure in card.fits_classes]
    if suspect.name in card.fits_services and fitting:
        yield f"fits {suspect.name}, {words.CLASSES[fitting[0]]}", 3
    elif suspect.name in (*card.fits_services, *card.services):
        yield f"names {suspect.name}", 2
    elif card.id in getattr(facts.declared(state, suspect.name), "runbooks", ()):
        yield f"named by {suspect.name}", 2


def _symptom_naming(state: State, card: RunbookCard) -> str:
    """The first failing service that has a degraded mode with this runbook."""
    for suspect in state.health.suspects:
        if any(mode.runbook == card.id for mode in facts.declared(state, suspect.service).degradations):
            return suspect.service
    return ""
