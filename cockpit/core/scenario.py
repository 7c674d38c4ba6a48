"""A scenario as declared: curves, alerts, changes and reactions that play an incident from a seed.

All times are seconds from the start of the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Seconds
from cockpit.core.model import NO_TEXT, Scalar, ScenarioCard


@dataclass(frozen=True, slots=True)
class Point:
    """One turn of a curve. Exactly one of the first seven says what happens at `at`."""

    at: Seconds
    value: float | None = None
    ramp_to: float | None = None
    step_to: float | None = None
    absent_for: Seconds | None = None
    nan_for: Seconds | None = None
    failed_for: Seconds | None = None
    frozen_for: Seconds | None = None
    over: Seconds = 0.0
    """How long a ramp takes."""
    noise: float | None = None
    """Standard deviation from here on; None keeps what it was."""


@dataclass(frozen=True, slots=True)
class PlannedAlert:
    at: Seconds
    name: str
    labels: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    annotations: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    lasts: Seconds | None = None


@dataclass(frozen=True, slots=True)
class PlannedChange:
    at: Seconds
    service: str
    what: str
    version: str = ""
    by: str = ""
    url: str = ""
    reversible: bool | Literal["until"] | None = None
    until: Seconds | None = None
    rollback: str = ""
    point_of_no_return: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """`then` maps `service.signal` or a capability to where its curve goes while `when` holds.

    When it holds no more, the curve goes back to what was planned, as fast as it went away.
    """

    when: str
    then: Mapping[str, Point]
    resolves: tuple[str, ...] = ()
    """Alerts that do not fire while it holds."""
    mends: tuple[str, ...] = ()
    """Kinds of faults that are over while it holds."""


@dataclass(frozen=True, slots=True)
class Fault:
    at: Seconds
    kind: Literal[
        "prometheus_down",
        "alertmanager_down",
        "flags_down",
        "journal_full",
        "command_hangs",
        "killed_after_effect",
    ]
    lasts: Seconds = 60.0


What: TypeAlias = Literal[
    "detected",
    "acknowledged",
    "declared",
    "first_action",
    "recovered",
    "integrity",
    "not_worse",
    "used",
    "undo_used",
    "not_used",
    "flag_set",
]


@dataclass(frozen=True, slots=True)
class Expectation:
    """`within`: from the moment at which what it is about goes wrong."""

    what: What
    service: str = ""
    capability: str = ""
    runbook: str = ""
    flag: str = ""
    to: Scalar = None
    """Of a flag; None: the value that kills it."""
    is_: str = "OK"
    """Of integrity."""
    level: str = "DEGRADED"
    """Of not_worse: the worst that is still borne."""
    within: Seconds | None = None

    @property
    def of(self) -> str:
        """What it is about; empty: the whole drill."""
        return self.service or self.capability or self.runbook or self.flag


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does at `at` when nobody sits at the screen; exactly one of the texts says what."""

    at: Seconds
    run: str = ""
    """A runbook that is started."""
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    target: str = ""
    answers: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    """What is said to the questions of that run, by `STEP`, `undo:STEP`, `hold:STEP`, `pre:N`, ...

    `y` also types what has to be typed. What is not named stays unanswered.
    """
    undo: str = ""
    """A runbook: the newest step of its last run that stands is taken back."""
    undo_all: str = ""
    """A runbook: all of its last run is taken back."""
    flip: str = ""
    """A kill switch."""
    restore: str = ""
    env: str = ""
    """Of a switch; empty: the first of its store."""
    ack: str = ""
    declare: str = ""
    """The title of an incident."""
    severity: str = ""
    role: str = ""
    """A role in it that who acts takes."""
    note: str = ""
    resolve: str = ""
    """The reason."""
    attest: str = ""
    mark: str = ""
    """`SERVICE.MODE` of a degraded mode that only people can see."""
    unmark: str = ""
    reason: str = ""


DEEDS: Final = (
    "run",
    "undo",
    "undo_all",
    "flip",
    "restore",
    "ack",
    "declare",
    "role",
    "note",
    "resolve",
    "attest",
    "mark",
    "unmark",
)
"""The fields of a deed of which exactly one is set."""


@dataclass(frozen=True, slots=True)
class SimulatedCommand:
    after: Seconds = 0.0
    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    sets: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    id: str
    title: str = ""
    teaches: str = ""
    seed: int = 0
    length: Seconds = 1800.0
    opens_at: Seconds = 0.0
    """How far in `cockpit demo` opens: the minutes before it are already history."""
    signals: Mapping[tuple[str, str], tuple[Point, ...]] = field(default_factory=dict)
    """By (service, signal); what is not named stays at a healthy value derived from its thresholds."""
    measures: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    """By capability: share of what is expected."""
    alerts: tuple[PlannedAlert, ...] = ()
    changes: tuple[PlannedChange, ...] = ()
    reconciled_at: Mapping[str, Seconds] = field(default_factory=dict)
    modes: Mapping[tuple[str, str], tuple[Seconds, Seconds]] = field(default_factory=dict)
    """(service, degradation state): from when until when its `active_when` holds."""
    flags: Mapping[str, Scalar] = field(default_factory=dict)
    """Values at the start."""
    world: Mapping[str, Scalar] = field(default_factory=dict)
    commands: Mapping[str, SimulatedCommand] = field(default_factory=dict)
    reactions: tuple[Reaction, ...] = ()
    queries: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    """What a PromQL query of a runbook gives: a number made of `signals`, `world` and `flags`."""
    faults: tuple[Fault, ...] = ()
    expect: tuple[Expectation, ...] = ()
    answers: Mapping[str, tuple[Deed, ...]] = field(default_factory=dict)
    """Who does what without a screen: `good`, `wrong`, and more wrong turns by name."""
    file: str = ""

    @property
    def card(self) -> ScenarioCard:
        hurt = [service for service, _ in (*self.signals, *self.modes)]
        about = dict.fromkeys(
            (*hurt, *self.measures, *self.reconciled_at, *(one.service for one in self.changes))
        )
        return ScenarioCard(self.id, self.title, self.teaches, tuple(about))
