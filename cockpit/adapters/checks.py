"""Looks from here: a page that is asked for, a port that is knocked at, while metrics are blind."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from cockpit.adapters.http_client import tls_context
from cockpit.adapters.http_trouble import quoted, translate
from cockpit.core.events import Event, LooksSeen
from cockpit.core.levels import Instant, Seconds
from cockpit.core.looks import is_undecided, worth_looking
from cockpit.core.model import Check
from cockpit.core.poll import Look
from cockpit.core.state import State

DEADLINE: Final[Seconds] = 2.9
"""For all of it; the round is closed after 3 s."""
PATIENCE: Final[Seconds] = 1.4
"""For one look, so that two may follow each other within the deadline."""
UNTIL_BLIND: Final[Seconds] = 1.2
"""A Prometheus that says nothing for so long in the first round is not waited for."""
TICK: Final[Seconds] = 0.02
WIDTH: Final = 64
"""Looks at once; those that do not get their turn before the deadline are left out of this round."""
UNNAMED: Final = "cannot be found: its name is not known"


class Checks:
    """A `ports.Source`. Follows no redirect, uses no proxy, keeps no cookie, reads no body."""

    name = "checks"

    def __init__(self, read: Callable[[], State]) -> None:
        """`read` gives the picture of now: whether metrics are blind is known there."""
        self._read = read
        self._client: httpx.AsyncClient | None = None
        self._lane = asyncio.Semaphore(WIDTH)

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        end = asyncio.get_running_loop().time() + DEADLINE
        await self._first_round()
        checks = worth_looking(self._read())
        if checks:
            yield LooksSeen(_by_service(checks, await self._looks(checks, at, end)))
        elif self._read().picture.looks:
            yield LooksSeen({})

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _first_round(self) -> None:
        """Prometheus is asked at the same time: a moment for it to say that it is there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(UNTIL_BLIND):
                while is_undecided(self._read()):  # noqa: ASYNC110 - a state is pulled, and tells nobody
                    await asyncio.sleep(TICK)

    async def _looks(self, checks: Sequence[Check], at: Instant, end: float) -> list[Look | None]:
        """None: there was no time for it."""
        if self._client is None and any(check.http for check in checks):
            self._client = await asyncio.to_thread(_build)
        asked = [asyncio.ensure_future(self._look(check, at)) for check in checks]
        try:
            await asyncio.wait(asked, timeout=max(0.0, end - asyncio.get_running_loop().time()))
            return [task.result() if task.done() else None for task in asked]
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def _look(self, check: Check, at: Instant) -> Look:
        what = f"GET {_without_password(check.http)}" if check.http else f"tcp {check.tcp}"
        async with self._lane:
            try:
                async with asyncio.timeout(PATIENCE):
                    good, text = await (self._page(check) if check.http else _port(check.tcp))
            except TimeoutError:
                good, text = False, f"does not answer within {PATIENCE:g} s"
            return Look(what, at, good, text)

    async def _page(self, check: Check) -> tuple[bool, str]:
        assert self._client is not None
        try:
            async with self._client.stream("GET", check.http) as reply:
                code, to = reply.status_code, reply.headers.get("location", "")
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            return False, _told(error, urlsplit(check.http).netloc.rpartition("@")[2])
        except (httpx.InvalidURL, ValueError):
            return False, "cannot be asked: that is no valid address"
        turned = f", a redirect to {quoted(_host(check.http, to))}" if 300 <= code < 400 and to else ""
        return code in check.status, f"answers {code}{turned}"


async def _port(address: str) -> tuple[bool, str]:
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, ValueError) as error:
        return False, _unreachable(error)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True, "takes connections"


def _unreachable(error: OSError | ValueError) -> str:
    """What happened, as what it does: "refuses connections"."""
    if isinstance(error, socket.gaierror):
        return UNNAMED
    # Where a name has several addresses, only the text tells of each.
    if isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return "refuses connections"
    return f"cannot be reached: {quoted(getattr(error, 'strerror', None) or str(error))}"


def _told(error: Exception, address: str) -> str:
    message = translate(error, address).message
    if message.startswith("the name of"):
        return UNNAMED
    does = message.removeprefix(f"{address} ")
    return does if does != message else f"cannot be asked: {message}"


def _host(url: str, to: str) -> str:
    """Of a redirect only where it leads: the rest may hold what is nobody's business."""
    try:
        return urlsplit(urljoin(url, to)).netloc.rpartition("@")[2] or "nowhere"
    except ValueError:
        return "nowhere"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _by_service(checks: Iterable[Check], looks: Iterable[Look | None]) -> dict[str, tuple[Look, ...]]:
    found: dict[str, tuple[Look, ...]] = {}
    for check, look in zip(checks, looks, strict=True):
        if look is not None:
            found[check.service] = (*found.get(check.service, ()), look)
    return found


def _build() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=tls_context({}),
        timeout=None,
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=False,
        follow_redirects=False,
        headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "cockpit"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )
