"""Signals in a file: an expression of one's own, or a preset by name."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from cockpit.config.models.base import (
    Amount,
    Duration,
    Flag,
    Interval,
    Label,
    Name,
    Part,
    Promql,
    SignalName,
    Text,
    Thresholds,
    wrong,
)

KindName = Literal[
    "errors",
    "latency",
    "lag",
    "freshness",
    "traffic",
    "saturation",
    "probe",
    "retries",
    "throttle",
    "integrity",
]


class WideTuning(Part):
    """How patiently and how seriously signals are read; with `use`, for all signals of the preset."""

    for_: Duration | None = Field(default=None, alias="for")
    """How long it must be bad before the level rises (default 30s)."""
    hold: Duration | None = None
    """How long it must be better before the level falls (default 120s)."""
    stale_after: Interval | None = None
    """After how long without a known value the signal counts as unknown (default 90s)."""
    idle_after: Interval | None = None
    """After how long without traffic a level from busier times is given up (default 10m)."""
    role: Literal["symptom", "cause"] | None = None
    """`symptom` (default) sets the level of the service; `cause` raises it to AT_RISK at most."""
    required: Flag | None = None
    """Whether the service is unknown when this signal is (default true)."""
    min_volume: Amount | None = None
    """With less traffic than this (see `volume`) the value is no evidence at all."""
    max_age: Interval | None = None
    """A sample older than this is unknown. For an `expr` of one's own: 4 scrapes, and at least 60s."""
    sources: tuple[Name, ...] | None = None
    """Names of the Prometheus servers that know it (default: all of them)."""


class Tuning(WideTuning):
    """Everything that says how the value of a signal is judged."""

    above: Thresholds | None = None
    """Level to threshold: the level holds while the value is above. Worse levels need higher thresholds."""
    below: Thresholds | None = None
    """Level to threshold: the level holds while the value is below. Worse levels need lower thresholds."""
    reduce: Literal["max", "min", "sum", "avg"] | None = None
    """What counts when several series answer (default: max for `above`, min for `below`)."""
    volume: Promql | None = None
    """PromQL for the traffic behind the value, so that silence is not taken for health."""
    freshness: Promql | None = None
    """PromQL for the time of the newest raw sample, in Unix seconds (default: found in `expr`)."""
    requires: Promql | None = None
    """A series that must exist before no data may count as OK."""
    on_no_data: Literal["unknown", "breach", "ok"] | None = None
    """What no series means: unknown (default), breach (the worst level it has), or ok (with `requires`)."""
    unit: Text | None = None
    """For people: ratio, seconds, messages, per second, ..."""

    @model_validator(mode="after")
    def _one_direction(self) -> Tuning:
        if self.above is not None and self.below is not None:
            raise wrong("has both above and below", "write above or below, not both", "below")
        return self


def _listed(value: Any) -> Any:
    """One label may stand without brackets."""
    return (value,) if isinstance(value, str) else value


_LABELS: Final = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


class OwnSignal(Tuning):
    """A signal with a query of its own."""

    name: SignalName
    """Names the signal within its service."""
    kind: KindName
    """What it measures; decides the failure class (see health in the documentation)."""
    expr: Promql
    """PromQL; a bare ratio, number of seconds, count, ..."""
    by: Annotated[tuple[Label, ...], BeforeValidator(_listed), WithJsonSchema(_LABELS)] = ()
    """Labels that tell services apart, when one query answers for many."""
    key: dict[Label, Text] = Field(default={})
    """This service's values of the labels in `by` (default: its name)."""

    @model_validator(mode="after")
    def _has_thresholds(self) -> OwnSignal:
        if self.above is None and self.below is None:
            raise wrong(
                "has no thresholds", "write above or below with a level, as in above: {DEGRADED: 0.02}"
            )
        if self.kind == "integrity" and self.role == "cause":
            raise wrong("an integrity signal is always a symptom", "remove role", "role")
        return self

    @model_validator(mode="after")
    def _keys_are_asked_for(self) -> OwnSignal:
        if strange := [label for label in self.key if label not in self.by]:
            raise wrong(f"the label '{strange[0]}' in key is not in by", "add it to by, or remove it", "key")
        return self


class PresetUse(Part):
    """A preset, its parameters, and under the name of one of its signals what should differ.

    `false` instead of a mapping leaves that signal out. All keys that are not listed here are parameters
    and signals of the preset (see presets in the documentation).
    """

    model_config = ConfigDict(extra="allow")

    use: Name
    """Name of the preset, shipped or one's own."""
    prefix: SignalName | None = None
    """Put before the names of its signals, so that one preset can be used twice."""
    only: Annotated[tuple[SignalName, ...], Field(min_length=1)] | None = None
    """The signals wanted (default: all of them)."""


OWN = "an expression"
USE = "a preset"
# Tags become steps of pydantic's error locations; with a blank in them they are no keys of any file.


def _shape(value: Any) -> str:
    return USE if isinstance(value, dict) and "use" in value else OWN


AnySignal: TypeAlias = Annotated[
    Annotated[OwnSignal, Tag(OWN)] | Annotated[PresetUse, Tag(USE)], Discriminator(_shape)
]
