"""Commands around flags, with their options; what each does stands in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli.settings import Settings

commands = typer.Typer(
    name="flags",
    help="Kill switches: list, show, kill, restore.",
    rich_markup_mode=None,
    no_args_is_help=False,
)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="Of a kill switch.")]
Envs = Annotated[
    list[str] | None,
    typer.Option("--env", metavar="ENV", help="Where; more than once, or left out where there is only one."),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")]
Given = Annotated[
    list[str] | None, typer.Option("--answer", metavar="KEY=KEY@ENV", help="The phrase that is to be typed.")
]
Yes = Annotated[bool, typer.Option("--yes", help="A key where a key will do; types no phrase.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands)
    app.command()(degrade)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


@commands.command("list")
def list_(context: typer.Context, config: Config = None, json: Json = False) -> int:
    """Every kill switch as it stands."""
    from cockpit.cli.flags import list_

    return list_(_settings(context, config), json=json)


@commands.command()
def show(
    context: typer.Context, key: Key, config: Config = None, env: Envs = None, json: Json = False
) -> int:
    """One switch, what it protects and costs: 0 known, 2 not found, 3 unknown."""
    from cockpit.cli.flags import show

    return show(_settings(context, config), key, env or (), json=json)


@commands.command()
def kill(
    context: typer.Context,
    key: Key,
    config: Config = None,
    env: Envs = None,
    reason: Reason = "",
    answer: Given = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Set it to its kill value: 0 applied, 1 failed or conflict, 2 denied or not found, 3 unknown."""
    from cockpit.cli.confirming import Said
    from cockpit.cli.flags import flip

    said = Said.of(answer or (), yes)
    return flip(_settings(context, config), "kill", key, env or (), reason, said, json=json)


@commands.command()
def restore(
    context: typer.Context,
    key: Key,
    config: Config = None,
    env: Envs = None,
    reason: Reason = "",
    answer: Given = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Put back exactly what stood there before: exits as kill does."""
    from cockpit.cli.confirming import Said
    from cockpit.cli.flags import flip

    said = Said.of(answer or (), yes)
    return flip(_settings(context, config), "restore", key, env or (), reason, said, json=json)


def degrade(
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="Or a capability.")],
    mode: Annotated[str, typer.Argument(metavar="MODE", help="One of its modes with manual: true.")],
    turn: Annotated[str, typer.Argument(metavar="on|off")],
    config: Config = None,
    reason: Reason = "",
) -> int:
    """Mark a degraded mode on or off that only people can see: 0 on record, 2 refused."""
    from cockpit.cli.degrade import degrade

    return degrade(_settings(context, config), service, mode, turn, reason)
