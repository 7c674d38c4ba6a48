"""Servers, flags, targets, checks and changes; paths in files become paths from here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cockpit.config import models
from cockpit.config.convert.secrets import followed, unset
from cockpit.config.files import beside
from cockpit.config.findings import Placed, finding, short
from cockpit.config.merge import Declared
from cockpit.config.secret_keys import holds_login
from cockpit.core import http_config
from cockpit.core.model import (
    AlertServer,
    ChangeFeed,
    Check,
    FlagStore,
    KillSwitch,
    MetricServer,
    Target,
)
from cockpit.errors import Finding, Place


def metric_server(placed: Placed[models.MetricServer], environ: Mapping[str, str]) -> MetricServer:
    declared = placed.value
    return MetricServer(
        name=declared.name,
        url=declared.url,
        labels=declared.labels,
        required=declared.required,
        owner=declared.owner,
        runbook=declared.runbook,
        http_config=_connection(placed, environ),
    )


def alert_server(placed: Placed[models.AlertServer], environ: Mapping[str, str]) -> AlertServer:
    declared = placed.value
    return AlertServer(
        name=declared.name,
        url=declared.url,
        deadman=declared.deadman,
        owner=declared.owner,
        runbook=declared.runbook,
        http_config=_connection(placed, environ),
        labels=declared.labels,
    )


def from_environment(environ: Mapping[str, str]) -> tuple[tuple[MetricServer, ...], tuple[AlertServer, ...]]:
    """Servers for when the configuration names none. A URL that makes no sense is an error all the same."""
    metrics = environ.get("PROMETHEUS_URL", "")
    alerts = environ.get("ALERTMANAGER_URL", "")
    return (
        (MetricServer("prometheus", metrics),) if metrics else (),
        (AlertServer("alertmanager", alerts),) if alerts else (),
    )


def environment_complaints(declared: Declared, environ: Mapping[str, str]) -> Iterator[Finding]:
    """About variables that count because the configuration names no server."""
    unused = (("PROMETHEUS_URL", declared.prometheus), ("ALERTMANAGER_URL", declared.alertmanager))
    for name, servers in unused:
        if not servers and (url := environ.get(name)) and (complaint := http_config.check_url(url)):
            yield finding("C04", Place(f"${name}"), complaint.message, complaint.hint)


def connection_complaints(
    servers: Iterable[Placed[models.MetricServer] | Placed[models.AlertServer] | Placed[models.FlagStore]],
) -> Iterator[Finding]:
    for server in servers:
        url = server.value.url
        complaint = http_config.check_url(url) if url else None
        if url and complaint and not holds_login(url):  # which is C18's matter
            yield finding("C04", server.at("url"), complaint.message, complaint.hint)
        for complaint in http_config.check_http_config(server.value.http_config or {}):
            unknown = complaint.message.startswith("unknown key")
            at = server.at("http_config", *complaint.path, key=unknown)
            yield finding("C01" if unknown else "C04", at, complaint.message, complaint.hint)


def _connection(
    placed: Placed[models.MetricServer] | Placed[models.AlertServer] | Placed[models.FlagStore],
    environ: Mapping[str, str],
) -> Mapping[str, object]:
    folder = beside(placed.document.file, ".")
    config = followed(placed.value.http_config or {}, environ)
    return http_config.beside(config, str(folder.absolute()))


def unset_secrets(
    servers: Iterable[Placed[models.MetricServer] | Placed[models.AlertServer]], environ: Mapping[str, str]
) -> Iterator[str]:
    """Notes, not complaints: where files are only checked nobody has the secrets."""
    for server in servers:
        for reference in unset(server.value.http_config, environ):
            who = f"{server.at('name')}: '{short(server.value.name)}'"
            yield f"{who} needs {short(reference)}, which gives nothing here"


def flag_store(placed: Placed[models.FlagStore], environ: Mapping[str, str]) -> FlagStore:
    declared = placed.value
    return FlagStore(
        name=declared.name,
        provider=declared.provider,
        path=str(flag_file(placed) or ""),
        url=declared.url or "",
        environments=declared.environments,
        owner=declared.owner,
        runbook=declared.runbook,
        options=_flag_options(placed, environ),
        protected=declared.protected,
    )


def flag_file(placed: Placed[models.FlagStore]) -> Path | None:
    """None: these flags live in no file."""
    path = placed.value.path
    return None if path is None else beside(placed.document.file, path).absolute()


def _flag_options(placed: Placed[models.FlagStore], environ: Mapping[str, str]) -> Mapping[str, object]:
    """What only this provider knows. Secrets stay references, looked up at each use."""
    declared = placed.value
    known: dict[str, object] = {}
    match declared.provider:
        case "unleash":
            known = {"project": declared.project, "token": _from_here(placed, declared.token or "")}
        case "webhook":
            headers = {name: _from_here(placed, value) for name, value in declared.headers.items()}
            known = {"get": declared.get or "", "set": declared.set or "", "method": declared.method}
            known |= {"pointer": declared.pointer, "if_match": declared.if_match, "headers": headers}
        case "command":
            env = {name: _from_here(placed, value) for name, value in declared.env.items()}
            folder = str(beside(placed.document.file, ".").absolute())
            known = {"run": declared.run or (), "env": env, "cwd": folder}
    if declared.timeout is not None:
        known["timeout"] = declared.timeout
    if declared.http_config:
        known["http_config"] = _connection(placed, environ)
    return known


def _from_here(placed: Placed[models.FlagStore], value: str) -> str:
    """A reference to a file beside the configuration, with its whole path."""
    path = value.removeprefix("file:")
    if path == value or path.startswith("~/"):
        return value
    return f"file:{beside(placed.document.file, path).absolute()}"


def kill_switch(declared: models.KillSwitch) -> KillSwitch:
    return KillSwitch(
        key=declared.key,
        provider=declared.provider,
        service=declared.service or "",
        kill=declared.kill,
        effect=declared.effect,
        data_risk=declared.data_risk,
        expires=declared.expires,
        confirm=declared.confirm,
        roles=declared.roles,
    )


def target(placed: Placed[models.Target]) -> Target:
    declared = placed.value
    return Target(
        name=declared.name,
        env=declared.env,
        kubectl_context=declared.kubectl_context,
        cwd=str(beside(placed.document.file, declared.cwd).absolute()) if declared.cwd else "",
        protected=declared.protected,
        sandbox=declared.sandbox,
        check={"run": declared.check.run, "success": declared.check.success} if declared.check else None,
    )


def check(declared: models.Check) -> Check:
    status = declared.expect.status if declared.expect else (200,)
    return Check(declared.service, declared.http or "", declared.tcp or "", status)


def changes(placed: Placed[models.Changes]) -> ChangeFeed:
    declared = placed.value
    if declared.file:
        return ChangeFeed(file=str(beside(placed.document.file, declared.file).absolute()))
    return ChangeFeed(
        promql=declared.promql or "", label=declared.label or "", what=declared.what or "change"
    )
