"""Commands around runs, with their options; what each does stands in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli.settings import Settings

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Params = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter of the runbook.")
]
OnTarget = Annotated[
    str, typer.Option("--target", metavar="NAME", help="What it acts on, instead of the runbook's own.")
]
Given = Annotated[
    list[str] | None,
    typer.Option(
        "--answer",
        metavar="STEP=TEXT",
        help="Said to a question: STEP=y, STEP=LABEL, undo:STEP=y, pre:N=REASON, hold:STEP=retry.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="A key for every question that a key answers.")]
Events = Annotated[bool, typer.Option("--json", help="One event of the journal a line.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="As in R-7, or last.")]
BookName = Annotated[str, typer.Argument(metavar="ID", help="Id of a runbook.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")]


def register(app: typer.Typer) -> None:
    for command in (runbooks, plan, check, run, runs, resume, rollback, takeover, approve, approvals):
        app.command()(command)
    app.command(context_settings={"ignore_unknown_options": True})(do)


def _settings(context: typer.Context, config: Path | None) -> Settings:
    from cockpit.cli.app import settings_of

    return settings_of(context, config)


def runbooks(context: typer.Context, config: Config = None, json: Json = False) -> int:
    """What can be run, and how much of it can be undone."""
    from cockpit.cli.runbooks import runbooks

    return runbooks(_settings(context, config), json=json)


def plan(
    context: typer.Context,
    id: BookName,
    config: Config = None,
    param: Params = None,
    target: OnTarget = "",
    json: Json = False,
) -> int:
    """What a runbook would do now; only looks: 0 nothing stands in its way, 2 something does."""
    from cockpit.cli.runbooks import plan

    return plan(_settings(context, config), id, param or [], target=target, json=json)


def check(
    context: typer.Context, id: BookName, config: Config = None, param: Params = None, target: OnTarget = ""
) -> int:
    """The plan, and the preview of every step that has one."""
    from cockpit.cli.runbooks import check

    return check(_settings(context, config), id, param or [], target=target)


def run(
    context: typer.Context,
    id: BookName,
    config: Config = None,
    param: Params = None,
    target: OnTarget = "",
    incident: Annotated[
        str | None, typer.Option("--incident", metavar="ID|none", help="Which incident it belongs to.")
    ] = None,
    answer: Given = None,
    yes: Yes = False,
    json: Events = False,
) -> int:
    """Run a runbook, step by step: 0 completed, 1 held or failed, 2 refused, 3 an effect is unknown."""
    from cockpit.cli.run import Manner, run

    manner = Manner(answer or (), yes, json)
    return run(_settings(context, config), id, param or [], manner, target=target, incident=incident)


def runs(
    context: typer.Context,
    config: Config = None,
    every: Annotated[bool, typer.Option("--all", help="Not only the newest 50.")] = False,
    mode: Annotated[str | None, typer.Option("--mode", metavar="live|drill", help="Only these.")] = None,
    json: Json = False,
) -> int:
    """What was run, newest first, and what still needs somebody."""
    from cockpit.cli.runs import runs

    return runs(_settings(context, config), every=every, mode=mode, json=json)


def resume(
    context: typer.Context,
    run: RunName,
    config: Config = None,
    answer: Given = None,
    yes: Yes = False,
    json: Events = False,
) -> int:
    """Go on with a run that nobody looks after; what it left running is found and never repeated."""
    from cockpit.cli.run import Manner, resume

    return resume(_settings(context, config), run, Manner(answer or (), yes, json))


def rollback(
    context: typer.Context,
    run: RunName,
    config: Config = None,
    answer: Given = None,
    yes: Yes = False,
    json: Events = False,
    reason: Reason = "",
) -> int:
    """Take back what a run left standing, newest first: 0 nothing of it stands any more."""
    from cockpit.cli.run import Manner, resume

    manner = Manner(answer or (), yes, json)
    return resume(_settings(context, config), run, manner, rollback=True, reason=reason)


def takeover(
    context: typer.Context,
    run: RunName,
    config: Config = None,
    answer: Given = None,
    yes: Yes = False,
    json: Events = False,
) -> int:
    """Look after a run whose owner is gone; refused while somebody has it."""
    from cockpit.cli.run import Manner, resume

    return resume(_settings(context, config), run, Manner(answer or (), yes, json))


def approve(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="As in R-7; without it the only one.")] = "",
    step: Annotated[str, typer.Argument(metavar="STEP", help="Without it the only one of the run.")] = "",
    reason: Reason = "",
    config: Config = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no.")] = False,
    digest: Annotated[
        str, typer.Option("--digest", metavar="PREFIX", help="Only if it is what was shown.")
    ] = "",
) -> int:
    """Approve a step of somebody else's run, or refuse it: 0 on record, 2 it may not be."""
    from cockpit.cli.approving import approve

    return approve(_settings(context, config), run, step, refuse=refuse, reason=reason, digest=digest)


def approvals(context: typer.Context, config: Config = None, json: Json = False) -> int:
    """What waits for a second person: the step in full, its digest, who asks and until when."""
    from cockpit.cli.approving import approvals

    return approvals(_settings(context, config), json=json)


def do(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(metavar="-- CMD", help="The command and its arguments.")],
    config: Config = None,
    target: OnTarget = "",
    reason: Reason = "",
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="NAME", help="The name of a target that is protected.")
    ] = "",
) -> int:
    """Run any command under the same shim, target and record; marked as having no known undo."""
    from cockpit.cli.do import do

    return do(_settings(context, config), command, target=target, reason=reason, confirm=confirm)
