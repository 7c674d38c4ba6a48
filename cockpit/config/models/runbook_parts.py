"""What belongs to a step of a runbook beside its action: how it is proven, taken back, and confirmed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from cockpit.config.models.base import (
    Count,
    Duration,
    Flag,
    Interval,
    Name,
    Number,
    Part,
    PlainValue,
    Promql,
    SignalName,
    Text,
    Word,
    wrong,
)
from cockpit.config.models.runbook_actions import DOINGS, Doing, ParameterName
from cockpit.config.models.runbook_looks import Condition, Look, Pointer, check_command, one_of


class Typed(Part):
    """A phrase that has to be typed."""

    type: Word
    """The phrase."""


Confirm: TypeAlias = Annotated[
    Annotated[Literal["none", "key", "type"], Tag("a word")] | Annotated[Typed, Tag("a phrase")],
    Discriminator(lambda value: "a phrase" if isinstance(value, dict | Typed) else "a word"),
]


class Approval(Part):
    """A second person who agrees, and is no operator of the run."""

    min: Count = 1
    """How many."""
    from_: tuple[Name, ...] = Field(default=(), alias="from")
    """Who may (default: every approver)."""
    expires: Interval = 600.0
    """After how long it no longer counts."""


class Retry(Part):
    """Tried again by itself; only where that is safe."""

    attempts: Annotated[Count, Field(le=20)]
    """How often it is tried in all."""
    backoff: Duration = 0.0
    """How long to wait in between."""


class Expected(Part):
    """How long it takes; learned from proven runs where it is not said."""

    p50: Interval | None = None
    """Half of the time it takes no longer."""
    p95: Interval | None = None
    """It nearly never takes longer."""


class Capture(Look):
    """A value to be remembered; text without blanks around it."""

    json_: Pointer = Field(default="", alias="json")
    """JSON pointer into the answer (default: all of it)."""
    when: Literal["before", "after"] = "before"
    """`before` the step, for its undo, or `after` it."""


class Reconcile(Look):
    """How to find out whether it happened, when nobody saw the end of it."""

    applied_when: Condition | None = None
    """Holds only when it happened."""
    not_applied_when: Condition | None = None
    """Holds only when it did not."""
    interval: Interval = 2.0
    """How often it is asked."""
    within: Interval = 10.0
    """How long, until one answer holds twice."""

    @model_validator(mode="after")
    def _can_tell(self) -> Reconcile:
        if self.applied_when is None and self.not_applied_when is None:
            raise wrong("can tell nothing", "add applied_when and not_applied_when, as in stdout == '3'")
        return self


class Verify(Look):
    """What must be true in the world afterwards; samples from before the step do not count."""

    service: Name | None = None
    """A service whose own signal is looked at."""
    signal: SignalName | None = None
    """That signal."""
    at_most: Number | None = None
    """What it may be at most."""
    at_least: Number | None = None
    """What it must be at least."""
    success: Condition | None = None
    """What must hold (default for a command: it exits 0)."""
    failure: Condition | None = None
    """What proves the opposite; counts more than success."""
    baseline: Promql | None = None
    """`before` (the value just before the step) or PromQL; `baseline` in conditions."""
    control: Promql | None = None
    """PromQL of something that should not have moved; `control` in conditions."""
    initial_delay: Duration = 0.0
    """How long to wait before the first look."""
    interval: Interval = 5.0
    """How often it is looked at."""
    within: Interval = 120.0
    """How long until it is inconclusive."""
    streak: Count = 1
    """How many looks in a row must succeed."""
    on_no_data: Literal["inconclusive", "failure", "success"] = "inconclusive"
    """What no data means."""

    def ways(self) -> tuple[str, ...]:
        return ("promql", "run", "http", "flag", "service")

    @model_validator(mode="after")
    def _says_when_it_is_well(self) -> Verify:
        if self.service is None:
            return self._of_a_look()
        if self.signal is None:
            raise wrong("names a service, but none of its signals", "add signal: errors")
        if (self.at_most is None) == (self.at_least is None):
            raise wrong("needs one of at_most and at_least", "add at_most: 0.01")
        if self.success is not None:
            raise wrong(
                "success stands beside service", "at_most or at_least says it; remove success", "success"
            )
        return self

    def _of_a_look(self) -> Verify:
        for name in ("signal", "at_most", "at_least"):
            if name in self.model_fields_set:
                raise wrong(f"{name} stands without service", f"add service:, or remove {name}", name)
        if self.success is None and (self.promql is not None or self.flag is not None):
            raise wrong("does not say when it is well", "add success: value <= 0.01, or what is wanted")
        return self


def _listed(value: Any) -> Any:
    """One check may stand without a list."""
    return [value] if isinstance(value, dict) else value


Verifies: TypeAlias = Annotated[tuple[Verify, ...], BeforeValidator(_listed), Field(min_length=1)]


class ReversibleWhile(Look):
    """Something that must still be so for the undo to work."""

    success: Condition | None = None
    """What must hold (default for a command: it exits 0)."""


class Rollback(Doing):
    """How the step is taken back, or why that cannot be."""

    instead_of_text: ClassVar[str] = "write {{none: true, reason: {}}}"

    none: Flag = False
    """It cannot be taken back."""
    reason: Text = ""
    """Why not."""
    alternative: Text = ""
    """What to do instead: `runbook:ID`, or a sentence."""
    confirm: Confirm | None = None
    """How it is confirmed (default: as the step)."""
    timeout: Interval = 60.0
    """How long it may take."""
    verify: Verifies | None = None
    """What must be true when it has been taken back."""
    reversible_for: Interval | None = None
    """How long it can be taken back."""
    reversible_while: ReversibleWhile | None = None
    """It can be taken back while this holds."""

    @model_validator(mode="after")
    def _one_way_back(self) -> Rollback:
        given = one_of(self, (*DOINGS, "none"))
        if given != "none":
            check_command(self, given)
            for name in ("reason", "alternative"):
                if name in self.model_fields_set:
                    raise wrong(f"{name} stands beside {given}", f"{name} goes with none: true", name)
        elif not self.none:
            raise wrong("none is false", "remove none, and write what takes the step back", "none")
        return self


class PointOfNoReturn(Part):
    """From here on earlier steps can no longer be taken back."""

    instead_of_text: ClassVar[str] = "write {{reason: {}}}"

    reason: Word
    """Why."""
    seals: tuple[Name, ...] | None = None
    """Ids of those steps (default: all earlier ones)."""


class Obligation(Part):
    """Something that is left to be done afterwards."""

    instead_of_text: ClassVar[str] = "write {{title: {}}}"

    title: Word
    """What."""
    owner: Text = ""
    """The team that does it (default: the runbook's)."""
    expires: Interval | None = None
    """By when."""


Outcome = Literal["success", "failure", "hang", "killed-after-effect", "not-applied"]


class Drill(Part):
    """What the step does in a simulation."""

    outcomes: tuple[Outcome, ...] = ()
    """In turn; the last one stays."""
    captures: dict[ParameterName, PlainValue] = Field(default={})
    """What its captures give."""
