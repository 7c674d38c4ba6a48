"""Names that lead nowhere (C03)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cockpit.config import models
from cockpit.config.convert.nodes import Modes, fallback_of, modes_of
from cockpit.config.findings import Names, Placed, Step, finding, short
from cockpit.config.marks import Document
from cockpit.config.merge import Declared
from cockpit.config.models import PresetUse
from cockpit.config.presets import Presets
from cockpit.core.access import ACCESS_ROLES, EVERYBODY
from cockpit.core.incident.rules import ROLES
from cockpit.errors import Finding


@dataclass(slots=True)
class Known:
    """Everything that can be referred to, also what is defined with mistakes in it."""

    services: Names
    capabilities: Collection[str]
    teams: Names
    flags: Names
    sources: Names
    presets: Names
    runbooks: Names
    targets: Names
    people: Names
    """Whom `roles` may name: access roles, incident roles, and people who are named anywhere."""
    modes: Modes
    incomplete: bool

    @staticmethod
    def of(
        declared: Declared,
        raw: Iterable[Document],
        presets: Presets,
        runbooks: Iterable[str] | None,
        *,
        incomplete: bool,
    ) -> Known:
        """`raw` are the files with their mistakes; `runbooks` is None where there is no folder of them."""
        raw = list(raw)

        def names(what: str, section: str, *more: str) -> Names:
            return Names(what, {*_names(raw, section), *more}, incomplete=incomplete)

        return Known(
            services=names("service", "services"),
            capabilities=frozenset(_names(raw, "capabilities")),
            teams=names("team", "teams"),
            flags=names("flag store", "flags"),
            sources=names("Prometheus", "prometheus", *(() if declared.prometheus else ("prometheus",))),
            presets=Names("preset", presets.names(), incomplete=False),
            runbooks=Names("runbook", runbooks or (), incomplete=runbooks is None),
            targets=names("target", "targets"),
            people=Names("role or person", _people(declared), incomplete=incomplete),
            modes=modes_of(declared.services),
            incomplete=incomplete,
        )


def unknown(declared: Declared, known: Known) -> Iterator[Finding]:
    for service in declared.services:
        yield from _service(service, known)
    for capability in declared.capabilities:
        yield from _capability(capability, known)
    for owner, edge in declared.edges():
        yield from _edge(owner, edge, known)
    yield from _servers(declared, known)
    yield from _switches_and_checks(declared, known)
    for team in declared.teams:
        for number, step in enumerate(team.value.escalation):
            if not isinstance(step, str) and step.team:
                who = f"the escalation of team '{short(team.value.name)}'"
                yield from _lost(who, step.team, known.teams, team, "escalation", number, "team")


def _lost(
    who: str, name: str, known: Names, placed: Placed[Any], *steps: Step, verb: str = "names"
) -> Iterator[Finding]:
    """A complaint when `known` lacks `name`; nothing for an empty name."""
    if name and name not in known:
        message = f"{who} {verb} the {known.what} '{short(name)}', which is not defined"
        yield finding("C03", placed.at(*steps), message, known.hint(name))


def _service(placed: Placed[models.Service], known: Known) -> Iterator[Finding]:
    service = placed.value
    who = f"service '{short(service.name)}'"
    yield from _lost(who, service.owner, known.teams, placed, "owner")
    for number, name in enumerate(service.feeds):
        yield from _lost(who, name, known.services, placed, "feeds", number, verb="feeds")
    for number, name in enumerate(service.runbooks):
        yield from _lost(who, name, known.runbooks, placed, "runbooks", number)
    for number, signal in enumerate(service.signals):
        if isinstance(signal, PresetUse):
            yield from _lost(who, signal.use, known.presets, placed, "signals", number, "use", verb="uses")
        yield from _sources(who, _said_sources(signal), placed.within(signal, "signals", number), known)
    yield from _modes(who, placed, known)


def _said_sources(signal: object) -> object:
    if isinstance(signal, PresetUse):
        return (signal.model_extra or {}).get("sources")
    return getattr(signal, "sources", None)


def _sources(who: str, names: object, placed: Placed[Any], known: Known) -> Iterator[Finding]:
    for number, name in enumerate(names if isinstance(names, tuple | list) else ()):
        yield from _lost(who, str(name), known.sources, placed, "sources", number)


def _modes(
    who: str, placed: Placed[models.Service] | Placed[models.Capability], known: Known
) -> Iterator[Finding]:
    for number, mode in enumerate(placed.value.degradations):
        yield from _lost(who, mode.runbook, known.runbooks, placed, "degradations", number, "runbook")


def _capability(placed: Placed[models.Capability], known: Known) -> Iterator[Finding]:
    capability = placed.value
    who = f"capability '{short(capability.name)}'"
    yield from _lost(who, capability.owner, known.teams, placed, "owner")
    if capability.measure:
        measure = placed.within(capability.measure, "measure")
        yield from _sources(who, capability.measure.sources, measure, known)
    yield from _modes(who, placed, known)


def _edge(
    owner: Placed[models.Service] | Placed[models.Capability], placed: Placed[models.Edge], known: Known
) -> Iterator[Finding]:
    who = _named(owner)
    edge = placed.value
    if edge.to is not None:
        yield from _member(who, edge.to, placed, ("to",), known)
    for number, name in enumerate(edge.any_of or ()):
        yield from _member(who, name, placed, ("any_of", number), known)
    if edge.fallback and fallback_of(edge, owner.value.name, _with_own(owner, known.modes)) is None:
        yield from _no_fallback(who, edge, owner, placed, known)


def _member(
    who: str, name: str, placed: Placed[models.Edge], steps: tuple[Step, ...], known: Known
) -> Iterator[Finding]:
    if name in known.capabilities and name not in known.services:
        message = f"{who} depends on '{short(name)}', which is a capability"
        yield finding("C03", placed.at(*steps), message, "name the services behind it")
        return
    if name not in known.services:
        message = f"{who} depends on '{short(name)}', which is not defined"
        yield finding("C03", placed.at(*steps), message, known.services.hint(name))


def _no_fallback(
    who: str,
    edge: models.Edge,
    owner: Placed[models.Service] | Placed[models.Capability],
    placed: Placed[models.Edge],
    known: Known,
) -> Iterator[Finding]:
    fallback = edge.fallback or ""
    if known.incomplete or fallback in _mode_names(owner):
        return
    members = edge.any_of or ((edge.to,) if edge.to else ())
    modes = {mode for name in (owner.value.name, *members) for mode in known.modes.get(name, ())}
    message = f"{who} falls back on '{short(fallback)}', which is no degradation of it or of what it needs"
    hint = Names("degradation", modes | _mode_names(owner)).hint(fallback)
    yield finding("C03", placed.at("fallback"), message, hint)


def _with_own(owner: Placed[Any], modes: Modes) -> Modes:
    if owner.value.name in modes or not owner.value.degradations:
        return modes
    return {**modes, owner.value.name: _mode_names(owner)}


def _mode_names(owner: Placed[Any]) -> frozenset[str]:
    return frozenset(mode.name for mode in owner.value.degradations)


def _servers(declared: Declared, known: Known) -> Iterator[Finding]:
    servers: list[Placed[Any]] = [*declared.prometheus, *declared.alertmanager, *declared.flags]
    for server in servers:
        who = f"'{short(server.value.name)}'"
        yield from _lost(who, server.value.owner, known.teams, server, "owner")
        yield from _lost(who, server.value.runbook, known.runbooks, server, "runbook")


def _switches_and_checks(declared: Declared, known: Known) -> Iterator[Finding]:
    for switch in declared.kill_switches:
        who = f"kill switch '{short(switch.value.key)}'"
        yield from _lost(who, switch.value.provider, known.flags, switch, "provider")
        yield from _lost(who, switch.value.service or "", known.services, switch, "service")
        for number, name in enumerate(switch.value.roles):
            yield from _lost(who, name, known.people, switch, "roles", number)
    for store in declared.flags:
        for number, env in enumerate(store.value.protected):
            who, known_there = f"flag store '{short(store.value.name)}'", store.value.environments
            there = Names("environment", known_there)
            yield from _lost(who, env, there, store, "protected", number, verb="protects")
    for check in declared.checks:
        yield from _lost("a check", check.value.service, known.services, check, "service")


def _named(owner: Placed[models.Service] | Placed[models.Capability]) -> str:
    word = "service" if isinstance(owner.value, models.Service) else "capability"
    return f"{word} '{short(owner.value.name)}'"


def _people(declared: Declared) -> Iterator[str]:
    yield from ACCESS_ROLES
    yield from (declared.incident.value.roles if declared.incident else ()) or ROLES
    if declared.access:
        for names in declared.access.value.roles.values():
            yield from (name for name in names if name != EVERYBODY)
    for team in declared.teams:
        for step in team.value.escalation:
            if not isinstance(step, str) and step.user:
                yield step.user


def _names(raw: Iterable[Document], section: str) -> Iterator[str]:
    for document in raw:
        entries = document.value.get(section) if isinstance(document.value, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            name = entry.get("name") if isinstance(entry, dict) else None
            if isinstance(name, str):
                yield name
