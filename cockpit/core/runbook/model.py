"""A runbook as its author declared it, presets written out; texts may hold `${...}`, times are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from cockpit.core.levels import Seconds
from cockpit.core.model import NO_TEXT, Scalar
from cockpit.core.runbook.actions import Action, Look


class Reach(StrEnum):
    """`effect` in the file: how far a step reaches into the world."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"


ParameterType: TypeAlias = Literal["string", "integer", "number", "boolean", "duration", "enum", "secret"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Required unless it has a default."""

    name: str
    type: ParameterType = "string"
    enum: tuple[Scalar, ...] = ()
    pattern: str = ""
    min: float | None = None
    max: float | None = None
    default: Scalar = None
    has_default: bool = False
    default_from: tuple[Literal["alert_label", "promql", "env"], str] | None = None
    secret: str = ""
    """Where a secret is: `env:NAME`, `file:PATH`, `command:argv`. Never its value."""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One precondition or guard. A command without `success` must exit 0."""

    title: str
    ask: Look
    success: str = ""
    severity: Literal["block", "warn"] = "block"
    by_hand: str = ""
    """Where to look when it cannot be asked."""


@dataclass(frozen=True, slots=True)
class AbortWhen:
    """Watched while the run lives; proposes rollback once `failure` has held for `lasts`."""

    promql: str
    failure: str
    lasts: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class Deadline:
    after: Seconds
    message: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """`key`: one key. `type`: `phrase` has to be typed; empty phrase: the step's id."""

    how: Literal["none", "key", "type"]
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    min: int = 1
    by: tuple[str, ...] = ()
    """Who may; empty: anybody but the operators of the run."""
    expires: Seconds = 600.0


@dataclass(frozen=True, slots=True)
class Capture:
    name: str
    ask: Look
    pointer: str = ""
    """JSON pointer into the answer; empty: all of it, trimmed."""
    when: Literal["before", "after"] = "before"


@dataclass(frozen=True, slots=True)
class Reconcile:
    """How to find out whether it happened. Neither condition true, or both: unknown."""

    ask: Look
    applied_when: str = ""
    not_applied_when: str = ""
    interval: Seconds = 2.0
    within: Seconds = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a `verify`; all of them must succeed in the same evaluation."""

    ask: Look
    success: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Verify:
    checks: tuple[Check, ...]
    baseline: str = ""
    """`before`: the value just before the step. Else PromQL. Empty: none."""
    control: str = ""
    """PromQL of something that should not have moved."""
    initial_delay: Seconds = 0.0
    interval: Seconds = 5.0
    within: Seconds = 120.0
    streak: int = 1
    """How many evaluations in a row must succeed; one good sample proves little."""
    on_no_data: Literal["inconclusive", "failure", "success"] = "inconclusive"


@dataclass(frozen=True, slots=True)
class Rollback:
    """How to take a step back, or why that cannot be."""

    action: Action | None = None
    reason: str = ""
    """Why there is none."""
    alternative: str = ""
    """What to do instead: `runbook:ID` or a sentence."""
    confirm: Confirm | None = None
    timeout: Seconds = 60.0
    verify: Verify | None = None
    reversible_for: Seconds | None = None
    reversible_while: tuple[Look, str] | None = None
    """Still reversible while this condition on that look holds."""


@dataclass(frozen=True, slots=True)
class PointOfNoReturn:
    reason: str
    seals: tuple[str, ...] | None = None
    """Steps that can no longer be undone once this one is meant; None: all earlier ones."""


@dataclass(frozen=True, slots=True)
class Obligation:
    title: str
    owner: str = ""
    expires: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """What a step does in a simulation: its outcomes in turn, and what its captures give."""

    outcomes: tuple[str, ...] = ()
    """`success`, `failure`, `hang`, `killed-after-effect`, `not-applied`."""
    captures: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    title: str
    action: Action
    reach: Reach = Reach.READ
    why: str = ""
    env: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    target: str = ""
    """Empty: the runbook's."""
    idempotent: bool = False
    attempts: int = 1
    """How often it is tried by itself before it holds; more than 1 only where that is safe."""
    backoff: Seconds = 0.0
    when: str = ""
    """Skipped where this is false."""
    max_visits: int | None = None
    confirm: Confirm = Confirm("none")
    approval: Approval | None = None
    preview: Look | None = None
    timeout: Seconds = 60.0
    kill_grace: Seconds = 5.0
    expected: tuple[Seconds | None, Seconds | None] = (None, None)
    """p50 and p95."""
    captures: tuple[Capture, ...] = ()
    reconcile: Reconcile | None = None
    on_unknown_ask: bool = False
    verify: Verify | None = None
    rollback: Rollback | None = None
    point_of_no_return: PointOfNoReturn | None = None
    on_failure: str = "hold"
    """`hold`, `continue`, `goto:ID` or `propose_rollback`; so the two below."""
    on_timeout: str = "hold"
    on_inconclusive: str = "hold"
    opens_obligation: Obligation | None = None
    closes_obligation: str = ""
    drill: Drill = Drill()
    preset: str = ""
    digest: str = ""
    """sha256 of its canonical JSON less title, why, expected and drill: evidence holds for this only."""


@dataclass(frozen=True, slots=True)
class Runbook:
    id: str
    title: str
    steps: tuple[Step, ...]
    status: Literal["ready", "draft"] = "ready"
    services: tuple[str, ...] = ()
    owner: str = ""
    target: str = ""
    severity: str = ""
    alerts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    docs: str = ""
    parameters: tuple[Parameter, ...] = ()
    needs: tuple[str, ...] = ()
    """`prometheus`, `flags/STORE`, or a program."""
    lock_key: str = ""
    """Empty: one lock for each service."""
    lock_ttl: Seconds = 30.0
    preconditions: tuple[Condition, ...] = ()
    guards: tuple[Condition, ...] = ()
    abort_when: tuple[AbortWhen, ...] = ()
    time_budget: Seconds | None = None
    decision_deadline: Deadline | None = None
    finally_: tuple[Step, ...] = ()
    file: str = ""
    folder: str = ""
    """Where its commands run when the target names no `cwd`; absolute."""
    digest: str = ""
    """sha256 of the file as read, hexadecimal."""

    def step(self, id: str) -> Step | None:
        """Of the steps and of `finally`; ids are unique over both."""
        return next((step for step in (*self.steps, *self.finally_) if step.id == id), None)
