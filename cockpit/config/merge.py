"""Any number of Cockpit files as one configuration: lists join by name, other keys stand in one file only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from cockpit.config import models
from cockpit.config.findings import Placed, Step, finding, short
from cockpit.config.marks import Document
from cockpit.config.models.base import Part
from cockpit.errors import Finding, Place

P = TypeVar("P", bound=Part)
_Seen: TypeAlias = dict[str, tuple[str, Place]]
"""By name: what has it first, and where."""
_NAMED: Final = {
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "targets": "target",
    "teams": "team",
    "flags": "flag store",
}
_LISTS: Final = (*_NAMED, "runbooks", "services", "capabilities", "kill_switches", "checks", "changes")
SINGLE: Final = ("metadata", "defaults", "incident", "access", "journal")


@dataclass(slots=True)
class Declared:
    """Everything that all files declare, each with its place."""

    metadata: Placed[models.Metadata] | None = None
    defaults: Placed[models.Defaults] | None = None
    incident: Placed[models.Incident] | None = None
    access: Placed[models.Access] | None = None
    journal: Placed[models.Journal] | None = None
    runbooks: list[Placed[str]] = field(default_factory=list)
    """Folders, as written."""
    prometheus: list[Placed[models.MetricServer]] = field(default_factory=list)
    alertmanager: list[Placed[models.AlertServer]] = field(default_factory=list)
    targets: list[Placed[models.Target]] = field(default_factory=list)
    teams: list[Placed[models.Team]] = field(default_factory=list)
    services: list[Placed[models.Service]] = field(default_factory=list)
    capabilities: list[Placed[models.Capability]] = field(default_factory=list)
    flags: list[Placed[models.FlagStore]] = field(default_factory=list)
    kill_switches: list[Placed[models.KillSwitch]] = field(default_factory=list)
    checks: list[Placed[models.Check]] = field(default_factory=list)
    changes: list[Placed[models.Changes]] = field(default_factory=list)

    def nodes(self) -> Iterator[Placed[models.Service] | Placed[models.Capability]]:
        yield from self.services
        yield from self.capabilities

    def edges(
        self,
    ) -> Iterator[tuple[Placed[models.Service] | Placed[models.Capability], Placed[models.Edge]]]:
        """Each with the node that has it."""
        for service in self.services:
            for number, edge in enumerate(service.value.depends_on):
                yield service, Placed(edge, service.document, (*service.path, "dependsOn", number))
        for capability in self.capabilities:
            for number, edge in enumerate(capability.value.requires):
                yield capability, Placed(edge, capability.document, (*capability.path, "requires", number))


def merge(
    files: Sequence[tuple[models.CockpitFile, Document]], raw: Sequence[Document]
) -> tuple[Declared, list[Finding]]:
    """`raw` are the same files with their mistakes."""
    declared = Declared()
    findings: list[Finding] = []
    for part, document in files:
        _join(declared, part, document)
    findings += _singles(declared, files)
    if raw and not any(_has(document, "metadata") for document in raw):
        findings.append(finding("C04", raw[0].at(()), "has no metadata", "add metadata: {name: shop}"))
    for section, what in _NAMED.items():
        setattr(declared, section, _unique(getattr(declared, section), what, findings, {}))
    declared.kill_switches = _unique(declared.kill_switches, "kill switch", findings, {}, by="key")
    nodes: _Seen = {}
    declared.services = _unique(declared.services, "service", findings, nodes)
    declared.capabilities = _unique(declared.capabilities, "capability", findings, nodes)
    for node in declared.nodes():
        findings += _twice_in(node)
    return declared, findings


def _join(declared: Declared, part: models.CockpitFile, document: Document) -> None:
    for section in _LISTS:
        entries: list[Placed[object]] = getattr(declared, section)
        entries += [
            Placed(entry, document, (section, number)) for number, entry in enumerate(getattr(part, section))
        ]


def _singles(declared: Declared, files: Sequence[tuple[models.CockpitFile, Document]]) -> Iterator[Finding]:
    for name in SINGLE:
        for part, document in files:
            value = getattr(part, name)
            if value is None:
                continue
            first: Placed[Part] | None = getattr(declared, name)
            if first is None:
                setattr(declared, name, Placed(value, document, (name,)))
                continue
            at = document.at((name,), key=True)
            message = f"'{name}' stands in two files, first at {first.document.at((name,), key=True)}"
            yield finding("C02", at, message, "keep it in one of them")


def _has(document: Document, key: str) -> bool:
    return isinstance(document.value, dict) and key in document.value


def _unique(
    entries: Iterable[Placed[P]], what: str, findings: list[Finding], seen: _Seen, by: str = "name"
) -> list[Placed[P]]:
    """The first of each name; every other is a complaint that names both places."""
    kept = []
    for entry in entries:
        name = getattr(entry.value, by)
        if name not in seen:
            seen[name] = what, entry.at(by)
            kept.append(entry)
            continue
        first_what, first = seen[name]
        other = "" if first_what == what else f", as a {first_what},"
        message = f"{what} '{short(name)}' is defined twice, first{other} at {first}"
        findings.append(finding("C02", entry.at(by), message, "rename or remove one of them"))
    return kept


def _twice_in(node: Placed[models.Service] | Placed[models.Capability]) -> Iterator[Finding]:
    """Degraded modes of one name; signals are looked at when presets have been expanded."""
    seen: dict[str, tuple[Step, ...]] = {}
    for number, mode in enumerate(node.value.degradations):
        steps = ("degradations", number, "name")
        if mode.name in seen:
            message = (
                f"degradation '{short(mode.name)}' is defined twice, first at {node.at(*seen[mode.name])}"
            )
            yield finding("C02", node.at(*steps), message, "rename or remove one of them")
        seen.setdefault(mode.name, steps)
