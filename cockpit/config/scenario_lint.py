"""Lint S: what a scenario says, held against the model it plays on and against itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cockpit.config.conditions import condition_problem, names_in
from cockpit.config.findings import Names, Step, finding, short
from cockpit.config.marks import Document
from cockpit.config.models.scenario import ExpectationPart, ScenarioFile, Turn, TurnAt
from cockpit.config.scenario_deeds import deeds
from cockpit.core.levels import Seconds
from cockpit.core.model import Capability, Model, Service
from cockpit.errors import Finding

Path = tuple[Step, ...]


def split(name: str) -> tuple[str, str]:
    """(service, signal) of `service.signal`; service names may have dots, signal names not."""
    service, _, signal = name.rpartition(".")
    return service, signal


LONGEST: Final[Seconds] = 7 * 86_400.0
"""Without a screen that is minutes; beyond it nobody waits for the end."""


def complaints(document: Document, model: Model, part: ScenarioFile, *, whole: bool) -> Iterator[Finding]:
    """In no order; `document` is where `part` stands.

    Of a part that is not `whole`, because what was wrong in it was taken out, nobody can tell what it lacks.
    """
    known = Known(document, model)
    for lint in (_curves, _happenings, _commands, _reactions, _queries, _expectations):
        yield from lint(known, part)
    yield from deeds(known, part)
    if whole:
        yield from _lacking(known, part)


def _lacking(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    if part.seed is None and (path := _first_noise(part)):
        message = "noise, but the scenario has no seed: it would go differently each time"
        yield known.say("S05", path, message, "write seed: and a whole number")
    if not part.expect:
        message = "the scenario expects nothing, so nothing can be learned from it"
        yield known.say("S04", (), message, "write expect: with what must come true")
    for section, curves in (("signals", part.signals), ("measures", part.measures)):
        for name, turns in curves.items():
            if not turns:
                message = f"the curve of '{short(name)}' has no point"
                yield known.say("S02", (section, name), message, "write one, as in {at: 0s, value: 1}")


class Known:
    """Everything a scenario may name, and where the scenario stands."""

    def __init__(self, document: Document, model: Model) -> None:
        self.document = document
        self.of_service: Mapping[str, Service] = {each.name: each for each in model.services}
        self.of_capability: Mapping[str, Capability] = {each.name: each for each in model.capabilities}
        self.services = Names("service", self.of_service)
        self.capabilities = Names("capability", self.of_capability)
        self.runbooks = Names("runbook", (card.id for card in model.runbooks))
        self.books = model.books
        self.switches = Names("kill switch", (switch.key for switch in model.kill_switches))
        self.roles = Names("role", model.incident.roles)
        self.targets = Names("target", (each.name for each in model.targets))
        owners: tuple[Service | Capability, ...] = (*model.services, *model.capabilities)
        in_modes = (mode.flag.key for each in owners for mode in each.degradations if mode.flag)
        self.flags = Names("flag", (*(switch.key for switch in model.kill_switches), *in_modes))

    def say(self, code: str, path: Path, message: str, hint: str = "", *, key: bool = False) -> Finding:
        return finding(code, self.document.at(path, key=key), message, hint)

    def name(self, names: Names, name: str, path: Path, *, key: bool = False) -> Iterator[Finding]:
        """S01 unless there is such a name."""
        if name and name not in names:
            message = f"{names.what} '{short(name)}' is not defined"
            yield self.say("S01", path, message, names.hint(name), key=key)

    def signal(self, name: str, path: Path) -> Iterator[Finding]:
        service, signal = split(name)
        if not service:
            message = f"'{short(name)}' is no signal of a service"
            yield self.say("S01", path, message, "write service.signal", key=True)
        elif service not in self.services:
            yield from self.name(self.services, service, path, key=True)
        else:
            signals = Names("signal", (each.name for each in self.of_service[service].signals))
            if signal not in signals:
                message = f"service '{short(service)}' has no signal '{short(signal)}'"
                yield self.say("S01", path, message, signals.hint(signal), key=True)

    def mode(self, service: str, mode: str, path: Path) -> Iterator[Finding]:
        modes = Names("degradation", (each.name for each in self.of_service[service].degradations))
        if mode not in modes:
            message = f"service '{short(service)}' has no degradation '{short(mode)}'"
            yield self.say("S01", path, message, modes.hint(mode), key=True)

    def measure(self, capability: str, path: Path) -> Iterator[Finding]:
        if self.of_capability[capability].measure is None:
            message = f"capability '{short(capability)}' has no measure"
            yield self.say("S01", path, message, "give it one, or leave this out", key=True)


def _curves(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    for name, turns in part.signals.items():
        path: Path = ("signals", name)
        yield from known.signal(name, path)
        yield from _bad_curve(known, path, turns, part.length)
    for name, turns in part.measures.items():
        path = ("measures", name)
        if name in known.capabilities:
            yield from known.measure(name, path)
        yield from known.name(known.capabilities, name, path, key=True)
        yield from _bad_curve(known, path, turns, part.length)


def _bad_curve(known: Known, path: Path, turns: Sequence[TurnAt], length: Seconds) -> Iterator[Finding]:
    for number, turn in enumerate(turns):
        at: Path = (*path, number, "at")
        yield from _too_late(known, at, turn.at, length)
        if number and turn.at < turns[number - 1].at:
            message = "'at' is before that of the point above"
            yield known.say("S02", at, message, "put points in the order of time")


def _too_late(known: Known, path: Path, at: Seconds, length: Seconds) -> Iterator[Finding]:
    if at > length:
        message = f"'{path[-1]}' is after the end of the scenario"
        yield known.say("S02", path, message, "mend it, or raise length")


def _happenings(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    """What comes to pass by itself."""
    if part.length > LONGEST:
        yield known.say("S02", ("length",), "a scenario of more than a week", "play what matters of it")
    yield from _too_late(known, ("opens_at",), part.opens_at, part.length)
    for number, change in enumerate(part.changes):
        path: Path = ("changes", number)
        yield from known.name(known.services, change.service, (*path, "service"))
        yield from known.name(known.runbooks, change.rollback, (*path, "rollback"))
        yield from _too_late(known, (*path, "at"), change.at, part.length)
    for number, alert in enumerate(part.alerts):
        yield from _too_late(known, ("alerts", number, "at"), alert.at, part.length)
    for number, fault in enumerate(part.faults):
        yield from _too_late(known, ("faults", number, "at"), fault.at, part.length)
    for name, data in part.integrity.items():
        yield from known.name(known.services, name, ("integrity", name), key=True)
        path = ("integrity", name, "reconciled_at")
        yield from _too_late(known, path, data.reconciled_at, part.length)
    for service, modes in part.degradations.items():
        path = ("degradations", service)
        yield from known.name(known.services, service, path, key=True)
        for mode, window in modes.items():
            if service in known.services:
                yield from known.mode(service, mode, (*path, mode))
            if window.until <= window.from_:
                hint = "write the later time last"
                yield known.say("S02", (*path, mode, "until"), "'until' is not after its 'from'", hint)
    for key in part.flags:
        yield from known.name(known.flags, key, ("flags", key), key=True)


def _commands(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    for name in part.commands:
        runbook, _, step = name.rpartition(".")
        if not runbook or not step:
            message = f"'{short(name)}' is no step of a runbook"
            yield known.say("S01", ("commands", name), message, "write runbook.step", key=True)
        else:
            yield from known.name(known.runbooks, runbook, ("commands", name), key=True)


def _reactions(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    sets = {name for command in part.commands.values() for name in command.sets}
    names = {"world": Names("value of the world", {*part.world, *sets}), "flags": known.flags}
    for number, reaction in enumerate(part.reactions):
        path: Path = ("reactions", number)
        when: Path = (*path, "when")
        if problem := condition_problem(reaction.when, names):
            yield known.say("C04", when, f"the condition {problem}")
        else:
            yield from _never_fires(known, when, reaction.when, names)
        if not (reaction.then or reaction.resolves or reaction.mends):
            yield known.say(
                "S03", (*path, "then"), "'then' is empty, so nothing follows", "write service.signal: ..."
            )
        for kind in reaction.mends:
            if all(each.kind != kind for each in part.faults):
                message = f"'{kind}' is mended, and never happens here"
                yield known.say("S03", (*path, "mends"), message, "add it to faults:, or leave this out")
        for name in reaction.then:
            if name not in known.capabilities:
                yield from known.signal(name, (*path, "then", name))
            else:
                yield from known.measure(name, (*path, "then", name))


def _queries(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    for query, number in part.queries.items():
        path: Path = ("queries", query)
        if problem := condition_problem(number, ("signals", "world", "flags")):
            yield known.say("C04", path, f"the answer {problem}")
            continue
        for where, name in names_in(number):
            if where == "signals":
                yield from known.signal(name, path)


def _never_fires(known: Known, path: Path, condition: str, names: Mapping[str, Names]) -> Iterator[Finding]:
    asked = [(where, name) for where, name in names_in(condition) if where in names]
    for where, name in asked:
        if name not in names[where]:
            message = f"the condition asks for {where} '{short(name)}', which nothing sets"
            yield known.say("S03", path, message, names[where].hint(name))
    if not asked:
        hint = "ask for a value, as in world.release == '1.41'"
        yield known.say("S03", path, "the condition asks for nothing that could change", hint)


_NEEDS: Mapping[str, tuple[str, ...]] = {
    "detected": ("service",),
    "recovered": ("capability", "service"),
    "undo_used": ("runbook",),
    "not_used": ("runbook",),
    "used": ("runbook",),
    "acknowledged": ("service",),
    "integrity": ("service",),
    "not_worse": ("capability", "service"),
    "flag_set": ("flag",),
}


def _expectations(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    for number, each in enumerate(part.expect):
        path: Path = ("expect", number)
        yield from known.name(known.services, each.service, (*path, "service"))
        yield from known.name(known.capabilities, each.capability, (*path, "capability"))
        yield from known.name(known.runbooks, each.runbook, (*path, "runbook"))
        yield from known.name(known.flags, each.flag, (*path, "flag"))
        yield from _impossible(known, path, each, part.length)


def _impossible(known: Known, path: Path, each: ExpectationPart, length: Seconds) -> Iterator[Finding]:
    needs = _NEEDS.get(each.what, ())
    if needs and not any(getattr(each, field) for field in needs):
        message = f"'{each.what}' is expected, but not of what"
        yield known.say("S04", path, message, f"add {' or '.join(f'{field}:' for field in needs)}")
    service = known.of_service.get(each.service)
    if service and each.what in ("detected", "recovered", "not_worse") and not service.signals:
        message = f"service '{short(service.name)}' has no signals, so nobody can see it {each.what}"
        yield known.say("S04", (*path, "service"), message, "expect it of one that is measured")
    if each.within is not None and each.within > length:
        hint = "lower it, or raise length"
        yield known.say("S04", (*path, "within"), "'within' allows more time than the scenario lasts", hint)


def _first_noise(part: ScenarioFile) -> Path | None:
    curves: dict[Path, Turn] = {
        (section, name, number): turn
        for section, all_turns in (("signals", part.signals), ("measures", part.measures))
        for name, turns in all_turns.items()
        for number, turn in enumerate(turns)
    }
    for number, reaction in enumerate(part.reactions):
        curves |= {("reactions", number, "then", name): turn for name, turn in reaction.then.items()}
    return next(((*path, "noise") for path, turn in curves.items() if turn.noise), None)
