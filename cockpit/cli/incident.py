"""Commands around incidents, with their options; what each does stands in a module of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli import calling, export, incident_updates
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

commands = typer.Typer(
    name="incident",
    help="An incident from declaration to post-mortem.",
    rich_markup_mode=None,
    no_args_is_help=False,
)

LONGEST = 1024 * 1024
"""Bytes of a block that is pasted."""
Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Incident = Annotated[
    str | None,
    typer.Option("--incident", metavar="ID|last", help="Which one; default: the only open one."),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")]


def register(app: typer.Typer) -> None:
    incident_updates.register(commands)
    export.register(commands)
    calling.register(commands)
    app.add_typer(commands)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


@commands.command()
def declare(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it is, in plain words.")],
    severity: Annotated[
        str | None,
        typer.Option("--severity", metavar="SEV1|SEV2|SEV3", help="Default: as the program proposes."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Begin one, with the evidence of this moment: 0 on record, 2 refused."""
    from cockpit.cli.incidents import declare

    return declare(_settings(context, config), title, severity, json=json)


@commands.command("list")
def list_(context: typer.Context, config: Config = None, json: Json = False) -> int:
    """Every incident, the open ones first."""
    from cockpit.cli.incidents import listed

    return listed(_settings(context, config), json=json)


@commands.command()
def show(context: typer.Context, incident: Incident = None, config: Config = None, json: Json = False) -> int:
    """How it stands: who, what, since when, what is due, the timeline."""
    from cockpit.cli.incidents import show

    return show(_settings(context, config), incident, json=json)


@commands.command()
def join(context: typer.Context, incident: Incident = None, config: Config = None) -> int:
    """Say that you are in."""
    from cockpit.cli.incidents import say_of
    from cockpit.core.incident import words

    return say_of(
        _settings(context, config), incident, lambda one, who, now: [words.joined(one.id, who, now)]
    )


@commands.command()
def note(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT|-", help="What to write down; - reads a pasted block from stdin.")
    ],
    hypothesis: Annotated[
        bool, typer.Option("--hypothesis", help="It is what you think the cause is.")
    ] = False,
    decision: Annotated[bool, typer.Option("--decision", help="It is what was decided.")] = False,
    confirmed: Annotated[
        int | None, typer.Option("--confirmed", metavar="N", help="Hypothesis N is right; TEXT says why.")
    ] = None,
    ruled_out: Annotated[
        int | None, typer.Option("--ruled-out", metavar="N", help="Hypothesis N is wrong; TEXT says why.")
    ] = None,
    incident: Incident = None,
    config: Config = None,
) -> int:
    """Write something down. A pasted chat keeps the times that stand in it."""
    from cockpit.cli.incidents import note

    if sum((hypothesis, decision, confirmed is not None, ruled_out is not None)) > 1:
        raise UsageError("one at a time: --hypothesis, --decision, --confirmed or --ruled-out")
    kind = "hypothesis" if hypothesis else "decision" if decision else "note"
    about = confirmed if confirmed is not None else ruled_out
    verdict = "confirmed" if confirmed is not None else "ruled out" if ruled_out is not None else None
    text = _pasted() if text == "-" else text
    return note(_settings(context, config), incident, kind, text, about, verdict)


def _pasted() -> str:
    """What comes on stdin. Raises UsageError."""
    found = sys.stdin.buffer.read(LONGEST + 1)
    if len(found) > LONGEST:
        raise UsageError(f"stdin holds more than {LONGEST // 1024} KiB", "paste a part of it")
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise UsageError("stdin is no UTF-8 text", "write it in UTF-8") from None


@commands.command()
def role(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ROLE", help="One of incident.roles.")],
    who: Annotated[str, typer.Argument(metavar="WHO", help="Default: you; - for nobody any more.")] = "",
    incident: Incident = None,
    config: Config = None,
) -> int:
    """Say who does what."""
    from cockpit.cli.incidents import say_of
    from cockpit.core.incident import words

    return say_of(
        _settings(context, config),
        incident,
        lambda one, actor, now: [words.role(one.id, name, "" if who == "-" else who or actor, actor, now)],
    )


@commands.command()
def severity(
    context: typer.Context,
    value: Annotated[str, typer.Argument(metavar="SEV1|SEV2|SEV3")],
    reason: Reason = "",
    incident: Incident = None,
    config: Config = None,
) -> int:
    """Say how bad it is, and why."""
    from cockpit.cli.incidents import say_of, severity_of
    from cockpit.core.incident import words

    wanted = severity_of(value)
    return say_of(
        _settings(context, config),
        incident,
        lambda one, actor, now: [words.severity(one.id, wanted, one.severity, reason, actor, now)],
    )


@commands.command("clean-up")
def clean_up(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="Its title, or a part that no other has.")],
    reason: Reason = "",
    config: Config = None,
) -> int:
    """Say that something which was left has been cleaned up, and how."""
    from cockpit.cli.incidents import clean_up

    return clean_up(_settings(context, config), what, reason)


@commands.command()
def resolve(
    context: typer.Context,
    reason: Reason = "",
    leave: Annotated[
        str, typer.Option("--leave", metavar="TEXT", help="Why it is called over with things left.")
    ] = "",
    incident: Incident = None,
    config: Config = None,
) -> int:
    """Call it over: 0 resolved, 1 something stands in the way, 2 refused."""
    from cockpit.cli.incidents import resolve

    if not reason.strip():
        raise UsageError("--reason is empty", "say what ended it, for those who read it later")
    return resolve(_settings(context, config), incident, reason, leave)


@commands.command()
def reopen(
    context: typer.Context,
    reason: Reason = "",
    incident: Incident = "last",
    config: Config = None,
) -> int:
    """It was not over: go on with the one that was resolved last."""
    from cockpit.cli.incidents import say_of
    from cockpit.core.incident import words

    return say_of(
        _settings(context, config),
        incident,
        lambda one, actor, now: [words.reopened(one.id, reason, actor, now)],
    )
