"""One step of a runbook, presets written out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from cockpit.config.models.base import TURN, Count, Duration, Flag, Interval, Label, Name, Text, wrong
from cockpit.config.models.runbook_actions import DOINGS, Doing, ParameterName, RunbookId
from cockpit.config.models.runbook_looks import Condition, Look, check_command, one_of
from cockpit.config.models.runbook_parts import (
    Approval,
    Capture,
    Confirm,
    Drill,
    Expected,
    Obligation,
    PointOfNoReturn,
    Reconcile,
    Retry,
    Rollback,
    Verifies,
)


def _beside_use(schema: dict[str, Any]) -> None:
    """Parameters of a preset may stand beside `use`, and only there."""
    del schema["additionalProperties"]
    schema["if"] = {"not": {"required": ["use"]}}
    schema["then"] = {"propertyNames": {"enum": list(schema["properties"])}}


Turn = Annotated[str, Field(pattern=TURN)]


class Step(Doing):
    """One thing that is done, looked at, or decided: `use` a preset, or one action under its own name.

    Beside `use` stand the parameters of the preset, and whatever should differ from it.
    """

    model_config = ConfigDict(json_schema_extra=_beside_use)

    use: Name | None = None
    """A step preset, shipped or one's own."""
    id: RunbookId | None = None
    """Unique in the runbook (default: the title in lower case, with dashes)."""
    title: Text = ""
    """What people read."""
    why: Text = ""
    """Why it is done."""
    env: dict[Label, Text] = Field(default={})
    """Added to the environment of its commands; the place for a secret."""
    target: Text = ""
    """What its commands act on (default: the runbook's)."""
    effect: Literal["read", "write", "destructive"] | None = None
    """How far it reaches (default: write for run, http, flag, silence and notify, the child's worst for
    runbook, else read)."""
    idempotent: Flag = False
    """Doing it twice is the same as doing it once."""
    retry: Retry | None = None
    """Tried again by itself; only for read or idempotent steps."""
    when: Condition | None = None
    """Skipped where this is false."""
    max_visits: Count | None = None
    """How often a run may come here."""
    confirm: Confirm | None = None
    """`none`, `key`, `type` (the step's id) or `{type: phrase}` (default: read none, write key, destructive
    type; on a protected target write type)."""
    approval: Approval | None = None
    """A second person has to agree (default for destructive steps on a protected target: one)."""
    preview: Look | None = None
    """What `cockpit check` executes instead."""
    timeout: Interval = 60.0
    """How long it may take."""
    kill_grace: Duration = 5.0
    """How long after TERM comes KILL."""
    expected: Expected | None = None
    """How long it usually takes."""
    capture: dict[ParameterName, Capture] = Field(default={})
    """Values to be remembered, by name: `${captures.name}`."""
    reconcile: Reconcile | None = None
    """How to find out whether it happened."""
    on_unknown: Literal["ask"] | None = None
    """Nobody but a person can find out whether it happened."""
    verify: Verifies | None = None
    """What must be true afterwards; of several, all in the same look."""
    rollback: Rollback | None = None
    """How it is taken back."""
    point_of_no_return: PointOfNoReturn | None = None
    """Earlier steps can no longer be taken back."""
    on_failure: Turn = "hold"
    """`hold`, `continue`, `goto:ID` or `propose_rollback`."""
    on_timeout: Turn = "hold"
    """The same when it takes too long."""
    on_inconclusive: Turn = "hold"
    """The same when `verify` could not see."""
    opens_obligation: Obligation | None = None
    """What it leaves to be done."""
    closes_obligation: Text = ""
    """Title of an obligation that is met by it."""
    drill: Drill = Drill()
    """What it does in a simulation."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> Step:
        if not any(name in self.model_fields_set for name in DOINGS):
            raise wrong("does nothing", f"write use, {', '.join(DOINGS[:-1])} or {DOINGS[-1]}")
        given = one_of(self, DOINGS)
        check_command(self, given)
        if self.id is None and not self.title.strip():
            raise wrong("has neither id nor title", "add title: what it does")
        return self

    @property
    def does(self) -> str:
        """The name of its action."""
        return next(name for name in DOINGS if name in self.model_fields_set)
