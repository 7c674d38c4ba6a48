"""Every complaint about files and folders that somebody names; a bad file is a finding, never an error."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cockpit.config import files, yaml
from cockpit.config.findings import in_order
from cockpit.config.loading import examine, play
from cockpit.config.reading import Reading, kind_of
from cockpit.config.rules import about_files
from cockpit.config.rules import runbook as runbook_rules
from cockpit.config.tuning import Patience
from cockpit.core.levels import Instant
from cockpit.core.model import Model
from cockpit.errors import Finding


def lint(
    paths: Sequence[Path] = (), *, environ: Mapping[str, str] | None = None, now: Instant | None = None
) -> list[Finding]:
    """Folders as a whole, files of any kind alone, a scenario with the configuration it belongs to.

    Without `paths` the configuration that a cockpit would open; UsageError when there is none.
    """
    environ = os.environ if environ is None else environ
    now = time.time() if now is None else now
    findings: list[Finding] = []
    for path in paths or [files.find(None, environ)]:
        findings += _lint(path, environ, now)
    return in_order(findings, dict.fromkeys(each.at.file for each in findings))


def _lint(path: Path, environ: Mapping[str, str], now: Instant) -> Sequence[Finding]:
    if path.is_dir() and not _is_configuration(path):
        others = files.yaml_files(path)
        if others:
            return [complaint for file in others for complaint in _file(file, environ, now)]
    if path.is_file():
        return _file(path, environ, now)
    return examine(path, environ, now).findings


def _is_configuration(folder: Path) -> bool:
    return any(_kind(file) == "Cockpit" for file in files.yaml_files(folder))


def _kind(file: Path) -> str:
    document, _ = yaml.read(file)
    return kind_of(document) if document else ""


def _file(file: Path, environ: Mapping[str, str], now: Instant) -> Sequence[Finding]:
    kind = _kind(file)
    if kind == "Cockpit":
        return examine(file, environ, now).findings
    if (home := _home(file.absolute(), kind, environ, now)) is not None:
        real = os.path.realpath(file)
        return [each for each in home if os.path.realpath(each.at.file) == real]
    reading = Reading()
    reading.file(file)
    _, told = play(reading.scenarios, Model(), whole=False)
    alone = runbook_rules.complaints(reading.runbooks, None)
    return [*reading.findings, *about_files(reading, Patience()), *told, *alone]


def _home(file: Path, kind: str, environ: Mapping[str, str], now: Instant) -> Sequence[Finding] | None:
    """Every complaint about the configuration that the file belongs to; None when it belongs to none."""
    above = file.parent.parent
    if kind == "Scenario" and file.parent.name == "scenarios" and _is_configuration(above):
        return examine(above, environ, now).findings
    if kind == "Runbook":
        for folder in (above, above / "config"):
            whole = examine(folder, environ, now) if _is_configuration(folder) else None
            if whole and file in [each.absolute() for each in whole.reading.files]:
                return whole.findings
    return None
