"""`cockpit drill`: an incident or a runbook is rehearsed; on the screen, or without one."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.acting import turn_away
from cockpit.cli.loading import load
from cockpit.cli.settings import Settings
from cockpit.errors import RunRefused, UsageError

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.rehearsal.debrief import Drill
    from cockpit.core.rehearsal.expecting import Performed
    from cockpit.core.rehearsal.injecting import Injected
    from cockpit.core.runbook.model import Runbook
    from cockpit.core.scenario import Deed, Scenario
    from cockpit.engine.rehearsing.operator import Operator

PASSED, FAILED = 0, 1
LEFT = "stopped: what has begun on {} may go on there, and nothing is taken back; `cockpit runs --mode drill`"
HEADLESS = ("answers", "junit", "json")
"""What has a meaning only without a screen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    scenario: str = ""
    runbook: str = ""
    headless: bool = False
    answers: str = ""
    junit: Path | None = None
    evidence: Path | None = None
    inject: tuple[str, ...] = ()
    target: str = ""
    speed: float | None = None
    json: bool = False
    params: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is about to be played; everything that could be refused has been looked at."""

    settings: Settings
    wanted: Wanted
    loaded: Loaded
    injected: Injected
    actor: str
    book: Runbook | None = None
    """That was named with --runbook."""
    scenario: Scenario | None = None
    """That was named; without one the runbook makes its own."""

    @property
    def sandbox(self) -> tuple[str, str] | None:
        target = self.wanted.target
        return (target, str(self.loaded.path)) if target else None

    def drill(self, answers: str = "", scenario: Scenario | None = None) -> Drill:
        from cockpit.core.rehearsal.debrief import Drill

        played = scenario or self.scenario
        return Drill(
            scenario=played.id if played else "",
            mode="sandbox" if self.wanted.target else "simulated",
            title=played.title if played else "",
            teaches=played.teaches if played else "",
            runbook=self.wanted.runbook,
            target=self.wanted.target,
            answers=answers,
            injected=self.wanted.inject,
            by=self.actor,
            seed=played.seed if played else 0,
        )


def drill(settings: Settings, wanted: Wanted) -> int:
    prepared = prepare(settings, wanted)
    if not wanted.headless:
        from cockpit.cli.drill_screen import on_screen

        return on_screen(prepared)
    try:
        return _walk(prepared) if prepared.scenario is None else _play(prepared, prepared.scenario)
    except KeyboardInterrupt:
        if wanted.target:
            sys.stderr.write(f"cockpit: {LEFT.format(wanted.target)}\n")
        raise


def prepare(settings: Settings, wanted: Wanted) -> Prepared:
    """Raises CockpitError for whatever cannot be; nothing has begun by then."""
    from cockpit.cli.screen import actor

    _check(wanted)
    loaded = _loaded(settings, wanted)
    book = loaded.model.books.get(wanted.runbook)
    if wanted.runbook and book is None:
        raise UsageError(f"there is no runbook '{wanted.runbook}'", "`cockpit runbooks` lists them")
    scenario = scenario_of(loaded, wanted.scenario) if wanted.scenario else None
    prepared = Prepared(settings, wanted, loaded, injected_of(loaded, wanted), actor(), book, scenario)
    if wanted.target:
        _check_sandbox(prepared)
    return prepared


def _loaded(settings: Settings, wanted: Wanted) -> Loaded:
    """Where nothing is configured the shop that ships: a rehearsal needs nothing of one's own."""
    from cockpit.cli.proposing import nothing_configured

    if wanted.target or settings.prometheus or not nothing_configured(settings):
        return load(settings)
    print("cockpit: no configuration found; this is the shop of `cockpit demo`", file=sys.stderr)
    return load(replace(settings, demo=True))


def _check(wanted: Wanted) -> None:
    if not wanted.scenario and not wanted.runbook:
        raise UsageError("nothing was named that could be rehearsed", "name a scenario, or --runbook ID")
    if wanted.speed is not None and not 0 < wanted.speed < math.inf:
        raise UsageError("--speed must be above 0", "1 is the pace of the scenario, 10 ten times as fast")
    for name in HEADLESS:
        if getattr(wanted, name) and not wanted.headless:
            raise UsageError(f"--{name} is for a drill without a screen", "add --headless")
    if wanted.answers and not wanted.scenario:
        raise UsageError("--answers belongs to a scenario", "a runbook alone is walked through by itself")
    if wanted.params and not wanted.runbook:
        raise UsageError("--param belongs to a runbook", "add --runbook ID")


def _check_sandbox(prepared: Prepared) -> None:
    """Before anything is begun, and before anything could go on record."""
    from cockpit.core.switches import readonly as forbids_writing
    from cockpit.wiring.sandbox import check_target, with_nested

    model, wanted = prepared.loaded.model, prepared.wanted
    if prepared.settings.readonly or forbids_writing(model):
        raise RunRefused("this cockpit is read-only, so no command is started on a sandbox")
    turn_away(prepared.settings, model, f"drill on {wanted.target}")
    named = {wanted.runbook} if prepared.book else set()
    if prepared.scenario is not None:
        _, deeds = _deeds(prepared, prepared.scenario)
        named |= {deed.run for deed in deeds if deed.run}
        for deed in deeds:
            if deed.target and deed.target != wanted.target:
                check_target(model, deed.target)
    check_target(model, wanted.target, with_nested(model, sorted(named)))
    if prepared.injected.outcomes:
        raise UsageError(
            "how a step ends cannot be injected on a sandbox: there the real command tells",
            "leave --target out, and it is simulated",
        )


def scenario_of(loaded: Loaded, id: str) -> Scenario:
    """Raises UsageError."""
    from cockpit.text import join_names

    for scenario in loaded.scenarios:
        if scenario.id == id:
            return scenario
    known = join_names(sorted(one.id for one in loaded.scenarios), 20) or "none"
    raise UsageError(f"there is no scenario '{id}'", f"this configuration knows: {known}")


def injected_of(loaded: Loaded, wanted: Wanted) -> Injected:
    """Raises UsageError."""
    from cockpit.core.rehearsal.injecting import NotInjectable, injected

    only = wanted.runbook if not wanted.scenario else ""
    try:
        return injected(wanted.inject, loaded.model.books, only)
    except NotInjectable as error:
        raise UsageError(f"--inject: {error}", error.hint) from None


def _deeds(prepared: Prepared, scenario: Scenario) -> tuple[str, Sequence[Deed]]:
    """(what they are called, what is done). Raises UsageError and ConfigError."""
    from cockpit.core.rehearsal.onset import onset
    from cockpit.core.scenario import Deed

    answers, book = prepared.wanted.answers, prepared.book
    if book is not None and not answers:
        at = min(scenario.length, onset(scenario) + AFTER)
        return f"runbook {book.id}", (Deed(at, run=book.id, parameters=parameters(prepared)),)
    name = answers or "good"
    if name in scenario.answers:
        return name, scenario.answers[name]
    if Path(name).is_file():
        from cockpit.config.answers_file import answers_from

        return Path(name).name, answers_from(Path(name), prepared.loaded.model)
    if not answers:
        return "none", ()
    known = ", ".join(scenario.answers) or "none"
    raise UsageError(
        f"there are no answers '{answers}' in {scenario.id}, and no such file", f"it has: {known}"
    )


AFTER = 60.0
"""Seconds after something goes wrong at which a runbook that was named is begun."""


def parameters(prepared: Prepared) -> dict[str, str | int | float | bool | None]:
    """As given with --param, and something for every other that has to be given. Raises UsageError."""
    from cockpit.core.rehearsal.own import parameters_for

    if prepared.book is None:
        return {}
    given: dict[str, str | int | float | bool | None] = {}
    for each in prepared.wanted.params:
        name, equals, text = each.partition("=")
        if not equals or not name:
            raise UsageError(f"--param {each!r:.60} is no parameter", "write NAME=VALUE")
        given[name] = text
    return {**parameters_for(prepared.book), **given}


def _begins(scenario: Scenario) -> float:
    """Played in seconds, it ends about now, and not in the future."""
    return float(math.floor(time.time() - scenario.length))


def _play(prepared: Prepared, scenario: Scenario) -> int:
    from cockpit.cli.drill_result import told
    from cockpit.core.rehearsal.debrief import debriefed

    name, deeds = _deeds(prepared, scenario)
    performed, operator = _performed(prepared, scenario, tuple(deeds))
    turned = [(each.at, each.what, each.why) for each in operator.turned]
    debrief = debriefed(prepared.drill(name), performed, turned)
    told(prepared, debrief)
    return PASSED if debrief.passed else FAILED


def _performed(prepared: Prepared, scenario: Scenario, deeds: tuple[Deed, ...]) -> tuple[Performed, Operator]:
    from cockpit.wiring.drilling import in_sandbox, rehearsed, script, until_quiet

    model, actor, injected = prepared.loaded.model, prepared.actor, prepared.injected
    yes = prepared.book.id if prepared.book and not prepared.wanted.answers else ""
    if prepared.sandbox is None:
        plays = script(deeds, scenario, yes)
        return rehearsed(model, scenario, _begins(scenario), plays, actor=actor, injected=injected)
    target, config = prepared.sandbox
    plays = until_quiet(deeds, scenario, prepared.wanted.speed or 1.0, yes)
    return in_sandbox(model, config, scenario, plays, target=target, actor=actor, injected=injected)


def _walk(prepared: Prepared) -> int:
    from cockpit.cli.drill_result import told
    from cockpit.core.rehearsal.own import own_scenario
    from cockpit.core.rehearsal.walk import walked
    from cockpit.wiring.drilling import passes

    assert prepared.book is not None
    book, model = prepared.book, prepared.loaded.model
    scenario = own_scenario(book, model)
    done = list(
        passes(
            model,
            book,
            parameters(prepared),
            float(math.floor(time.time() - 3600)),
            actor=prepared.actor,
            injected=prepared.injected,
            sandbox=prepared.sandbox,
        )
    )
    refused = [each.why for _, operator in done for each in operator.turned]
    walk = walked(prepared.drill("", scenario), book, [performed for performed, _ in done], refused)
    told(prepared, walk)
    return PASSED if walk.passed else FAILED
