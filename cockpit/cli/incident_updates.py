"""`incident update` and `incident handover`, with their options; what they do stands in `cli.updates`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli.settings import Settings

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Incident = Annotated[
    str | None,
    typer.Option("--incident", metavar="ID|last", help="Which one; default: the only open one."),
]
Print = Annotated[bool, typer.Option("--print", help="Only print it; nothing is sent or put on record.")]


def register(commands: typer.Typer) -> None:
    commands.command()(update)
    commands.command()(handover)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


def update(
    context: typer.Context,
    incident: Incident = None,
    audience: Annotated[
        str, typer.Option("--audience", metavar="A", help="internal, customers or leadership.")
    ] = "internal",
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            metavar="S",
            help="investigating, identified, monitoring or resolved; default: as before.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="CHANNEL",
            help="One of incident.notify, or copy: it is printed to be sent by hand.",
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT|-", help="Your words; - reads them.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Your words, from a file.")
    ] = None,
    one_line: Annotated[bool, typer.Option("--one-line", help="The draft in one line.")] = False,
    print_: Print = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send the draft as it is.")] = False,
    config: Config = None,
) -> int:
    """Tell others how it stands. Without words of yours it prints a draft, and sends nothing.

    0 sent, copied or printed, 1 not sent, 2 refused, 3 may or may not have been sent.
    """
    from cockpit.cli.updates import Wished, update

    wished = Wished(incident, audience, status, to, text, file, one_line, print_, yes)
    return update(_settings(context, config), wished)


def handover(
    context: typer.Context,
    incident: Incident = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="WHO", help="Offer it to WHO; anybody: to whoever takes it.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="ID", help="Take it over: type its id.")
    ] = None,
    print_: Print = False,
    config: Config = None,
) -> int:
    """All that who takes over has to know. Alone it only prints it: 0; 2 refused."""
    from cockpit.cli.updates import handover

    return handover(_settings(context, config), incident, to, accept, only_print=print_)
