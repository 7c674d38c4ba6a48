"""`kind: Runbook`: the card on its front, what holds for all of it, and its steps."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from cockpit.config.models.base import (
    RUNBOOK_ID,
    Duration,
    Interval,
    Name,
    Part,
    PlainValue,
    Promql,
    Text,
    Word,
    wrong,
)
from cockpit.config.models.runbook_actions import ParameterName
from cockpit.config.models.runbook_looks import Condition, Look
from cockpit.config.models.runbook_parameters import RunbookParameter
from cockpit.config.models.runbook_step import Step

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
    """Who may run it, one is enough: access roles (at least), incident roles (whoever has it), people
    (default: every responder)."""
    tags: tuple[Name, ...] = ()
    """`adds-load`, ..."""
    docs: Text = ""
    """More to read."""


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
