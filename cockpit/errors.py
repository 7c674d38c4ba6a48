"""What can go wrong, written for a person at 2 a.m.: what, where, what to do.

CockpitError
├── UsageError       the command line was wrong                        exit 64
├── ConfigError      files are wrong; carries every complaint found    exit 64
├── SourceError      a server outside cannot be asked or makes no sense
├── RecordingError   a recording cannot be read or written             exit 64
├── JournalError     the record cannot be written or read; nothing was done  exit 2
│   ├── LeaseLost    somebody else may have taken over what this cockpit looked after
│   └── AccessRefused  the record itself says no to this person, and has it on record
├── SecretError      a secret is not where its reference says               exit 2
└── RunRefused       a run may not start or go on, and why                  exit 2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file: `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint about a file, with its stable lint code."""

    code: str
    at: Place
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return sentence(f"{self.at}: {self.message}", self.hint)


def sentence(message: str, hint: str) -> str:
    """`message`, then `hint` as a sentence of its own."""
    if not hint:
        return message
    return f"{message.rstrip('.')}. {hint[:1].upper()}{hint[1:]}"


class CockpitError(Exception):
    """Anything the program says no to; `message` is one line, `hint` what to do about it."""

    exit_code = 64

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return sentence(self.message, self.hint)


class UsageError(CockpitError):
    """The command line asks for something that cannot be."""


class ConfigError(CockpitError):
    """Files are wrong; `findings` holds every complaint of the load, errors first seen first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = [finding for finding in findings if finding.severity == "error"]
        super().__init__("\n".join(str(finding) for finding in errors) or "configuration refused")
        self.findings = tuple(findings)


class SourceError(CockpitError):
    """A server cannot be asked, or its answer makes no sense."""

    exit_code = 1


class RecordingError(CockpitError):
    """A recording cannot be read or written."""


class JournalError(CockpitError):
    """The record cannot be written or read, so nothing was done."""

    exit_code = 2


class LeaseLost(JournalError):
    """What this cockpit looked after is not its own any more; nothing further of it may be begun."""


class AccessRefused(JournalError):
    """Whoever keeps the record refuses this to this person; trying again changes nothing."""


class SecretError(CockpitError):
    """A secret is not where its reference says; the message never holds its value."""

    exit_code = 2


class RunRefused(CockpitError):
    """A run may not start or go on, or something else is refused."""

    exit_code = 2
    recorded = False
    """Whether the refusal is on record already."""
