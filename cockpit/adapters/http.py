"""One request of a step, sent once or not at all, and what its answer means."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final
from urllib.parse import urlsplit

import httpx

from cockpit.adapters.http_client import tls_context
from cockpit.adapters.http_meaning import meaning, undone
from cockpit.adapters.http_trouble import translate
from cockpit.adapters.redact import Redactor, redact
from cockpit.core.levels import Seconds
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.work import JUST_LOOKING, Answered, HttpAnswer, Purpose
from cockpit.errors import sentence

CONNECT: Final[Seconds] = 5.0
SHARE: Final = 0.9
"""Of the time for everything, for each part of connecting: httpcore closes a handshake that it gives up
itself, and leaves the socket of one that it is told to give up to the garbage collector."""
MOST_BYTES: Final = 1024 * 1024
"""Of an answer; the rest is not read."""
FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
"""Headers that say where a request ends; two opinions about that are how requests are smuggled."""
_name: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_control: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_method: Final = re.compile(r"[A-Za-z]{1,20}\Z")


@dataclass(slots=True)
class _Sent:
    """Whether anything of the request has left us: only then can it have changed something."""

    begun: bool = False
    status: int | None = None

    async def trace(self, event: str, info: object) -> None:
        if event.endswith("send_request_headers.started"):
            self.begun = True


class HttpxHttp:
    """A `ports.Http`: TLS is verified, nothing is repeated, no redirect followed, no cookie kept.

    CAs of one's own: the system's store, or SSL_CERT_FILE. Proxies of the environment do not count: a step
    goes where it says.
    """

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None
        self._building = asyncio.Lock()

    async def send(
        self,
        call: HttpCall,
        *,
        within: Seconds,
        headers: Mapping[str, str],
        secrets: Sequence[str],
        purpose: Purpose = JUST_LOOKING,
    ) -> HttpAnswer:
        """`within` seconds are for everything, from the name of the host to the last byte."""
        said = {name.lower(): value for given in (call.headers, headers) for name, value in given.items()}
        if why := _refusal(call, said):
            return HttpAnswer(Answered.REFUSED, reason=redact(why, secrets))
        sent, connect = _Sent(), min(CONNECT, SHARE * within)
        try:
            async with asyncio.timeout(within):
                return await self._answer(call, said, secrets, sent, connect)
        except TimeoutError:
            why = _late(call, sent, within)
        except httpx.ConnectTimeout:
            why = _late(call, sent, connect)
        except httpx.LocalProtocolError:
            # Said by our own side before it lets anything out.
            why, sent = "the request cannot be written: its headers are no headers", _Sent()
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            why = _told(error, call, sent)
        except (httpx.InvalidURL, ValueError):
            why = "the request cannot be written: it is no valid url or text"
        # Without a status: of half an answer nobody should make a whole one.
        return HttpAnswer(undone(call) if sent.begun else Answered.REFUSED, reason=redact(why, secrets))

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _answer(
        self,
        call: HttpCall,
        headers: Mapping[str, str],
        secrets: Sequence[str],
        sent: _Sent,
        connect: Seconds,
    ) -> HttpAnswer:
        content = None if call.json is None else _written(call.json)
        if content is not None:
            headers = {"content-type": "application/json", **headers}
        client = await self._opened()
        asked = client.stream(
            call.method.upper(),
            call.url,
            content=content,
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            extensions={"trace": sent.trace},
            timeout=httpx.Timeout(None, connect=connect),
        )
        async with asked as reply:
            sent.status = reply.status_code
            body, note = await _body(reply, secrets)
        return meaning(call, reply.status_code, body, note)

    async def _opened(self) -> httpx.AsyncClient:
        async with self._building:
            if self._client is None:
                self._client = await asyncio.to_thread(_build)
            return self._client


def _build() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=tls_context({}),
        # None is kept open: on one that the server has just closed nobody knows whether a request arrived.
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=False,
        follow_redirects=False,
        headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "cockpit"},
        # What one step was given to remember is no business of the next.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


async def _body(reply: httpx.Response, secrets: Sequence[str]) -> tuple[str, str]:
    """(text without secrets, what is odd about it)"""
    packing = reply.headers.get("content-encoding", "identity").strip().lower()
    found = bytearray()
    async for piece in reply.aiter_raw():
        found += piece
        if len(found) > MOST_BYTES:
            break
    if packing not in ("", "identity"):
        return "", "its answer is packed although we asked it not to"
    redactor = Redactor(secrets)
    shown = redactor.feed(bytes(found[:MOST_BYTES]))
    if len(found) > MOST_BYTES:
        # What is held back now may be the first half of a secret.
        return shown.decode(
            "utf-8", "replace"
        ), f"only the first {MOST_BYTES >> 20} MiB of its answer are kept"
    return (shown + redactor.flush()).decode("utf-8", "replace"), ""


def _written(document: object) -> bytes:
    """Raises ValueError for what JSON does not know."""
    try:
        return json.dumps(document, allow_nan=False, default=dict).encode()
    except TypeError as error:
        raise ValueError("no JSON") from error


def _refusal(call: HttpCall, headers: Mapping[str, str]) -> str:
    """Why it is not even tried; values are never quoted, since they may be secrets."""
    if not _method.match(call.method):
        return "the method of the request is no word"
    try:
        parts = urlsplit(call.url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not call.url.isprintable() or " " in call.url:
        return "the url of the request is no address with http:// or https://"
    for name, value in headers.items():
        if not _name.match(name):
            return "the request has a header whose name is no name"
        if name in FRAMING:
            return f"the header {name} is not for a step to set"
        if _control.search(value):
            return f"the header {name} holds line breaks or control characters"
    return ""


def _address(url: str) -> str:
    """Host and port, without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _late(call: HttpCall, sent: _Sent, within: Seconds) -> str:
    address = _address(call.url)
    if not sent.begun:
        return f"{address} did not take the connection within {within:g} s; nothing was sent"
    if sent.status is not None:
        return f"{address} answers {sent.status}, and did not end its answer within {within:g} s"
    return f"{address} took the request and did not answer within {within:g} s"


def _told(error: Exception, call: HttpCall, sent: _Sent) -> str:
    trouble = translate(error, _address(call.url))
    hint = trouble.hint
    if "tls_config" in hint:
        # A step has no such settings; the machine has a store.
        hint = "add the CA that signed it to the system's store, or name it in SSL_CERT_FILE"
    told = sentence(trouble.message, hint)
    return f"it answers {sent.status}, and then: {told}" if sent.status is not None else told
