"""One suite over every store of flags, simulated and real: what each of them promises."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cockpit.adapters.flags.command import Command
from cockpit.adapters.flags.flagd_file import FlagdFile
from cockpit.adapters.flags.simulated import SimulatedFlags
from cockpit.adapters.flags.unleash import Unleash
from cockpit.adapters.flags.webhook import Webhook
from cockpit.adapters.secrets import Secrets
from cockpit.adapters.simulator import Performance
from cockpit.core.model import FlagStore, Scalar
from cockpit.core.runbook.work import FlagChange, FlagOutcome
from cockpit.core.scenario import Scenario
from cockpit.errors import SourceError
from cockpit.ports import FlagProvider
from tests.adapters.flags.servers import TOKEN, HookServer, UnleashServer, running

KEY, ENV = "pay-async", "production"
PROGRAM = """
import json, pathlib, sys
asked = json.load(sys.stdin)
file = pathlib.Path(sys.argv[1])
flags = json.loads(file.read_text())
if asked["key"] not in flags:
    print("null")
elif asked["op"] == "get":
    print(json.dumps({"enabled": flags[asked["key"]], "revision": ""}))
else:
    flags[asked["key"]] = asked["want"]
    file.write_text(json.dumps(flags))
    print(json.dumps({"enabled": asked["want"], "revision": ""}))
"""


@dataclass
class Stage:
    """A provider with one flag that is off, and the world behind it."""

    provider: FlagProvider
    stored: Callable[[], Scalar]
    somebody_sets: Callable[[bool], object]
    atomic: bool


def secrets() -> Secrets:
    return Secrets({"FLAGS_TOKEN": TOKEN})


def store(provider: str, url: str = "", path: str = "", **options: object) -> FlagStore:
    return FlagStore("store", provider, path, url, (ENV,), options=options)


@asynccontextmanager
async def simulated(folder: Path) -> AsyncIterator[Stage]:
    performance = Performance(Scenario(id="s", flags={KEY: False}), 0.0)
    now = iter(float(each) for each in range(1, 1000))
    flags = SimulatedFlags(store("simulated"), performance, lambda: next(now))
    yield Stage(
        flags,
        lambda: performance.course.flags_at(1000.0)[KEY],
        lambda value: performance.set_flag(KEY, value, next(now)),
        True,
    )


@asynccontextmanager
async def flagd_file(folder: Path) -> AsyncIterator[Stage]:
    file = folder / "flags.json"

    def write(value: bool) -> None:
        flag = {"state": "ENABLED", "variants": {"on": True, "off": False}}
        file.write_text(json.dumps({"flags": {KEY: {**flag, "defaultVariant": "on" if value else "off"}}}))

    write(False)
    yield Stage(
        FlagdFile(store("flagd-file", path=str(file))),
        lambda: json.loads(file.read_text())["flags"][KEY]["defaultVariant"] == "on",
        write,
        True,
    )


@asynccontextmanager
async def unleash(folder: Path) -> AsyncIterator[Stage]:
    server = UnleashServer()
    async with running(server):
        flags = Unleash(store("unleash", server.url, token="env:FLAGS_TOKEN", project="shop"), secrets())
        yield Stage(
            flags,
            lambda: server.flags[KEY],
            lambda value: server.flags.update({KEY: value}),
            False,
        )


@asynccontextmanager
async def webhook(folder: Path, if_match: bool = False) -> AsyncIterator[Stage]:
    server = HookServer()
    async with running(server):
        template = f"{server.url}/{{env}}/{{key}}"
        options = {"get": template, "set": template, "method": "PUT", "pointer": "/state/value"}
        options |= {"headers": {"X-Token": "env:FLAGS_TOKEN"}, "if_match": if_match, "keys": (KEY,)}
        yield Stage(
            Webhook(store("webhook", **options), secrets()),
            lambda: server.values[KEY],
            lambda value: server.values.update({KEY: value}),
            if_match,
        )


@asynccontextmanager
async def webhook_with_if_match(folder: Path) -> AsyncIterator[Stage]:
    async with webhook(folder, if_match=True) as stage:
        yield stage


@asynccontextmanager
async def command(folder: Path) -> AsyncIterator[Stage]:
    file = folder / "flags.json"
    file.write_text(json.dumps({KEY: False}))
    run = (sys.executable, "-c", PROGRAM, str(file))
    yield Stage(
        Command(store("command", run=run, keys=(KEY,)), secrets()),
        lambda: json.loads(file.read_text())[KEY],
        lambda value: file.write_text(json.dumps({KEY: value})),
        False,
    )


@pytest.fixture(params=[simulated, flagd_file, unleash, webhook, webhook_with_if_match, command])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(request.param(tmp_path))
        yield stage
        await stage.provider.close()


async def move(stage: Stage, want: Scalar, key: str = KEY, **more: object) -> FlagChange:
    said: Mapping[str, object] = {"comment": "INC-7 queue", "actor": "mara", "op_id": "op", "expect": None}
    said = {**said, **more}
    return await stage.provider.set(key, str(said.pop("env", "")), want, **said)  # type: ignore[arg-type]


async def test_a_flag_is_read_as_it_is_stored(stage: Stage) -> None:
    flag = await stage.provider.get(KEY, ENV)
    assert flag is not None
    assert (flag.key, flag.env, flag.value) == (KEY, ENV, False)
    assert json.loads(json.dumps(dict(flag.record))) == flag.record
    # The only environment need not be named.
    assert await stage.provider.get(KEY, "") == flag
    assert [each.key for each in await stage.provider.list("")] == [KEY]


async def test_setting_moves_it_and_setting_again_does_nothing(stage: Stage) -> None:
    change = await move(stage, True)
    assert change.outcome is FlagOutcome.APPLIED
    assert stage.stored() is True
    assert change.before is not None
    assert change.after is not None
    assert (change.before.value, change.after.value) == (False, True)
    assert change.atomic is stage.atomic
    assert await stage.provider.verify(KEY, ENV, True, 0.2) is FlagOutcome.APPLIED
    assert (await move(stage, True)).outcome is FlagOutcome.NOOP


async def test_restoring_puts_back_what_was(stage: Stage) -> None:
    change = await move(stage, True)
    assert change.before is not None
    said = {"comment": "", "actor": "mara", "op_id": "op2"}
    back = await stage.provider.restore(change.before, expect=change.after, **said)
    assert (back.outcome, stage.stored()) == (FlagOutcome.APPLIED, False)
    again = await stage.provider.restore(change.before, expect=change.after, **said)
    assert (again.outcome, stage.stored()) == (FlagOutcome.NOOP, False)


async def test_a_flag_that_is_not_as_it_was_shown_is_a_conflict(stage: Stage) -> None:
    shown = await stage.provider.get(KEY, ENV)
    stage.somebody_sets(True)
    change = await move(stage, False, expect=shown)
    assert (change.outcome, change.reason) == (FlagOutcome.CONFLICT, "it is not as it was shown")
    assert stage.stored() is True


async def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    assert await stage.provider.get("nix", ENV) is None
    assert (await move(stage, True, "nix")).outcome is FlagOutcome.NOT_FOUND
    assert (await move(stage, True, env="moon")).outcome is FlagOutcome.NOT_FOUND
    with pytest.raises(SourceError, match="no environment 'moon'"):
        await stage.provider.get(KEY, "moon")
    with pytest.raises(SourceError, match="no environment 'moon'"):
        await stage.provider.list("moon")


async def test_what_does_not_stand_is_never_verified(stage: Stage) -> None:
    assert await stage.provider.verify(KEY, ENV, True, 0.2) is FlagOutcome.UNKNOWN
    assert await stage.provider.verify("nix", ENV, True, 0.0) is FlagOutcome.UNKNOWN
