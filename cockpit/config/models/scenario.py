"""`kind: Scenario`: an incident that can be played."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cockpit.config.models.base import (
    ANSWERS,
    RUNBOOK_ID,
    Amount,
    Duration,
    Interval,
    Name,
    Number,
    Part,
    PlainValue,
    Text,
    exactly_one,
    wrong,
)
from cockpit.core.scenario import DEEDS, What

AnswersName = Annotated[str, Field(max_length=100, pattern=ANSWERS)]
TURNS = ("value", "ramp_to", "step_to", "absent_for", "nan_for", "failed_for", "frozen_for")
FaultName = Literal[
    "prometheus_down",
    "alertmanager_down",
    "flags_down",
    "journal_full",
    "command_hangs",
    "killed_after_effect",
]


class ScenarioMetadata(Part):
    """What the scenario is."""

    id: Annotated[str, Field(pattern=RUNBOOK_ID, max_length=100)]
    """Names it on the command line."""
    title: Text = ""
    """What happens, in plain words."""
    teaches: Text = ""
    """What is learned by living through it."""


class Turn(Part):
    """One turn of a curve; curves are straight lines."""

    value: Number | None = None
    """The value from here on."""
    ramp_to: Number | None = None
    """Goes there in a straight line, `over` so long."""
    step_to: Number | None = None
    """Jumps there."""
    absent_for: Interval | None = None
    """No series is in the answer."""
    nan_for: Interval | None = None
    """The answer is NaN."""
    failed_for: Interval | None = None
    """The question fails."""
    frozen_for: Interval | None = None
    """The value stands still and grows old."""
    over: Duration = 0.0
    """How long a ramp takes."""
    noise: Amount | None = None
    """Standard deviation from here on."""

    @model_validator(mode="after")
    def _one_turn(self) -> Turn:
        exactly_one(self, TURNS)
        if self.over and self.ramp_to is None:
            raise wrong("has `over` but no ramp_to", "write ramp_to, or drop over", "over")
        return self


class TurnAt(Turn):
    """A turn of a curve, and when."""

    at: Duration
    """From the start of the scenario."""


class AlertAt(Part):
    """An alert that fires."""

    at: Duration
    """From the start."""
    name: Name
    """Its alertname."""
    labels: dict[str, Text] = Field(default={})
    """`service` says whose it is."""
    annotations: dict[str, Text] = Field(default={})
    """More about it."""
    for_: Interval | None = Field(default=None, alias="for")
    """How long it fires; without it, to the end."""


class ChangeAt(Part):
    """Something that was changed on purpose."""

    at: Duration
    """From the start."""
    service: Name
    """What was changed."""
    what: Text
    """In a few words."""
    version: Text = ""
    """What is new."""
    by: Text = ""
    """Who did it."""
    url: Text = ""
    """More about it."""
    reversible: bool | Literal["until"] | None = None
    """Whether it can be taken back."""
    until: Duration | None = None
    """Until when, from the start."""
    rollback: Text = ""
    """The runbook that takes it back."""
    point_of_no_return: Text = ""
    """What makes it final."""


class Reconciled(Part):
    """When the data of a service is in order again."""

    reconciled_at: Duration
    """From the start."""


class Window(Part):
    """From when until when a degraded mode is on."""

    from_: Duration = Field(alias="from")
    """From the start."""
    until: Duration
    """From the start."""


class SimulatedCommandPart(Part):
    """What a command answers."""

    after: Duration = 0.0
    """How long it takes."""
    stdout: Text = ""
    """What it prints."""
    stderr: Text = ""
    """What it complains about."""
    exit_code: int = 0
    """How it ends."""
    sets: dict[str, PlainValue] = Field(default={})
    """What it changes in the world."""


class ReactionPart(Part):
    """What follows once something holds."""

    when: Text
    """A condition over `world` and `flags`."""
    then: dict[str, Turn] = Field(default={})
    """`service.signal` or a capability, and where its curve goes while it holds."""
    resolves: tuple[str, ...] = ()
    """Names of alerts that do not fire while it holds."""
    mends: tuple[FaultName, ...] = ()
    """Kinds of faults that are over while it holds."""


class FaultPart(Part):
    """Trouble with cockpit's own senses and hands."""

    at: Duration
    """From the start."""
    kind: FaultName
    """What breaks."""
    for_: Interval = Field(default=60.0, alias="for")
    """How long."""


class ExpectationPart(Part):
    """What must come true when it is played with the good answers."""

    what: What
    """What is looked for."""
    service: Text = ""
    """Whose."""
    capability: Text = ""
    """Whose."""
    runbook: Text = ""
    """Which."""
    flag: Text = ""
    """Which, of flag_set."""
    to: PlainValue = None
    """What the flag is set to; without it, the value that kills it."""
    is_: Literal["OK", "SUSPECT", "BREACHED"] = Field(default="OK", alias="is")
    """How the data is in the end, of integrity."""
    level: Literal["OK", "AT_RISK", "DEGRADED", "FAILING"] = "DEGRADED"
    """The worst level that is borne, of not_worse."""
    within: Duration | None = None
    """From the start of what is wrong."""


class DeedPart(Part):
    """What somebody does when it is played without a screen; one thing, and when."""

    at: Duration
    """From the start."""
    run: Text = ""
    """A runbook that is started."""
    parameters: dict[str, PlainValue] = Field(default={})
    """Of that runbook."""
    target: Text = ""
    """What it acts on, instead of the runbook's own."""
    answers: dict[str, Text] = Field(default={})
    """What is said to its questions, by STEP, undo:STEP, hold:STEP, already:STEP, approval:STEP or pre:N.

    `y` also types what has to be typed; of a decision it is the label. What is not named stays unanswered.
    """
    undo: Text = ""
    """A runbook: the newest step of its last run is taken back."""
    undo_all: Text = ""
    """A runbook: all of its last run is taken back."""
    flip: Text = ""
    """A kill switch that is set to its kill value."""
    restore: Text = ""
    """A kill switch that is put back."""
    env: Text = ""
    """Of the switch; without it, the first of its store."""
    ack: Text = ""
    """A service that somebody takes on."""
    declare: Text = ""
    """The title of an incident that is declared."""
    severity: Literal["", "SEV1", "SEV2", "SEV3"] = ""
    """Of that incident; without it, what is proposed."""
    role: Text = ""
    """A role in the incident that is taken."""
    note: Text = ""
    """What is written down in it."""
    resolve: Text = ""
    """Why the incident is over."""
    attest: Text = ""
    """A service whose data somebody vouches for."""
    mark: Text = ""
    """SERVICE.MODE: a degraded mode that is on."""
    unmark: Text = ""
    """SERVICE.MODE: a degraded mode that is off again."""
    reason: Text = ""
    """Why, for the record."""

    @model_validator(mode="after")
    def _one_deed(self) -> DeedPart:
        exactly_one(self, DEEDS)
        for name in ("parameters", "target", "answers"):
            if name in self.model_fields_set and not self.run:
                raise wrong(f"has `{name}` but runs nothing", f"write run:, or drop {name}", name)
        return self


class AnswersFile(Part):
    """What `--answers FILE` holds."""

    answers: tuple[DeedPart, ...] = ()
    """Who does what, as under `answers` of a scenario."""


class ScenarioFile(Part):
    """An incident that can be played, the same each time under its seed."""

    api_version: Literal["cockpit/v1"] = Field(alias="apiVersion")
    """The version of this format."""
    kind: Literal["Scenario"]
    """What kind of file this is."""
    metadata: ScenarioMetadata
    """What the scenario is."""
    seed: int | None = None
    """Makes the noise the same each time."""
    length: Interval = 1800.0
    """How long it goes on; the last values stay."""
    opens_at: Duration = 0.0
    """How far in a demonstration opens."""
    signals: dict[str, tuple[TurnAt, ...]] = Field(default={})
    """Curves by `service.signal`; what is not named stays healthy."""
    measures: dict[str, tuple[TurnAt, ...]] = Field(default={})
    """Share of what is expected, by capability."""
    alerts: tuple[AlertAt, ...] = ()
    """Alerts that fire."""
    changes: tuple[ChangeAt, ...] = ()
    """Changes that are made."""
    integrity: dict[Name, Reconciled] = Field(default={})
    """When data is in order again, by service."""
    degradations: dict[Name, dict[Name, Window]] = Field(default={})
    """Degraded modes that are on by themselves, by service and name."""
    flags: dict[str, PlainValue] = Field(default={})
    """Values at the start; what is not named is as in its file."""
    world: dict[str, PlainValue] = Field(default={})
    """What simulated commands read and write."""
    commands: dict[str, SimulatedCommandPart] = Field(default={})
    """Answers by `runbook.step`."""
    reactions: tuple[ReactionPart, ...] = ()
    """What follows once something holds."""
    queries: dict[str, Text] = Field(default={})
    """What PromQL of a runbook gives: `1 - signals["orders-db.down"]`, of `signals`, `world` and `flags`."""
    faults: tuple[FaultPart, ...] = ()
    """Trouble with cockpit's own senses."""
    expect: tuple[ExpectationPart, ...] = ()
    """What must come true."""
    answers: dict[AnswersName, tuple[DeedPart, ...]] = Field(default={})
    """Who does what when it is played without a screen: good passes, wrong and wrong-NAME fail."""
