"""`kind: Preset`: ready-made signals, so that nobody has to write PromQL for the usual cases."""

from __future__ import annotations

from typing import Annotated, Literal

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
    """Something a service may say; `${name}` in the texts becomes its value."""

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
    """A preset: grouped queries whose answers are shared by all services that use it."""

    api_version: Literal["cockpit/v1"] = Field(alias="apiVersion")
    """The version of this format."""
    kind: Literal["Preset"]
    """What kind of file this is."""
    metadata: PresetMetadata
    """What the preset is."""
    key: dict[ParameterName, Label] = Field(default={})
    """Parameter to label: whose value tells services apart (default value: the service's own name)."""
    parameters: dict[ParameterName, Parameter] = Field(default={})
    """What else a service may say."""
    signals: Annotated[tuple[PresetSignal, ...], Field(min_length=1)]
    """What it measures."""
