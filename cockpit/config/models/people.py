"""Teams, incidents, access and the record, in a file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from cockpit.config.models.base import (
    DatabaseUrl,
    Duration,
    Flag,
    Interval,
    Name,
    Part,
    Text,
    WebUrl,
    Word,
    exactly_one,
    wrong,
)


class Oncall(Part):
    """How to reach whoever is on call."""

    phone: Text = ""
    """In quotes: "+49 30 000001"."""
    chat: Text = ""
    """A channel: "#pay-oncall"."""
    email: Text = ""
    """An address."""
    lookup: tuple[Word, ...] = ()
    """A command that prints who is on call now: [./bin/oncall, payments]."""
    page: WebUrl | None = None
    """Gets a POST when somebody pages the team from the cockpit."""
    page_secret: Text = ""
    """Goes along with it as a bearer token; a reference such as env:PAGER_TOKEN."""


class EscalationStep(Part):
    """Who is called next, and when."""

    user: Name | None = None
    """A person."""
    team: Name | None = None
    """Another team."""
    after: Duration = 0.0
    """Counted from when it began to fail, else from the declaration."""

    @model_validator(mode="after")
    def _one_of_them(self) -> EscalationStep:
        exactly_one(self, ("user", "team"))
        return self


def _shape(value: Any) -> str:
    return "a step" if isinstance(value, dict) else "a word"


Escalation: TypeAlias = Annotated[
    Annotated[Literal["oncall"], Tag("a word")] | Annotated[EscalationStep, Tag("a step")],
    Discriminator(_shape),
]


class Team(Part):
    """People who own services."""

    name: Name
    """Named by `owner`."""
    title: Text = ""
    """Shown to people."""
    oncall: Oncall = Oncall()
    """How to reach it."""
    escalation: tuple[Escalation, ...] = ()
    """Who is called, in order: `oncall`, {user: mara, after: 10m}, {team: platform, after: 20m}."""


class Notify(Part):
    """Where updates of an incident are sent."""

    name: Name
    """Named by `incident update --to`."""
    webhook: WebUrl
    """Gets a POST with the update."""
    secret: Text = ""
    """Goes along as a bearer token; a reference such as env:CHAT_HOOK."""
    format: Literal["slack", "json"] = "slack"
    """`slack`: {"text": ...}, which most chats take; `json`: all of it as a document (default slack)."""
    announce: Flag = True
    """Whether declarations, runs, flips and holds are told here by themselves (default true)."""


class Incident(Part):
    """How incidents are run here."""

    roles: tuple[Name, ...] = ()
    """Roles that can be taken."""
    update_every: dict[Literal["SEV1", "SEV2", "SEV3"], Interval] = Field(default={})
    """How often people are told, by severity."""
    notify: tuple[Notify, ...] = ()
    """Where updates can be sent."""


class Access(Part):
    """Who may do what. viewer < responder < approver."""

    protected: Flag = False
    """Every target but a sandbox is protected, and so is every flag."""
    readonly: Flag = False
    """Nobody writes anything from here."""
    roles: dict[Literal["viewer", "responder", "approver"], tuple[Word, ...]] = Field(default={})
    """Names by role; "*" is everybody. Who is in none of them only looks; without any, everybody may all."""


class Journal(Part):
    """Where the record is kept."""

    sqlite: Text | None = Field(default=None, min_length=1)
    """`default`, or a folder."""
    group: Text = ""
    """The group whose accounts share that folder."""
    postgres: DatabaseUrl | None = None
    """postgresql://db/cockpit; the password comes from the usual PostgreSQL places."""

    @model_validator(mode="after")
    def _one_place(self) -> Journal:
        exactly_one(self, ("sqlite", "postgres"))
        if self.group and self.postgres:
            raise wrong("group goes with sqlite", "remove it", "group")
        return self
