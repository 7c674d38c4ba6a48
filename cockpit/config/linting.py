"""Every complaint about files and folders that somebody names; a bad file is a finding, never an error."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.config import evidence_files, files, yaml
from cockpit.config.findings import in_order
from cockpit.config.loading import Outcome, examine, play
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
    linter = _Linter(environ, time.time() if now is None else now)
    findings = [each for path in paths or [files.find(None, environ)] for each in linter.of(path)]
    return in_order(findings, dict.fromkeys(each.at.file for each in findings))


@dataclass(slots=True)
class _Linter:
    environ: Mapping[str, str]
    now: Instant
    _examined: dict[Path, Outcome] = field(default_factory=dict)
    """Fifty runbooks belong to one configuration."""

    def of(self, path: Path) -> Sequence[Finding]:
        if path.is_dir() and not _is_configuration(path):
            others = files.yaml_files(path)
            if others:
                return [complaint for file in others for complaint in self._file(file)]
        return self._file(path) if path.is_file() else self._whole(path).findings

    def _whole(self, path: Path) -> Outcome:
        if path not in self._examined:
            self._examined[path] = examine(path, self.environ, self.now)
        return self._examined[path]

    def _file(self, file: Path) -> Sequence[Finding]:
        if file.name.endswith(evidence_files.ENDING):
            return evidence_files.read(file, self.now)[1]
        kind = _kind(file)
        if kind == "Cockpit":
            return self._whole(file).findings
        if (home := self._home(file.absolute(), kind)) is not None:
            real = os.path.realpath(file)
            return [each for each in home if os.path.realpath(each.at.file) == real]
        reading = Reading()
        reading.file(file)
        _, told = play(reading.scenarios, Model(), whole=False)
        alone = runbook_rules.complaints(reading.runbooks, None)
        return [*reading.findings, *about_files(reading, Patience()), *told, *alone]

    def _home(self, file: Path, kind: str) -> Sequence[Finding] | None:
        """Every complaint about the configuration that the file belongs to; None when it belongs to none."""
        above = file.parent.parent
        if kind == "Scenario" and file.parent.name == "scenarios" and _is_configuration(above):
            return self._whole(above).findings
        for folder in (above, above / "config") if kind == "Runbook" else ():
            if folder in self._examined or _is_configuration(folder):
                whole = self._whole(folder)
                if file in [each.absolute() for each in whole.reading.files]:
                    return whole.findings
        return None


def _is_configuration(folder: Path) -> bool:
    return any(_kind(file) == "Cockpit" for file in files.yaml_files(folder))


def _kind(file: Path) -> str:
    document, _ = yaml.read(file)
    return kind_of(document) if document else ""
