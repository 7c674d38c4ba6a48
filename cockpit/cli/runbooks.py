"""`cockpit runbooks|plan|check`: what could be run, and what would be done now. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.output import say, say_json
from cockpit.cli.rehearsed import grades_now
from cockpit.cli.run import parameters_of, runbook_named
from cockpit.cli.settings import Settings

if TYPE_CHECKING:
    from cockpit.core.rehearsal.grades import BookGrades
    from cockpit.core.runbook.live import Plan
    from cockpit.engine.runs.starting import Prepared
    from cockpit.engine.runs.world import World


def runbooks(settings: Settings, *, json: bool) -> int:
    """All of them, with what they are for, how much can be taken back, and how far they are rehearsed."""

    async def work(world: World) -> int:
        from cockpit.views import runbook_list

        grades = await grades_now(world)
        if json:
            say_json(runbook_list.document(world.model, grades), indent=True)
        else:
            say(runbook_list.lines(world.model, grades))
        return 0

    return in_world(settings, work, reads_only=True)


def plan(settings: Settings, id: str, params: Sequence[str], *, target: str = "", json: bool = False) -> int:
    """0: nothing stands in its way, 2: something does."""

    async def work(world: World) -> int:
        prepared, planned = await _planned(world, id, params, target)
        _show(prepared, planned, await grades_now(world), json)
        return 2 if prepared.in_the_way else 0

    return in_world(settings, work)


def check(settings: Settings, id: str, params: Sequence[str], *, target: str = "") -> int:
    """The plan, and each step's preview: 0 all went well, 1 one did not, 2 something stands in the way."""

    async def work(world: World) -> int:
        prepared, planned = await _planned(world, id, params, target)
        _show(prepared, planned, await grades_now(world), False)
        failed = 0
        for step in prepared.wanted.runbook.steps:
            if step.preview is None:
                say([f"{step.id}: not previewable"])
                continue
            seen = await prepared.eyes.look(step.preview, step.env, step.timeout)
            good = not seen.why and seen.names.get("exit_code", 0) == 0
            failed += not good
            say([f"{step.id}: {'previewed' if good else seen.why or 'the preview failed'}"])
            say([f"  | {line}" for line in seen.text.splitlines()[:40]])
        return 2 if prepared.in_the_way else 1 if failed else 0

    return in_world(settings, work)


async def _planned(world: World, id: str, params: Sequence[str], target: str) -> tuple[Prepared, Plan]:
    from cockpit.engine.runs.planning import planned
    from cockpit.engine.runs.starting import Wanted, prepare

    runbook = runbook_named(world, id)
    prepared = await prepare(world, Wanted(runbook, parameters_of(params), target))
    return prepared, await planned(prepared, world.clock.now())


def _show(prepared: Prepared, planned: Plan, grades: Mapping[str, BookGrades], json: bool) -> None:
    from cockpit.views import plan_lines

    runbook = prepared.wanted.runbook
    if json:
        say_json(plan_lines.document(runbook, planned, grades.get(runbook.id)), indent=True)
    else:
        say(plan_lines.lines(runbook, planned, grades.get(runbook.id)))
