"""Actions with everything filled in but secrets: as they are shown, approved, put on record and done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from cockpit.core.json import Json
from cockpit.core.runbook.actions import (
    Action,
    Command,
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
from cockpit.core.runbook.matchers import filled_matcher
from cockpit.core.runbook.model import Rollback, Runbook, Step
from cockpit.core.runbook.names import names
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.substitute import SubstitutionError, filled, filled_argv, promql_filled
from cockpit.core.runbook.urls import url_filled

MARK: Final = "\ue000"
"""Around the name of a secret, in a private-use character that nothing captured may hold."""
_secret: Final = re.compile(f"{MARK}([A-Za-z0-9_]+){MARK}")

Names = dict[str, Any]
Some = TypeVar("Some")


def names_to_fill(run: Run) -> Names:
    """What texts of this run may refer to; a secret gives its mark, never its value or reference."""
    return hide_secrets(names(run), run.runbook)


def hide_secrets(known: Mapping[str, object], runbook: Runbook) -> Names:
    """Whatever values hold, none but a secret has the mark of one."""
    found: Names = {group: _unmarked(values) for group, values in known.items()}
    for parameter in runbook.parameters:
        if parameter.type == "secret":
            found["params"][parameter.name] = f"{MARK}{parameter.name}{MARK}"
    return found


def _unmarked(value: Any) -> Any:
    match value:
        case str():
            return value.replace(MARK, "")
        case Mapping():
            return {name: _unmarked(each) for name, each in value.items()}
    return value


def with_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """The last filling, just before it is done; the result is never put on record or on a screen.

    What only looks like the mark of a secret stays as it is.
    """
    return _secret.sub(lambda match: secrets.get(match[1], match[0]), text)


def secrets_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_secret.findall(text)))


def shown(text: str) -> str:
    """For people: secrets by name."""
    return _secret.sub(lambda match: f"(secret {match[1]})", text)


def rendered(action: Action, known: Names) -> Action:
    """Raises SubstitutionError when a value is missing or may not stand where it would."""
    match action:
        case Command() | HttpCall():
            return rendered_look(action, known)  # type: ignore[return-value]
        case FlagSet():
            reason = filled(action.reason, known)
            return replace(action, key=filled(action.key, known), to=_scalar(action.to, known), reason=reason)
        case Silence():
            return replace(action, matchers=tuple(filled_matcher(each, known) for each in action.matchers))
        case Notify():
            return Notify(filled(action.to, known), filled(action.text, known))
        case Manual():
            return replace(
                action,
                instructions=lenient(action.instructions, known),
                command=lenient(action.command, known),
            )
        case Probe():
            return replace(action, ask=rendered_look(action.ask, known))
        case Wait():
            return replace(action, promql=promql_filled(action.promql, known))
        case Nested():
            parameters = {name: _scalar(value, known) for name, value in action.parameters.items()}
            return replace(action, parameters=parameters)
    return action


def rendered_look(look: Look, known: Names) -> Look:
    match look:
        case Command() if look.shell:  # values come by the environment; a text for a shell is never filled
            _fits_environment(known)
            return look
        case Command():
            return replace(look, argv=filled_argv(look.argv, known))
        case HttpCall():
            return replace(
                look,
                url=url_filled(look.url, known),
                headers={name: filled(value, known) for name, value in look.headers.items()},
                json=_json(look.json, known),
            )
        case Promql(query):
            return Promql(promql_filled(query, known))
        case FlagLook() | SignalLook():
            return look


def _fits_environment(known: Names) -> None:
    for group in ("params", "captures"):
        for name, value in known.get(group, {}).items():
            if "\0" in str(value):
                raise SubstitutionError(f"the value of {name} holds a NUL")


def rendered_rollback(rollback: Rollback, known: Names) -> Rollback:
    """Raises SubstitutionError; whoever goes without undo replaces it with a reason."""
    while_ = rollback.reversible_while
    return replace(
        rollback,
        action=rendered(rollback.action, known) if rollback.action else None,
        reversible_while=(rendered_look(while_[0], known), while_[1]) if while_ else None,
    )


def lenient(text: str, known: Names) -> str:
    """For texts that only people read: what is missing stays as it is written."""
    try:
        return filled(text, as_written(known))
    except SubstitutionError:
        return text


def with_titles(runbook: Runbook, known: Names) -> Runbook:
    """Its steps named as people know them in this run."""

    def named(step: Step) -> Step:
        return replace(step, title=shown(lenient(step.title, known))) if "${" in step.title else step

    return replace(
        runbook, steps=tuple(map(named, runbook.steps)), finally_=tuple(map(named, runbook.finally_))
    )


def as_written(known: Names) -> Names:
    """For showing only: what has no value yet gives its own `${...}`."""
    groups = {"params", "captures", "answers", "run", "incident"}
    return {group: _Written(group, known.get(group) or {}) for group in groups}


class _Written(dict[str, object]):
    def __init__(self, group: str, known: Mapping[str, object]) -> None:
        super().__init__({name: value for name, value in known.items() if value is not None})
        self.group = group

    def get(self, name: str, default: object = None) -> object:
        return super().get(name, f"${{{self.group}.{name}}}")


def _scalar(value: Any, known: Names) -> Any:
    return filled(value, known) if isinstance(value, str) else value


def _json(value: object, known: Names) -> Json:
    match value:
        case str():
            return filled(value, known)
        case Mapping():
            return {str(key): _json(each, known) for key, each in value.items()}
        case list() | tuple():
            return [_json(each, known) for each in value]
    return value  # type: ignore[return-value]  # a number, true, false or null
