"""`cockpit lint`: every complaint about files, one line each; needs no network unless asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.errors import Finding, SourceError, UsageError
from cockpit.text import plural

SCHEMA = "cockpit.lint/v1"


def lint(settings: Settings, paths: Sequence[Path], *, json: bool, live: bool) -> int:
    from cockpit import config

    named = list(paths) or ([settings.config] if settings.config else [])
    if not named and settings.prometheus:
        _need_files(settings)
    findings = list(config.lint(named))
    wrong = any(each.severity == "error" for each in findings)
    unasked: SourceError | None = None
    if live and not wrong:
        try:
            for found in _live(settings, named):
                findings.append(found)
        except SourceError as error:
            unasked = error
    if json:
        say_json({"schema": SCHEMA, "findings": [_entry(each) for each in findings]})
    else:
        say([*(_line(each) for each in findings), _summary(findings, skipped=live and wrong)])
    if unasked:  # what the files have to say is said all the same
        raise unasked
    return 1 if wrong else 0


def _need_files(settings: Settings) -> None:
    """A proposal is nobody's work yet, and has no files to complain about."""
    from cockpit.cli.proposing import nothing_configured

    if nothing_configured(settings):
        hint = f"`cockpit init --prometheus {settings.prometheus}` writes them"
        raise UsageError("lint reads files, and there are none of ours here", hint)


def _live(settings: Settings, paths: Sequence[Path]) -> Iterator[Finding]:
    """What programs, targets and servers say; when one of these fails, what came before it stays."""
    from cockpit.cli import live_runbooks
    from cockpit.cli.live import returning_nothing
    from cockpit.cli.loading import load

    settings = replace(settings, config=paths[0] if paths else settings.config)
    loaded = load(settings)
    books = live_runbooks.books_of(loaded)
    yield from live_runbooks.missing_programs(loaded.model, books)
    yield from live_runbooks.applied_before(settings, books)
    yield from returning_nothing(settings)
    yield from live_runbooks.silent_queries(loaded.model, books)


def _entry(found: Finding) -> dict[str, object]:
    return {
        "code": found.code,
        "severity": found.severity,
        "file": found.at.file,
        "line": found.at.line,
        "column": found.at.column,
        "message": found.message,
        "hint": found.hint,
    }


def _line(found: Finding) -> str:
    return f"{found} [{found.severity} {found.code}]"


def _summary(findings: Sequence[Finding], *, skipped: bool) -> str:
    errors = sum(each.severity == "error" for each in findings)
    warnings = len(findings) - errors
    said = (
        f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
        if findings
        else "Nothing to complain about."
    )
    return f"{said}; Prometheus was not asked because of the errors" if skipped else said
