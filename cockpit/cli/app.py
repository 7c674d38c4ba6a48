"""The command line as people type it: every command with its options, and the screen without one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from cockpit.cli import (
    alert_commands,
    drill_commands,
    flag_commands,
    import_commands,
    incident,
    journal,
    looking_back_commands,
    onboarding_commands,
    readiness_commands,
    run_commands,
    team_commands,
    whatif_commands,
)
from cockpit.cli.settings import DEMO, THEMES, Settings
from cockpit.errors import UsageError

# The parser's own errors have no public name; this is the class above BadParameter, UsageError and the like.
Refused: type[Exception] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="cockpit",
    help="A terminal cockpit for incident response. Without a command it opens on the screen.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(journal.commands)
run_commands.register(app)
flag_commands.register(app)
alert_commands.register(app)
incident.register(app)
import_commands.register(app)
looking_back_commands.register(app)
drill_commands.register(app)
onboarding_commands.register(app)
whatif_commands.register(app)
readiness_commands.register(app)
team_commands.register(app)

BEFORE_THE_COMMAND = frozenset({"--prometheus", "--readonly", "--alert", "--ascii", "--theme"})

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


@cache
def command() -> Any:
    """All that can be typed, as the parser wants it; its type has no public name."""
    return get_command(app)


def invoke(arguments: Sequence[str]) -> int:
    """Runs a command. Raises CockpitError; wrong usage is UsageError.

    Not by calling `app`: that would turn an interrupt and a reader who has gone into exits of its own.
    """
    whole = command()
    try:
        with whole.make_context("cockpit", list(arguments)) as context:
            code = whole.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except Refused as error:
        raise UsageError(_message(error), _hint(error)) from None
    return code if isinstance(code, int) else 0


def _message(error: Exception) -> str:
    """What the parser says, in one line."""
    tell = getattr(error, "format_message", None)
    return " ".join(str(tell() if tell else error).split())


def _hint(error: Exception) -> str:
    """Where an option belongs that stands in the wrong place."""
    name = str(getattr(error, "option_name", "")).partition("=")[0]
    if name in BEFORE_THE_COMMAND:
        return f"{name} stands before the command: cockpit {name} ... COMMAND"
    return "`cockpit --help` tells what there is"


def _version(wanted: bool) -> None:
    if wanted:
        from cockpit import __version__

        typer.echo(f"cockpit {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def cockpit(
    context: typer.Context,
    config: Config = None,
    readonly: Annotated[bool, typer.Option("--readonly", help="Look only; nothing can be decided.")] = False,
    alert: Annotated[
        str, typer.Option("--alert", metavar="NAME", help="Open on what this alert is about.")
    ] = "",
    prometheus: Annotated[
        str,
        typer.Option("--prometheus", metavar="URL", help="Ask this server instead of the configured one."),
    ] = "",
    ascii: Annotated[bool, typer.Option("--ascii", help="For fonts without the glyphs.")] = False,
    theme: Annotated[str, typer.Option("--theme", help="One of " + ", ".join(THEMES) + ".")] = "dark",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> int:
    if theme not in THEMES:
        raise UsageError(f"there is no theme '{theme}'", f"there are {', '.join(THEMES)}")
    settings = Settings(config, readonly, alert, prometheus, ascii, theme)
    context.obj = settings
    if context.invoked_subcommand is not None:
        return 0
    from cockpit.cli.screen import open_screen

    return open_screen(settings)


def settings_of(context: typer.Context, config: Path | None) -> Settings:
    """What stands before the command, with `--config` behind it where that is given."""
    from dataclasses import replace

    settings: Settings = context.obj
    return settings if config is None else replace(settings, config=config)


@app.command()
def demo(
    context: typer.Context,
    config: Config = None,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="ID", help="Which incident is played.")
    ] = DEMO,
) -> int:
    """The same program on a simulated shop in the middle of an incident; needs nothing."""
    from dataclasses import replace

    from cockpit.cli.screen import open_screen

    return open_screen(replace(settings_of(context, config), demo=True, scenario=scenario))


@app.command()
def status(
    context: typer.Context,
    config: Config = None,
    json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again at every poll.")] = False,
    until: Annotated[
        str | None, typer.Option("--until", metavar="contained|clear", help="Wait for it: 0 reached, 1 not.")
    ] = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="DURATION", help="Wait at most so long, as in 10m.")
    ] = None,
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="NAME", help="By the signals of one cluster alone.")
    ] = "",
) -> int:
    """One look: 0 all OK, 1 at risk or degraded, 2 failing, down or data wrong, 3 unknown."""
    from cockpit.cli.status import status

    settings = settings_of(context, config)
    return status(settings, json=json, watch=watch, until=until, timeout=timeout, cluster=cluster)


@app.command()
def lint(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; default: the configuration.")
    ] = None,
    config: Config = None,
    json: Json = False,
    live: Annotated[
        bool, typer.Option("--live", help="Also ask Prometheus whether queries return anything.")
    ] = False,
) -> int:
    """What is wrong in files, and what to write instead: 0 no error, 1 errors."""
    from cockpit.cli.lint import lint

    return lint(settings_of(context, config), paths or [], json=json, live=live)


@app.command()
def doctor(
    context: typer.Context,
    runbooks: Annotated[
        bool, typer.Option("--runbooks", help="Also the tools and targets that runbooks need.")
    ] = False,
    config: Config = None,
) -> int:
    """What can be reached, and how this terminal and installation are: 0 fine, 1 findings."""
    from cockpit.cli.doctor import doctor

    return doctor(settings_of(context, config), runbooks=runbooks)


@app.command()
def record(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file; NDJSON, one poll a line.")],
    config: Config = None,
) -> int:
    """Write every poll down until interrupted, for `cockpit replay`."""
    from cockpit.cli.record import record

    return record(settings_of(context, config), file)


@app.command()
def watch(
    context: typer.Context,
    config: Config = None,
    again: Annotated[
        str | None,
        typer.Option("--again", metavar="DURATION", help="Between two reminders of the same (default 15m)."),
    ] = None,
) -> int:
    """The same engine without a screen, for a service manager: reminds, and keeps the last picture."""
    from cockpit.cli.watch import watch

    return watch(settings_of(context, config), again)


@app.command()
def replay(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `cockpit record` wrote.")],
    config: Config = None,
    speed: Annotated[
        float | None, typer.Option("--speed", metavar="N", help="So many times as fast as it was recorded.")
    ] = None,
    json: Json = False,
) -> int:
    """The same engine over a recording: on the screen, or with --json one status document a line."""
    from cockpit.cli.replay import replay

    return replay(settings_of(context, config), file, speed=speed, json=json)


@app.command()
def trust(
    context: typer.Context,
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", help="All that are shown, without being asked.")] = False,
) -> int:
    """The commands that it runs for secrets and for who is on call: which may, and which to look at."""
    from cockpit.cli.trust import trust

    return trust(settings_of(context, config), yes=yes)


@app.command()
def schema(kind: Annotated[str, typer.Argument(help="Cockpit, Preset, Scenario or Runbook.")]) -> int:
    """JSON Schema of one kind of file, for editors."""
    from cockpit.cli.schema import schema

    return schema(kind)


@app.command("print")
def print_(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="Of a runbook.")],
    config: Config = None,
) -> int:
    """A runbook as Markdown: for paper, and for the night when the cockpit itself is broken."""
    from cockpit.cli.print import print_runbook

    return print_runbook(settings_of(context, config), id)


@app.command()
def report(
    context: typer.Context,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="One file that a browser opens.")],
    config: Config = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="NAME", help="Local time beside UTC, as in Europe/Berlin."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> int:
    """How it stands, as a page for people without a terminal; it says what nobody can see."""
    from cockpit.cli.report import report

    return report(settings_of(context, config), html, zone=zone, force=force)


@app.command()
def rules(context: typer.Context, config: Config = None) -> int:
    """Recording rules for Prometheus that make the grouped queries cheaper."""
    from cockpit.cli.rules import rules

    return rules(settings_of(context, config))
