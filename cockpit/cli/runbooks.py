"""`cockpit runbooks|plan|check`: what could be run, and what would be done now. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.output import say, say_json
from cockpit.cli.run import parameters_of, runbook_named
from cockpit.cli.settings import Settings

if TYPE_CHECKING:
    from cockpit.core.runbook.live import Plan
    from cockpit.engine.runs.starting import Prepared
    from cockpit.engine.runs.world import World


def runbooks(settings: Settings, *, json: bool) -> int:
    """All of them, with what they are for and how much of them can be taken back."""
    from cockpit.cli.loading import load
    from cockpit.views import runbook_list

    model = load(settings).model
    if json:
        say_json(runbook_list.document(model), indent=True)
    else:
        say(runbook_list.lines(model))
    return 0


def plan(settings: Settings, id: str, params: Sequence[str], *, target: str = "", json: bool = False) -> int:
    """0: nothing stands in its way, 2: something does."""

    async def work(world: World) -> int:
        prepared, planned = await _planned(world, id, params, target)
        _show(prepared, planned, json)
        return 2 if prepared.in_the_way else 0

    return in_world(settings, work)


def check(settings: Settings, id: str, params: Sequence[str], *, target: str = "") -> int:
    """The plan, and each step's preview: 0 all went well, 1 one did not, 2 something stands in the way."""

    async def work(world: World) -> int:
        prepared, planned = await _planned(world, id, params, target)
        _show(prepared, planned, False)
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


def _show(prepared: Prepared, planned: Plan, json: bool) -> None:
    from cockpit.views import plan_lines

    if json:
        say_json(plan_lines.document(prepared.wanted.runbook, planned), indent=True)
    else:
        say(plan_lines.lines(prepared.wanted.runbook, planned))
