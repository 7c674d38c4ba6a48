"""Files read and sorted by kind: what was understood of each, and every complaint about the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Final

from cockpit.config import evidence_files, files, runbook_files, yaml
from cockpit.config.check import check
from cockpit.config.findings import finding, short
from cockpit.config.marks import Document
from cockpit.config.models import CockpitFile, PresetFile
from cockpit.config.runbook_files import RunbookRead
from cockpit.config.step_presets import StepPresets, own_step_presets
from cockpit.config.suggest import nearest
from cockpit.core.levels import Instant
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.errors import Finding, Place

KINDS: Final = ("Cockpit", "Preset", "Scenario", "Runbook")
_PLACES: Final = {
    "Cockpit": "the configuration folder itself",
    "Preset": "presets/",
    "Scenario": "scenarios/",
    "Runbook": "a runbooks folder",
}


@dataclass(slots=True)
class Reading:
    """What came of reading files; filled file by file."""

    now: Instant = inf
    files: list[Path] = field(default_factory=list)
    cockpits: list[tuple[CockpitFile, Document]] = field(default_factory=list)
    """Without their mistakes."""
    raw: list[Document] = field(default_factory=list)
    """The Cockpit files as they are."""
    presets: list[tuple[PresetFile, Document]] = field(default_factory=list)
    runbooks: list[RunbookRead] = field(default_factory=list)
    scenarios: list[Document] = field(default_factory=list)
    evidence: list[Evidence] | None = None
    """Of rehearsals; None where no folder was read that could hold any."""
    findings: list[Finding] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    unread: int = 0
    """How many Cockpit files may hold names that nobody knows."""
    unread_runbooks: int = 0
    """How many runbooks may have ids that nobody knows."""

    @property
    def shown(self) -> list[str]:
        return [files.shown(file) for file in self.files]

    def folder(self, folder: Path) -> None:
        """A whole configuration: Cockpit files, scenarios and presets of its own."""
        here = files.yaml_files(folder, self.notes)
        if not here:
            at = files.shown(folder)
            self.findings.append(_nothing_in(at))
        self._read(here, ("Cockpit",))
        self._read(files.yaml_files(files.subfolder(folder, "presets"), self.notes), ("Preset",))
        self._read(files.yaml_files(files.subfolder(folder, "scenarios"), self.notes), ("Scenario",))
        self._rehearsed(evidence_files.of(folder, self.notes))

    def file(self, file: Path, kinds: Sequence[str] = KINDS) -> None:
        self._read([file], kinds)

    def books(self, folders: Iterable[Path]) -> None:
        """Runbooks; presets of one's own have been read before."""
        for folder in folders:
            self._read(files.yaml_files(folder, self.notes), ("Runbook",))

    def _rehearsed(self, paths: Iterable[Path]) -> None:
        self.evidence = []
        for path in paths:
            known, findings = evidence_files.read(path, self.now)
            self.files.append(path)
            self.evidence += known
            self.findings += findings

    def _read(self, paths: Iterable[Path], kinds: Sequence[str]) -> None:
        for path in paths:
            if path in self._seen:
                continue
            self._seen.add(path)
            self.files.append(path)
            document, findings, data = yaml.read_whole(path, files.shown(path))
            self.findings += findings
            if document is None:
                self.unread += "Cockpit" in kinds
                self.unread_runbooks += "Runbook" in kinds
            else:
                self._sort(document, kinds, path, data)

    def _sort(self, document: Document, kinds: Sequence[str], path: Path, data: bytes) -> None:
        kind = kind_of(document)
        if complaint := _misplaced(document, kind, kinds):
            self.findings.append(complaint)
            self.unread += "Cockpit" in kinds and kind not in KINDS
            return
        match kind:
            case "Cockpit":
                self._cockpit(document)
            case "Preset":
                preset, rest, findings = check(document, PresetFile)
                self.findings += findings
                if preset:
                    self.presets.append((preset, rest))
            case "Runbook":
                runbook, findings = runbook_files.read(document, data, path, self._step_presets())
                self.findings += findings
                if runbook:
                    self.runbooks.append(runbook)
                else:
                    self.unread_runbooks += 1
            case _:
                self.scenarios.append(document)

    def _step_presets(self) -> StepPresets:
        return StepPresets(own_step_presets(self.presets))

    def _cockpit(self, document: Document) -> None:
        part, rest, findings = check(document, CockpitFile)
        self.findings += findings
        self.raw.append(document)
        if part:
            self.cockpits.append((part, rest))
        else:
            self.unread += 1


def kind_of(document: Document) -> str:
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    return kind if isinstance(kind, str) else ""


def _misplaced(document: Document, kind: str, kinds: Sequence[str]) -> Finding | None:
    """Why this file cannot be one of `kinds`."""
    start = f"begin it with apiVersion: cockpit/v1 and kind: {kinds[0]}"
    if not isinstance(document.value, dict):
        what = "is empty" if document.value is None else "does not hold keys with values"
        return finding("C04", document.at(()), what, start)
    if not kind:
        there = "kind" in document.value
        return finding(
            "C04", document.at(("kind",)), "'kind' must be text" if there else "has no kind", start
        )
    if kind in kinds:
        return None
    at = document.at(("kind",))
    if kind in KINDS:
        return finding("C04", at, f"a {kind} does not belong here", f"move it to {_PLACES[kind]}")
    near = nearest(kind, KINDS)
    return finding(
        "C04",
        at,
        f"unknown kind '{short(kind)}'",
        f"did you mean {near}?" if near else f"write kind: {kinds[0]}",
    )


def _nothing_in(folder: str) -> Finding:
    there = Path(folder).is_dir()
    what = "holds no *.yaml file" if there else "does not exist"
    return finding("C20", Place(folder), what, "write a cockpit.yaml there, or name another folder")
