"""Stores of flags on servers are asked at every poll; what they do not say is not known."""

from __future__ import annotations

import pytest

from cockpit.adapters.flags.polled import PATIENCE, polled
from cockpit.adapters.secrets import Secrets
from cockpit.core.events import Event, FlagsRead, SourceAnswered, SourceFailed
from cockpit.core.model import FlagStore, KillSwitch, Model
from tests.adapters.flags.servers import TOKEN, HookServer, Server, UnleashServer, running

MODEL = Model(kill_switches=(KillSwitch("pay-async", "own"), KillSwitch("other", "elsewhere")))


def unleash(server: Server, *environments: str) -> FlagStore:
    options = {"project": "shop", "token": "env:FLAGS_TOKEN"}
    return FlagStore("own", "unleash", "", server.url, environments or ("production",), options=options)


def webhook(server: Server, **options: object) -> FlagStore:
    at = f"{server.url}/{{env}}/{{key}}"
    known: dict[str, object] = {"get": at, "set": at, "pointer": "/state/value"}
    known |= {"headers": {"X-Token": "env:FLAGS_TOKEN"}, **options}
    return FlagStore("own", "webhook", environments=("production",), options=known)


async def said(store: FlagStore, token: str = TOKEN, model: Model = MODEL) -> list[Event]:
    source = polled(store, model, Secrets({"FLAGS_TOKEN": token}))
    assert source is not None
    events = [event async for event in source.poll(7.0)]
    await source.close()
    return events


async def test_what_is_stored_is_told_for_the_switches_of_this_store() -> None:
    async with running(server := UnleashServer(flags={"pay-async": True, "other": True})):
        assert await said(unleash(server)) == [
            SourceAnswered("own", 7.0),
            FlagsRead("own", 7.0, {"pay-async": True}),
        ]
        assert server.writes() == []
    async with running(hooked := HookServer()):
        assert (await said(webhook(hooked)))[1] == FlagsRead("own", 7.0, {"pay-async": False})


async def test_a_flag_that_is_not_there_is_not_told() -> None:
    async with running(server := UnleashServer(flags={})):
        assert (await said(unleash(server)))[1] == FlagsRead("own", 7.0, {})


async def test_trouble_is_told_and_nothing_is_known_then() -> None:
    async with running(server := UnleashServer()):
        (failed,) = await said(unleash(server), token="wrong")
        assert isinstance(failed, SourceFailed)
        assert "it answers 401" in failed.reason
        assert "wrong" not in failed.reason
    (gone,) = await said(unleash(server))
    assert isinstance(gone, SourceFailed)


async def test_one_that_does_not_answer_is_given_up_in_time() -> None:
    async with running(server := UnleashServer(lose=lambda method, path: True, hang=True)):
        (failed,) = await said(unleash(server))
        assert failed == SourceFailed("own", 7.0, f"no answer within {PATIENCE:g} s", "is it overloaded?")


@pytest.mark.parametrize(
    ("store", "model"),
    [
        (FlagStore("own", "unleash", "", "http://x", ("dev", "prod")), MODEL),
        (FlagStore("own", "unleash", "", "http://x", ("prod",)), Model()),
        (FlagStore("own", "webhook", options={"set": "http://x"}), MODEL),
        (FlagStore("own", "command", options={"run": ("x",)}), MODEL),
    ],
    ids=["two environments", "no switch", "cannot be read", "a command"],
)
def test_who_cannot_answer_for_a_fallback_is_not_asked(store: FlagStore, model: Model) -> None:
    assert polled(store, model, Secrets({})) is None
