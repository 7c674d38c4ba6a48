"""`cockpit run|resume|rollback|takeover`: one run, looked after from the plain terminal or a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.cli.acting import INTERRUPTED, exit_code, hearing, in_world, named_run
from cockpit.cli.answers import Answers
from cockpit.cli.settings import Settings
from cockpit.errors import RunRefused, UsageError
from cockpit.text import join_names

if TYPE_CHECKING:
    from cockpit.cli.desk import TerminalDesk
    from cockpit.core.runbook.model import Runbook
    from cockpit.core.runbook.run import Run
    from cockpit.engine.runs.starting import Prepared
    from cockpit.engine.runs.world import World


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is looked after."""

    answers: Sequence[str] = ()
    yes: bool = False
    json: bool = False


def run(
    settings: Settings,
    id: str,
    params: Sequence[str],
    manner: Manner,
    *,
    target: str = "",
    incident: str | None = None,
) -> int:
    """0 completed, 1 held or failed, 2 refused, 3 an effect is unknown."""
    given = parameters_of(params)

    async def work(world: World) -> int:
        from cockpit.cli.desk import TerminalDesk
        from cockpit.engine.runs.locking import let_go
        from cockpit.engine.runs.remembered import incident_now
        from cockpit.engine.runs.starting import Wanted, prepare, start

        runbook = runbook_named(world, id)
        answers = Answers.of(manner.answers, manner.yes)
        desk = TerminalDesk(answers, json=manner.json)
        await _tell(world, runbook, desk)
        wanted = Wanted(runbook, given, target, await incident_now(world.journal, incident))
        prepared = await prepare(world, wanted, wanted.incident)
        started, seen = await start(world, prepared, await _overrides(prepared, answers, desk))
        try:
            return await _drive(world, started, seen, dict(prepared.secrets), desk)
        finally:
            await let_go(world, started)

    return in_world(settings, work, writes=True, what=f"run {id}")


def resume(settings: Settings, name: str, manner: Manner, *, rollback: bool = False, reason: str = "") -> int:
    """Goes on with a run that nobody looks after; `rollback` takes back what stands first."""

    async def work(world: World) -> int:
        from cockpit.cli.desk import TerminalDesk
        from cockpit.engine.runs.locking import let_go, take_up
        from cockpit.engine.runs.starting import recheck, resolved
        from cockpit.views.run_others import before_us

        found, _ = await named_run(world, name)
        if found.final and not rollback:
            raise RunRefused(f"{found.id} is over: {found.state}", "`cockpit rollback` takes it back")
        await take_up(world, found, take_back=rollback)
        try:
            taken, seen = await named_run(world, found.id)
            desk = TerminalDesk(Answers.of(manner.answers, manner.yes), json=manner.json)
            await _tell(world, None, desk)
            for text in before_us(taken, world.actor) if desk.asks else ():
                desk.tell(text)
            secrets = await resolved(world, taken.runbook, taken.parameters)
            if rollback:
                return await _drive(world, taken, seen, secrets, desk, rollback=reason or "by hand")
            taken, seen = await recheck(world, taken, seen, secrets)
            return await _drive(world, taken, seen, secrets, desk)
        finally:
            await let_go(world, found)

    return in_world(settings, work, writes=True, what=f"{'take back' if rollback else 'take up'} {name}")


async def _drive(
    world: World, run: Run, seen: int, secrets: dict[str, str], desk: TerminalDesk, rollback: str = ""
) -> int:
    from cockpit.engine.runs.driver import Driver

    driver = Driver(world, run, seen, desk, secrets)
    with hearing(desk) as heard:
        if rollback and (run.undo is None or run.final):
            driver.take_back(rollback)
        ended = await driver.drive()
    desk.ended(ended)
    if heard and not ended.final:
        return INTERRUPTED
    return exit_code(ended, rollback=bool(rollback))


async def _tell(world: World, runbook: Runbook | None, desk: TerminalDesk) -> None:
    """Whoever sits here is told how far it is rehearsed; a script just answers what the runbook asks."""
    if not desk.asks:
        return
    from cockpit.cli.rehearsed import grades_now
    from cockpit.views import rehearsed

    desk.grades = await grades_now(world)
    if runbook is not None and runbook.id in desk.grades:
        told = rehearsed.of(runbook, desk.grades[runbook.id])
        desk.tell(f"{runbook.title}: {rehearsed.sentence(told)}")


async def _overrides(prepared: Prepared, answers: Answers, desk: TerminalDesk) -> dict[int, str]:
    """Reasons for checks that cannot be told: as given, else asked for."""
    found = answers.overrides()
    for number, check in enumerate(prepared.checks, 1):
        if check.blocks and check.holds is None and number not in found:
            reason = await desk.reason(number, check.title, check.why, check.by_hand)
            if reason:
                found[number] = reason
    return found


def runbook_named(world: World, id: str) -> Runbook:
    """Raises UsageError with the nearest ones."""
    found = world.model.books.get(id)
    if found is None:
        known = join_names(sorted(world.model.books), 6) or "none"
        raise UsageError(f"there is no runbook '{id}'", f"there are: {known}")
    return found


def parameters_of(given: Sequence[str]) -> dict[str, str | int | float | bool | None]:
    found: dict[str, str | int | float | bool | None] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise UsageError(f"--param {each!r:.60} is no parameter", "write --param NAME=VALUE")
        found[name] = value
    return found
