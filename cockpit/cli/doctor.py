"""`cockpit doctor`: can everything be reached, and is this a good place to work from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cockpit.cli.checks import Check, installation, permissions, state, terminal
from cockpit.cli.doctor_team import team
from cockpit.cli.loading import load
from cockpit.cli.output import say
from cockpit.cli.proposing import is_proposed
from cockpit.cli.settings import Settings
from cockpit.errors import CockpitError, ConfigError, sentence
from cockpit.text import age, plural

if TYPE_CHECKING:
    from cockpit.config import Loaded


def doctor(settings: Settings, *, runbooks: bool = False) -> int:
    """0 fine, 1 findings; broken configuration is a finding, and the rest is still looked at."""
    checks = list(_checks(settings, runbooks))
    say([_line(check) for check in checks], ascii=settings.ascii)
    findings = sum(check.good is False for check in checks)
    say(["", "Everything is fine." if not findings else f"{plural(findings, 'finding')}."])
    return 1 if findings else 0


def _checks(settings: Settings, runbooks: bool) -> Iterator[Check]:
    try:
        loaded = load(settings)
    except ConfigError as error:
        for found in error.findings:
            if found.severity == "error":
                yield Check(False, "configuration", str(found))
    except CockpitError as error:
        yield Check(False, "configuration", error.message, error.hint)
    else:
        yield from _configuration(loaded)
        yield from _servers(loaded)
        yield from _files(loaded)
        yield from permissions(loaded.path)
        yield from state(loaded.model)
        yield from team(loaded.model)
        if runbooks:
            from cockpit.cli.doctor_runbooks import runbooks as of_runbooks

            yield from of_runbooks(settings, loaded)
    yield from terminal()
    yield from installation()


def _configuration(loaded: Loaded) -> Iterator[Check]:
    import time

    model, origin = loaded.model, loaded.model.origin
    services = plural(len(model.services), "service")
    capabilities = plural(len(model.capabilities), "capability", "capabilities")
    yield Check(True, "configuration", f"{loaded.path}: {services}, {capabilities}")
    if not origin.commit:
        yield Check(None, "configuration", "not under git: nobody can tell how old it is")
    else:
        old = age(time.time() - origin.committed_at) if origin.committed_at is not None else "unknown"
        changed = ", with local changes" if origin.dirty else ""
        yield Check(not origin.dirty, "configuration", f"commit {origin.commit[:12]}, {old} old{changed}")
    warnings = [found for found in loaded.findings if found.severity == "warning"]
    if warnings:
        said = plural(len(warnings), "warning")
        kept = "`cockpit lint` shows them"
        shown = f"keep the proposal with `cockpit init`, then {kept}" if is_proposed(model) else kept
        yield Check(None, "configuration", said, shown)
    for note in loaded.notes:
        yield Check(None, "configuration", note)


def _servers(loaded: Loaded) -> Iterator[Check]:
    if not loaded.model.prometheus:
        yield Check(
            False,
            "Prometheus",
            "none is configured",
            "add prometheus: to the configuration, or set $PROMETHEUS_URL",
        )
        return
    from cockpit.cli.live import looked_at

    try:
        yield from looked_at(loaded)
    except CockpitError as error:  # it cannot even be asked as configured: a finding like any other
        yield Check(False, "Prometheus", error.message, error.hint)


def _files(loaded: Loaded) -> Iterator[Check]:
    for store in loaded.model.flags:
        if store.path:
            yield _readable("flags", store.name, store.path)
    for feed in loaded.model.changes:
        if feed.file:
            yield _readable("changes", "", feed.file)
    for folder in loaded.runbook_folders:
        yield Check(True, "runbooks", f"{folder}: {plural(len(loaded.model.runbooks), 'runbook')}")
    if not loaded.runbook_folders:
        yield Check(None, "runbooks", "no folder", "make runbooks/ beside the configuration")


def _readable(what: str, name: str, path: str) -> Check:
    said = f"{name}: {path}" if name else path
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as error:
        return Check(False, what, f"{said}: {error.strerror or error}", "mend the path or the permissions")
    return Check(True, what, said)


def _line(check: Check) -> str:
    sign = {True: "ok  ", False: "!!  ", None: "--  "}[check.good]
    return f"{sign}{check.what:<14} {sentence(check.said, check.hint)}"
