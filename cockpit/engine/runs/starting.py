"""Before the first step: parameters, secrets, the target's own check, needs, preconditions, locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cockpit.core.frozen import to_json
from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.model import Scalar
from cockpit.core.protection import guarded
from cockpit.core.runbook.actions import Nested, Promql
from cockpit.core.runbook.holding import held
from cockpit.core.runbook.model import Parameter, Runbook
from cockpit.core.runbook.parameters import BadParameter, checked
from cockpit.core.runbook.render import Names, hide_secrets, names_to_fill
from cockpit.core.runbook.run import Run, run_lock
from cockpit.engine.refusing import may_act
from cockpit.engine.runs.allowing import barred, may_run
from cockpit.engine.runs.locking import lock, lock_keys, or_let_go, refuse
from cockpit.engine.runs.looks import Eyes
from cockpit.engine.runs.preflight import Checked, checks_of
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.world import World
from cockpit.errors import RunRefused


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run as somebody asks for it."""

    runbook: Runbook
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    target: str = ""
    """Empty: the runbook's."""
    incident: str = ""


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
    name = wanted.target or wanted.runbook.target
    runbook = guarded(world.model, wanted.runbook, name)
    wanted = replace(wanted, runbook=runbook)
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
    eyes = Eyes(world, runbook, target, _known(world, runbook, parameters, incident), secrets)
    return Prepared(wanted, parameters, eyes, tuple([each async for each in checks_of(eyes)]), secrets)


def _known(world: World, runbook: Runbook, parameters: Mapping[str, Json], incident: str) -> Names:
    """What texts may refer to before the first step."""
    known: dict[str, object] = {
        "params": dict(parameters),
        "captures": {},
        "answers": {},
        "run": {"id": None, "operator": world.actor},
        "incident": {"id": incident or None},
    }
    return hide_secrets(known, runbook)


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


# Start


async def start(
    world: World, prepared: Prepared, overrides: Mapping[int, str] | None = None
) -> tuple[Run, int]:
    """(the run, seen) with `run.started` on record and its locks held.

    `overrides`: reasons typed for checks that cannot be told, by their number from 1. Raises RunRefused, and
    the refusal is on record.
    """
    may_act(world, "so nothing is started")
    overrides = overrides or {}
    if why := await barred(world, prepared.wanted.runbook.roles, prepared.wanted.incident):
        await refuse(world, prepared.wanted.runbook, why)
    for number, check in enumerate(prepared.checks, 1):
        if check.blocks and (check.holds is False or (check.holds is None and not overrides.get(number))):
            why = check.why or "it cannot be told"
            await refuse(world, prepared.wanted.runbook, f"{check.title}: {why}")
    id = await lock(world, prepared.wanted.runbook)
    async with or_let_go(world, (run_lock(id), *lock_keys(prepared.wanted.runbook))):
        body = _started(world, prepared, overrides)
        await world.journal.append(
            [Fact("run.started", world.clock.now(), world.actor, body, prepared.wanted.incident, id)]
        )
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
        **world.drill,
    }


async def child_started(
    world: World, parent: Run, id: str, action: Nested, secrets: Mapping[str, str]
) -> tuple[Run, int]:
    """A child under its parent's lock. Raises RunRefused; then nothing of it has begun."""
    runbook = world.model.books.get(action.runbook)
    if runbook is None:
        raise RunRefused(f"there is no runbook '{action.runbook}'")
    try:
        parameters = checked(runbook.parameters, action.parameters, {})
    except BadParameter as error:
        raise RunRefused(str(error)) from None
    target = parent.target or runbook.target
    runbook = guarded(world.model, runbook, target)
    await may_run(world, runbook, parent.incident, f"{runbook.id} is not begun")
    eyes = Eyes(
        world, runbook, world.target(target), _known(world, runbook, parameters, parent.incident), secrets
    )
    async for check in checks_of(eyes):
        if check.blocks and check.holds is not True:
            raise RunRefused(f"{runbook.id} is not begun: {check.title}: {check.why or 'it cannot be told'}")
    body: dict[str, Json] = {
        "runbook": to_json(runbook),
        "mode": parent.mode,
        "target": target,
        "parameters": parameters,
        "parent": parent.id,
        "file_hash": runbook.digest,
        **world.drill,
    }
    await world.journal.append(
        [Fact("run.started", world.clock.now(), world.actor, body, parent.incident, id)]
    )
    found = await find_run(world.journal, id)
    assert found is not None
    return found


async def recheck(world: World, run: Run, seen: int, secrets: Mapping[str, str]) -> tuple[Run, int]:
    """After a pause preconditions and target are looked at again; what blocks holds the run, on record."""
    target = world.target(run.target or run.runbook.target)
    eyes = Eyes(world, run.runbook, target, names_to_fill(run), secrets)
    if run.hold is not None or run.final or run.undo is not None:
        return run, seen
    checks = [check async for check in checks_of(eyes)]
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
