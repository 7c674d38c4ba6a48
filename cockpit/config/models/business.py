"""What the business can do, in a file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from cockpit.config.models.base import (
    CURRENCY,
    Amount,
    BadLevel,
    Deadline,
    Interval,
    Name,
    Part,
    Promql,
    Text,
    Thresholds,
    TierNumber,
    Word,
)
from cockpit.config.models.base import Duration as Span
from cockpit.config.models.services import Degradation, Edge


class Measure(Part):
    """How much happens against how much should; the value is actual / expected."""

    actual: Promql
    """PromQL for what happens, per minute."""
    expected: Promql
    """PromQL for what should happen, in the same unit; the same hour last week, for example."""
    min_expected: Amount = 20.0
    """With less expected than this, what happens is no evidence."""
    below: Thresholds | None = None
    """Level to ratio (default DEGRADED 0.85, FAILING 0.5, DOWN 0.1)."""
    for_: Span | None = Field(default=None, alias="for")
    """How long it must be bad before the level rises (default 30s)."""
    hold: Span | None = None
    """How long it must be better before the level falls (default 120s)."""
    stale_after: Interval | None = None
    """After how long without a known value it counts as unknown (default 90s)."""
    idle_after: Interval | None = None
    """After how long with too little expected a level is given up (default 10m)."""
    max_age: Interval | None = None
    """A sample older than this is unknown (default: 4 scrapes, and at least 60s)."""
    sources: tuple[Name, ...] | None = None
    """Names of the Prometheus servers that know it (default: all of them)."""


class Value(Part):
    """What one unit of the measure is worth."""

    per_unit: Amount
    """Money per unit."""
    currency: Annotated[str, Field(pattern=CURRENCY)]
    """ISO 4217: EUR, USD, ..."""


class Workaround(Part):
    """How people go on meanwhile."""

    what: Word
    """What they do instead."""
    good_for: Interval | None = None
    """How long it carries."""
    who: Text = ""
    """Who does it."""


class ServiceLevel(Part):
    """What was agreed on."""

    objective: Annotated[float, Strict(), Field(gt=0, lt=100)]
    """Percent of the window, as in 99.9."""
    window: Interval
    """As in 30d."""
    counts_from: BadLevel = "FAILING"
    """The level from which minutes count."""


class Capability(Part):
    """Something the business can do, told in its own words."""

    name: Name
    """Unique among services and capabilities."""
    title: Text = ""
    """A plain sentence: Customers can buy."""
    audience: Literal["customers", "support", "finance", "operations", "leadership"] = "customers"
    """Who lives from it."""
    owner: Text = ""
    """The team that answers for it."""
    tier: TierNumber = 3
    """1 is most important."""
    requires: tuple[Edge, ...] = ()
    """The services it needs."""
    degradations: tuple[Degradation, ...] = ()
    """Named degraded modes."""
    measure: Measure | None = None
    """What really happens; outranks every prediction."""
    affected: Promql | None = None
    """PromQL that counts the people affected."""
    value: Value | None = None
    """Turns lost units into money."""
    workaround: Workaround | None = None
    """How people go on meanwhile."""
    sla: ServiceLevel | None = None
    """What was agreed on."""
    deadline: Deadline | None = None
    """By when it matters each day: "23:00 Europe/Berlin"."""
