"""Servers of flags that misbehave on demand, as real ones were seen to."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

Headers = Mapping[str, str]
Reply = tuple[int, str]
TOKEN = "admin.tok3n"
MAINTENANCE = '{"message":"Unleash is currently in maintenance mode."}'


@dataclass
class Server:
    """Keeps what it was asked; `lose` says of a request whether its answer gets lost, after it was done."""

    lose: Callable[[str, str], bool] = lambda method, path: False
    """(method, path)"""
    hang: bool = False
    """A lost answer: the connection stays open, or is reset."""
    fault: Reply | None = None
    """Said to every write, which is then not done unless `done_anyway`."""
    done_anyway: bool = False
    asked: list[tuple[str, str, Headers, str]] = field(default_factory=list)
    url: str = ""

    async def answer(self, method: str, path: str, headers: Headers, body: str) -> tuple[int, str, Headers]:
        raise NotImplementedError

    def writes(self) -> list[str]:
        return [f"{method} {path}" for method, path, _, _ in self.asked if method != "GET"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            self.asked.append((method, path, headers, body))
            status, said, more = await self._said(method, path, headers, body)
            if self.lose(method, path):
                if self.hang:
                    await asyncio.sleep(30)
                writer.transport.abort()
                return
            lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(said.encode())}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in more.items()]
            writer.write(("\r\n".join(lines) + "\r\n\r\n" + said).encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _said(self, method: str, path: str, headers: Headers, body: str) -> tuple[int, str, Headers]:
        if method == "GET" or self.fault is None:
            return await self.answer(method, path, headers, body)
        if self.done_anyway:
            await self.answer(method, path, headers, body)
        return *self.fault, {}


@dataclass
class UnleashServer(Server):
    """Just enough of Unleash 8: `on` adds a strategy, what is read may be stale."""

    flags: dict[str, bool] = field(default_factory=lambda: {"pay-async": False})
    strategies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    parents: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    stale: float = 0.0
    """Seconds for which reading still shows the earlier state."""
    _earlier: dict[str, tuple[float, bool]] = field(default_factory=dict)

    async def answer(self, method: str, path: str, headers: Headers, body: str) -> tuple[int, str, Headers]:
        if headers.get("authorization") != TOKEN:
            return 401, '{"name":"AuthenticationRequired","message":"You must log in"}', {}
        parts = urlsplit(path)
        if parts.path == "/api/admin/search/features":
            listed = [self._feature(key) for key in self.flags]
            return 200, json.dumps({"features": listed, "total": len(listed)}), {}
        if tagged := re.fullmatch(r"/api/admin/features/([^/]+)/tags", parts.path):
            self.tags.append(f"{tagged[1]} {json.loads(body)['value']}")
            return 201, body, {}
        found = re.fullmatch(
            r"/api/admin/projects/shop/features/([^/]+)(?:/environments/production)?(?:/(on|off))?",
            parts.path,
        )
        key = unquote(found[1]) if found else ""
        if found is None or key not in self.flags:
            return 404, '{"name":"NotFoundError","message":"Could not find it"}', {}
        if method == "POST":
            self._turn(key, found[2] == "on")
            return 200, "", {}
        return (
            200,
            json.dumps(self._feature(key) if "environments" not in path else self._environment(key)),
            {},
        )

    def _turn(self, key: str, on: bool) -> None:
        self._earlier[key] = (time.monotonic() + self.stale, self._shown(key))
        self.flags[key] = on
        if on and not self.strategies.get(key):
            self.strategies[key] = [{"name": "flexibleRollout", "parameters": {"rollout": "100"}}]

    def _shown(self, key: str) -> bool:
        until, earlier = self._earlier.get(key, (0.0, False))
        return earlier if time.monotonic() < until else self.flags[key]

    def _environment(self, key: str) -> dict[str, Any]:
        strategies = self.strategies.get(key, [])
        return {"name": "production", "enabled": self._shown(key), "strategies": strategies}

    def _feature(self, key: str) -> dict[str, Any]:
        parents = [{"feature": parent, "enabled": True} for parent in self.parents]
        return {"name": key, "dependencies": parents, "environments": [self._environment(key)]}


@dataclass
class HookServer(Server):
    """A state a person has written in an afternoon, with ETags if wanted."""

    values: dict[str, Any] = field(default_factory=lambda: {"pay-async": False})
    version: int = 1
    meanwhile: Callable[[], None] = lambda: None
    """Called before a write is looked at: somebody else was faster."""

    async def answer(self, method: str, path: str, headers: Headers, body: str) -> tuple[int, str, Headers]:
        if headers.get("x-token") != TOKEN:
            return 403, f"no, {headers.get('x-token')} is not welcome", {}
        key = unquote(path.rpartition("/")[2])
        if key not in self.values:
            return 404, "", {}
        if method == "GET":
            return 200, json.dumps({"state": {"value": self.values[key]}}), {"ETag": f'"{self.version}"'}
        self.meanwhile()
        if headers.get("if-match", f'"{self.version}"') != f'"{self.version}"':
            return 412, "", {}
        self.values[key] = json.loads(body)["want"]
        self.version += 1
        return 204, "", {}


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[None]:
    """Sets its url."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield
    finally:
        listening.close()
        for task in asyncio.all_tasks():
            if "serve" in repr(task.get_coro()):
                task.cancel()
        await asyncio.sleep(0)
