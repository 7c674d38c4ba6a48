"""The system as its owners declared it: services, what they need, who owns them, what the business needs.

Configuration files become these values and nothing else; a field explains itself when its name cannot.
Durations are seconds, instants Unix seconds UTC, ratios 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from cockpit.core.access import Access
from cockpit.core.incident.rules import IncidentRules
from cockpit.core.levels import Instant, Kind, Level, Seconds

if TYPE_CHECKING:
    from cockpit.core.rehearsal.evidence import Evidence
    from cockpit.core.runbook.model import Runbook

Scalar: TypeAlias = str | int | float | bool | None
NO_TEXT: Mapping[str, str] = MappingProxyType({})


class Criticality(StrEnum):
    HARD = "hard"
    SOFT = "soft"
    NONE = "none"


class Role(StrEnum):
    SYMPTOM = "symptom"
    CAUSE = "cause"


class OnNoData(StrEnum):
    UNKNOWN = "unknown"
    BREACH = "breach"
    OK = "ok"


class Audience(StrEnum):
    CUSTOMERS = "customers"
    SUPPORT = "support"
    FINANCE = "finance"
    OPERATIONS = "operations"
    LEADERSHIP = "leadership"


@dataclass(frozen=True, slots=True)
class Query:
    """What Prometheus is asked for one signal. Signals with equal texts and `by` share one request."""

    expr: str
    """May hold `$match`, which becomes nothing or matchers that narrow the fleet to the names wanted."""
    by: tuple[str, ...] = ()
    """Labels that tell services apart in a grouped answer; empty: every series is ours."""
    key: tuple[str, ...] = ()
    """Our values of those labels, in the order of `by`."""
    volume: str | None = None
    freshness: str | None = None
    """Asks when the newest raw sample was taken, in Unix seconds, grouped by the same labels."""
    requires: str | None = None
    """What must exist before an absent answer may count as OK; `rule`: a loaded, healthy rule."""
    template: str = ""
    """Where it comes from, for people: `otel-http/errors`, or `own expression`."""


@dataclass(frozen=True, slots=True)
class Signal:
    name: str
    kind: Kind
    query: Query
    direction: Literal["above", "below"]
    thresholds: Mapping[Level, float]
    """At least one, by level from AT_RISK up; crossed strictly."""
    role: Role = Role.SYMPTOM
    required: bool = True
    reduce: Literal["max", "min", "sum", "avg"] = "max"
    for_: Seconds = 30.0
    hold: Seconds = 120.0
    stale_after: Seconds = 90.0
    idle_after: Seconds = 600.0
    min_volume: float | None = None
    max_age: Seconds | None = None
    on_no_data: OnNoData = OnNoData.UNKNOWN
    unit: str = ""
    """`ratio`, `seconds`, `messages`, `per second`, ... or nothing; only for people."""
    sources: tuple[str, ...] = ()
    """Names of the Prometheus servers that know it; empty: all of them."""


@dataclass(frozen=True, slots=True)
class FlagIs:
    """A feature flag and the value that makes a fallback active."""

    key: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Degradation:
    """A named degraded mode of a service: what still works, what is lost, what it leaves to clean up."""

    name: str
    level: Level
    """AT_RISK or worse: what dependents suffer at most while it is active."""
    flag: FlagIs | None = None
    active_when: str | None = None
    auto: bool = False
    manual: bool = False
    works: str = ""
    lost: str = ""
    data_debt: str = ""
    max_duration: Seconds | None = None
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One edge: what a service or a capability needs to work."""

    members: tuple[str, ...]
    """One name, or the alternatives of an `any_of`."""
    criticality: Criticality = Criticality.HARD
    need: int = 1
    any_of: bool = False
    fallback: str | None = None
    """Name of a degradation state that carries on when this edge fails."""
    fallback_of: str = ""
    """The node that has this state; empty: the dependent itself."""
    reviewed: bool = True
    """An edge that was imported or seen, not declared: explains, but raises nobody above AT_RISK."""


@dataclass(frozen=True, slots=True)
class Link:
    type: str
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    title: str = ""
    type: str = "service"
    owner: str = ""
    system: str = ""
    region: str = ""
    tier: int = 3
    lifecycle: str = ""
    signals: tuple[Signal, ...] = ()
    degradations: tuple[Degradation, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    feeds: tuple[str, ...] = ()
    """Services that read the data written here."""
    reconciled_when: str | None = None
    contact: str = ""
    runbooks: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    alert_labels: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)


@dataclass(frozen=True, slots=True)
class Value:
    per_unit: float
    currency: str


@dataclass(frozen=True, slots=True)
class Workaround:
    what: str
    good_for: Seconds | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """An agreed objective in percent over a window, and the level from which minutes count."""

    objective: float
    window: Seconds
    counts_from: Level = Level.FAILING


@dataclass(frozen=True, slots=True)
class Capability:
    """Something the business can do, told in its own words."""

    name: str
    title: str = ""
    audience: Audience = Audience.CUSTOMERS
    owner: str = ""
    tier: int = 3
    requires: tuple[Dependency, ...] = ()
    degradations: tuple[Degradation, ...] = ()
    measure: Signal | None = None
    """Its value is actual / expected, its volume what was expected a minute; `query.expr` asks the actual,
    `query.volume` the expected."""
    affected: str | None = None
    value: Value | None = None
    workaround: Workaround | None = None
    sla: ServiceLevel | None = None
    deadlines: tuple[Instant, ...] = ()
    """The coming moments by which it matters, earliest first."""
    deadline_text: str = ""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    whom: str
    kind: Literal["oncall", "user", "team"]
    after: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    title: str = ""
    phone: str = ""
    chat: str = ""
    email: str = ""
    lookup: tuple[str, ...] = ()
    """A command that says who is on call now; run when somebody asks, and only where it is trusted."""
    escalation: tuple[EscalationStep, ...] = ()
    page: str = ""
    """A webhook that pages it."""
    page_secret: str = ""
    """A reference; its value goes along as a bearer token."""


@dataclass(frozen=True, slots=True)
class Target:
    """What commands act on; nothing ever uses the ambient context."""

    name: str
    env: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    kubectl_context: str = ""
    cwd: str = ""
    protected: bool = False
    sandbox: bool = False
    check: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class FlagStore:
    """Where flags live. `path` is absolute for `flagd-file`."""

    name: str
    provider: str
    path: str = ""
    url: str = ""
    environments: tuple[str, ...] = ("default",)
    owner: str = ""
    runbook: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    protected: tuple[str, ...] = ()
    """Environments in which `key@env` is typed before a flag is moved."""


@dataclass(frozen=True, slots=True)
class KillSwitch:
    key: str
    provider: str
    service: str = ""
    kill: Scalar = True
    effect: str = ""
    data_risk: str = ""
    expires: Seconds | None = None
    confirm: str = "key"
    roles: tuple[str, ...] = ()
    """Who may move it: access roles, incident roles and people; empty: every responder."""


@dataclass(frozen=True, slots=True)
class MetricServer:
    """One Prometheus. `http_config` is passed on as the ecosystem writes it (prometheus/common)."""

    name: str
    url: str
    labels: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    required: bool = True
    owner: str = ""
    runbook: str = ""
    http_config: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertServer:
    name: str
    url: str
    deadman: str = ""
    owner: str = ""
    runbook: str = ""
    http_config: Mapping[str, object] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)


@dataclass(frozen=True, slots=True)
class ChangeFeed:
    """Where changes are read from: a PromQL query or an NDJSON file that CI appends to."""

    promql: str = ""
    label: str = ""
    what: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A look from here, for when metrics are blind."""

    service: str
    http: str = ""
    tcp: str = ""
    status: tuple[int, ...] = (200,)


@dataclass(frozen=True, slots=True)
class RunbookCard:
    """What is known of a runbook before it is opened: enough to name it beside what it fits."""

    id: str
    title: str = ""
    status: str = "ready"
    services: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    fits_services: tuple[str, ...] = ()
    fits_classes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    owner: str = ""
    file: str = ""
    after_change: bool = False
    """Fits when a change came shortly before."""
    tell_apart: str = ""
    """How to tell from its neighbours."""


@dataclass(frozen=True, slots=True)
class ScenarioCard:
    """What is known of a scenario before it is played."""

    id: str
    title: str = ""
    teaches: str = ""
    about: tuple[str, ...] = ()
    """Services and capabilities whose trouble it plays."""


@dataclass(frozen=True, slots=True)
class Tier:
    weight: float
    update_every: Seconds | None = None


TIERS: Mapping[int, Tier] = MappingProxyType({1: Tier(8), 2: Tier(4), 3: Tier(2), 4: Tier(1)})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where this configuration came from. An old checkout on a bastion lies politely, so its age is shown."""

    path: str = ""
    commit: str = ""
    committed_at: Instant | None = None
    dirty: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """The whole of what was declared. Services and capabilities share one name space."""

    name: str = "unnamed"
    title: str = ""
    services: tuple[Service, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    teams: tuple[Team, ...] = ()
    targets: tuple[Target, ...] = ()
    flags: tuple[FlagStore, ...] = ()
    kill_switches: tuple[KillSwitch, ...] = ()
    prometheus: tuple[MetricServer, ...] = ()
    alertmanager: tuple[AlertServer, ...] = ()
    changes: tuple[ChangeFeed, ...] = ()
    checks: tuple[Check, ...] = ()
    runbooks: tuple[RunbookCard, ...] = ()
    """The cards of all runbooks, drafts included."""
    books: Mapping[str, Runbook] = field(default_factory=dict)
    """The same in full, by id."""
    evidence: tuple[Evidence, ...] = ()
    """Of rehearsals, from the files beside the configuration."""
    scenarios: tuple[ScenarioCard, ...] = ()
    """What can be rehearsed."""
    poll: Seconds = 5.0
    scrape: Seconds = 15.0
    tiers: Mapping[int, Tier] = field(default_factory=lambda: TIERS)
    alert_labels: tuple[str, ...] = ("service", "job", "app")
    """Labels that name the service of an alert, the first that matches wins."""
    origin: Origin = Origin()
    incident: IncidentRules = field(default_factory=IncidentRules)
    access: Access = field(default_factory=Access)
    journal: Mapping[str, object] = field(default_factory=dict)

    def weight(self, tier: int) -> float:
        """Tier weight used for the burden of an incident; a tier nobody described counts as tier 3."""
        return (self.tiers.get(tier) or self.tiers.get(3) or TIERS[3]).weight
