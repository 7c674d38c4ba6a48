"""A run as its facts tell it: which executions there were, and where it stands. Equal after every replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cockpit.core.json import Json
from cockpit.core.levels import Instant
from cockpit.core.runbook.model import Runbook, Step
from cockpit.core.runbook.states import FINAL, STANDING, Effect, Phase, RunState, StepState
from cockpit.core.team import RUN

Mode: TypeAlias = Literal["live", "demo", "drill"]


@dataclass(frozen=True, slots=True)
class Key:
    """Which try of what: a visit each time control enters a step, an attempt with each retry in it."""

    step: str
    visit: int
    attempt: int = 1
    phase: Phase = Phase.DO


@dataclass(frozen=True, slots=True)
class Execution:
    key: Key
    state: StepState = StepState.READY
    effect: Effect = Effect.NONE
    begun_at: Instant | None = None
    """Of its intent; of its first fact where it has none."""
    settled_at: Instant | None = None
    captured: Mapping[str, str] = field(default_factory=dict)
    captured_before: bool = False
    uncaptured: Mapping[str, str] = field(default_factory=dict)
    """`before` captures that failed, and why."""
    baseline: Json = None
    """Values before the step, by number of the check."""
    looked: str = ""
    """What the look before the write said: `applied`, `not_applied`, `unknown`; empty: not looked yet."""
    asked: str = ""
    """Kind of the question that was put last."""
    confirmed: Mapping[str, Json] = field(default_factory=dict)
    """What was answered, by kind of question."""
    approvals: tuple[str, ...] = ()
    """Who granted it; who of them counts, `approvals.counted` says."""
    approval: Mapping[str, Json] = field(default_factory=dict)
    """The request that is open: digest, expires_at, by, at, operators."""
    turned_down: str = ""
    """Why nobody will approve it as it was asked: it was refused, or the time was over."""
    intent: Mapping[str, Json] | None = None
    """What was meant to be done, rendered, with its undo; None: nothing was."""
    identity: Mapping[str, Json] | None = None
    exit: Mapping[str, Json] | None = None
    reconciled: str = ""
    """What was found out after the end: `applied`, `not_applied`, `unknown`."""
    captured_after: bool = False
    verified: Mapping[str, Json] | None = None
    reason: str = ""
    next: str = ""
    """What the settling led to: `next`, `retry`, `hold`, `continue`, `goto:ID`, `propose_rollback`."""

    @property
    def settled(self) -> bool:
        return self.settled_at is not None


@dataclass(frozen=True, slots=True)
class Hold:
    """It goes no further by itself."""

    reason: str
    at: Instant
    step: str = ""
    visit: int = 0
    attempt: int = 0
    phase: Phase = Phase.DO
    kind: str = "settled"
    """What holds it: `settled`, `capture`, `guard`, `when`, `visits`, `operator`, `undo`, `blocked`, ..."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a rollback plan. `can` False: why not stands in `reason`."""

    step: str
    visit: int
    title: str = ""
    can: bool = True
    reason: str = ""
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """Newest start first. `all_of_it` False: one entry, then the run is held where it was."""

    entries: tuple[Entry, ...]
    all_of_it: bool = True
    at: int = 0
    """Which entry is next."""
    done: tuple[tuple[str, int], ...] = ()
    left: tuple[tuple[str, int], ...] = ()
    """Entries that were given up, by choice or because they cannot be undone."""


@dataclass(frozen=True, slots=True)
class Run:
    id: str
    runbook: Runbook
    """The frozen copy: a file that changes meanwhile changes nothing here."""
    mode: Mode
    started_at: Instant
    operator: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """Secrets as references, never as values."""
    incident: str = ""
    target: str = ""
    parent: str = ""
    state: RunState = RunState.RUNNING
    at_step: str = ""
    """Where control is; empty: behind the last step."""
    visit: int = 1
    attempt: int = 1
    finishing: Literal["", "forward", "rollback"] = ""
    """Set while the `finally` steps are taken."""
    executions: tuple[Execution, ...] = ()
    """In order of their first fact."""
    hold: Hold | None = None
    undo: UndoPlan | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    operators: tuple[str, ...] = ()
    """All who acted in it; none of them may approve."""
    hands: str = ""
    """Who began it, or took it over last."""
    proposed: str = ""
    """Why a rollback is proposed; empty: it is not."""
    ended_at: Instant | None = None
    forward: str = ""
    rollback: str = ""
    debts: tuple[str, ...] = ()
    """Titles of obligations it opened that are still open, and of `finally` steps that failed."""
    last_seq: int = 0

    @property
    def final(self) -> bool:
        return self.state in FINAL

    def step(self, id: str) -> Step | None:
        return self.runbook.step(id)

    @property
    def current(self) -> Step | None:
        return self.step(self.at_step) if self.at_step else None

    @property
    def key(self) -> Key:
        """Of the try that control is at."""
        return Key(self.at_step, self.visit, self.attempt)

    def execution(self, key: Key) -> Execution | None:
        return next((one for one in self.executions if one.key == key), None)

    def tries(self, step: str, visit: int, phase: Phase = Phase.DO) -> Iterator[Execution]:
        """Attempts of one visit, oldest first."""
        return (
            one
            for one in self.executions
            if (one.key.step, one.key.visit, one.key.phase) == (step, visit, phase)
        )

    def visits(self, step: str) -> int:
        return max((one.key.visit for one in self.executions if one.key.step == step), default=0)

    def visited(self, key: Key) -> Execution | None:
        """The try of this visit whose `before` captures count for all of it."""
        return next((one for one in self.tries(key.step, key.visit) if one.captured_before), None)

    def captures(self) -> dict[str, str]:
        """Every value captured so far, the newest of each name."""
        return {name: value for one in self.executions for name, value in one.captured.items()}

    def standing(self) -> list[Execution]:
        """Visits whose effect stands or may stand, newest start first: one entry each, its last try.

        An attempt that surely was not applied does not hide an earlier one that may stand.
        """
        entries: dict[tuple[str, int], Execution] = {}
        for one in self.executions:
            if one.key.phase is Phase.DO and one.effect in STANDING:
                entries[one.key.step, one.key.visit] = one
        return sorted(entries.values(), key=lambda one: (one.begun_at or 0.0, _rank(self, one)), reverse=True)

    @property
    def unknown(self) -> bool:
        """Whether something may or may not have happened."""
        return any(one.effect in (Effect.UNKNOWN, Effect.INTENDED) for one in self.executions)


def _rank(run: Run, one: Execution) -> int:
    return run.executions.index(one)


def root(id: str) -> str:
    """Of a run the one around everything: `R-7` of `R-7.drain.check`."""
    return id.partition(".")[0]


def run_lock(id: str) -> str:
    """The name under which a run is looked after; a child is covered by the run around it."""
    return RUN + root(id)
