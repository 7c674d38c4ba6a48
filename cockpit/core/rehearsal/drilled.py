"""What is known of the drills of each scenario: when the last one was, whose, and how its parts went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.same import Same
from cockpit.core.state import State

ONE_DRILL: Final[Seconds] = 3_600.0
"""What one person did of a scenario within this time of the last belongs to one drill."""


@dataclass(frozen=True, slots=True)
class LastDrill:
    at: Instant
    by: str
    well: int
    """Parts of runbooks that went well."""
    failed: int
    unknown: int


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


def last_drills(state: State) -> Mapping[str, LastDrill]:
    """By scenario; quick to ask again as long as nothing was loaded anew or settled."""
    return _drilled(Same(state.model), Same(state.record.evidence))


@lru_cache(maxsize=2)
def _drilled(model: Same[Model], evidence: Same[tuple[Evidence, ...]]) -> Mapping[str, LastDrill]:
    return drilled((*model.it.evidence, *evidence.it))
