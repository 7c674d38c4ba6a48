"""What a drill comes to: how long everything took, where it went wrong, and what was never exercised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Instant, Seconds
from cockpit.core.rehearsal.evidence import Evidence, EvidenceMode, evidence_of, parts
from cockpit.core.rehearsal.expecting import ACTS, Judged, Performed, detected, judged, well_since
from cockpit.core.rehearsal.onset import onset
from cockpit.core.runbook.run import Run

TurnKind: TypeAlias = Literal["runbook", "undone", "held", "refused"]
BY_HAND: Final = frozenset({"operator"})
"""Holds that a person wanted."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What was played, and how."""

    scenario: str
    mode: EvidenceMode = "simulated"
    title: str = ""
    teaches: str = ""
    runbook: str = ""
    """Of a scenario that was made from one."""
    target: str = ""
    answers: str = ""
    """`good`, `wrong`, the name of a file; empty: a person was at the screen."""
    injected: tuple[str, ...] = ()
    by: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the moment at which it went wrong; None: it never came to that."""

    detected: Seconds | None = None
    owner: Seconds | None = None
    """Somebody took a service on, or a role."""
    first_action: Seconds | None = None
    recovered: Seconds | None = None
    """From then on nothing hurt any more, to the end."""


@dataclass(frozen=True, slots=True)
class WrongTurn:
    kind: TurnKind
    what: str
    at: Seconds
    """From the start of the scenario."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unexercised:
    runbook: str
    part: str
    kind: str


@dataclass(frozen=True, slots=True)
class Budgeted:
    """A run of a runbook that says how long it may take."""

    run: str
    runbook: str
    budget: Seconds
    took: Seconds

    @property
    def kept(self) -> bool:
        return self.took <= self.budget


@dataclass(frozen=True, slots=True)
class Debrief:
    drill: Drill
    performed: Performed
    expected: tuple[Judged, ...]
    times: Times
    wrong: tuple[WrongTurn, ...] = ()
    unexercised: tuple[Unexercised, ...] = ()
    budgets: tuple[Budgeted, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)

    @property
    def passed(self) -> bool:
        return all(each.passed for each in self.expected)


def debriefed(drill: Drill, performed: Performed, turned: Iterable[tuple[Instant, str, str]] = ()) -> Debrief:
    """`turned`: what was wanted and not done: when, what and why."""
    evidence = tuple(each for run in performed.runs for each in evidence_of(run, drill.mode, drill.scenario))
    wrong = [*_wrong(performed)]
    wrong += [WrongTurn("refused", what, performed.since(at), why) for at, what, why in turned]
    return Debrief(
        drill,
        performed,
        judged(performed),
        times(performed),
        tuple(sorted(wrong, key=lambda each: each.at)),
        tuple(_unexercised(performed.runs, evidence)),
        tuple(_budgets(performed)),
        evidence,
    )


def times(performed: Performed) -> Times:
    begun = performed.start + onset(performed.scenario)

    def since(at: Instant | None) -> Seconds | None:
        return None if at is None else max(0.0, at - begun)

    owner = [
        performed.first(["service.acknowledged"], on=True),
        performed.first(["incident.role"]),
    ]
    return Times(
        since(detected(performed)),
        since(min((at for at in owner if at is not None), default=None)),
        since(performed.first(ACTS)),
        since(_recovered(performed, begun)),
    )


def _recovered(performed: Performed, begun: Instant) -> Instant | None:
    """When the last of what hurt since it began stopped hurting; None: something does, or nothing did."""
    found: list[Instant] = []
    for seen in performed.track.nodes.values():
        if not any(one.hurts and one.at >= begun for one in seen):
            continue
        since = well_since(seen)
        if since is None:
            return None
        found.append(since)
    return max(found, default=None)


def _wrong(performed: Performed) -> Iterator[WrongTurn]:
    good = performed.scenario.answers.get("good", ())
    right = {deed.run for deed in good if deed.run}
    meant = {deed.undo or deed.undo_all for deed in good}
    for run in performed.runs:
        if run.parent:
            continue
        id, at = run.runbook.id, performed.since(run.started_at)
        if right and id not in right:
            yield WrongTurn("runbook", id, at, "the good answers do without it")
        if (run.undo is not None or run.rollback) and id not in meant:
            yield WrongTurn("undone", id, at, "it was taken back")
    for record in performed.records:
        fact = record.fact
        if fact.kind == "run.held" and fact.body.get("kind") not in BY_HAND:
            step = f" {fact.step}" if fact.step else ""
            why = str(fact.body.get("reason", ""))
            yield WrongTurn("held", f"{fact.run}{step}", performed.since(fact.at), why)


def _unexercised(runs: Sequence[Run], evidence: Iterable[Evidence]) -> Iterator[Unexercised]:
    """Of the runbooks that were used: what nobody has done, whatever came of the rest."""
    done = {(each.runbook, each.part) for each in evidence}
    books = {run.runbook.id: run.runbook for run in runs}
    for id, book in books.items():
        for part in parts(book):
            if (id, part.id) not in done:
                yield Unexercised(id, part.id, part.kind)


def _budgets(performed: Performed) -> Iterator[Budgeted]:
    for run in performed.runs:
        budget = run.runbook.time_budget
        if budget is not None and not run.parent:
            ended = run.ended_at if run.ended_at is not None else performed.end
            yield Budgeted(run.id, run.runbook.id, budget, max(0.0, ended - run.started_at))
