"""What people did in an incident and what came of it, in order: the ground that a draft runbook stands on."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cockpit.config.importing.action_text import written_action
from cockpit.config.importing.secrets import without_secrets
from cockpit.config.secret_keys import names_secret
from cockpit.config.writing import Value
from cockpit.core.flips import DONE, OUTCOMES, Flip
from cockpit.core.incident.model import Incident
from cockpit.core.journal import Recorded
from cockpit.core.levels import Instant
from cockpit.core.runbook.model import Parameter, Reach
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import Effect, Phase, StepState
from cockpit.text import clean

_option: Final = re.compile(r"--?([A-Za-z][\w-]*)(=.*)?", re.DOTALL)
_variable: Final = re.compile(r"([A-Za-z_]\w*)=.+", re.DOTALL)
_header: Final = re.compile(
    r"((?:authorization|cookie|x-[\w-]*(?:key|token))\s*:\s*)\S.*", re.IGNORECASE | re.DOTALL
)
REMOVED: Final = "REMOVED"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done, or why it is no step of the next time."""

    at: Instant
    title: str
    where: str
    """Whence it is known."""
    action: Mapping[str, Value] | None = None
    """As a file would have it; None: it is left out."""
    target: str = ""
    effect: str = ""
    """Where it reaches further than its action says."""
    left_out: str = ""
    """Why it is no step."""
    captured: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    """What the parameters were, without secrets."""
    had_secret: bool = False
    is_declared: bool = False
    """Somebody wrote it into a runbook before."""


def deeds(
    incident: Incident, runs: Iterable[Run], flips: Iterable[Flip], done: Sequence[Recorded], until: Instant
) -> list[Deed]:
    """In order. `done`: what `cockpit do` wrote, ever; what falls into the incident counts."""
    start = min(incident.began_at, incident.declared_at)
    end = incident.resolved_at if incident.resolved_at is not None else until
    found = [each for run in runs if _belongs(run, incident, start, end) for each in _of_run(run)]
    hand = [each for each in flips if not each.run and _is_in(each, incident, start, end)]
    found += list(_of_flips(hand))
    found += list(_typed([each for each in done if start <= each.fact.at <= end]))
    return sorted(found, key=lambda each: each.at)


def _belongs(run: Run, incident: Incident, start: Instant, end: Instant) -> bool:
    if run.mode == "drill":
        return False
    return run.incident == incident.id or (not run.incident and start <= run.started_at <= end)


def _is_in(flip: Flip, incident: Incident, start: Instant, end: Instant) -> bool:
    return flip.incident == incident.id or (not flip.incident and start <= flip.at <= end)


# Runs.


def _of_run(run: Run) -> Iterator[Deed]:
    """The last try of each visit counts."""
    last: dict[tuple[str, int], Execution] = {}
    undone = {
        (one.key.step, one.key.visit)
        for one in run.executions
        if one.key.phase is Phase.UNDO and one.effect is Effect.REVERTED
    }
    for one in run.executions:
        if one.key.phase is Phase.DO and (one.settled or one.intent is not None):
            last[one.key.step, one.key.visit] = one
    for visit, one in last.items():
        if (deed := _of_execution(run, one, visit in undone)) is not None:
            yield deed


def _of_execution(run: Run, one: Execution, undone: bool) -> Deed | None:
    step = run.step(one.key.step)
    if step is None or one.state is StepState.SKIPPED:
        return None
    at = one.begun_at if one.begun_at is not None else (one.settled_at or run.started_at)
    where = f"{run.id}, step {step.id} of {run.runbook.id}"
    action = written_action(step.action)
    why = _why_not(one, step.reach, undone)
    if action is None and not why:
        return None  # a decision, or a runbook whose own steps stand beside it
    default = Reach.WRITE if set(action or ()) & {"run", "http", "flag", "silence", "notify"} else Reach.READ
    return Deed(
        at=at,
        title=step.title,
        where=where,
        action=None if why else action,
        target=step.target or run.target,
        effect="" if step.reach is default else step.reach.value,
        left_out=why,
        is_declared=True,
        captured=run.captures(),
        parameters={each.name: each for each in run.runbook.parameters},
        values={
            each.name: str(run.parameters.get(each.name, ""))
            for each in run.runbook.parameters
            if each.type != "secret"
        },
    )


def _why_not(one: Execution, reach: Reach, undone: bool) -> str:
    """Nothing that was taken back, did not help or may not have happened is proposed for the next time."""
    if undone or one.effect is Effect.REVERTED:
        return "taken back"
    if one.effect in (Effect.UNKNOWN, Effect.INTENDED):
        return "it may or may not have happened"
    if reach is not Reach.READ and one.effect is Effect.NOT_APPLIED:
        return "it did not happen"
    if one.state is StepState.SUCCEEDED or (reach is not Reach.READ and one.effect is Effect.APPLIED):
        verdict = str((one.verified or {}).get("verdict", ""))
        return "it did not help" if verdict == "failed" else ""
    return str(one.state).replace("_", " ")


# Flags by hand.


def _of_flips(flips: Sequence[Flip]) -> Iterator[Deed]:
    """A kill that was put back within the incident is no step."""
    for number, flip in enumerate(flips):
        back = next(
            (each for each in flips[number + 1 :] if each.place == flip.place and each.outcome in DONE), None
        )
        verb = {"kill": "Kill", "restore": "Restore"}.get(flip.kind, "Set")
        deed = Deed(
            flip.at, f"{verb} {flip.key}", f"flag {flip.key} by {flip.actor}: {flip.reason}".rstrip(": ")
        )
        if flip.outcome not in DONE:
            said = OUTCOMES[flip.outcome] if flip.outcome else "nobody knows whether it happened"
            yield _without(deed, said)
        elif flip.kind == "restore":
            yield _without(deed, "it puts back what a kill had changed")
        elif back is not None:
            yield _without(deed, "changed again later")
        else:
            place = {"key": flip.key, "provider": flip.provider, "env": flip.env}
            flag = {name: value for name, value in place.items() if value}
            yield Deed(deed.at, deed.title, deed.where, {"flag": {**flag, "to": flip.want}})


def _without(deed: Deed, why: str) -> Deed:
    return Deed(deed.at, deed.title, deed.where, left_out=why)


# Typed through `cockpit do`.


def _typed(records: Sequence[Recorded]) -> Iterator[Deed]:
    ends = {
        str(each.fact.body.get("nonce")): each.fact.body for each in records if each.fact.kind == "did.exited"
    }
    for each in records:
        fact = each.fact
        if fact.kind != "did.intent":
            continue
        said = fact.body.get("argv")
        typed = [clean(str(word), multiline=True) for word in said] if isinstance(said, list | tuple) else []
        argv, had_secret = cleared(typed)
        end = ends.get(str(fact.body.get("nonce")))
        why = str(fact.body.get("why") or "")
        title = without_secrets(why) or " ".join(argv)
        where = f"typed by {fact.actor}: {shlex.join(argv)}"
        target = str(fact.body.get("target") or "")
        deed = Deed(fact.at, title, where, {"run": argv}, target, had_secret=had_secret)
        if not argv or not argv[0].strip():
            continue
        if end is None or end.get("ending") != "exited":
            yield _without(
                deed, "nobody knows how it ended" if end is None else f"it was {end.get('ending')}"
            )
        elif end.get("code") != 0:
            yield _without(deed, f"it ended with {end.get('code')}")
        else:
            yield deed


def cleared(argv: Sequence[str]) -> tuple[list[str], bool]:
    """Without what names itself a secret; people type it, and the record has it word for word."""
    found: list[str] = []
    removed = hides_next = False
    for word in argv:
        safe = REMOVED if hides_next else _cleared(word)
        option = _option.fullmatch(word)
        hides_next = not hides_next and bool(option and names_secret(option[1]) and option[2] is None)
        removed = removed or safe != word
        found.append(safe)
    return found, removed


def _cleared(word: str) -> str:
    option, variable = _option.fullmatch(word), _variable.fullmatch(word)
    if option and option[2] and names_secret(option[1]):
        return f"{word[: word.index('=')]}={REMOVED}"
    if variable and names_secret(variable[1]):
        return f"{variable[1]}={REMOVED}"
    return _header.sub(rf"\g<1>{REMOVED}", without_secrets(word))
