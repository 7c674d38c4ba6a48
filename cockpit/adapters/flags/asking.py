"""One request to a server of flags, never repeated; a lost answer is told apart from one never sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from cockpit.adapters.flags.trouble import FlagTrouble
from cockpit.adapters.http_client import proxy_of, tls_context
from cockpit.adapters.http_headers import identity, secrets_in
from cockpit.adapters.http_trouble import quoted, translate
from cockpit.adapters.redact import redact
from cockpit.core.http_config import part, text
from cockpit.core.levels import Seconds
from cockpit.core.model import FlagStore
from cockpit.core.runbook.work import FlagOutcome
from cockpit.errors import SecretError, SourceError
from cockpit.ports import Secrets

CONNECT: Final[Seconds] = 2.0
TIMEOUT: Final[Seconds] = 5.0
MOST_BYTES: Final = 8 * 1024 * 1024
UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)
"""Nothing of the request has left us, so it surely changed nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    """Without our secrets, which a server may repeat."""
    headers: Mapping[str, str]
    """Names in lower case."""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """Raises FlagTrouble."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            raise FlagTrouble("its answer is no JSON", "what stands in between?") from None

    def said(self) -> str:
        return f"it answers {self.status}: {quoted(self.text)}" if self.text else f"it answers {self.status}"


class Asking:
    """`headers`: what every request says, as text or as references to secrets."""

    def __init__(self, store: FlagStore, secrets: Secrets, headers: Mapping[str, str]) -> None:
        self._config = part(store.options, "http_config")
        self._headers = headers
        self._secrets = secrets
        self._timeout = float(str(store.options.get("timeout") or TIMEOUT))

    async def ask(
        self, method: str, url: str, body: object = None, more: Mapping[str, str] | None = None
    ) -> Answer:
        """Raises FlagTrouble: FAILED when nothing was sent, UNKNOWN when no answer came."""
        address = urlsplit(url).netloc
        secret, ours = await self._resolved(), await self._identity()
        hidden = (*secret.values(), *secrets_in(self._config, ours))
        headers = httpx.Headers([*ours, *self._plain(), *secret.items(), *(more or {}).items()], "utf-8")
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        client = await self._client(url)
        try:
            async with client, asyncio.timeout(self._timeout):
                return await self._sent(client, method, url, content, headers, hidden)
        except UNSENT as error:
            raise _told(error, address, FlagOutcome.FAILED) from None
        except (httpx.HTTPError, httpx.StreamError, OSError, TimeoutError) as error:
            raise _told(error, address, FlagOutcome.UNKNOWN) from None

    async def _sent(
        self,
        client: httpx.AsyncClient,
        method: str,
        url: str,
        content: bytes | None,
        headers: httpx.Headers,
        secrets: tuple[str, ...],
    ) -> Answer:
        server_name = text(part(self._config, "tls_config"), "server_name")
        extensions = {"sni_hostname": server_name} if server_name else None
        async with client.stream(
            method, url, content=content, headers=headers, extensions=extensions
        ) as reply:
            found = bytearray()
            async for piece in reply.aiter_raw():
                found += piece
                if len(found) > MOST_BYTES:
                    break
            said = redact(found[:MOST_BYTES].decode("utf-8", "replace"), secrets)
            return Answer(reply.status_code, said, {k.lower(): v for k, v in reply.headers.items()})

    def _plain(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self._headers.items() if not _is_reference(value)]

    async def _resolved(self) -> dict[str, str]:
        """Headers that are secrets, looked up at each use, so that a changed token counts at once."""
        found = {}
        for name, value in self._headers.items():
            if _is_reference(value):
                try:
                    found[name] = await self._secrets.value(value)
                except SecretError as error:
                    raise FlagTrouble(error.message, error.hint) from None
                if not found[name].isprintable():
                    raise FlagTrouble(f"the secret for the header {name} holds control characters")
        return found

    async def _identity(self) -> list[tuple[str, str]]:
        try:
            return await asyncio.to_thread(identity, self._config)
        except (OSError, UnicodeError) as error:
            which = getattr(error, "filename", None) or "a credentials file"
            raise FlagTrouble(f"{which} cannot be read", "check http_config") from None

    async def _client(self, url: str) -> httpx.AsyncClient:
        """A new one for each request: on a connection kept open nobody knows whether a request arrived."""
        settings = part(self._config, "tls_config")
        try:
            secure = url.startswith("https:")
            verify = await asyncio.to_thread(tls_context, settings) if secure else False
        except (OSError, ValueError) as error:
            raise FlagTrouble(f"tls_config cannot be used: {error}", "check tls_config") from None
        return httpx.AsyncClient(
            verify=verify,
            timeout=httpx.Timeout(self._timeout, connect=CONNECT),
            trust_env=bool(self._config.get("proxy_from_environment")),
            proxy=proxy_of(self._config, url),
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "cockpit"},
            follow_redirects=False,
        )


def _is_reference(value: str) -> bool:
    return value.startswith(("env:", "file:", "command:"))


def _told(error: Exception, address: str, outcome: FlagOutcome) -> FlagTrouble:
    if isinstance(error, TimeoutError):
        what = f"{address} took the request and did not answer in time"
        return FlagTrouble(what, "is it overloaded?", outcome)
    trouble: SourceError = translate(error, address)
    return FlagTrouble(trouble.message, trouble.hint, outcome)
