"""Commands for people who begin, with their options; what each does stands in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def register(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(discover)


def init(
    context: typer.Context,
    prometheus: Annotated[
        str, typer.Option("--prometheus", metavar="URL", help="Whom to ask (default: $PROMETHEUS_URL).")
    ] = "",
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A folder that is new or empty.")] = Path(
        "config"
    ),
    label: Annotated[
        str,
        typer.Option(
            "--label", metavar="NAME", help="Tells services apart (default: the one that does best)."
        ),
    ] = "",
    http_config: Annotated[
        Path | None,
        typer.Option("--http-config", metavar="FILE", help="How to log in, as promtool reads it."),
    ] = None,
) -> int:
    """Write a configuration from what a Prometheus knows; what is guessed in it says so."""
    from cockpit.cli.app import settings_of
    from cockpit.cli.init import init

    return init(settings_of(context, None), prometheus, out, label, http_config)


def discover(
    context: typer.Context,
    config: Config = None,
    since: Annotated[
        str, typer.Option("--since", metavar="DURATION", help="How far to look back, as in 7d.")
    ] = "1d",
    json: Json = False,
) -> int:
    """Calls that were seen against those declared, as a patch: 0 all declared, 1 not so."""
    from cockpit.cli.app import settings_of
    from cockpit.cli.discover import discover

    return discover(settings_of(context, config), since, json=json)
