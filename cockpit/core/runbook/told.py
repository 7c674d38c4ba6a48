"""Actions in one line each, for plans, screens and paper. Not yet clean for a terminal."""

from __future__ import annotations

import shlex

from cockpit.core.runbook.actions import (
    Action,
    Command,
    Decide,
    EndSilence,
    FlagLook,
    FlagSet,
    HttpCall,
    Look,
    Manual,
    Nested,
    Notify,
    Probe,
    Promql,
    SignalLook,
    Silence,
    Wait,
)
from cockpit.core.runbook.model import Approval, Confirm, Rollback, Step
from cockpit.core.runbook.render import shown

KINDS = {
    Command: "run",
    HttpCall: "http",
    FlagSet: "flag",
    Silence: "silence",
    EndSilence: "silence",
    Notify: "notify",
    Manual: "manual",
    Decide: "decide",
    Probe: "probe",
    Wait: "wait",
    Nested: "runbook",
}


def kind_of(action: Action) -> str:
    """The field of the file that it was written under."""
    return KINDS[type(action)]


def does(action: Action) -> str:
    match action:
        case Command() | HttpCall():
            return looks_at(action)
        case FlagSet(key, to, _, env):
            return f"set {key}{f'@{env}' if env else ''} to {_plain(to)}"
        case Silence(matchers, lasts):
            return f"silence {', '.join(matchers)} for {lasts:g} s"
        case EndSilence():
            return "end the silence"
        case Notify(to, text):
            return f"tell {to}: {shown(text)}"
        case Manual(instructions, command):
            return shown(f"{instructions}\n$ {command}" if command else instructions)
        case Decide(options):
            return " or ".join(each.label for each in options)
        case Probe(ask):
            return looks_at(ask)
        case Wait(lasts=None, promql=promql, success=success):
            return f"wait until {success}: {promql}"
        case Wait(lasts=lasts):
            return f"wait {lasts:g} s"
        case Nested(runbook):
            return f"runbook {runbook}"


def looks_at(ask: Look) -> str:
    match ask:
        case Command(argv, shell):
            return shown(argv[0] if shell else shlex.join(argv))
        case HttpCall(method, url):
            return shown(f"{method} {url}")
        case Promql(query):
            return query
        case SignalLook(service, signal):
            return f"{signal} of {service}"
        case FlagLook(key):
            return f"flag {key}"


def undo_words(step: Step) -> tuple[bool, str]:
    """(whether there is a way back, how or why not)"""
    rollback: Rollback | None = step.rollback
    if isinstance(step.action, Nested):
        return True, f"takes {step.action.runbook} back"
    if rollback is None:
        return False, "nothing to undo" if step.reach == "read" else _without(step.action)
    if rollback.action is None:
        alternative = f"; instead: {rollback.alternative}" if rollback.alternative else ""
        return False, f"{rollback.reason or 'no undo'}{alternative}"
    limit = f", for {rollback.reversible_for:g} s" if rollback.reversible_for else ""
    return True, f"{does(rollback.action)}{limit}"


def approval_words(approval: Approval | None) -> str:
    """Empty where nobody else has to agree."""
    if approval is None or approval.min < 1:
        return ""
    others = "a second person approves" if approval.min == 1 else f"{approval.min} others approve"
    return f"{others} ({' or '.join(approval.by)})" if approval.by else others


def _without(action: Action) -> str:
    return "what is sent is sent" if isinstance(action, Notify) else "nobody has written how"


def confirm_words(confirm: Confirm, step: Step) -> str:
    return (confirm.phrase or step.id) if confirm.how == "type" else confirm.how


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
