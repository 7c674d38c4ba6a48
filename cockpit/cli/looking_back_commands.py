"""Commands about what was: a past judged as if it were now, and incidents and drills looked back on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def register(app: typer.Typer) -> None:
    app.command()(backtest)
    app.command()(review)


def backtest(
    context: typer.Context,
    config: Config = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DURATION", help="How far back (default 7d).")
    ] = None,
    step: Annotated[
        str | None,
        typer.Option("--step", metavar="DURATION", help="Between two looks; default by how far back."),
    ] = None,
    recording: Annotated[
        Path | None, typer.Option("--recording", metavar="FILE", help="Look at a recording instead.")
    ] = None,
    json: Json = False,
) -> int:
    """What the last week would have looked like: incidents, flaps, calmer thresholds. 3: nothing was seen."""
    from cockpit.cli.app import settings_of
    from cockpit.cli.backtest import backtest

    return backtest(settings_of(context, config), since=since, step=step, recording=recording, json=json)


def review(
    context: typer.Context,
    config: Config = None,
    since: Annotated[
        str, typer.Option("--since", metavar="DURATION", help="How far back incidents count.")
    ] = "90d",
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a page.")] = False,
) -> int:
    """Incidents and drills on record: how long each part took, what went wrong, and the trend."""
    from cockpit.cli.app import settings_of
    from cockpit.cli.review import review

    return review(settings_of(context, config), since=since, json=json, markdown=markdown)
