"""Before the first step: parameters, secrets, the target's own check, needs, preconditions, locks."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cockpit.core.frozen import to_json
from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.model import Scalar
from cockpit.core.runbook.actions import Command, Nested, Promql
from cockpit.core.runbook.holding import held
from cockpit.core.runbook.model import Condition, Parameter, Runbook
from cockpit.core.runbook.parameters import BadParameter, checked
from cockpit.core.runbook.render import hide_secrets, names_to_fill
from cockpit.core.runbook.run import Run
from cockpit.engine.runs.locking import lock, lock_name, new_id, refuse
from cockpit.engine.runs.looks import Eyes
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.surroundings import environment
from cockpit.engine.runs.world import World
from cockpit.errors import CockpitError, RunRefused

ALIVE: Final = "vector(1)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run as somebody asks for it."""

    runbook: Runbook
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    target: str = ""
    """Empty: the runbook's."""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that has to be so before step 1. `holds` None: it cannot be told."""

    title: str
    holds: bool | None
    why: str = ""
    by_hand: str = ""
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Prepared:
    wanted: Wanted
    parameters: Mapping[str, Json]
    eyes: Eyes
    checks: tuple[Checked, ...]
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def in_the_way(self) -> tuple[Checked, ...]:
        return tuple(each for each in self.checks if each.blocks and each.holds is not True)


async def prepare(world: World, wanted: Wanted, incident: str = "") -> Prepared:
    """All that can be known without changing anything. Raises RunRefused for what cannot work at all."""
    runbook = wanted.runbook
    name = wanted.target or runbook.target
    target = world.target(name)
    if name and target is None:
        known = ", ".join(each.name for each in world.model.targets) or "none"
        raise RunRefused(f"there is no target '{name}'", f"there are: {known}")
    blank = Eyes(world, runbook, target, {"params": {}, "captures": {}, "answers": {}})
    try:
        parameters = checked(
            runbook.parameters, wanted.parameters, await _looked_up(blank, runbook.parameters)
        )
    except BadParameter as error:
        raise RunRefused(str(error)) from None
    secrets = await resolved(world, runbook, parameters)
    known_names: dict[str, object] = {
        "params": dict(parameters),
        "captures": {},
        "answers": {},
        "run": {"id": None, "operator": world.actor},
        "incident": {"id": incident or None},
    }
    eyes = Eyes(world, runbook, target, hide_secrets(known_names, runbook), secrets)
    return Prepared(wanted, parameters, eyes, tuple([each async for each in _checks(eyes)]), secrets)


async def _looked_up(eyes: Eyes, declared: Sequence[Parameter]) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {}
    for parameter in declared:
        match parameter.default_from:
            case ("env", name):
                found[parameter.name] = eyes.world.environ.get(name)
            case ("promql", query):
                value = (await eyes.look(Promql(query))).names.get("value")
                found[parameter.name] = value if isinstance(value, str | int | float) else None
    return found


async def resolved(world: World, runbook: Runbook, parameters: Mapping[str, Json]) -> dict[str, str]:
    """Values of the secrets, by name. Raises SecretError."""
    return {
        each.name: await world.secrets.value(str(parameters.get(each.name) or each.secret))
        for each in runbook.parameters
        if each.type == "secret"
    }


async def _checks(eyes: Eyes) -> AsyncIterator[Checked]:
    """Numbered as they are answered: preconditions, guards, then the target and what is needed.

    The target's own check comes first: on the wrong one nothing else may be asked.
    """
    target = await _target(eyes)
    wrong = target is not None and target.holds is not True
    for condition in (*eyes.runbook.preconditions, *eyes.runbook.guards):
        holds, why = (None, "the target is not sure") if wrong else await eyes.holds(condition)
        yield Checked(condition.title, holds, why, condition.by_hand, condition.severity == "block")
    if target is not None:
        yield target
    for need in eyes.runbook.needs:
        yield await _need(eyes, need)


async def _target(eyes: Eyes) -> Checked | None:
    target = eyes.target
    if target is None or not target.check:
        return None
    run, success = target.check["run"], str(target.check.get("success") or "")
    holds, why = await eyes.holds(Condition("target", Command(tuple(run)), success))  # type: ignore[arg-type]
    return Checked(f"the target is {target.name}", holds, why)


async def _need(eyes: Eyes, need: str) -> Checked:
    world = eyes.world
    if need == "prometheus":
        seen = await eyes.look(Promql(ALIVE))
        return Checked("Prometheus answers", True if not seen.why else None, seen.why)
    if need.startswith("flags/"):
        provider = world.flags.get(need.removeprefix("flags/"))
        if provider is None:
            return Checked(f"{need} answers", False, "there is no such flag provider")
        try:
            await provider.list("")
        except CockpitError as error:
            return Checked(f"{need} answers", None, str(error))
        return Checked(f"{need} answers", True)
    path = environment(eyes.target, world.environ).get("PATH", os.defpath)
    there = shutil.which(need, path=path) is not None or world.mode != "live"
    return Checked(f"{need} is installed", there, "" if there else "it is not on the PATH")


# Start


async def start(
    world: World, prepared: Prepared, overrides: Mapping[int, str] | None = None
) -> tuple[Run, int]:
    """(the run, seen) with `run.started` on record and its locks held.

    `overrides`: reasons typed for checks that cannot be told, by their number from 1. Raises RunRefused, and
    the refusal is on record.
    """
    overrides = overrides or {}
    for number, check in enumerate(prepared.checks, 1):
        if check.blocks and (check.holds is False or (check.holds is None and not overrides.get(number))):
            why = check.why or "it cannot be told"
            await refuse(world, prepared.wanted.runbook, f"{check.title}: {why}")
    if world.readonly:
        await refuse(world, prepared.wanted.runbook, "this cockpit is read-only")
    taken = await lock(world, prepared.wanted.runbook)
    id = await new_id(world)
    try:
        body = _started(world, prepared, overrides)
        await world.journal.append(
            [Fact("run.started", world.clock.now(), world.actor, body, prepared.wanted.incident, id)]
        )
    except CockpitError:
        for name in (*map(lock_name, taken), id):
            world.owners.release(name)
        raise
    found = await find_run(world.journal, id)
    assert found is not None
    return found


def _started(world: World, prepared: Prepared, overrides: Mapping[int, str]) -> dict[str, Json]:
    wanted = prepared.wanted
    preflight: list[Json] = [
        {"title": each.title, "holds": each.holds, "why": each.why, "override": overrides.get(number)}
        for number, each in enumerate(prepared.checks, 1)
    ]
    return {
        "runbook": to_json(wanted.runbook),
        "mode": world.mode,
        "target": wanted.target or wanted.runbook.target,
        "parameters": dict(prepared.parameters),
        "preflight": preflight,
        "parent": "",
        "file_hash": wanted.runbook.digest,
    }


async def child_started(world: World, parent: Run, id: str, action: Nested) -> tuple[Run, int] | None:
    """A child under its parent's lock; None when there is no such runbook or its parameters do not fit."""
    runbook = world.model.books.get(action.runbook)
    if runbook is None:
        return None
    try:
        parameters = checked(runbook.parameters, action.parameters, {})
    except BadParameter:
        return None
    body: dict[str, Json] = {
        "runbook": to_json(runbook),
        "mode": parent.mode,
        "target": parent.target or runbook.target,
        "parameters": parameters,
        "parent": parent.id,
        "file_hash": runbook.digest,
    }
    await world.journal.append(
        [Fact("run.started", world.clock.now(), world.actor, body, parent.incident, id)]
    )
    return await find_run(world.journal, id)


async def recheck(world: World, run: Run, seen: int, secrets: Mapping[str, str]) -> tuple[Run, int]:
    """After a pause preconditions and target are looked at again; what blocks holds the run, on record."""
    target = world.target(run.target or run.runbook.target)
    eyes = Eyes(world, run.runbook, target, names_to_fill(run), secrets)
    if run.hold is not None or run.final or run.undo is not None:
        return run, seen
    checks = [check async for check in _checks(eyes)]
    guards = len(run.runbook.preconditions), len(run.runbook.preconditions) + len(run.runbook.guards)
    for at, check in enumerate(checks):
        if check.blocks and check.holds is not True and not guards[0] <= at < guards[1]:
            kind = "blocked" if check.holds is False else "precondition"
            word = held(run.key, f"{check.title}: {check.why}", kind)
            await world.journal.append([word.fact(run, world.clock.now(), world.actor)])
            found = await find_run(world.journal, run.id)
            assert found is not None
            return found
    return run, seen
