"""`kind: Runbook`: the card on its front; the rest of the format is not checked yet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from cockpit.config.models.base import RUNBOOK_ID, Name, Part, PlainValue, Text, Word

ClassName = Literal["CORRUPTION", "UNAVAILABLE", "RETRY_STORM", "THROTTLED", "DEGRADATION", "DELAY", "BLIND"]


class Fits(Part):
    """What it is good for; decides where it is proposed."""

    services: tuple[Name, ...] = ()
    """Suspects it mends."""
    classes: tuple[ClassName, ...] = ()
    """Failure classes it mends."""
    after_change: PlainValue = None
    """Fits when a change came shortly before."""
    tell_apart: Text = ""
    """How to tell from its neighbours."""


class RunbookMetadata(Part):
    """The card on the front of a runbook."""

    id: Annotated[str, Field(pattern=RUNBOOK_ID, max_length=100)]
    """Unique among runbooks; named on the command line and by `runbook` keys."""
    title: Text = ""
    """Shown to people."""
    status: Literal["ready", "draft"] = "ready"
    """A draft is not checked and asks for a key at every command."""
    services: tuple[Name, ...] = ()
    """Services it acts on."""
    owner: Text = ""
    """The team that keeps it."""
    target: Text = ""
    """What its commands act on."""
    severity: Text = ""
    """From which severity on it is meant."""
    alerts: tuple[Word, ...] = ()
    """Names of alerts it answers."""
    fits: Fits = Fits()
    """What it is good for."""
    roles: tuple[Name, ...] = ()
    """Who takes part."""
    tags: tuple[Name, ...] = ()
    """`adds-load`, ..."""
    docs: Text = ""
    """More to read."""


class RunbookFile(Part):
    """A runbook, of which only the metadata is looked at."""

    model_config = ConfigDict(extra="allow")

    api_version: Literal["cockpit/v1"] = Field(alias="apiVersion")
    """The version of this format."""
    kind: Literal["Runbook"]
    """What kind of file this is."""
    metadata: RunbookMetadata
    """The card on its front."""
