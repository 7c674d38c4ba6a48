"""Broken glass: what was done without the second person it wanted is told of wherever its run is."""

from __future__ import annotations

from typing import Final

from cockpit.core.levels import Instant, Seconds
from cockpit.core.runbook.approvals import Glass, broken
from cockpit.core.runbook.run import Run, root
from cockpit.core.state import State
from cockpit.views.lines import Line, Row, Span, Tone, line
from cockpit.views.words_runs import BROKEN_GLASS

FRESH: Final[Seconds] = 86_400.0
"""For so long after a run it is told of on the Bridge, and as long as its incident is open."""


def family(state: State, run: Run) -> list[Run]:
    """The run around everything and all inside it."""
    return [each for each in state.record.runs.values() if root(each.id) == root(run.id)]


def glass_of(state: State, run: Run) -> list[Glass]:
    return [glass for each in family(state, run) for glass in broken(each)]


def mark(state: State, run: Run) -> Line:
    """Behind how a run stands."""
    return (Span(f", {BROKEN_GLASS}", Tone.WARNING),) if glass_of(state, run) else ()


def rows(state: State, now: Instant) -> list[Row]:
    """Of runs that are over: what others have to look at, while it is fresh or its incident is open."""
    return [
        Row(
            ((), (Span(f"{run.id} ", Tone.STRONG), Span(glass.title)), line(_by(glass), Tone.WARNING), ()),
            run.id,
            "run",
            (line(f"{BROKEN_GLASS} by {glass.by}", Tone.WARNING), line(BROKEN_GLASS, Tone.WARNING)),
        )
        for inside in state.record.runs.values()
        for glass in broken(inside)
        if (run := state.record.runs.get(root(inside.id))) and run.final and _is_fresh(state, run, now)
    ]


def _by(glass: Glass) -> str:
    return f"{BROKEN_GLASS} by {glass.by}: {glass.reason}"


def _is_fresh(state: State, run: Run, now: Instant) -> bool:
    incident = state.record.incidents.get(run.incident)
    return (incident is not None and incident.is_open) or now - (run.ended_at or now) < FRESH
