"""Actions and looks of runbooks, from the file's shape to the core's."""

from __future__ import annotations

from typing import TypeAlias

from cockpit.config.models import runbook_actions as files
from cockpit.config.models import runbook_looks as looks
from cockpit.core.runbook.actions import (
    Action,
    Command,
    Decide,
    FlagLook,
    FlagSet,
    HttpCall,
    Look,
    Manual,
    Nested,
    Notify,
    Option,
    Probe,
    Promql,
    Silence,
    Wait,
)

_Run: TypeAlias = "str | tuple[str, ...]"


def look(declared: looks.Look) -> Look:
    """Of the one thing that is asked."""
    if declared.run is not None:
        return command(declared.run)
    if declared.promql is not None:
        return Promql(declared.promql)
    if declared.http is not None:
        return http(declared.http)
    assert declared.flag is not None  # the model sees to it that there is one
    return FlagLook(declared.flag.key, declared.flag.provider, declared.flag.env)


def action(declared: files.Doing) -> Action:
    """Of the one thing that is done."""
    if declared.run is not None:
        return command(declared.run, declared.stdin)
    if declared.http is not None:
        return http(declared.http)
    if declared.flag is not None:
        return _flag(declared.flag)
    if declared.silence is not None:
        return Silence(declared.silence.matchers, declared.silence.for_)
    if declared.notify is not None:
        return Notify(declared.notify.to, declared.notify.text)
    if declared.runbook is not None:
        return Nested(declared.runbook.id, dict(declared.runbook.parameters))
    return _of_a_person(declared)


def _of_a_person(declared: files.Doing) -> Action:
    """Those that change nothing by themselves."""
    if declared.manual is not None:
        manual = declared.manual
        return Manual(manual.instructions, manual.command, manual.evidence, manual.answer)
    if declared.decide is not None:
        return Decide(
            tuple(Option(each.label, each.when or "", each.goto) for each in declared.decide.options)
        )
    if declared.probe is not None:
        return Probe(look(declared.probe), declared.probe.success or "")
    assert declared.wait is not None
    wait = declared.wait
    return Wait(wait.for_, wait.promql or "", wait.success or "", wait.within)


def command(run: _Run, stdin: str = "") -> Command:
    """A text is for a shell."""
    return Command((run,), True, stdin) if isinstance(run, str) else Command(run, False, stdin)


def http(declared: looks.Http) -> HttpCall:
    expect = declared.expect
    return HttpCall(
        method=declared.method,
        url=declared.url,
        headers=declared.headers,
        json=declared.json_,
        status=expect.status,
        pointer=expect.json_,
        equals=expect.equals,
    )


def _flag(declared: files.FlagSet) -> FlagSet:
    return FlagSet(
        key=declared.key,
        to=declared.to,
        provider=declared.provider,
        env=declared.env,
        reason=declared.reason,
        expires=declared.expires,
    )
