"""What is known of the drills of each scenario: when the last one was, whose, and how its parts went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cockpit.core.journal import Recorded
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model
from cockpit.core.rehearsal.earlier import FINISHED
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.same import Same
from cockpit.core.state import State

ONE_DRILL: Final[Seconds] = 3_600.0
"""What one person did of a scenario within this time of the last belongs to one drill."""


@dataclass(frozen=True, slots=True)
class LastDrill:
    at: Instant
    by: str
    well: int = 0
    """Parts of runbooks that went well."""
    failed: int = 0
    unknown: int = 0
    passed: bool | None = None
    """Whether it came out as the scenario expects; None: only what was done in it is known."""


def drilled(evidence: Iterable[Evidence]) -> dict[str, LastDrill]:
    """By scenario; one in which nothing of a runbook was done leaves no evidence."""
    found: dict[str, list[Evidence]] = {}
    for each in evidence:
        if each.scenario:
            found.setdefault(each.scenario, []).append(each)
    return {scenario: _last(told) for scenario, told in found.items()}


def _last(told: list[Evidence]) -> LastDrill:
    newest = max(told, key=lambda each: each.at)
    same = [each for each in told if each.by == newest.by and newest.at - each.at <= ONE_DRILL]
    results = [each.result for each in same]
    return LastDrill(
        newest.at, newest.by, results.count("succeeded"), results.count("failed"), results.count("unknown")
    )


def finished(records: Iterable[Recorded]) -> dict[str, LastDrill]:
    """By scenario, of the drills on record here; what makes no sense is left out."""
    found: dict[str, LastDrill] = {}
    for record in records:
        fact = record.fact
        scenario, passed = fact.body.get("scenario"), fact.body.get("passed")
        if fact.kind == FINISHED and isinstance(scenario, str) and isinstance(passed, bool):
            found[scenario] = LastDrill(fact.at, fact.actor, passed=passed)
    return found


def last_drills(state: State) -> Mapping[str, LastDrill]:
    """By scenario; quick to ask again as long as nothing was loaded anew or settled.

    How a drill came out says more than what was done in it, unless that is of a later one.
    """
    found = dict(_drilled(Same(state.model), Same(state.record.evidence)))
    for scenario, last in (state.picture.audited.drills if state.picture.audited else {}).items():
        if scenario not in found or found[scenario].at <= last.at + ONE_DRILL:
            found[scenario] = last
    return found


@lru_cache(maxsize=2)
def _drilled(model: Same[Model], evidence: Same[tuple[Evidence, ...]]) -> Mapping[str, LastDrill]:
    return drilled((*model.it.evidence, *evidence.it))
