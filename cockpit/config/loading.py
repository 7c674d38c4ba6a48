"""From files to a model: read, merge, convert, lint; every complaint of all files at once."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cockpit.config import files, merge, references
from cockpit.config.convert.model import cards, patience, to_model, with_books
from cockpit.config.convert.world import unset_secrets
from cockpit.config.findings import finding, in_order, short
from cockpit.config.marks import Document
from cockpit.config.origin import origin_of
from cockpit.config.presets import Presets, own_presets, shipped_names
from cockpit.config.reading import Reading
from cockpit.config.rules import about_files, complaints
from cockpit.config.rules import runbook as runbook_rules
from cockpit.config.rules.runbook import World
from cockpit.config.runbook_files import RunbookRead
from cockpit.config.step_presets import shipped_step_names
from cockpit.core.levels import Instant
from cockpit.core.model import Model
from cockpit.core.rehearsal.grades import graded
from cockpit.core.scenario import Scenario
from cockpit.errors import ConfigError, Finding, Place


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration without errors."""

    model: Model
    findings: tuple[Finding, ...] = ()
    """Warnings."""
    scenarios: tuple[Scenario, ...] = ()
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    """What is not wrong and should be said: a file skipped, a shipped preset replaced."""
    path: Path = Path()
    """The file or folder that was loaded; `watch.stamp` looks at it again."""
    runbook_folders: tuple[Path, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each service and capability is declared, by name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file or folder, with or without errors."""

    model: Model
    reading: Reading
    scenarios: tuple[Scenario, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    runbook_folders: tuple[Path, ...]
    presets: Presets = field(default_factory=Presets)


def load(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    now: Instant | None = None,
) -> Loaded:
    """Raises ConfigError with every complaint, UsageError when there is nothing to load. No network.

    `now` is where deadlines are counted from.
    """
    environ = os.environ if environ is None else environ
    root = files.find(path, environ)
    outcome = examine(root, environ, time.time() if now is None else now)
    if _wrong(outcome.findings):
        raise ConfigError(outcome.findings)
    return Loaded(
        model=replace(outcome.model, origin=origin_of(root, outcome.reading.files)),
        findings=outcome.findings,
        scenarios=outcome.scenarios,
        files=tuple(outcome.reading.files),
        notes=outcome.notes,
        path=root,
        runbook_folders=outcome.runbook_folders,
        places=_places(outcome.reading.raw),
    )


def _places(documents: Iterable[Document]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for document in documents:
        if not isinstance(document.value, dict):
            continue
        for kind in ("services", "capabilities"):
            for number, declared in enumerate(document.value.get(kind) or ()):
                found[declared["name"]] = document.at((kind, number, "name"))
    return found


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """A load makes a million objects that stay; looking through them again and again takes a third of it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_nothing_is_garbage()
def examine(root: Path, environ: Mapping[str, str], now: Instant) -> Outcome:
    """Reads a file alone, or a folder; what is wrong is left out of the model and told."""
    reading = Reading(now)
    if root.is_dir() or not root.exists():
        reading.folder(root)
    else:
        reading.file(root, ("Cockpit",))
    declared, findings = merge.merge(reading.cockpits, reading.raw)
    folders, complaints_about_folders = _runbook_folders(declared, reading)
    findings += complaints_about_folders
    reading.books(folders)
    runbooks = _unique_runbooks(reading.runbooks, findings)
    presets = Presets(own_presets(reading.presets, findings))
    model, more = to_model(declared, presets, cards(runbooks), now, environ)
    known = references.Known.of(
        declared,
        reading.raw,
        presets,
        [each.part.metadata.id for each in runbooks] if folders and not reading.unread_runbooks else None,
        incomplete=bool(reading.unread),
    )
    findings += [
        *more,
        *references.unknown(declared, known),
        *complaints(declared, model, presets, patience(declared), environ),
    ]
    findings += about_files(reading, patience(declared))
    broken = _wrong([*reading.findings, *findings])
    model = with_books(model, (each for each in runbooks if each.is_whole))
    model = replace(model, evidence=tuple(reading.evidence or ()))
    grades = {} if reading.evidence is None else graded(model, model.evidence)
    world = World.of(declared, model, known, grades, whole=not broken)
    findings += runbook_rules.complaints(runbooks, world)
    scenarios, more = play(reading.scenarios, model, whole=not broken)
    findings += more
    if not _wrong([*reading.findings, *findings]):
        findings += runbook_rules.unrehearsed(runbooks, world)
    return Outcome(
        model=replace(model, scenarios=tuple(each.card for each in scenarios)),
        reading=reading,
        scenarios=scenarios,
        findings=tuple(in_order([*reading.findings, *findings], reading.shown)),
        notes=(
            *reading.notes,
            *_replaced(presets, reading),
            *unset_secrets([*declared.prometheus, *declared.alertmanager], environ),
        ),
        runbook_folders=tuple(folders),
        presets=presets,
    )


def _wrong(findings: Iterable[Finding]) -> bool:
    return any(each.severity == "error" for each in findings)


def _runbook_folders(declared: merge.Declared, reading: Reading) -> tuple[list[Path], list[Finding]]:
    """Those named, else the usual ones; only folders that are there."""
    if declared.runbooks:
        named = [(placed, files.beside(placed.document.file, placed.value)) for placed in declared.runbooks]
        missing = [
            finding(
                "C03",
                placed.at(),
                f"the folder '{short(placed.value)}' does not exist",
                "make it, or mend the path",
            )
            for placed, folder in named
            if not folder.is_dir()
        ]
        return [folder for _, folder in named if folder.is_dir()], missing
    if not reading.raw:
        return [], []
    usual = (files.beside(reading.raw[0].file, name) for name in ("runbooks", "../runbooks"))
    return [folder for folder in usual if folder.is_dir()][:1], []


def _unique_runbooks(found: Iterable[RunbookRead], findings: list[Finding]) -> list[RunbookRead]:
    seen: dict[str, RunbookRead] = {}
    for read in found:
        id = read.part.metadata.id
        first = seen.setdefault(id, read)
        if first is not read:
            message = f"runbook '{short(id)}' is defined twice, first at {first.raw.at(('metadata', 'id'))}"
            findings.append(finding("C02", read.raw.at(("metadata", "id")), message, "give it another id"))
    return list(seen.values())


def play(
    documents: Iterable[Document], model: Model, *, whole: bool
) -> tuple[tuple[Scenario, ...], list[Finding]]:
    """With a model that is not `whole` nobody can tell which names are unknown, so S01 is not asked."""
    from cockpit.config.scenario import scenario_from

    scenarios: list[Scenario] = []
    findings: list[Finding] = []
    for document in documents:
        scenario, complaints = scenario_from(document, model)
        findings += [each for each in complaints if whole or each.code != "S01"]
        if scenario is not None:
            scenarios.append(scenario)
    return tuple(scenarios), findings


def _replaced(presets: Presets, reading: Reading) -> Iterable[str]:
    shipped = set(shipped_names())
    for name, preset in presets.own.items():
        if name in shipped:
            yield f"{preset.document.file} replaces the shipped preset '{name}'"
    for file, document in reading.presets:
        if file.step is not None and file.metadata.name in shipped_step_names():
            yield f"{document.file} replaces the shipped step preset '{file.metadata.name}'"
