"""Looks: what is so right now, by the names that conditions use. Nothing here changes the world."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from cockpit.core.json import pointed
from cockpit.core.levels import Seconds
from cockpit.core.model import Target
from cockpit.core.runbook.actions import Command, FlagLook, HttpCall, Look, Promql, SignalLook
from cockpit.core.runbook.conditions import evaluate, names_in
from cockpit.core.runbook.model import Condition, Runbook, Step
from cockpit.core.runbook.render import MARK, Names, rendered_look, secrets_in, with_secrets
from cockpit.core.runbook.substitute import SubstitutionError, filled_env, references
from cockpit.core.runbook.work import (
    JUST_LOOKING,
    Answered,
    Ending,
    Exit,
    Job,
    Output,
    Purpose,
    PurposeKind,
    Reading,
    Started,
)
from cockpit.engine.refusing import only_looks
from cockpit.engine.runs.surroundings import environment, working_folder
from cockpit.engine.runs.world import World
from cockpit.errors import CockpitError

PATIENCE: Seconds = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look has brought. `why` says why it brought nothing; then conditions are unknown."""

    names: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    """All of the answer, for captures."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Looks for one run: on its target, with its secrets."""

    world: World
    runbook: Runbook
    target: Target | None
    known: Names
    secrets: Mapping[str, str] = field(default_factory=dict)
    purpose: Purpose = JUST_LOOKING

    def to(self, kind: PurposeKind, step: str = "", *, name: str = "", yes: str = "", no: str = "") -> Eyes:
        """The same eyes with something in mind."""
        return replace(self, purpose=Purpose(self.runbook.id, step, kind, name, yes, no, self.known))

    async def look(self, ask: Look, env: Mapping[str, str] | None = None, within: Seconds = PATIENCE) -> Seen:
        try:
            filled = rendered_look(ask, self.known)
            env = filled_env(env or {}, self.known)
        except SubstitutionError as error:
            return Seen(why=str(error))
        try:
            match filled:
                case Command():
                    return await self._command(filled, env, within)
                case HttpCall():
                    return await self._http(filled, within)
                case Promql(query):
                    return _number(await self.world.metrics.instant(query))
                case SignalLook(service, signal):
                    return _number(await self.world.metrics.signal(service, signal))
                case FlagLook():
                    return await self._flag(filled)
        except CockpitError as error:
            return Seen(why=str(error))

    async def holds(self, condition: Condition) -> tuple[bool | None, str]:
        """(whether it holds, None: cannot be told; why not)"""
        success = condition.success or default_success(condition.ask)
        seen = await self.to("look", yes=success).look(condition.ask)
        if seen.why:
            return None, seen.why
        holds = evaluate(success, {**self.known, **seen.names}) if success else True
        return holds, "" if holds else f"{success} does not hold{_value_of(seen)}"

    async def _command(self, command: Command, env: Mapping[str, str], within: Seconds) -> Seen:
        if only_looks(self.world):
            return Seen(why="not read: in read-only mode no command is started")
        end = await self._run(command, env, within)
        if end.ending is not Ending.EXITED:
            return Seen(why=end.reason or f"the command ended: {end.ending}")
        stdout = end.stdout.strip()
        if end.code != 0 and not stdout and self._ignores("exit_code"):
            return Seen(why=f"the command ended with {end.code} and said nothing")
        names = {"exit_code": end.code, "stdout": stdout, "value": as_number(stdout)}
        return Seen(names, stdout)

    def _ignores(self, *failures: str) -> bool:
        """Whether the conditions would take a failed answer for one that says no: absent is not false."""
        asked = [each for each in (self.purpose.yes, self.purpose.no) if each]
        return bool(asked) and not any(name in failures for each in asked for name in names_in(each))

    async def _run(self, command: Command, env: Mapping[str, str], within: Seconds) -> Exit:
        job = command_job(self, command, env, within)
        out: list[str] = []
        async for heard in self.world.runner.run(job):
            match heard:
                case Exit():
                    return heard if heard.stdout else replace(heard, stdout="".join(out))
                case Output("stdout", text):
                    out.append(text)
                case Started() | Output():
                    pass
        return Exit(Ending.LOST)

    async def _http(self, call: HttpCall, within: Seconds) -> Seen:
        answer = await self.world.http.send(
            secret_call(call, self.secrets),
            within=within,
            headers={},
            secrets=tuple(self.secrets.values()),
            purpose=self.purpose,
        )
        if answer.status is None:
            return Seen(why=answer.reason or f"no answer ({answer.outcome})")
        value: object = None
        if call.pointer:
            try:
                value = pointed(json.loads(answer.body), call.pointer)
            except (ValueError, LookupError):
                value = None
        ok = answer.outcome is Answered.DONE
        if not ok and self._ignores("exit_code", "status"):
            return Seen(why=answer.reason or f"the answer is {answer.status}")
        names = {"status": answer.status, "stdout": answer.body.strip(), "exit_code": 0 if ok else 1}
        return Seen({**names, "value": _plain(value)}, answer.body.strip())

    async def _flag(self, look: FlagLook) -> Seen:
        provider = self.world.flags.get(look.provider) or next(iter(self.world.flags.values()), None)
        if provider is None:
            return Seen(why=f"there is no flag provider '{look.provider}'")
        state = await provider.get(look.key, look.env)
        if state is None:
            return Seen(why=f"there is no flag '{look.key}'")
        return Seen({"value": state.value}, str(state.value))


def command_job(eyes: Eyes, command: Command, env: Mapping[str, str], within: Seconds) -> Job:
    """A job that leaves nothing behind; its secrets are filled in here and nowhere else."""
    secrets = eyes.secrets
    wanted = environment(eyes.target, eyes.world.environ, env)
    argv = command.argv
    if command.shell:
        argv = ("/bin/sh", "-c", command.argv[0])
        wanted |= shell_values(eyes.known)
    return Job(
        nonce=uuid4().hex,
        argv=tuple(with_secrets(each, secrets) for each in argv),
        env={name: with_secrets(value, secrets) for name, value in wanted.items()},
        cwd=working_folder(eyes.target, eyes.runbook),
        timeout=within,
        stdin=secrets.get(command.stdin, "") if command.stdin else "",
        secrets=tuple(value for value in secrets.values() if value),
        purpose=eyes.purpose,
    )


def shell_values(known: Names) -> dict[str, str]:
    """Values for a text that a shell reads: by environment, `PARAM_x` and `CAPTURE_y`, never inside it."""
    found = {}
    for group, prefix in (("params", "PARAM_"), ("captures", "CAPTURE_")):
        for name, value in known.get(group, {}).items():
            if value is not None:
                found[prefix + name] = str(value)
    return found


def secret_call(call: HttpCall, secrets: Mapping[str, str]) -> HttpCall:
    headers = {name: with_secrets(value, secrets) for name, value in call.headers.items()}
    return replace(
        call, url=with_secrets(call.url, secrets), headers=headers, json=_filled(call.json, secrets)
    )


def _filled(value: object, secrets: Mapping[str, str]) -> object:
    match value:
        case str():
            return with_secrets(value, secrets) if secrets_in(value) else value
        case Mapping():
            return {key: _filled(each, secrets) for key, each in value.items()}
        case list() | tuple():
            return [_filled(each, secrets) for each in value]
    return value


def default_success(ask: Look) -> str:
    """What holds where the author says nothing: a command must exit 0, a request must be answered well."""
    return "exit_code == 0" if isinstance(ask, Command | HttpCall) else ""


def env_to_look(step: Step) -> dict[str, str]:
    """The step's `env` for its own captures, without what is only there after them."""
    own = {f"captures.{capture.name}" for capture in step.captures}
    return {name: text for name, text in step.env.items() if own.isdisjoint(references(text))}


def captured_text(text: str) -> str:
    """As a capture keeps it: trimmed, and without what marks a secret."""
    return text.strip().replace(MARK, "")


def as_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number else None


def _number(reading: Reading) -> Seen:
    if reading.value is None:
        return Seen(why=reading.why or "no data")
    names = {"value": reading.value, "age": reading.age, "at": reading.at}
    return Seen(names, str(reading.value))


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) else None


def _value_of(seen: Seen) -> str:
    value = seen.names.get("value")
    return "" if value is None else f" (it is {value})"
