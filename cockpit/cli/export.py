"""`cockpit incident export`: the post-mortem of one incident, to a file or to stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli.acting import in_world
from cockpit.cli.settings import Settings
from cockpit.core.incident.model import Incident, open_ones

if TYPE_CHECKING:
    from cockpit.core.state import State
    from cockpit.engine.runs.world import World


def register(commands: typer.Typer) -> None:
    """Beside the other commands around incidents."""
    commands.command("export")(_command)


def _command(
    context: typer.Context,
    incident: Annotated[
        str | None,
        typer.Option("--incident", metavar="ID|last", help="Which one; default: the only open one."),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option("--format", metavar="markdown|html|json", help="Default: as the file is named."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Default: stdout.")] = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="NAME", help="Local time beside UTC, as in Europe/Berlin."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
    ] = None,
) -> int:
    """The post-mortem: Markdown, one HTML file with charts, or JSON."""
    from cockpit.cli.app import settings_of

    return export(settings_of(context, config), incident, format, out, zone=zone, force=force)


def export(
    settings: Settings,
    incident: str | None,
    format: str | None,
    out: Path | None,
    *,
    zone: str | None = None,
    force: bool = False,
) -> int:
    """0 written. Raises UsageError and JournalError; a history that cannot be read is told in it."""

    async def work(world: World) -> int:
        from dataclasses import replace

        from cockpit.cli import zones
        from cockpit.cli.exporting import format_of, postmortem_files
        from cockpit.cli.files import put
        from cockpit.cli.loading import live
        from cockpit.cli.output import say
        from cockpit.engine.runs.remembered import record_now

        chosen, now = format_of(format, out), world.clock.now()
        there = zones.named(zone, now)
        engine = live(settings, readonly=True)
        state = replace(engine.state, record=await record_now(world.journal))
        id = which(state, incident).id
        texts = await postmortem_files(
            state, world.journal, engine.reach, id, now, zone=there, formats=[chosen]
        )
        if out is None:
            write(texts[chosen])
        else:
            put(out, texts[chosen], force=force)
            say([f"{id} written to {out}"])
        return 0

    return in_world(settings, work, reads_only=True)


def which(state: State, name: str | None) -> Incident:
    """As everywhere; but where none is open, the last one is what a post-mortem is about."""
    from cockpit.cli.looking import incident_named

    known = state.record.incidents
    none_open = name is None and known and not open_ones(known.values())
    return incident_named(state, "last" if none_open else name)


def write(text: str) -> None:
    """In what the other end can show; texts are clean by now."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()
