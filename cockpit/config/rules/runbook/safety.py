"""Steps that change the world: can they be taken back (R02), repeated (R03), found out about (R04), agreed to
(R06); secrets (R07) and shells (R08)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cockpit.config.findings import short
from cockpit.config.rules.runbook.book import Book, Path, StepAt, Text
from cockpit.config.rules.runbook.world import World
from cockpit.config.secret_keys import is_reference, names_secret
from cockpit.core.runbook.substitute import references
from cockpit.errors import Finding

_KNOWS_ITSELF: Final = frozenset({"flag", "notify", "silence", "runbook"})
"""A flag can be read, a silence is found again, of a message nobody asks, a runbook's steps know."""
_MAY_HOLD_SECRETS: Final = frozenset({"env", "header", "body"})
_HEADERS: Final = frozenset({"authorization", "cookie", "x-api-key", "x-auth-token", "proxy-authorization"})
_option: Final = re.compile(r"--?([A-Za-z][\w-]*)(?:=(.*))?", re.DOTALL)
_in_shell: Final = re.compile(r"--([A-Za-z][\w-]*)[= ]+[\"']?[^\s$\"'-]")
_bearer: Final = re.compile(r"authorization:\s*\w+\s+[^\s$]{6,}", re.IGNORECASE)
_IN_A_SHELL: Final = {"params": "PARAM_", "captures": "CAPTURE_"}
"""What the names of variables begin with that a shell gets."""
_BY_ENV: Final = "pass it by env: or stdin:, with a parameter of type secret"


def complaints(book: Book, world: World | None) -> Iterator[Finding]:
    for step in book.steps:
        if book.is_whole(step):
            yield from _undo(book, step)
            yield from _again(book, step)
            yield from _unknown(book, step)
            yield from _agreed(book, step, world)
    yield from _literal_secrets(book)
    for text in book.every_text:
        yield from _secret_or_shell(book, text)


def _undo(book: Book, step: StepAt) -> Iterator[Finding]:
    """`finally` has no undo, a message cannot be taken back, a silence is ended, and a runbook's steps have
    their own."""
    if not step.writes or step.path[0] == "finally" or step.part.does in ("notify", "runbook"):
        return
    rollback = step.part.rollback
    if rollback is None and step.part.does == "silence":
        return
    if rollback is None:
        message = f"{step.name} changes something and does not say how to take it back"
        hint = "add rollback: with what undoes it, or {none: true, reason: ...}"
        yield book.say("R02", step.path, message, hint)
    elif rollback.none and not rollback.reason.strip():
        message = f"{step.name} cannot be taken back and does not say why"
        yield book.say("R02", (*step.path, "rollback"), message, "add reason: ... beside none: true")


def _again(book: Book, step: StepAt) -> Iterator[Finding]:
    retry = step.part.retry
    if retry and retry.attempts > 1 and step.writes and not step.part.idempotent:
        message = f"{step.name} would be repeated by itself, and is not idempotent"
        hint = "remove retry, or add idempotent: true if twice is the same as once"
        yield book.say("R03", (*step.path, "retry"), message, hint)


def _unknown(book: Book, step: StepAt) -> Iterator[Finding]:
    part = step.part
    if step.writes and part.does not in _KNOWS_ITSELF and part.reconcile is None and part.on_unknown is None:
        message = f"nobody can find out whether {step.name} happened when its end was not seen"
        yield book.say("R04", step.path, message, "add reconcile: with a look at it, or on_unknown: ask")


def _agreed(book: Book, step: StepAt, world: World | None) -> Iterator[Finding]:
    part = step.part
    if part.approval is not None:
        return
    hint = "add approval: {min: 1}"
    if part.point_of_no_return is not None:
        message = f"{step.name} is a point of no return, and nobody else has to agree"
        yield book.say("R06", (*step.path, "point_of_no_return"), message, hint, key=True)
    elif part.effect == "destructive" and not _is_protected(book, step, world):
        yield book.say("R06", step.path, f"{step.name} is destructive, and nobody else has to agree", hint)


def _is_protected(book: Book, step: StepAt, world: World | None) -> bool:
    """There somebody has to agree anyhow."""
    return world is not None and (step.part.target or book.metadata.target) in world.protected


def _literal_secrets(book: Book) -> Iterator[Finding]:
    for name, parameter in book.part.parameters.items():
        default = parameter.default
        if parameter.type == "secret" and default is not None and not is_reference(str(default)):
            message = f"the secret '{name}' is written as its default"
            hint = "write a reference such as env:NAME, and change the secret: it was seen"
            yield book.say("R07", ("parameters", name, "default"), message, hint)
    value = book.every_text
    for number, text in enumerate(value):
        before = value[number - 1] if number else None
        if _is_secret_argument(text, before):
            message = "a secret is written in an argument, where every process can read it"
            yield book.say("R07", text.path, message, _BY_ENV)
        header = str(text.path[-1]).lower()
        if text.role == "header" and header in _HEADERS and "${" not in text.text and text.text:
            message = f"the header '{short(header)}' is written in the file"
            yield book.say("R07", text.path, message, "write ${params.NAME}, with a parameter of type secret")


def _is_secret_argument(text: Text, before: Text | None) -> bool:
    if text.role == "shell":
        return any(names_secret(found[1]) for found in _in_shell.finditer(text.text))
    if text.role != "argv" or "${" in text.text:
        return False
    if _bearer.search(text.text):
        return True
    if (option := _option.fullmatch(text.text)) and option[2]:
        return names_secret(option[1])
    if before is None or before.path[:-1] != text.path[:-1] or text.text.startswith("-"):
        return False
    option = _option.fullmatch(before.text)
    return bool(option and option[2] is None and names_secret(option[1]))


def _secret_or_shell(book: Book, text: Text) -> Iterator[Finding]:
    """One fault of a text: a secret in it, else a shell that would read its values as commands."""
    if text.role == "condition":
        return
    names = references(text.text)
    if text.role not in _MAY_HOLD_SECRETS:
        for name in names:
            parameter = book.part.parameters.get(name.removeprefix("params."))
            if name.startswith("params.") and parameter and parameter.type == "secret":
                where = (
                    "in an argument, where every process can read it" if _runs(text) else "where it is shown"
                )
                yield book.say("R07", text.path, f"the secret '{name}' stands {where}", _BY_ENV)
                return
    if text.role == "shell" and names:
        message = f"a shell would read the value of ${{{names[0]}}} as part of the command"
        yield book.say("R08", text.path, message, _for_a_shell(names[0]))


def _for_a_shell(name: str) -> str:
    """A shell finds parameters and captures in its environment, where their value is only text."""
    group, _, key = name.partition(".")
    if group in ("params", "captures"):
        return f'write "${_IN_A_SHELL[group]}{key}" instead, with the quotes'
    return "write a list without shell: true"


def _runs(text: Text) -> bool:
    return text.role in ("argv", "shell")


__all__ = ["Path", "complaints"]
