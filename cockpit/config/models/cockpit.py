"""`kind: Cockpit`: a whole configuration, or one team's part of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cockpit.config.models.base import Duration as Span
from cockpit.config.models.base import Interval, Label, Name, Part, Text, TierNumber, Word
from cockpit.config.models.business import Capability
from cockpit.config.models.flags import FlagStore, KillSwitch
from cockpit.config.models.people import Access, Incident, Journal, Team
from cockpit.config.models.services import Service
from cockpit.config.models.sources import (
    AlertServer,
    Changes,
    Check,
    MetricServer,
    Target,
)


class Metadata(Part):
    """What this configuration is; stands in exactly one file."""

    name: Name
    """Short, for file names and records."""
    title: Text = ""
    """Shown on the first line."""


class SignalDefaults(Part):
    """How patiently signals are read, unless they say otherwise."""

    for_: Span = Field(default=30.0, alias="for")
    """How long it must be bad before a level rises (default 30s)."""
    hold: Span = 120.0
    """How long it must be better before a level falls (default 120s)."""
    stale_after: Interval = 90.0
    """After how long without a known value a signal counts as unknown (default 90s)."""
    idle_after: Interval = 600.0
    """After how long without traffic a level from busier times is given up (default 10m)."""


class TierRules(Part):
    """What a tier means."""

    weight: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
    """How heavy a service of it counts in the burden of an incident (default 8, 4, 2, 1 for tiers 1 to 4)."""
    update_every: Interval | None = None
    """How often people are told about it."""


class Defaults(Part):
    """What holds for everything that does not say otherwise."""

    poll: Interval = 5.0
    """How often the world is looked at (default 5s)."""
    scrape: Interval = 15.0
    """How often Prometheus scrapes; rate windows follow it (default 15s)."""
    signal: SignalDefaults = SignalDefaults()
    """Patience of signals."""
    tiers: dict[TierNumber, TierRules] = Field(default={})
    """By tier, in quotes: {"1": {weight: 8, update_every: 15m}}."""
    alert_labels: Annotated[tuple[Label, ...], Field(min_length=1)] = ("service", "job", "app")
    """Labels that name the service of an alert; the first that matches wins."""


class CockpitFile(Part):
    """A configuration file. Any number merge: lists join by name, other keys stand in one file only."""

    api_version: Literal["cockpit/v1"] = Field(alias="apiVersion")
    """The version of this format."""
    kind: Literal["Cockpit"]
    """What kind of file this is."""
    metadata: Metadata | None = None
    """What this configuration is; stands in exactly one file."""
    runbooks: tuple[Word, ...] = ()
    """Folders with runbooks (default: runbooks/ in this folder, else ../runbooks)."""
    prometheus: tuple[MetricServer, ...] = ()
    """Where metrics come from (default: $PROMETHEUS_URL)."""
    alertmanager: tuple[AlertServer, ...] = ()
    """Where alerts come from (default: $ALERTMANAGER_URL)."""
    defaults: Defaults | None = None
    """What holds for everything that does not say otherwise."""
    targets: tuple[Target, ...] = ()
    """What commands act on."""
    teams: tuple[Team, ...] = ()
    """Who owns what, and how to reach them."""
    services: tuple[Service, ...] = ()
    """What runs, and what it needs."""
    capabilities: tuple[Capability, ...] = ()
    """What the business can do."""
    flags: tuple[FlagStore, ...] = ()
    """Where feature flags live."""
    kill_switches: tuple[KillSwitch, ...] = ()
    """Flags that switch something off on purpose."""
    checks: tuple[Check, ...] = ()
    """Looks from here, for when metrics are blind."""
    changes: tuple[Changes, ...] = ()
    """Where releases and other changes are read from."""
    incident: Incident | None = None
    """How incidents are run here."""
    access: Access | None = None
    """Who may do what."""
    journal: Journal | None = None
    """Where the record is kept."""
