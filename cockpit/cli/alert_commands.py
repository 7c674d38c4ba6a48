"""Commands around alerts, with their options; what each does stands in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli.settings import Settings

commands = typer.Typer(
    name="alerts",
    help="Alerts and whom they concern; silence them, and hear them again.",
    rich_markup_mode=None,
    invoke_without_command=True,
)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for all who read it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask once more.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands)
    app.command()(ack)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


@commands.callback()
def alerts(
    context: typer.Context,
    config: Config = None,
    json: Json = False,
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="NAME", help="Only those of one cluster.")
    ] = "",
) -> int:
    """What fires, what waits for somebody first, and what is kept quiet: 0 known, 3 nobody could tell."""
    if context.invoked_subcommand is not None:
        context.obj = _settings(context, config)
        return 0
    from cockpit.cli.alerts import alerts

    return alerts(_settings(context, config), json=json, cluster=cluster)


@commands.command()
def silence(
    context: typer.Context,
    matchers: Annotated[
        list[str], typer.Argument(metavar="MATCHER...", help='As in alertname=Slow or service=~"pay.*".')
    ],
    lasts: Annotated[str, typer.Option("--for", metavar="DURATION", help="How long, as in 2h.")],
    config: Config = None,
    reason: Reason = "",
    yes: Yes = False,
) -> int:
    """Keep alerts quiet for a while, after a word on what that hides: 0 done, 2 refused, 3 unknown."""
    from cockpit.cli.alerts import silence

    return silence(_settings(context, config), matchers, lasts, reason, yes=yes)


@commands.command()
def expire(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="Of a silence, as `cockpit alerts` tells it.")],
    config: Config = None,
    reason: Reason = "",
    yes: Yes = False,
) -> int:
    """End a silence, whoever made it: 0 done, 2 refused, 3 unknown."""
    from cockpit.cli.alerts import expire

    return expire(_settings(context, config), id, reason, yes=yes)


def ack(
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="Or a capability.")],
    off: Annotated[bool, typer.Option("--off", help="Nobody has it any more.")] = False,
    config: Config = None,
) -> int:
    """Say that you have it; it changes no level: 0 on record, 2 refused."""
    from cockpit.cli.ack import ack

    return ack(_settings(context, config), service, on=not off)
