"""`incident call` and `incident page`: whom to call, and a page by webhook with its own record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cockpit.cli.output import say, width
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.events import Event
    from cockpit.core.incident.model import Sent
    from cockpit.core.model import Model
    from cockpit.core.state import State
    from cockpit.engine.runs.world import World

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Incident = Annotated[
    str | None,
    typer.Option("--incident", metavar="ID|last", help="Which one; default: the only open one, or none."),
]
EXITS: Final[dict[Sent, int]] = {"sent": 0, "refused": 1, "unknown": 3}


def register(commands: typer.Typer) -> None:
    commands.command("call")(call_command)
    commands.command("page")(page_command)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


def call_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SERVICE", help="A service, a capability or a team.")],
    config: Config = None,
) -> int:
    """Who to call, and who is next; runs the team's lookup command where it is trusted."""
    return call(_settings(context, config), name)


def page_command(
    context: typer.Context,
    team: Annotated[str, typer.Argument(metavar="TEAM", help="Whose webhook is called.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What to tell them.")] = "",
    incident: Incident = None,
    config: Config = None,
) -> int:
    """Page a team by its webhook: 0 sent, 1 not sent, 2 refused, 3 may or may not have been sent."""
    return page(_settings(context, config), team, text, incident)


def call(settings: Settings, name: str) -> int:
    """Nothing is put on record and nobody is told. Health is not asked: it takes time that a call has not."""
    from cockpit.cli.acting import in_world

    async def work(world: World) -> int:
        from cockpit.core.update import initial
        from cockpit.engine.runs.remembered import record_now
        from cockpit.views.calling import section, teams_of
        from cockpit.views.layout import draw_section
        from cockpit.views.lines import text_of

        _known(world.model, name)
        state = replace(initial(world.model), record=await record_now(world.journal))
        state = await _asked(world, state, teams_of(state, (name,)))
        drawn = draw_section(section(state, (name,), world.clock.now()), width() - 1)
        say([text_of(each) for each, _ in drawn])
        return 0

    return in_world(settings, work, reads_only=True)


def _known(model: Model, name: str) -> None:
    known = [service.name for service in model.services]
    known += [capability.name for capability in model.capabilities]
    known += [team.name for team in model.teams]
    if name not in known:
        near = next((each for each in known if name in each), "")
        raise UsageError(
            f"there is no service, capability or team '{name}'",
            f"did you mean {near}?" if near else "see `cockpit status`",
        )


async def _asked(world: World, state: State, teams: tuple[str, ...]) -> State:
    """With what the lookups of `teams` say now."""
    from cockpit.core.update import update
    from cockpit.core.wanted import OncallWanted
    from cockpit.engine.outward.oncall import look_up

    heard: list[Event] = []
    for team in world.model.teams:
        if team.name in teams and team.lookup:
            await look_up(world, OncallWanted(team.name, world.clock.now()), heard.append)
    for event in heard:
        state, _ = update(state, event)
    return state


def page(settings: Settings, team: str, text: str, name: str | None) -> int:
    from cockpit.cli.acting import in_world

    if not text.strip():
        raise UsageError("--text is empty", "say what it is about: whoever is woken reads it first")

    async def work(world: World) -> int:
        from cockpit.core.wanted import PageWanted
        from cockpit.engine.outward.oncall import page

        incident = await _incident(world, name)
        wanted = PageWanted(team, text, world.actor, world.clock.now(), incident)
        said: list[Event] = []
        outcome = await page(world, wanted, said.append)
        say([each.text for each in said if hasattr(each, "text")])
        return EXITS.get(outcome, 3)

    return in_world(settings, work, writes=True)


async def _incident(world: World, name: str | None) -> str:
    """The one that is named, else the only open one; a page needs none."""
    from cockpit.cli.looking import incident_named
    from cockpit.core.incident.model import open_ones
    from cockpit.core.update import initial
    from cockpit.engine.runs.remembered import record_now

    state = replace(initial(world.model), record=await record_now(world.journal))
    found = open_ones(state.record.incidents.values())
    if name is None:
        return found[0].id if len(found) == 1 else ""
    return incident_named(state, name).id
