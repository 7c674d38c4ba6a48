"""One connection to one server, as its `http_config` says; built once, files re-read when they change."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import certifi
import httpx

from cockpit.adapters.http_headers import files_of, identity, secrets_in
from cockpit.adapters.http_trouble import Trouble, translate
from cockpit.core.http_config import check_http_config, check_url, part, text
from cockpit.errors import CockpitError

CONNECT: Final = 1.0
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a body as it comes over the wire; unpacked it may be no larger either."""
MOST_REDIRECTS: Final = 3
ON_WAY: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, still packed."""

    status: int
    headers: httpx.Headers
    body: bytes
    asked_at: float
    """By the monotonic clock."""
    answered_at: float
    """When its headers were in."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What we said of ourselves and nobody may see, should the server repeat it."""


class Connection:
    """Speaks to one server; every failure comes out as `Trouble`.

    Raises CockpitError at construction when `url` or `config` make no sense.
    """

    def __init__(self, url: str, config: Mapping[str, object]) -> None:
        complaints = [*filter(None, [check_url(url)]), *check_http_config(config)]
        if complaints:
            first = complaints[0]
            raise CockpitError(": ".join(filter(None, (".".join(first.path), first.message))), first.hint)
        self.url = url.rstrip("/")
        self._parts = urlsplit(self.url)
        self.address = self._parts.netloc
        self._config = config
        self._files = files_of(config)
        self._stamps: tuple[object, ...] = ()
        self._headers: list[tuple[str, str]] = []
        self._client: httpx.AsyncClient | None = None
        self._refreshing = asyncio.Lock()
        self._method = "POST"

    @property
    def note(self) -> str:
        """What is odd about how we speak to it."""
        tls = part(self._config, "tls_config")
        if self._parts.scheme == "https" and tls.get("insecure_skip_verify"):
            return "its certificate is not checked (insecure_skip_verify)"
        return ""

    async def refresh(self) -> None:
        """Take up files that changed since the last call: tokens, passwords, certificates."""
        if self._client and not self._files:
            return
        # One at a time: the first poll and the reading of history begin together, and of two clients
        # that are built at once one would never be closed.
        async with self._refreshing:
            stamps, headers = await asyncio.to_thread(self._read)
            if self._client is None or stamps != self._stamps:
                old, self._client = self._client, await asyncio.to_thread(self._build)
                self._stamps = stamps
                if old is not None:
                    await old.aclose()
            self._headers = headers

    async def query(self, path: str, form: Mapping[str, str]) -> Reply:
        """POST a form; servers and proxies that only take GET are asked that way from then on."""
        reply = await self._send(self._method, path, form)
        if self._method == "POST" and reply.status in (405, 501):
            self._method = "GET"
            reply = await self._send("GET", path, form)
        return reply

    async def get(self, path: str) -> Reply:
        return await self._send("GET", path, {})

    async def change(self, method: str, path: str, document: object = None) -> Reply:
        """Sent once, followed nowhere. Trouble says by `sent` whether it may have changed something."""
        asked = {} if document is None else {"json": document}
        return await self._once(method, f"{self.url}/{path}", asked)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _send(self, method: str, path: str, form: Mapping[str, str]) -> Reply:
        target = f"{self.url}/{path}"
        for _ in range(MOST_REDIRECTS + 1):
            asked = {"data": form} if method == "POST" else {"params": form or None}
            reply = await self._once(method, target, asked)
            onward = reply.headers.get("location")
            if reply.status not in ON_WAY or not onward:
                return reply
            target = self._followed(target, onward)
        raise Trouble(f"{self.address} redirects in circles", "check the prefix in url", whole=True)

    def _followed(self, target: str, onward: str) -> str:
        """Where a redirect leads, if credentials may go there: the same host, and never away from TLS."""
        there = urlsplit(urljoin(target, onward))
        same_host = there.hostname == self._parts.hostname
        upgrade = self._parts.scheme == "http" and there.scheme == "https" and same_host
        if self._config.get("follow_redirects", True) and (upgrade or _origin(there) == _origin(self._parts)):
            return there.geturl()
        where = there.hostname or "nowhere"
        hint = "is there a sign-in page in front? write the address behind it, with credentials, as url"
        if same_host:
            hint = f"write {there.scheme}://{there.netloc} as url"
        raise Trouble(f"{self.address} redirects to {where}, which is not followed", hint, whole=True)

    async def _once(self, method: str, target: str, asked: Mapping[str, Any]) -> Reply:
        if self._client is None:
            await self.refresh()
        assert self._client is not None
        name = text(part(self._config, "tls_config"), "server_name")
        began = time.monotonic()
        sent = False

        async def trace(event: str, info: object) -> None:
            nonlocal sent
            sent = sent or event.endswith("send_request_headers.started")

        try:
            request = self._client.build_request(
                method,
                target,
                headers=[(name.encode(), value.encode()) for name, value in self._headers],
                extensions={"trace": trace, **({"sni_hostname": name} if name else {})},
                **asked,
            )
            response = await self._client.send(request, stream=True)
            answered = time.monotonic()
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            trouble = translate(error, self.address)
            trouble.sent = sent
            raise trouble from error
        secrets = secrets_in(self._config, self._headers)
        return Reply(response.status_code, response.headers, body, began, answered, secrets)

    async def _body(self, response: httpx.Response) -> bytes:
        # Raw, because httpx would unpack a bomb on the loop, a thousand bytes for each that came.
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_raw():
            size += len(piece)
            if size > MOST_BYTES:
                raise Trouble(f"{self.address} sends more than {MOST_BYTES >> 20} MiB", "group the query")
            pieces.append(piece)
        return b"".join(pieces)

    def _read(self) -> tuple[tuple[object, ...], list[tuple[str, str]]]:
        try:
            return tuple(_stamp(file) for file in self._files.tls), identity(self._config)
        except (OSError, UnicodeError) as error:
            which = getattr(error, "filename", None) or "a credentials file"
            why = getattr(error, "strerror", None) or "not UTF-8 text"
            raise Trouble(f"{which} cannot be read: {why}", "check http_config", whole=True) from error

    def _build(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._tls() if self._parts.scheme == "https" or self._files.tls else False,
            # The default of 5 s would end idle connections just before each poll.
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=60.0),
            timeout=httpx.Timeout(30.0, connect=CONNECT),
            trust_env=bool(self._config.get("proxy_from_environment")),
            proxy=proxy_of(self._config, self.url),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "cockpit"},
            follow_redirects=False,
        )

    def _tls(self) -> ssl.SSLContext:
        settings = part(self._config, "tls_config")
        try:
            return tls_context(settings)
        except (OSError, ValueError) as error:
            named = [text(settings, key) for key in ("ca_file", "cert_file", "key_file")]
            why = getattr(error, "strerror", None) or str(error)
            message = f"{' or '.join(filter(None, named)) or 'tls_config'} cannot be used: {why}"
            raise Trouble(message, "check tls_config", whole=True) from error


def proxy_of(config: Mapping[str, object], url: str) -> str | None:
    """The proxy that `proxy_url` names for `url`, unless `no_proxy` spares it."""
    host = urlsplit(url).hostname or ""
    for spared in text(config, "no_proxy").replace(",", " ").split():
        bare = spared.removeprefix("*").removeprefix(".")
        if not bare or host == bare or host.endswith(f".{bare}"):
            return None
    return text(config, "proxy_url") or None


def tls_context(settings: Mapping[str, object]) -> ssl.SSLContext:
    """Verifies, against what this machine trusts or one named CA. Raises OSError and ValueError."""
    own_ca = text(settings, "ca_file"), text(settings, "ca")
    context = ssl.create_default_context(cafile=own_ca[0] or None, cadata=own_ca[1] or None)
    if not any(own_ca):
        # A machine without certificates of its own, as slim images are.
        context.load_verify_locations(certifi.where())
    if settings.get("insecure_skip_verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert := text(settings, "cert_file"):
        context.load_cert_chain(cert, text(settings, "key_file"))
    for bound, version in (("minimum_version", "min_version"), ("maximum_version", "max_version")):
        if name := text(settings, version):
            setattr(context, bound, ssl.TLSVersion[f"TLSv1_{name[-1]}".replace("TLSv1_0", "TLSv1")])
    return context


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _stamp(file: str) -> tuple[int, int, int]:
    found = os.stat(file)
    return found.st_mtime_ns, found.st_size, found.st_ino
