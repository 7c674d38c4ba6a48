"""Commands about those who work on the same record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def register(app: typer.Typer) -> None:
    app.command()(who)


def who(context: typer.Context, config: Config = None, json: Json = False) -> int:
    """Who else works on this record, on which machine, and who has which run."""
    from cockpit.cli.app import settings_of
    from cockpit.cli.who import who

    return who(settings_of(context, config), json=json)
