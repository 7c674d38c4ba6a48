"""Looks from here at real listeners: they answer, refuse, hang and redirect; only while metrics are blind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from cockpit.adapters.checks import PATIENCE, Checks
from cockpit.core.events import LooksSeen, SourceAnswered, SourceFailed
from cockpit.core.model import Check, MetricServer
from cockpit.core.poll import Look
from cockpit.core.state import State
from cockpit.core.update import initial, update
from tests.views.shop import HEALTHY, START, now, play, shop

AT = 5000.0
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1")
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def saying(answer: str, asked: list[bytes] | None = None) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(said)
        writer.write(answer.encode())
        await writer.drain()
        writer.close()

    return serve


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body that never ends: nobody reads it."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    try:
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
    except OSError:
        writer.close()


def nobody() -> int:
    """A port that refuses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def blind(*checks: Check) -> State:
    """Prometheus was asked, and could not be reached."""
    state = initial(shop(prometheus=(MetricServer("eu", "http://eu"),), checks=checks))
    return update(state, SourceFailed("eu", START, "connection refused"))[0]


async def looks(state: State) -> list[LooksSeen]:
    source = Checks(lambda: state)
    try:
        return [event async for event in source.poll(AT) if isinstance(event, LooksSeen)]
    finally:
        await source.close()


async def test_what_answers_refuses_hangs_and_redirects_is_told_as_it_is() -> None:
    asked: list[bytes] = []
    async with AsyncExitStack() as stack:
        ok = await stack.enter_async_context(listening(saying("HTTP/1.1 200 OK\r\n\r\nfine", asked)))
        bad = await stack.enter_async_context(listening(saying("HTTP/1.1 503 No\r\n\r\n")))
        away = await stack.enter_async_context(
            listening(saying(f"HTTP/1.1 302 Go\r\nLocation: http://localhost:{ok}/secret?x=1\r\n\r\n"))
        )
        hangs = await stack.enter_async_context(listening(silent))
        body = await stack.enter_async_context(listening(endless))
        shut = nobody()
        (seen,) = await looks(
            blind(
                Check("storefront", http=f"http://mara:pw@127.0.0.1:{ok}/healthz"),
                Check("storefront", http=f"http://127.0.0.1:{bad}/"),
                Check("search", http=f"http://127.0.0.1:{away}/"),
                Check("search", http=f"http://127.0.0.1:{hangs}/"),
                Check("checkout-api", http=f"http://127.0.0.1:{shut}/"),
                Check("checkout-api", http=f"http://127.0.0.1:{body}/", status=(200, 204)),
                Check("orders-db", tcp=f"127.0.0.1:{hangs}"),
                Check("orders-db", tcp=f"127.0.0.1:{shut}"),
            )
        )
    assert seen.looks == {
        "storefront": (
            Look(f"GET http://127.0.0.1:{ok}/healthz", AT, True, "answers 200"),
            Look(f"GET http://127.0.0.1:{bad}/", AT, False, "answers 503"),
        ),
        "search": (
            Look(f"GET http://127.0.0.1:{away}/", AT, False, f"answers 302, a redirect to localhost:{ok}"),
            Look(f"GET http://127.0.0.1:{hangs}/", AT, False, f"does not answer within {PATIENCE:g} s"),
        ),
        "checkout-api": (
            Look(f"GET http://127.0.0.1:{shut}/", AT, False, "refuses connections"),
            Look(f"GET http://127.0.0.1:{body}/", AT, True, "answers 200"),
        ),
        "orders-db": (
            Look(f"tcp 127.0.0.1:{hangs}", AT, True, "takes connections"),
            Look(f"tcp 127.0.0.1:{shut}", AT, False, "refuses connections"),
        ),
    }
    assert len(asked) == 1, "nobody went where the redirect led"


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    async with (
        listening(saying("HTTP/1.1 200 OK\r\n\r\n", asked)) as proxy,
        listening(saying("HTTP/1.1 204 OK\r\n\r\n")) as port,
    ):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        (seen,) = await looks(blind(Check("search", http=f"http://127.0.0.1:{port}/", status=(204,))))
    assert [each.text for each in seen.looks["search"]] == ["answers 204"]
    assert asked == []


async def test_a_name_that_nobody_knows_is_said_to_be_unknown() -> None:
    (seen,) = await looks(
        blind(
            Check("search", tcp="nowhere.invalid:80"), Check("search", http="http://nowhere.invalid/healthz")
        )
    )
    told = "cannot be found: its name is not known"
    assert [(each.good, each.text) for each in seen.looks["search"]] == [(False, told), (False, told)]


async def test_nobody_looks_while_metrics_see() -> None:
    async with listening(saying("HTTP/1.1 200 OK\r\n\r\n")) as port:
        checks = (Check("storefront", tcp=f"127.0.0.1:{port}"), Check("search", tcp=f"127.0.0.1:{port}"))
        state = play(initial(shop(prometheus=(MetricServer("eu", "http://eu"),), checks=checks)), HEALTHY, 60)
        state, _ = update(state, SourceAnswered("eu", now(state)))
        assert await looks(state) == []
        state, _ = update(state, LooksSeen({"search": (Look("tcp x:1", AT, True, "takes connections"),)}))
        assert await looks(state) == [LooksSeen({})], "what was seen before is no longer shown"

        state = play(state, {**HEALTHY, "search": None}, 300.0)
        (seen,) = await looks(state)
        assert set(seen.looks) == {"search"}, "only what nobody can see"


async def test_in_the_first_round_it_waits_for_prometheus_to_say_something() -> None:
    async with listening(saying("HTTP/1.1 200 OK\r\n\r\n")) as port:
        model = shop(
            prometheus=(MetricServer("eu", "http://eu"),), checks=(Check("search", tcp=f"127.0.0.1:{port}"),)
        )
        state = initial(model)
        reads = 0

        def read() -> State:
            nonlocal reads, state
            reads += 1
            if reads == 3:
                state, _ = update(state, SourceAnswered("eu", START))
            return state

        assert [event async for event in Checks(read).poll(AT)] == []
        state = replace(initial(model))
        assert len(await looks(state)) == 1, "one that says nothing is not waited for"
