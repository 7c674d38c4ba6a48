"""Evidence of rehearsals, read like configuration: one JSON object a line, and every bad line a complaint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Final

from cockpit.config import files, yaml
from cockpit.config.findings import finding, short
from cockpit.core.levels import Instant, Seconds
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.evidence_line import parsed
from cockpit.errors import Finding, Place
from cockpit.text import clean, first_hidden

FOLDER: Final = "evidence"
ENDING: Final = ".ndjson"
LONGEST: Final = 16 * 1024
"""Bytes of one line; an honest one has three hundred."""
SKEW: Final[Seconds] = 86_400.0
"""By which clocks of people may differ."""
AHEAD: Final = "'at' lies in the future, so it does not count"
AGAIN: Final = "remove the line, or write it again with `cockpit drill --evidence FILE`"


def of(configuration: Path, notes: list[str] | None = None) -> list[Path]:
    """The files beside a configuration, as `files.yaml_files` gives its own."""
    return files.with_endings(files.subfolder(configuration, FOLDER), (ENDING,), notes)


def read(path: Path, now: Instant = inf) -> tuple[list[Evidence], list[Finding]]:
    """Every line of a file, and every complaint about it with its line. Waits for no pipe.

    What is said to be done long after `now` is left out: as the newest of all it would hide whatever fails
    from now on. That is a warning, since it may be the clock of this machine that is wrong.
    """
    shown = clean(files.shown(path))
    try:
        data = yaml.file_bytes(path)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return [], [finding("C20", Place(shown), f"cannot be read: {clean(reason).lower()}")]
    if len(data) > yaml.MAX_BYTES:
        return [], [finding("C20", Place(shown), "is larger than 8 MiB", "split it, or drop old lines")]
    known: list[Evidence] = []
    findings: list[Finding] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        found = _line(line, Place(shown, number, 1))
        if isinstance(found, Finding):
            findings.append(found)
        elif found.at > now + SKEW:
            ahead = finding("C04", Place(shown, number, 1), AHEAD, AGAIN)
            findings.append(replace(ahead, severity="warning"))
        else:
            known.append(found)
    return known, findings


def _line(line: bytes, at: Place) -> Evidence | Finding:
    if len(line) > LONGEST:
        return finding("C20", at, f"the line is longer than {LONGEST // 1024} KiB", AGAIN)
    try:
        found = json.loads(line.decode())
    except UnicodeDecodeError:
        return finding("C20", at, "is not UTF-8", "save it as UTF-8")
    except (ValueError, RecursionError):
        return finding("C20", at, "the line is not JSON", AGAIN)
    if not isinstance(found, dict):
        return finding("C04", at, "the line is not a JSON object", AGAIN)
    if hidden := next(_hidden(found), ""):
        return finding("C20", at, f"the line holds the hidden character U+{ord(hidden):04X}", "take it out")
    try:
        return parsed(found)
    except ValueError as error:
        return finding("C04", at, short(str(error)), AGAIN)


def _hidden(found: dict[str, object]) -> Iterator[str]:
    for value in found.values():
        if isinstance(value, str) and (hidden := first_hidden(value) or ("\n" if "\n" in value else "")):
            yield hidden
