"""Services in a file, their degraded modes and what they need."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from cockpit.config.models.base import (
    BadLevel,
    Count,
    Flag,
    Interval,
    Label,
    Name,
    Part,
    PlainValue,
    Promql,
    Text,
    TierNumber,
    WebUrl,
    Word,
    exactly_one,
    wrong,
)
from cockpit.config.models.signals import AnySignal


class FlagIs(Part):
    """A feature flag and the value that makes a degraded mode active."""

    key: Word
    """The flag's key in its store."""
    value: PlainValue
    """The value at which the mode is active."""


class Degradation(Part):
    """A named degraded mode: what still works, what is lost, what it leaves to clean up."""

    name: Name
    """Named by `fallback` of an edge and by `cockpit degrade`."""
    level: BadLevel
    """What dependents suffer at most while it is active."""
    flag: FlagIs | None = None
    """Active while this flag has this value."""
    active_when: Promql | None = None
    """Active while this query returns a series that is not 0."""
    auto: Flag = False
    """Always ready by itself, as a cache or a replica is; never expires."""
    manual: Flag = False
    """A person marks it active (`cockpit degrade`)."""
    works: Text = ""
    """What still works."""
    lost: Text = ""
    """What is lost meanwhile."""
    data_debt: Text = ""
    """What it leaves to clean up afterwards."""
    max_duration: Interval | None = None
    """How long the business can live with it; past that it protects nobody any more."""
    runbook: Text = ""
    """Id of the runbook that goes with it."""

    @model_validator(mode="after")
    def _can_become_active(self) -> Degradation:
        ways = [self.flag is not None, self.active_when is not None, self.auto, self.manual]
        if not any(ways):
            raise wrong(
                f"degradation '{self.name}' can never become active",
                "write flag, active_when, auto: true or manual: true",
            )
        return self


class Edge(Part):
    """What a service or capability needs: one service (`to`) or some of several (`any_of`)."""

    instead_of_text: ClassVar[str] = "write {{to: {}}}"

    to: Name | None = None
    """The service needed."""
    any_of: tuple[Name, ...] | None = Field(default=None, min_length=1)
    """Alternatives, of which `need` must work."""
    need: Count = 1
    """How many of `any_of` must work."""
    criticality: Literal["hard", "soft", "none"] = "hard"
    """`hard`: it fails, we fail; `soft`: we get worse; `none`: only for information."""
    fallback: Name | None = None
    """Name of the degradation state that carries on when this edge fails."""
    unreviewed: Flag = False
    """An edge that was imported or seen: explains, but raises nobody above AT_RISK until this is removed."""

    @model_validator(mode="after")
    def _one_or_several(self) -> Edge:
        exactly_one(self, ("to", "any_of"))
        if self.any_of is None:
            if "need" in self.model_fields_set:
                raise wrong("need stands beside to", "need goes with any_of: [a, b]", "need")
            return self
        if len(set(self.any_of)) < len(self.any_of):
            raise wrong("any_of names a service twice", "name each alternative once", "any_of")
        if self.need > len(self.any_of):
            raise wrong(
                f"need is {self.need}, but any_of names only {len(self.any_of)}",
                f"write a number from 1 to {len(self.any_of)}",
                "need",
            )
        return self


class Link(Part):
    """A page that helps."""

    type: Word
    """dashboard, docs, repository, ..."""
    url: WebUrl
    """http or https."""
    title: Text = ""
    """Shown instead of the URL."""


class Service(Part):
    """Something that runs, or that others run for us."""

    name: Name
    """Unique among services and capabilities."""
    title: Text = ""
    """Shown to people."""
    type: Literal["service", "website", "database", "queue", "external"] = "service"
    """What it is; `external` is run by somebody else."""
    owner: Text = ""
    """The team that answers for it."""
    system: Text = ""
    """What it is part of; spread across systems is said."""
    region: Text = ""
    """Where it runs; spread across regions is said."""
    tier: TierNumber = 3
    """1 is most important."""
    lifecycle: Text = ""
    """production, experimental, deprecated, ..."""
    signals: tuple[AnySignal, ...] = ()
    """What tells how it is."""
    degradations: tuple[Degradation, ...] = ()
    """Named degraded modes."""
    depends_on: tuple[Edge, ...] = Field(default=(), alias="dependsOn")
    """What it needs."""
    feeds: tuple[Name, ...] = ()
    """Services that read the data written here, and are tainted by bad data."""
    reconciled_when: Promql | None = None
    """PromQL that holds when the data is right again; ends an integrity breach."""
    contact: Text = ""
    """Where to call or write when it is somebody else's."""
    runbooks: tuple[Name, ...] = ()
    """Ids of runbooks that help."""
    links: tuple[Link, ...] = ()
    """Pages that help."""
    alert_labels: dict[Label, Text] = Field(default={})
    """Labels that mark an alert as this service's, where its name does not."""
