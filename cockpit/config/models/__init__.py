"""The shape of the files, as pydantic models; what they mean is told in `cockpit.core.model`."""

from cockpit.config.models.business import Capability, Measure, ServiceLevel, Value, Workaround
from cockpit.config.models.cockpit import CockpitFile, Defaults, Metadata
from cockpit.config.models.flags import FlagStore, KillSwitch
from cockpit.config.models.people import Access, Incident, Journal, Team
from cockpit.config.models.preset import PresetFile, PresetSignal
from cockpit.config.models.runbook import RunbookFile
from cockpit.config.models.services import Degradation, Edge, Service
from cockpit.config.models.signals import OwnSignal, PresetUse, Tuning, WideTuning
from cockpit.config.models.sources import (
    AlertServer,
    Changes,
    Check,
    MetricServer,
    Target,
)

__all__ = [
    "Access",
    "AlertServer",
    "Capability",
    "Changes",
    "Check",
    "CockpitFile",
    "Defaults",
    "Degradation",
    "Edge",
    "FlagStore",
    "Incident",
    "Journal",
    "KillSwitch",
    "Measure",
    "Metadata",
    "MetricServer",
    "OwnSignal",
    "PresetFile",
    "PresetSignal",
    "PresetUse",
    "RunbookFile",
    "Service",
    "ServiceLevel",
    "Target",
    "Team",
    "Tuning",
    "Value",
    "WideTuning",
    "Workaround",
]
