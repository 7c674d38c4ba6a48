"""Whether what a scenario expects has come true, by the record and by what was seen; nothing is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cockpit.core.flagd_edit import same
from cockpit.core.journal import Recorded
from cockpit.core.levels import Instant, Level, Seconds, Shown
from cockpit.core.model import Model, Scalar
from cockpit.core.rehearsal.onset import is_hidden, onset
from cockpit.core.rehearsal.track import Seen, Track
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import Phase, StepState
from cockpit.core.scenario import Expectation, Scenario

ACTS: Final = frozenset({"step.intent", "flag.requested", "degradation.marked"})
"""Facts with which somebody does something about it; looking and talking are none."""


@dataclass(frozen=True, slots=True)
class Performed:
    """A drill that is over: what it played, what is on record of it, and what was seen."""

    model: Model
    scenario: Scenario
    start: Instant
    end: Instant
    records: Sequence[Recorded]
    runs: Sequence[Run]
    """Oldest first, children among them."""
    track: Track

    def since(self, at: Instant) -> Seconds:
        """From the start of the scenario."""
        return at - self.start

    def first(self, kinds: Iterable[str], **body: object) -> Instant | None:
        """When the first fact of these kinds came on record that says so in its body."""
        wanted = frozenset(kinds)
        for record in self.records:
            fact = record.fact
            if fact.kind in wanted and all(fact.body.get(name) == value for name, value in body.items()):
                return fact.at
        return None


@dataclass(frozen=True, slots=True)
class Judged:
    """One expectation: whether it came true, when, and why not."""

    expected: Expectation
    passed: bool
    at: Seconds | None = None
    """From the start of the scenario; None: it never came."""
    took: Seconds | None = None
    """From the moment at which what it is about went wrong."""
    why: str = ""


def judged(performed: Performed) -> tuple[Judged, ...]:
    return tuple(_in_time(performed, each, _judged(performed, each)) for each in performed.scenario.expect)


def _judged(performed: Performed, expected: Expectation) -> Judged:
    match expected.what:
        case "detected":
            return _came(expected, performed, detected(performed, expected.of), "nobody could see it")
        case "acknowledged":
            at = performed.first(["service.acknowledged"], service=expected.service, on=True)
            return _came(expected, performed, at, "nobody took it on")
        case "declared":
            at = performed.first(["incident.declared"])
            return _came(expected, performed, at, "no incident was declared")
        case "first_action":
            at = performed.first(ACTS)
            return _came(expected, performed, at, "nothing was done about it")
        case "recovered":
            return _recovered(performed, expected)
        case "integrity":
            return _integrity(performed, expected)
        case "not_worse":
            return _not_worse(performed, expected)
        case "used":
            at = used(performed, expected.runbook)
            return _came(expected, performed, at, "it was not run to its end")
        case "undo_used":
            at = undone(performed, expected.runbook)
            return _came(expected, performed, at, "nothing was taken back with it")
        case "not_used":
            started = next((run for run in performed.runs if run.runbook.id == expected.runbook), None)
            if started is None:
                return Judged(expected, True)
            return Judged(expected, False, performed.since(started.started_at), why="it was run")
        case "flag_set":
            return _flag(performed, expected)


def _came(expected: Expectation, performed: Performed, at: Instant | None, otherwise: str) -> Judged:
    if at is None:
        return Judged(expected, False, why=otherwise)
    return Judged(expected, True, performed.since(at))


def _in_time(performed: Performed, expected: Expectation, found: Judged) -> Judged:
    """With how long it took; what came too late has not come true."""
    if found.at is None or expected.what in ("not_used", "not_worse"):
        return found
    begun = onset(performed.scenario, expected.service or expected.capability)
    took = max(0.0, found.at - begun)
    late = found.passed and expected.within is not None and took > expected.within
    return replace(
        found, took=took, passed=found.passed and not late, why="it came too late" if late else found.why
    )


# Seeing


def detected(performed: Performed, name: str = "") -> Instant | None:
    """When `name`, or anything, was first seen to be wrong since the scenario made it so."""
    return min(_sightings(performed, (name,) if name else performed.track.nodes), default=None)


def _sightings(performed: Performed, names: Iterable[str]) -> Iterator[Instant]:
    for name in names:
        begun = performed.start + onset(performed.scenario, name)
        seen = performed.track.of(name)
        for one, following in _with_next(seen):
            over = following is not None and following.at <= begun
            if not over and _tells(performed, name, one):
                yield max(one.at, begun)
                break


def _with_next(seen: Sequence[Seen]) -> Iterator[tuple[Seen, Seen | None]]:
    return ((one, seen[number] if number < len(seen) else None) for number, one in enumerate(seen, 1))


def _tells(performed: Performed, name: str, seen: Seen) -> bool:
    """A signal that is taken away by the scenario is a sign like any other; a blind cockpit is none."""
    hidden = seen.level is Shown.UNKNOWN and is_hidden(performed.scenario, name, performed.since(seen.at))
    return seen.is_wrong or hidden


def _word(machine: str) -> str:
    return machine.replace("_", " ")


# How it ended


def well_since(seen: Sequence[Seen], worst: Level = Level.AT_RISK) -> Instant | None:
    """Since when it has been no worse than `worst` without a break, to the end; None: it is not."""
    since: Instant | None = None
    for one in reversed(seen):
        if one.level.level is None or one.level.level > worst:
            break
        since = one.at
    return since


def _recovered(performed: Performed, expected: Expectation) -> Judged:
    """What was only AT RISK has to be OK again; what was worse may stay AT RISK."""
    name = expected.of
    begun = performed.start + onset(performed.scenario, name)
    seen = performed.track.of(name)
    lately = [one for one, after in _with_next(seen) if after is None or after.at > begun]
    if not any(one.hurts or one.is_wrong for one in lately):
        return Judged(expected, False, why="it was never seen to be wrong")
    worst = Level.AT_RISK if any(one.hurts for one in lately) else Level.OK
    since = well_since(seen, worst)
    if since is None:
        return Judged(expected, False, why=f"it is {_word(seen[-1].level)} in the end")
    return Judged(expected, True, performed.since(since))


def _integrity(performed: Performed, expected: Expectation) -> Judged:
    seen = performed.track.of(expected.service)
    if not seen:
        return Judged(expected, False, why="nobody could see it")
    if seen[-1].integrity != expected.is_:
        return Judged(expected, False, why=f"its data is {_word(seen[-1].integrity)} in the end")
    since = seen[-1].at
    for one in reversed(seen):
        if one.integrity != expected.is_:
            break
        since = one.at
    return Judged(expected, True, performed.since(since))


def _not_worse(performed: Performed, expected: Expectation) -> Judged:
    borne = Level[expected.level]
    seen = performed.track.of(expected.of)
    if not any(one.level.level is not None for one in seen):
        return Judged(expected, False, why="nobody could see it")
    for one in seen:
        if one.level.level is not None and one.level.level > borne:
            return Judged(expected, False, performed.since(one.at), why=f"it was {_word(one.level)}")
    return Judged(expected, True)


# What was done


def used(performed: Performed, runbook: str) -> Instant | None:
    """When a run of it was first through to its end."""
    ended = [
        run.ended_at
        for run in performed.runs
        if run.runbook.id == runbook and run.ended_at is not None and run.forward.startswith("completed")
    ]
    return min(ended, default=None)


def undone(performed: Performed, runbook: str) -> Instant | None:
    """When a step of it was taken back; or, where it is the way back of a change, when that was gone."""
    found = [
        one.settled_at
        for run in performed.runs
        if run.runbook.id == runbook
        for one in run.executions
        if one.key.phase is Phase.UNDO and one.state is StepState.SUCCEEDED and one.settled_at is not None
    ]
    if any(change.rollback == runbook for change in performed.scenario.changes):
        found += [at for at in [used(performed, runbook)] if at is not None]
    return min(found, default=None)


def _flag(performed: Performed, expected: Expectation) -> Judged:
    """As its store was read; what was only asked for is not set."""
    wanted = expected.to if expected.to is not None else _kill_value(performed.model, expected.flag)
    told = performed.track.flags.get(expected.flag, ())
    if not told:
        return Judged(expected, False, why="nobody could read it")
    at, value = told[-1]
    if not same(value, wanted):
        return Judged(expected, False, why=f"it is {value} in the end")
    return Judged(expected, True, performed.since(at))


def _kill_value(model: Model, key: str) -> Scalar:
    return next((each.kill for each in model.kill_switches if each.key == key), True)
