"""Commands that ask whether all is ready: before a release, and before the night."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli.settings import Settings

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def register(app: typer.Typer) -> None:
    app.command()(audit)
    app.command()(gate)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


def audit(
    context: typer.Context,
    config: Config = None,
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a wiki or a pull request.")] = False,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="high|medium|low", help="Exit 1 only for findings so severe."),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Also ask Prometheus who calls whom, and what can be seen.")
    ] = False,
) -> int:
    """Seven questions about being ready, with evidence, and what to fix first: 0 all well, 1 not."""
    from cockpit.cli.audit import audit

    return audit(_settings(context, config), json=json, markdown=markdown, fail_on=fail_on, live=live)


def gate(
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="What is to be released.")],
    config: Config = None,
    json: Json = False,
) -> int:
    """May this be released now: 0 nothing stands in the way, 1 something does, or cannot be told."""
    from cockpit.cli.gate import gate

    return gate(_settings(context, config), service, json=json)
