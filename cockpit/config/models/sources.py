"""What the cockpit reaches from here, in a file: servers, targets, checks, changes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from cockpit.config.models.base import (
    Address,
    Flag,
    Label,
    Name,
    Part,
    Promql,
    Text,
    WebUrl,
    Word,
    exactly_one,
    wrong,
)
from cockpit.config.models.http import HttpConfig

Status = Annotated[int, Field(strict=True, ge=100, le=599)]


class MetricServer(Part):
    """A Prometheus, or something that speaks like one."""

    name: Name
    """Shown, and named by `sources` of a signal."""
    url: WebUrl
    """Without /api/v1."""
    labels: dict[Label, Text] = Field(default={})
    """What is true of everything it knows: {region: eu}. `cluster` tells clusters apart, else its name."""
    required: Flag = True
    """Whether services are unknown while it cannot be asked."""
    owner: Text = ""
    """The team that answers for it."""
    runbook: Text = ""
    """Id of the runbook for when it is gone."""
    http_config: HttpConfig | None = None
    """How to connect, in the shape that promtool and amtool read."""


class AlertServer(Part):
    """An Alertmanager."""

    name: Name
    """Shown to people."""
    url: WebUrl
    """Without /api/v2."""
    labels: dict[Label, Text] = Field(default={})
    """What is true of everything it knows: {cluster: eu}. Without `cluster` it speaks for all clusters."""
    deadman: Text = ""
    """Name of the alert that always fires; when it is missing, alerting is broken."""
    owner: Text = ""
    """The team that answers for it."""
    runbook: Text = ""
    """Id of the runbook for when it is gone."""
    http_config: HttpConfig | None = None
    """How to connect, in the shape that promtool and amtool read."""


class CommandCheck(Part):
    """A command and what its answer must be."""

    run: Annotated[tuple[Word, ...], Field(min_length=1)]
    """The command, word by word: [kubectl, config, current-context]."""
    success: Word = "exit_code == 0"
    """A condition over stdout, stderr and exit_code."""


class Target(Part):
    """What commands act on; nothing ever uses the ambient context."""

    name: Name
    """Named by runbooks."""
    env: dict[Name, Text] = Field(default={})
    """Environment of commands, instead of the ambient one."""
    kubectl_context: Text = ""
    """The context that kubectl and helm are told to use."""
    cwd: Text = ""
    """Where commands run (default: the folder of the runbook)."""
    protected: Flag = False
    """Every write needs the typed confirmation."""
    sandbox: Flag = False
    """Drills may really act on it."""
    check: CommandCheck | None = None
    """Runs first; a target that fails it is refused."""

    @model_validator(mode="after")
    def _not_both(self) -> Target:
        if self.protected and self.sandbox:
            raise wrong("a target is protected or a sandbox, not both", "remove one of them", "sandbox")
        return self


class Expected(Part):
    """What a check must answer."""

    status: Annotated[tuple[Status, ...], Field(min_length=1)] = (200,)
    """HTTP status codes that are fine."""


class Check(Part):
    """A look from here, for when metrics are blind."""

    service: Name
    """The service looked at."""
    http: WebUrl | None = None
    """A page to get."""
    expect: Expected | None = None
    """What the page must answer (default: status 200)."""
    tcp: Address | None = None
    """host:port to connect to."""

    @model_validator(mode="after")
    def _one_way(self) -> Check:
        exactly_one(self, ("http", "tcp"))
        if self.tcp and self.expect:
            raise wrong("expect goes with http", "remove it", "expect")
        return self


class Changes(Part):
    """Where changes are read from: a query, or a file that CI appends to."""

    promql: Promql | None = None
    """Returns a series for each thing that just changed."""
    label: Label | None = None
    """The label of that series which names the service."""
    what: Text = ""
    """What such a change is called: deploy, release, migration."""
    file: Text | None = Field(default=None, min_length=1)
    """NDJSON with at, service, what and more a line."""

    @model_validator(mode="after")
    def _one_place(self) -> Changes:
        exactly_one(self, ("promql", "file"))
        if self.promql and not self.label:
            raise wrong(
                "has no label", "write label: with the label that names the service, as in label: deployment"
            )
        if self.file and (self.label or self.what):
            raise wrong("label and what go with promql", "remove them", "label" if self.label else "what")
        return self
