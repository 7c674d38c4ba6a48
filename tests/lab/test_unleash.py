"""Kill switches in a real Unleash, where somebody asked for one: see `unleash.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from cockpit.adapters.flags.unleash import Unleash
from cockpit.adapters.secrets import Secrets
from cockpit.core.events import (
    Reported,
)
from cockpit.core.flips import replayed
from cockpit.core.model import FlagStore, KillSwitch, Model
from cockpit.core.runbook.work import FlagChange, FlagOutcome
from cockpit.core.wanted import (
    FlagWanted,
    SwitchesWanted,
)
from cockpit.engine.switching import Switchboard
from tests.engine.runs.stage import Stage

from .unleash import ADMIN, TOKEN, ask, modules, unleash

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
ENVIRONMENTS = ("development", "production")
SAID = {"comment": "INC-7: the bank is away", "actor": "mara", "op_id": "op"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with unleash(tmp_path_factory.mktemp("unleash"), modules()) as found:
        yield found


@pytest.fixture
def key(url: str) -> str:
    """A kill switch of its own, off everywhere."""
    return made(url)


def made(url: str) -> str:
    name = f"try-{uuid4()}"
    ask(url, "POST", ADMIN, {"name": name, "type": "kill-switch"})
    return name


def store(url: str, **options: object) -> FlagStore:
    known = {"token": "env:FLAGS_TOKEN", "project": "default", **options}
    return FlagStore("unleash", "unleash", "", url, ENVIRONMENTS, options=known)


def provider(url: str, token: str = TOKEN, **options: object) -> Unleash:
    return Unleash(store(url, **options), Secrets({"FLAGS_TOKEN": token}))


def stands(url: str, key: str) -> list[bool]:
    return [ask(url, "GET", f"{ADMIN}/{key}/environments/{env}")["enabled"] for env in ENVIRONMENTS]


async def kill(flags: Unleash, key: str, env: str = "production", **more: Any) -> FlagChange:
    return await flags.set(key, env, True, more.get("expect"), **SAID)


async def test_one_environment_is_killed_and_put_back(url: str, key: str) -> None:
    flags = provider(url)
    seen = await flags.get(key, "production")
    assert seen is not None
    assert seen.value is False
    killed = await kill(flags, key, expect=seen)
    assert (killed.outcome, stands(url, key)) == (FlagOutcome.APPLIED, [False, True])
    assert "adds a strategy" in killed.reason
    assert (await kill(flags, key)).outcome is FlagOutcome.NOOP
    assert key in [each.key for each in await flags.list("production") if each.value]
    assert killed.before is not None
    back = await flags.restore(killed.before, expect=killed.after, **SAID)
    assert (back.outcome, stands(url, key)) == (FlagOutcome.APPLIED, [False, False])
    tags = ask(url, "GET", f"/api/admin/features/{key}/tags")["tags"]
    assert [each["value"] for each in tags] == ["INC-7"]


async def test_what_is_not_there_or_not_allowed_moves_nothing(url: str, key: str) -> None:
    assert (await kill(provider(url), "no-such-flag")).outcome is FlagOutcome.NOT_FOUND
    assert (await kill(provider(url, token="*:*.wrong"), key)).outcome is FlagOutcome.DENIED
    assert stands(url, key) == [False, False]


async def test_an_answer_that_comes_too_late_is_never_called_a_failure(url: str) -> None:
    """The request is sent, and nobody waits for the answer: what is claimed has to be so."""
    late = []
    for turn in range(20):
        flags, key = provider(url), made(url)
        hasty = provider(url, timeout=0.001 + turn / 2000)
        flags.write = hasty.write  # type: ignore[method-assign]
        change = await kill(flags, key)
        late.append("did not answer in time" in change.reason)
        if change.outcome is FlagOutcome.APPLIED:
            assert stands(url, key) == [False, True]
        elif change.outcome is FlagOutcome.FAILED:
            assert stands(url, key) == [False, False]
        else:
            assert change.outcome is FlagOutcome.UNKNOWN
    assert any(late)


async def test_the_screen_moves_one_and_reads_it_back(url: str, key: str) -> None:
    stage, said = Stage(), []
    switch = KillSwitch(key, "unleash", kill=True)
    model = Model(flags=(store(url),), kill_switches=(switch,))
    world = stage.world(model=model, flags={"unleash": provider(url)})
    board = Switchboard(said.append, lambda: None)
    for what in ("kill", "restore"):
        flips = replayed(stage.journal.records)
        await board.move(world, flips, FlagWanted(key, "production", what, "try", "mara", 0.0))  # type: ignore[arg-type]
    await board.look(world, replayed(stage.journal.records), SwitchesWanted(0.0, True))
    reports = [each.text.partition(" (")[0] for each in said if isinstance(each, Reported)]
    assert reports == [f"kill {key}@production: applied", f"restore {key}@production: applied"]
    assert stands(url, key) == [False, False]
