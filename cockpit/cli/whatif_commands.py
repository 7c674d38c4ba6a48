"""Commands that answer before anything happens, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]


def register(app: typer.Typer) -> None:
    app.command("what-if")(what_if)


def what_if(
    context: typer.Context,
    services: Annotated[
        list[str],
        typer.Argument(metavar="SERVICE[=LEVEL]...", help="One or two; each may bring its own level."),
    ],
    config: Config = None,
    level: Annotated[
        str, typer.Option("--level", metavar="LEVEL", help="AT_RISK, DEGRADED, FAILING or DOWN.")
    ] = "DOWN",
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="As a graph in Mermaid.")] = False,
) -> int:
    """If this part misbehaves tomorrow, what exactly happens next; nothing is asked and nothing moves."""
    from cockpit.cli.app import settings_of
    from cockpit.cli.what_if import what_if

    return what_if(settings_of(context, config), services, level, json=json, mermaid=mermaid)
