"""`cockpit drill` with its options; what it does stands in modules of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command()(drill)


def drill(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="Which incident; left out, --runbook makes one.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
    ] = None,
    runbook: Annotated[
        str, typer.Option("--runbook", metavar="ID", help="Every branch of a runbook, and its way back.")
    ] = "",
    headless: Annotated[
        bool, typer.Option("--headless", help="Without a screen, as fast as it can be played.")
    ] = False,
    answers: Annotated[
        str,
        typer.Option("--answers", metavar="good|wrong|FILE", help="Who does what without a screen."),
    ] = "",
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="The result as JUnit XML.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option("--evidence", metavar="FILE", help="What was rehearsed is added to it.")
    ] = None,
    inject: Annotated[
        list[str] | None,
        typer.Option(
            "--inject",
            metavar="WHAT",
            help="STEP=success|failure|hang|killed-after-effect|not-applied, flags_down, prometheus_down, "
            "approver_absent; more than once.",
        ),
    ] = None,
    target: Annotated[
        str,
        typer.Option("--target", metavar="NAME", help="The real commands, on a target with sandbox: true."),
    ] = "",
    speed: Annotated[
        float | None, typer.Option("--speed", metavar="N", help="On the screen, so many times as fast.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter of that runbook."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For machines; without a screen.")] = False,
) -> int:
    """Rehearse an incident, or one runbook, where nothing can break: 0 passed, 1 failed."""
    from cockpit.cli.app import settings_of
    from cockpit.cli.drill import Wanted, drill

    wanted = Wanted(
        scenario,
        runbook,
        headless or json,
        answers,
        junit,
        evidence,
        tuple(inject or ()),
        target,
        speed,
        json,
        tuple(param or ()),
    )
    return drill(settings_of(context, config), wanted)
