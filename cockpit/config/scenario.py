"""Scenario files: strict loading, and lint S against the model they play on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cockpit.config.check import check
from cockpit.config.conditions import condition_problem, names_in
from cockpit.config.findings import Names, finding, in_order
from cockpit.config.marks import Document
from cockpit.config.models.scenario import ScenarioFile, Turn, TurnAt
from cockpit.core.levels import Seconds
from cockpit.core.model import Model
from cockpit.core.scenario import (
    Expectation,
    Fault,
    PlannedAlert,
    PlannedChange,
    Point,
    Reaction,
    Scenario,
    SimulatedCommand,
)
from cockpit.errors import Finding
from cockpit.text import clean

Path = tuple[str | int, ...]


def scenario_from(document: Document, model: Model) -> tuple[Scenario | None, list[Finding]]:
    """The scenario in `document`, None when it has errors; and every complaint."""
    part, document, findings = check(document, ScenarioFile)
    if part is None:
        return None, findings
    findings += _Lint(document, model, part).findings()
    if any(each.severity == "error" for each in findings):
        return None, in_order(findings)
    return _scenario(part, document.file), in_order(findings)


def _scenario(part: ScenarioFile, file: str) -> Scenario:
    return Scenario(
        id=part.metadata.id,
        title=part.metadata.title,
        teaches=part.metadata.teaches,
        seed=part.seed or 0,
        length=part.length,
        opens_at=part.opens_at,
        signals={split(name): _points(turns) for name, turns in part.signals.items()},
        measures={name: _points(turns) for name, turns in part.measures.items()},
        alerts=tuple(
            PlannedAlert(each.at, each.name, each.labels, each.annotations, each.for_) for each in part.alerts
        ),
        changes=tuple(PlannedChange(**each.model_dump()) for each in part.changes),
        reconciled_at={name: each.reconciled_at for name, each in part.integrity.items()},
        modes={
            (service, mode): (window.from_, window.until)
            for service, modes in part.degradations.items()
            for mode, window in modes.items()
        },
        flags=dict(part.flags),
        world=dict(part.world),
        commands={step: SimulatedCommand(**each.model_dump()) for step, each in part.commands.items()},
        reactions=tuple(
            Reaction(each.when, {name: _point(turn, 0.0) for name, turn in each.then.items()})
            for each in part.reactions
        ),
        faults=tuple(Fault(each.at, each.kind, each.for_) for each in part.faults),
        expect=tuple(Expectation(**each.model_dump()) for each in part.expect),
        answers={kind: tuple(dict(step) for step in steps) for kind, steps in part.answers.items()},
        file=file,
    )


def split(name: str) -> tuple[str, str]:
    """(service, signal) of `service.signal`; service names may have dots, signal names not."""
    service, _, signal = name.rpartition(".")
    return service, signal


def _points(turns: Sequence[TurnAt]) -> tuple[Point, ...]:
    return tuple(_point(turn, turn.at) for turn in turns)


def _point(turn: Turn, at: Seconds) -> Point:
    return Point(**{**turn.model_dump(), "at": at})


class _Lint:
    """What lint S says of one scenario."""

    def __init__(self, document: Document, model: Model, part: ScenarioFile) -> None:
        self.document = document
        self.part = part
        self.services = {service.name: service for service in model.services}
        self.capabilities = {capability.name: capability for capability in model.capabilities}
        self.runbooks = Names("runbook", (card.id for card in model.runbooks))
        self.flags = Names("kill switch", (switch.key for switch in model.kill_switches))
        self.known_services = Names("service", self.services)
        self.known_capabilities = Names("capability", self.capabilities)

    def findings(self) -> Iterator[Finding]:
        yield from self._curves()
        yield from self._references()
        yield from self._reactions()
        yield from self._expectations()
        if self.part.seed is None and (path := self._first_noise()):
            yield self._say(
                "S05", path, "has noise, but the scenario has no seed", "write seed: and a number"
            )

    def _say(self, code: str, path: Path, message: str, hint: str = "", key: bool = False) -> Finding:
        return finding(code, self.document.at(path, key=key), message, hint)

    def _curves(self) -> Iterator[Finding]:
        for name, turns in self.part.signals.items():
            yield from self._unknown_signal(("signals", name), name)
            yield from self._bad_times(("signals", name), turns)
        for name, turns in self.part.measures.items():
            if name not in self.known_capabilities:
                yield self._unknown("capability", self.known_capabilities, ("measures", name), name, key=True)
            elif self.capabilities[name].measure is None:
                yield self._say(
                    "S01", ("measures", name), f"capability '{clean(name)}' has no measure", key=True
                )
            yield from self._bad_times(("measures", name), turns)

    def _bad_times(self, path: Path, turns: Sequence[TurnAt]) -> Iterator[Finding]:
        if not turns:
            yield self._say(
                "S02", path, "is a curve without a point", "write a point, as in {at: 0s, value: 1}"
            )
        for number, turn in enumerate(turns):
            at: Path = (*path, number, "at")
            if turn.at > self.part.length:
                yield self._say("S02", at, "is after the end of the scenario", "mend it, or raise length")
            if number and turn.at < turns[number - 1].at:
                yield self._say("S02", at, "is before the point above it", "put points in the order of time")

    def _unknown_signal(self, path: Path, name: str) -> Iterator[Finding]:
        service, signal = split(name)
        if service not in self.known_services:
            hint = self.known_services.hint(service) if service else "write service.signal"
            yield self._say("S01", path, f"service '{clean(service or name)}' is not defined", hint, key=True)
            return
        declared = Names("signal", (each.name for each in self.services[service].signals))
        if signal not in declared:
            message = f"service '{clean(service)}' has no signal '{clean(signal)}'"
            yield self._say("S01", path, message, declared.hint(signal), key=True)

    def _unknown(self, what: str, known: Names, path: Path, name: str, key: bool = False) -> Finding:
        return self._say("S01", path, f"{what} '{clean(name)}' is not defined", known.hint(name), key=key)

    def _references(self) -> Iterator[Finding]:
        for number, change in enumerate(self.part.changes):
            if change.service not in self.known_services:
                path: Path = ("changes", number, "service")
                yield self._unknown("service", self.known_services, path, change.service)
            if change.rollback and change.rollback not in self.runbooks:
                yield self._unknown(
                    "runbook", self.runbooks, ("changes", number, "rollback"), change.rollback
                )
            if change.at > self.part.length:
                yield self._say("S02", ("changes", number, "at"), "is after the end of the scenario")
        for number, alert in enumerate(self.part.alerts):
            if alert.at > self.part.length:
                yield self._say("S02", ("alerts", number, "at"), "is after the end of the scenario")
        for name in (*self.part.integrity, *self.part.degradations):
            if name not in self.known_services:
                section = "integrity" if name in self.part.integrity else "degradations"
                yield self._unknown("service", self.known_services, (section, name), name, key=True)
        for key in self.part.flags:
            if key not in self.flags:
                yield self._unknown("flag", self.flags, ("flags", key), key, key=True)

    def _reactions(self) -> Iterator[Finding]:
        for number, reaction in enumerate(self.part.reactions):
            path: Path = ("reactions", number)
            problem = condition_problem(reaction.when, ("world", "flags"))
            if problem:
                yield self._say("S02", (*path, "when"), f"the condition {problem}")
            else:
                yield from self._never_fires((*path, "when"), reaction.when)
            for name in reaction.then:
                target: Path = (*path, "then", name)
                if name not in self.known_capabilities:
                    yield from self._unknown_signal(target, name)

    def _never_fires(self, path: Path, condition: str) -> Iterator[Finding]:
        known: Mapping[str, Names] = {"world": self._world(), "flags": self.flags}
        for where, name in names_in(condition):
            if name not in known[where]:
                message = f"can never hold: nothing sets {where} '{clean(name)}'"
                yield self._say("S03", path, message, known[where].hint(name))

    def _world(self) -> Names:
        sets = {name for command in self.part.commands.values() for name in command.sets}
        return Names("value of the world", {*self.part.world, *sets})

    def _expectations(self) -> Iterator[Finding]:
        if not self.part.expect:
            yield self._say("S04", (), "expects nothing, so nothing can be learned", "write expect:")
        for number, each in enumerate(self.part.expect):
            path: Path = ("expect", number)
            for what, name, known in (
                ("service", each.service, self.known_services),
                ("capability", each.capability, self.known_capabilities),
                ("runbook", each.runbook, self.runbooks),
            ):
                if name and name not in known:
                    yield self._unknown(what, known, (*path, what), name)
            if each.what == "detected" and not each.service:
                yield self._say("S04", path, "does not say which service is detected", "write service:")
            if each.what == "recovered" and not (each.service or each.capability):
                yield self._say("S04", path, "does not say what recovers", "write capability: or service:")
            if each.within is not None and each.within > self.part.length:
                message = "allows more time than the scenario lasts"
                yield self._say("S04", (*path, "within"), message, "lower it, or raise length")

    def _first_noise(self) -> Path | None:
        for section, curves in (("signals", self.part.signals), ("measures", self.part.measures)):
            for name, turns in curves.items():
                for number, turn in enumerate(turns):
                    if turn.noise:
                        return section, name, number, "noise"
        return None
