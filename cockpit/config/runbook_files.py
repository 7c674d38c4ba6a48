"""One runbook file: its presets written out, held against the shape, and every complaint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cockpit.config.check import check
from cockpit.config.findings import Step
from cockpit.config.marks import Document, Marks, Node, position
from cockpit.config.models import RunbookFile
from cockpit.config.step_presets import StepPresets, written_out
from cockpit.errors import Finding, Place

_guess: Final = re.compile(rb"(?:^|\s)# guessed\b")


@dataclass(frozen=True, slots=True)
class RunbookRead:
    """What came of one file."""

    part: RunbookFile
    """Without its mistakes."""
    document: Document
    """Where that stands, presets written out."""
    raw: Document
    """With its mistakes, and as written."""
    path: Path
    digest: str
    """sha256 of the file."""
    guesses: tuple[Place, ...]
    """Where an import guessed."""
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        return not any(each.severity == "error" for each in self.findings)

    def is_whole_at(self, *path: Step) -> bool:
        """Whether nothing was wrong from where `path` begins to where what follows it does."""
        starts: list[int] = []
        marks: Marks = self.document.marks
        for step in path:
            if isinstance(marks, Node):
                starts += [*marks.keys.values(), *map(_start, marks.values.values())]
                marks = marks.values.get(step, marks)
        here = _start(marks)
        end = min((start for start in starts if start > here), default=None)
        wrong = (
            position(each.at.line - 1, each.at.column - 1)
            for each in self.findings
            if each.severity == "error" and each.at.line and each.at.column
        )
        return not any(here <= at and (end is None or at < end) for at in wrong)


def _start(marks: Marks) -> int:
    return marks.here if isinstance(marks, Node) else marks


def read(
    document: Document, data: bytes, path: Path, presets: StepPresets
) -> tuple[RunbookRead | None, list[Finding]]:
    """None when nothing of it could be looked at further."""
    findings: list[Finding] = []
    written = written_out(document, presets, findings)
    part, rest, more = check(written, RunbookFile)
    findings += more
    if part is None:
        return None, findings
    guesses = tuple(_guesses(data, document.file))
    digest = hashlib.sha256(data).hexdigest()
    return RunbookRead(part, rest, document, path, digest, guesses, tuple(findings)), findings


def _guesses(data: bytes, file: str) -> Iterator[Place]:
    if b"# guessed" in data:
        for number, line in enumerate(data.splitlines(), start=1):
            if found := _guess.search(line):
                yield Place(file, number, len(line[: found.end()].decode("utf-8", "replace")) - 8)
