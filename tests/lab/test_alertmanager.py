"""Silences in a real Alertmanager, and through a proxy that loses answers on the way."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cockpit.adapters.alertmanager import Alertmanager as Adapter
from cockpit.adapters.alertmanager import Alertmanagers
from cockpit.core.model import AlertServer
from cockpit.core.runbook.work import Answered

from .alertmanager import Alertmanager
from .behaviours import honest, unavailable
from .conftest import MakeProxy
from .proxies import Behaviour, Exchange

pytestmark = pytest.mark.lab
DONE, REFUSED, UNKNOWN = Answered.DONE, Answered.REFUSED, Answered.UNKNOWN
MATCHERS = ("service=search", 'alertname=~"High.*"', 'severity!="page"')


def server(url: str, name: str = "main") -> AlertServer:
    return AlertServer(name, url)


@asynccontextmanager
async def speaking(url: str) -> AsyncIterator[Adapter]:
    adapter = Adapter(server(url), timeout=5.0, read_back=1.0)
    try:
        yield adapter
    finally:
        await adapter.close()


async def quiet(adapter: Adapter | Alertmanagers, comment: str = "R-1 [R-1.quiet.1]") -> tuple[Answered, str]:
    now = time.time()
    return await adapter.silence(MATCHERS, now, now + 3600, "mara", comment)


def on(method: str, behaviour: Behaviour) -> Behaviour:
    """For this method only; everything else is passed on."""

    def behave(exchange: Exchange) -> None:
        (behaviour if exchange.asked.method == method else honest)(exchange)

    return behave


def lost(exchange: Exchange) -> None:
    """It is done, and nobody hears of it."""
    exchange.forward()
    exchange.hang_up()


def never_arrived(exchange: Exchange) -> None:
    exchange.hang_up()


async def test_a_silence_is_made_as_it_is_meant_and_ended(real: Alertmanager) -> None:
    async with speaking(real.url) as adapter:
        outcome, id = await quiet(adapter)
        (made,) = real.silences()
        assert (outcome, id) == (DONE, made["id"])
        assert (made["createdBy"], made["comment"], made["status"]["state"]) == (
            "mara",
            "R-1 [R-1.quiet.1]",
            "active",
        )
        assert sorted(made["matchers"], key=lambda each: str(each["name"])) == [
            {"name": "alertname", "value": "High.*", "isRegex": True, "isEqual": True},
            {"name": "service", "value": "search", "isRegex": False, "isEqual": True},
            {"name": "severity", "value": "page", "isRegex": False, "isEqual": False},
        ]
        assert await adapter.standing("R-1 [R-1.quiet.1]") is True
        assert await adapter.expire("R-1 [R-1.quiet.1]") == (DONE, "")
        assert await adapter.standing("R-1 [R-1.quiet.1]") is False
        assert real.states() == ["expired"]
        assert await adapter.expire("R-1 [R-1.quiet.1]") == (DONE, ""), "what is over is over"


async def test_it_is_never_made_twice_and_others_are_left_alone(real: Alertmanager) -> None:
    async with speaking(real.url) as adapter:
        assert await quiet(adapter) == await quiet(adapter)
        await quiet(adapter, "R-1 [R-1.quiet.2]")
        assert real.states() == ["active", "active"]
        await adapter.expire("R-1 [R-1.quiet.1]")
        assert await adapter.standing("R-1 [R-1.quiet.2]") is True
        await quiet(adapter)
        assert real.states() == ["active", "active", "expired"], "one that was ended can be made anew"


async def test_a_lost_answer_is_resolved_by_looking(real: Alertmanager, make_proxy: MakeProxy) -> None:
    async with speaking(make_proxy(real.url, on("POST", lost)).url) as adapter:
        outcome, id = await quiet(adapter)
        assert (outcome, [id]) == (DONE, [each["id"] for each in real.silences()])
    async with speaking(make_proxy(real.url, on("DELETE", lost)).url) as adapter:
        assert await adapter.expire("R-1 [R-1.quiet.1]") == (DONE, "")
    assert real.states() == ["expired"]


@pytest.mark.parametrize(
    ("trouble", "why"),
    [(never_arrived, "ended the connection in the middle"), (unavailable(), "it answers 503")],
)
async def test_what_is_not_found_after_a_lost_answer_is_unknown(
    real: Alertmanager, make_proxy: MakeProxy, trouble: Behaviour, why: str
) -> None:
    async with speaking(make_proxy(real.url, on("POST", trouble)).url) as adapter:
        outcome, said = await quiet(adapter)
        assert (outcome, real.silences()) == (UNKNOWN, [])
        assert why in said
    async with speaking(real.url) as adapter:
        await quiet(adapter)
    async with speaking(make_proxy(real.url, on("DELETE", trouble)).url) as adapter:
        outcome, said = await adapter.expire("R-1 [R-1.quiet.1]")
        assert (outcome, real.states()) == (UNKNOWN, ["active"])
        assert why in said


async def test_when_it_cannot_be_read_nothing_is_made(real: Alertmanager, make_proxy: MakeProxy) -> None:
    proxy = make_proxy(real.url, on("GET", unavailable()))
    async with speaking(proxy.url) as adapter:
        outcome, said = await quiet(adapter)
        assert (outcome, "it answers 503" in said) == (REFUSED, True)
        assert await adapter.standing("anything") is None
    assert real.silences() == []


async def test_what_it_refuses_is_refused(real: Alertmanager) -> None:
    async with speaking(real.url) as adapter:
        now = time.time()
        outcome, said = await adapter.silence(["service="], now, now + 60, "mara", "empty")
        assert (outcome, "it answers 400" in said) == (REFUSED, True)
        outcome, _ = await adapter.silence(["service=~("], now, now + 60, "mara", "no expression")
        assert outcome is REFUSED
        outcome, said = await adapter.silence(["no matcher"], now, now + 60, "mara", "none")
        assert (outcome, said) == (REFUSED, "a matcher has no name, or no = behind it")
    assert real.silences() == []


async def test_a_server_that_is_gone_has_done_nothing(real: Alertmanager) -> None:
    real.child.kill()
    async with speaking(real.url) as adapter:
        outcome, said = await quiet(adapter)
        assert (outcome, "refuses connections" in said) == (REFUSED, True)


async def test_of_several_all_are_silenced_or_it_is_said(real: Alertmanager, make_proxy: MakeProxy) -> None:
    dead = make_proxy(real.url, on("GET", unavailable()))
    both = Alertmanagers([server(real.url, "eu"), server(dead.url, "us")])
    try:
        outcome, said = await quiet(both)
        assert (outcome, said.partition(": it answers 503")[0]) == (UNKNOWN, "eu: done; us")
        assert await both.standing("R-1 [R-1.quiet.1]") is True
        dead.behaviour = honest
        assert (await quiet(both))[0] is DONE
        assert real.states() == ["active"], "the same one, of which the second has heard"
        assert await both.expire("R-1 [R-1.quiet.1]") == (DONE, "")
        assert await both.standing("R-1 [R-1.quiet.1]") is False
    finally:
        await both.close()
