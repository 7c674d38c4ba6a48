"""Presets: ready-made signals by name, shipped and one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cockpit.config import yaml
from cockpit.config.check import check
from cockpit.config.expansion import Expansion, Preset
from cockpit.config.findings import Placed, finding, short
from cockpit.config.marks import Document
from cockpit.config.models import PresetFile, PresetUse
from cockpit.config.reading import kind_of
from cockpit.config.tuning import Patience
from cockpit.core.model import Query, Signal
from cockpit.errors import Finding

__all__ = ["SHIPPED", "Preset", "Presets", "own_presets", "shipped", "shipped_names"]

SHIPPED: Final = Path(__file__).parent / "presets"


@dataclass(slots=True)
class Presets:
    """All presets there are; shipped ones are read when they are first used."""

    own: Mapping[str, Preset] = field(default_factory=dict)
    _read: dict[str, Preset | None] = field(default_factory=dict)
    _expanded: dict[tuple[str, str], tuple[Signal, ...]] = field(default_factory=dict)

    def get(self, name: str) -> Preset | None:
        if name in self.own:
            return self.own[name]
        if name not in self._read:
            self._read[name] = shipped(name) if name in shipped_names() else None
        return self._read[name]

    def names(self) -> list[str]:
        return sorted({*self.own, *shipped_names()})

    def expand(
        self, use: Placed[PresetUse], service: str, patience: Patience, findings: list[Finding]
    ) -> Iterator[Signal]:
        """The signals that `service` gets; none where there is no such preset, complained about elsewhere."""
        preset = self.get(use.value.use)
        if preset is None:
            return
        expansion = Expansion(preset, use, patience)
        key = expansion.key(service)
        variant = preset.name, repr(expansion.variant())
        signals = self._expanded.get(variant)
        if signals is None:
            signals = tuple(expansion.signals())
            if not expansion.findings:  # they stand where this use stands; the next has places of its own
                self._expanded[variant] = signals
        findings += expansion.findings
        for signal in signals:
            yield _keyed(signal, key)


def shipped_names() -> list[str]:
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def shipped(name: str) -> Preset | None:
    """None when the file cannot be used, which tests see to."""
    file = SHIPPED / f"{name}.yaml"
    document, findings = yaml.read(file, f"presets/{file.name}")
    if document is None or kind_of(document) != "Preset":
        return None
    part, rest, more = check(document, PresetFile)
    return None if part is None or findings or more else Preset(part, rest, shipped=True)


def own_presets(files: Iterable[tuple[PresetFile, Document]], findings: list[Finding]) -> dict[str, Preset]:
    """By name; a name twice is a complaint that names both places."""
    found: dict[str, Preset] = {}
    for file, document in files:
        name, at = file.metadata.name, document.at(("metadata", "name"))
        if name in found:
            first = found[name].document.at(("metadata", "name"))
            message = f"preset '{short(name)}' is defined twice, first at {first}"
            findings.append(finding("C02", at, message, "rename or remove one of them"))
            continue
        found[name] = Preset(file, document, shipped=False)
    return {name: preset for name, preset in found.items() if preset.file.step is None}


def _keyed(signal: Signal, key: tuple[str, ...]) -> Signal:
    """Written out because `replace` takes three times as long, and there are 20,000."""
    query = signal.query
    return Signal(
        signal.name,
        signal.kind,
        Query(query.expr, query.by, key, query.volume, query.freshness, query.requires, query.template),
        signal.direction,
        signal.thresholds,
        signal.role,
        signal.required,
        signal.reduce,
        signal.for_,
        signal.hold,
        signal.stale_after,
        signal.idle_after,
        signal.min_volume,
        signal.max_age,
        signal.on_no_data,
        signal.unit,
        signal.sources,
    )
