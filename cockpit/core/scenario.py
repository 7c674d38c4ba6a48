"""A scenario as declared: curves, alerts, changes and reactions that play an incident from a seed.

All times are seconds from the start of the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.levels import Seconds
from cockpit.core.model import NO_TEXT, Scalar


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


@dataclass(frozen=True, slots=True)
class Expectation:
    what: str
    service: str = ""
    capability: str = ""
    runbook: str = ""
    within: Seconds | None = None


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
    answers: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    file: str = ""
