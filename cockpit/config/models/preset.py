"""`kind: Preset`: ready-made signals, so that nobody has to write PromQL for the usual cases; ready steps."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from cockpit.config.models.base import (
    PARAMETER,
    Label,
    Name,
    Part,
    PlainValue,
    Promql,
    SignalName,
    Text,
    exactly_one,
    wrong,
)
from cockpit.config.models.signals import KindName, Tuning

ParameterName = Annotated[str, Field(max_length=100, pattern=PARAMETER)]


class PresetMetadata(Part):
    """What the preset is."""

    name: Name
    """Named by `use`."""
    title: Text = ""
    """One line."""
    docs: Text = ""
    """What it needs, and what to watch out for."""


class Parameter(Part):
    """Something a service or a step may say; `${name}` in the texts becomes its value."""

    type: Literal["any", "string", "integer", "number", "boolean", "duration"] | None = None
    """What a step must say (default: any plain value; with `any` also lists and mappings)."""

    default: PlainValue = None
    """Used when the service says nothing; without it the parameter is required.

    `$rate` is the shortest window that is good for rates: 4 scrapes, and at least 1m.
    """
    docs: Text = ""
    """What it is."""

    @property
    def required(self) -> bool:
        return "default" not in self.model_fields_set


class PresetSignal(Tuning):
    """One signal of the preset, grouped over all services that use it.

    `$match` inside a selector becomes matchers for the services wanted; `${parameter}` the parameter's value.
    """

    name: SignalName
    """Names the signal within the service."""
    kind: KindName
    """What it measures."""
    expr: Promql
    """PromQL grouped by the labels of `key`."""

    @model_validator(mode="after")
    def _has_thresholds(self) -> PresetSignal:
        if self.above is None and self.below is None:
            raise wrong(
                "has no thresholds", "write above or below with a level, as in above: {DEGRADED: 0.02}"
            )
        return self


class PresetFile(Part):
    """A preset: grouped queries whose answers are shared by all services that use it; or a runbook step."""

    api_version: Literal["cockpit/v1"] = Field(alias="apiVersion")
    """The version of this format."""
    kind: Literal["Preset"]
    """What kind of file this is."""
    metadata: PresetMetadata
    """What the preset is."""
    key: dict[ParameterName, Label] = Field(default={})
    """Parameter to label: whose value tells services apart (default value: the service's own name)."""
    parameters: dict[ParameterName, Parameter] = Field(default={})
    """What else a service, or a step, may say."""
    signals: Annotated[tuple[PresetSignal, ...], Field(min_length=1)] = ()
    """What it measures."""
    step: dict[str, Any] | None = None
    """A step of a runbook. An inner list in `run` stands only where all its parameters have a value; so does
    a key whose value is one parameter."""

    @model_validator(mode="after")
    def _is_for_one_thing(self) -> PresetFile:
        exactly_one(self, ("signals", "step"))
        if self.step is not None and self.key:
            raise wrong("key stands beside step", "key goes with signals; remove it", "key")
        return self
