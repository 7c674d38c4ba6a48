"""Commands that make files of ours from what exists elsewhere, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli.settings import Settings

imports = typer.Typer(
    name="import",
    help="From what exists already: backstage, markdown. Sources are only read.",
    rich_markup_mode=None,
    no_args_is_help=False,
)
books = typer.Typer(
    name="runbook",
    help="Runbooks as files: from.",
    rich_markup_mode=None,
    no_args_is_help=False,
)
Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]


def register(app: typer.Typer) -> None:
    app.add_typer(imports)
    app.add_typer(books)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


@imports.command()
def backstage(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="As in catalog-info.yaml.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A new file; default: stdout.")
    ] = None,
    config: Config = None,
) -> int:
    """A service catalog as an overlay: services, owners, and edges that nobody has reviewed yet."""
    from cockpit.cli.import_backstage import import_backstage

    return import_backstage(_settings(context, config), files, out)


@imports.command()
def markdown(
    context: typer.Context,
    pages: Annotated[list[Path], typer.Argument(metavar="PAGE...", help="As in wiki/restart.md.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="A new file for each procedure; default: one to stdout."),
    ] = None,
    config: Config = None,
) -> int:
    """Wiki pages as draft runbooks: steps, commands to copy, parameters; every guess is marked."""
    from cockpit.cli.import_markdown import import_markdown

    return import_markdown(_settings(context, config), pages, out)


@books.callback()
def _books() -> None:
    """Keeps `from` a word of its own: a group of one command would swallow it."""


@books.command("from")
def from_(
    context: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INC", help="As in INC-42, or last.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A new file; default: stdout.")
    ] = None,
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="Default: that of the incident.")
    ] = "",
    config: Config = None,
) -> int:
    """A draft of what was done in an incident on record and stayed, with the notes as reasons."""
    from cockpit.cli.runbook_from import runbook_from

    return runbook_from(_settings(context, config), incident, out, title)
