"""`cockpit drill`: an incident or a runbook is rehearsed; on the screen, or without one."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.loading import load
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.rehearsal.injecting import Injected
    from cockpit.core.scenario import Deed, Scenario

PASSED, FAILED = 0, 1


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


def drill(settings: Settings, wanted: Wanted) -> int:
    _check(wanted)
    loaded = load(settings)
    scenario = scenario_of(loaded, wanted.scenario)
    injected = injected_of(loaded, wanted)
    name, deeds = deeds_of(loaded, scenario, wanted.answers)
    return _headless(settings, wanted, loaded, scenario, injected, name, deeds)


def _check(wanted: Wanted) -> None:
    if not wanted.scenario and not wanted.runbook:
        raise UsageError("what is to be rehearsed?", "name a scenario, or --runbook ID")
    if wanted.speed is not None and not 0 < wanted.speed < math.inf:
        raise UsageError("--speed must be above 0", "1 is the pace of the scenario, 10 ten times as fast")


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

    try:
        return injected(wanted.inject, loaded.model.books, wanted.runbook)
    except NotInjectable as error:
        raise UsageError(f"--inject: {error}", error.hint) from None


def deeds_of(loaded: Loaded, scenario: Scenario, answers: str) -> tuple[str, Sequence[Deed]]:
    """(what they are called, what is done). Raises UsageError and ConfigError."""
    name = answers or "good"
    if name in scenario.answers:
        return name, scenario.answers[name]
    if Path(name).is_file():
        from cockpit.config.answers_file import answers_from

        return Path(name).name, answers_from(Path(name), loaded.model)
    if not answers:
        return "none", ()
    known = ", ".join(scenario.answers) or "none"
    raise UsageError(
        f"there are no answers '{answers}' in {scenario.id}, and no such file", f"it has: {known}"
    )


def _headless(
    settings: Settings,
    wanted: Wanted,
    loaded: Loaded,
    scenario: Scenario,
    injected: Injected,
    name: str,
    deeds: Sequence[Deed],
) -> int:
    from cockpit.cli.drill_result import told
    from cockpit.cli.screen import actor
    from cockpit.core.rehearsal.debrief import Drill, debriefed
    from cockpit.wiring.drilling import rehearsed, script

    who = actor()
    start = float(math.floor(time.time() - scenario.length))  # so that it ends now, and not in the future
    performed, operator = rehearsed(
        loaded.model, scenario, start, script(tuple(deeds), scenario), actor=who, injected=injected
    )
    drill = Drill(
        scenario.id,
        "simulated",
        scenario.title,
        scenario.teaches,
        answers=name,
        injected=wanted.inject,
        by=who,
        seed=scenario.seed,
    )
    turned = [(each.at, each.what, each.why) for each in operator.turned]
    debrief = debriefed(drill, performed, turned)
    told(settings, wanted, loaded.model, [debrief])
    return PASSED if debrief.passed else FAILED
