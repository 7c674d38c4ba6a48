"""`kind: Runbook`: the card on its front, what holds for all of it, and its steps."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from cockpit.config.models.base import (
    RUNBOOK_ID,
    Duration,
    Interval,
    Name,
    Number,
    Part,
    PlainValue,
    Promql,
    Text,
    Word,
    exactly_one,
    wrong,
)
from cockpit.config.models.runbook_actions import ParameterName
from cockpit.config.models.runbook_looks import Argument, Condition, Look
from cockpit.config.models.runbook_step import Step

ClassName = Literal["CORRUPTION", "UNAVAILABLE", "RETRY_STORM", "THROTTLED", "DEGRADATION", "DELAY", "BLIND"]
_REFERENCES: Final = ("env", "file", "command")


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


class DefaultFrom(Part):
    """Where a value comes from when nobody says it."""

    alert_label: Word | None = None
    """A label of the alert that the run answers."""
    promql: Promql | None = None
    """A query with one number for an answer."""
    env: Word | None = None
    """A variable of the environment."""

    @model_validator(mode="after")
    def _one_source(self) -> DefaultFrom:
        exactly_one(self, ("alert_label", "promql", "env"))
        return self


class RunbookParameter(Part):
    """A value that is asked for before the first step; required unless it has a default."""

    type: Literal["string", "integer", "number", "boolean", "duration", "enum", "secret"] = "string"
    """What it must be; a secret is never written, only where it is."""
    enum: Annotated[tuple[PlainValue, ...], Field(min_length=1)] | None = None
    """All that it may be."""
    pattern: Text = ""
    """A regular expression that all of it must match."""
    min: Number | None = None
    """The least number."""
    max: Number | None = None
    """The greatest number."""
    default: PlainValue = None
    """Used when nobody says it."""
    default_from: DefaultFrom | None = None
    """Where it is looked up when nobody says it."""
    prompt: Text = ""
    """What people are asked."""
    env: Word | None = None
    """Of a secret: the variable that holds it."""
    file: Word | None = None
    """Of a secret: the file that holds it."""
    command: Annotated[tuple[Argument, ...], Field(min_length=1)] | None = None
    """Of a secret: the command that prints it."""

    @model_validator(mode="after")
    def _makes_sense(self) -> RunbookParameter:
        if self.type == "enum" and self.enum is None:
            raise wrong("is an enum without values", "add enum: [a, b]")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise wrong("has a min above its max", "mend one of them", "min")
        for name in ("min", "max"):
            if getattr(self, name) is not None and self.type not in ("integer", "number"):
                raise wrong(f"{name} stands with type {self.type}", f"{name} goes with numbers", name)
        return self

    @model_validator(mode="after")
    def _is_looked_up_one_way(self) -> RunbookParameter:
        given = [name for name in _REFERENCES if getattr(self, name) is not None]
        if given and self.type != "secret":
            raise wrong(f"{given[0]} stands with type {self.type}", "it goes with type: secret", given[0])
        if len(given) > 1:
            raise wrong(f"has both {given[0]} and {given[1]}", "write one of them", given[1])
        return self

    @model_validator(mode="after")
    def _has_a_pattern(self) -> RunbookParameter:
        try:
            re.compile(self.pattern)
        except (re.error, RecursionError, OverflowError):
            raise wrong(
                "has a pattern that is no regular expression", "mend it, as in ^[a-z-]+$", "pattern"
            ) from None
        return self


class Lock(Part):
    """What no two runs may hold at once."""

    key: Text = ""
    """Its name (default: one lock for each service, on the target)."""
    ttl: Interval = 30.0
    """After how long without a sign of life others may take it."""


class RunbookCondition(Look):
    """Something that must be so."""

    title: Text = ""
    """What people read."""
    success: Condition | None = None
    """What must hold (default for a command: `exit_code == 0`)."""
    severity: Literal["block", "warn"] = "block"
    """Whether it stops the run."""
    by_hand: Text = ""
    """Where to look when it cannot be asked."""

    @model_validator(mode="after")
    def _says_when(self) -> RunbookCondition:
        if self.success is None and (self.promql is not None or self.flag is not None):
            raise wrong("does not say when it is well", "add success: value == 0, or what is wanted")
        return self


class AbortWhen(Part):
    """Watched while the run lives; proposes to roll back."""

    promql: Promql
    """What is asked."""
    failure: Condition
    """When it is time to stop."""
    for_: Duration = Field(default=0.0, alias="for")
    """How long that must hold."""


class DecisionDeadline(Part):
    """A reminder that somebody has to decide."""

    after: Interval
    """How long after the start."""
    message: Text = ""
    """What it says."""


def _need(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_][\w.+/-]*", value):
        raise wrong("is not a need", "write prometheus, flags/STORE or the name of a program")
    return value


Need = Annotated[str, PlainValidator(_need), WithJsonSchema({"type": "string"})]


class RunbookFile(Part):
    """Steps that people run one by one, each verified, most of them reversible."""

    instead_of_text: ClassVar[str] = ""

    api_version: Literal["cockpit/v1"] = Field(alias="apiVersion")
    """The version of this format."""
    kind: Literal["Runbook"]
    """What kind of file this is."""
    metadata: RunbookMetadata
    """The card on its front."""
    parameters: dict[ParameterName, RunbookParameter] = Field(default={})
    """What is asked for before the first step: `${params.name}`."""
    needs: tuple[Need, ...] = ()
    """What the runbook itself needs: `prometheus`, `flags/STORE`, programs."""
    lock: Lock = Lock()
    """What no other run may hold meanwhile."""
    preconditions: tuple[RunbookCondition, ...] = ()
    """Looked at before the first step."""
    guard: tuple[RunbookCondition, ...] = ()
    """Looked at before the first step and again at each key press."""
    abort_when: tuple[AbortWhen, ...] = ()
    """Watched while the run lives."""
    time_budget: Interval | None = None
    """How long all of it may take; reminds and never acts."""
    decision_deadline: DecisionDeadline | None = None
    """By when somebody has to decide; reminds and never acts."""
    steps: tuple[Step, ...]
    """What is done, in order; an empty list is a card that waits for its steps."""
    finally_: tuple[Step, ...] = Field(default=(), alias="finally")
    """Once, after the end or after rolling back."""
