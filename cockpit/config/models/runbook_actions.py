"""What a step may do, each inline under its own name wherever it may stand."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from cockpit.config.models.base import (
    PARAMETER,
    RUNBOOK_ID,
    Flag,
    Interval,
    Part,
    PlainValue,
    Promql,
    Text,
    Word,
    wrong,
)
from cockpit.config.models.runbook_looks import CommandLine, Condition, FlagLook, Http, Probe, one_of

DOINGS: Final = (
    *("run", "http", "flag", "silence", "notify", "manual", "decide", "probe", "wait", "runbook"),
)

_matcher: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(=|!=|=~|!~).*", re.DOTALL)


def _one_matcher(value: object) -> str:
    if not isinstance(value, str) or not _matcher.fullmatch(value):
        raise wrong("is not a matcher", "write name=value, as in 'alertname=HighErrors'")
    return value


Matcher = Annotated[str, PlainValidator(_one_matcher), WithJsonSchema({"type": "string"})]
RunbookId = Annotated[str, Field(pattern=RUNBOOK_ID, max_length=100)]
ParameterName = Annotated[str, Field(max_length=100, pattern=PARAMETER)]


class FlagSet(FlagLook):
    """A flag that is set."""

    to: PlainValue
    """The value it shall have."""
    reason: Text = ""
    """Why, for the record of the flag store."""
    expires: Interval | None = None
    """After how long somebody is reminded to put it back."""


class Silence(Part):
    """Alerts kept quiet for a while."""

    matchers: Annotated[tuple[Matcher, ...], Field(min_length=1)]
    """Which ones: `name=value`, `!=`, `=~` or `!~`."""
    for_: Interval = Field(alias="for")
    """How long."""


class Notify(Part):
    """A message to people."""

    to: Word
    """Name of a notification of the incident section."""
    text: Word
    """What it says."""


class Manual(Part):
    """Something that a person does."""

    instead_of_text: ClassVar[str] = "write {{instructions: {}}}"

    instructions: Word
    """What to do."""
    command: Text = ""
    """To be copied; never run by the cockpit."""
    evidence: Text = ""
    """What to write down as proof."""
    answer: Text = ""
    """What is asked; conditions know the answer as `answers.STEP`."""


class Option(Part):
    """One way to go on."""

    instead_of_text: ClassVar[str] = "write {{label: {}}}"

    label: Word
    """What people choose."""
    when: Condition | None = None
    """Preselects it; a person chooses."""
    goto: Text = ""
    """Id of a step (default: the next one)."""


class Decide(Part):
    """A question that a person decides."""

    options: tuple[Option, ...]
    """The ways to go on, at least two."""

    @model_validator(mode="after")
    def _is_a_choice(self) -> Decide:
        if len(self.options) < 2:
            raise wrong("has fewer than two options", "add {label: ...}, or write manual instead", "options")
        return self


class Wait(Part):
    """A time, or until a query says so."""

    for_: Interval | None = Field(default=None, alias="for")
    """How long."""
    promql: Promql | None = None
    """Asked again and again."""
    success: Condition | None = None
    """When it has waited enough."""
    within: Interval = 120.0
    """How long at most."""

    @model_validator(mode="after")
    def _one_way(self) -> Wait:
        given = one_of(self, ("for", "promql"))
        if given == "promql" and self.success is None:
            raise wrong("waits for a query, but not until when", "add success: value == 1, or what is wanted")
        if given == "for" and self.success is not None:
            raise wrong("success stands beside for", "success goes with promql", "success")
        return self


class Nested(Part):
    """Another runbook, run as one step."""

    instead_of_text: ClassVar[str] = "write {{id: {}}}"

    id: RunbookId
    """Which one."""
    parameters: dict[ParameterName, PlainValue] = Field(default={})
    """What it is told."""


class Doing(Part):
    """One action, under its own name."""

    run: CommandLine | None = None
    """A command as a list of arguments; a text with `shell: true`."""
    shell: Flag = False
    """`run` is one text for `sh -c`."""
    stdin: Text = ""
    """Name of a secret parameter that the command reads from its standard input."""
    http: Http | None = None
    """A request."""
    flag: FlagSet | None = None
    """Sets a feature flag."""
    silence: Silence | None = None
    """Keeps alerts quiet."""
    notify: Notify | None = None
    """Tells people."""
    manual: Manual | None = None
    """A person does it."""
    decide: Decide | None = None
    """A person decides how to go on."""
    probe: Probe | None = None
    """Looks, and shows what it saw."""
    wait: Wait | None = None
    """Waits."""
    runbook: Nested | None = None
    """Runs another runbook."""
