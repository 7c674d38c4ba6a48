"""Requests of steps to servers that misbehave: what was never sent is refused, what was lost is unknown."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import pytest

from cockpit.adapters.http import MOST_BYTES, HttpxHttp
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.work import Answered, HttpAnswer

DONE, REFUSED, UNKNOWN = Answered.DONE, Answered.REFUSED, Answered.UNKNOWN
Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]
SECRET = "canary s3cret/value+1"


@dataclass
class Server:
    """Keeps what it was asked, then does as `behaviour` says."""

    behaviour: Behaviour
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self.tasks.append(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            size = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            self.asked.append(head + await reader.readexactly(size))
            await self.behaviour(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def saying(status: int, body: str | bytes = b"", **headers: str) -> Behaviour:
    said = body.encode() if isinstance(body, str) else body

    async def behave(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(said)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + said)
        await writer.drain()

    return behave


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def half(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"status": "ok"')
    await writer.drain()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.02)


async def nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


@asynccontextmanager
async def serving(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(behaviour)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{listening.sockets[0].getsockname()[1]}/do"
    try:
        yield server
    finally:
        listening.close()
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)


async def send(call: HttpCall, within: float = 5.0, **headers: str) -> HttpAnswer:
    http = HttpxHttp()
    try:
        return await http.send(call, within=within, headers=headers, secrets=(SECRET,))
    finally:
        await http.close()


async def outcomes(behaviour: Behaviour, within: float = 5.0, **more: object) -> tuple[Answered, Answered]:
    """Of a POST and of a GET."""
    found = []
    for method in ("POST", "GET"):
        async with serving(behaviour) as server:
            call = replace(HttpCall(method, server.url), **more)  # type: ignore[arg-type]
            answer = await send(call, within)
            assert len(server.asked) == 1, "once, whatever comes of it"
            assert answer.reason or answer.outcome is DONE
            found.append(answer.outcome)
    return found[0], found[1]


async def test_what_was_asked_for_arrives_as_it_is_and_is_done() -> None:
    async with serving(saying(200, '{"state": {"at/once": [true]}}')) as server:
        call = HttpCall(
            "POST",
            server.url,
            {"X-Who": "ä", "idempotency-key": "mine"},
            {"text": 'a"b\n${x}', "list": ("1",)},
            pointer="/state/at~1once/0",
            equals=True,
        )
        answer = await send(call, **{"Idempotency-Key": "ours"})
    assert answer == HttpAnswer(DONE, 200, '{"state": {"at/once": [true]}}')
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    assert body == b'{"text": "a\\"b\\n${x}", "list": ["1"]}'
    assert head.startswith(b"POST /do HTTP/1.1")
    assert b"x-who: \xc3\xa4" in head
    assert head.count(b"dempotency-") == 1
    assert b"dempotency-key: ours" in head


@pytest.mark.parametrize(
    ("behaviour", "post", "get"),
    [
        (saying(204), DONE, DONE),
        (saying(400, "no"), REFUSED, REFUSED),
        (saying(409), REFUSED, REFUSED),
        (saying(429), REFUSED, REFUSED),
        (saying(500, "it broke after it had applied it"), UNKNOWN, REFUSED),
        (saying(503), UNKNOWN, REFUSED),
        (saying(303, Location="/elsewhere"), UNKNOWN, REFUSED),
        (saying(308, Location="/elsewhere"), REFUSED, REFUSED),
        (reset, UNKNOWN, REFUSED),
        (half, UNKNOWN, REFUSED),
        (nonsense, UNKNOWN, REFUSED),
    ],
)
async def test_what_an_answer_means(behaviour: Behaviour, post: Answered, get: Answered) -> None:
    assert await outcomes(behaviour) == (post, get)


@pytest.mark.parametrize("behaviour", [hang, drip])
async def test_the_deadline_holds_for_the_whole(behaviour: Behaviour) -> None:
    began = time.monotonic()
    assert await outcomes(behaviour, within=0.4) == (UNKNOWN, REFUSED)
    assert time.monotonic() - began < 3


async def test_other_ranges_and_what_the_answer_has_to_say() -> None:
    assert await outcomes(saying(202), status=((200, 200),)) == (UNKNOWN, REFUSED)
    assert await outcomes(saying(404), status=((200, 204), (404, 404))) == (DONE, DONE)
    for body in ('{"ok": false}', '{"ok": 1}', "{}", "no json", "[" * 100_000):
        assert await outcomes(saying(200, body), pointer="/ok", equals=True) == (UNKNOWN, REFUSED)
    assert await outcomes(saying(200, '{"ok": true}'), pointer="/ok", equals=True) == (DONE, DONE)


async def test_half_an_answer_is_not_made_a_whole_one() -> None:
    async with serving(half) as server:
        answer = await send(HttpCall("POST", server.url))
    assert (answer.status, answer.body) == (None, "")
    assert "it answers 200, and then: " in answer.reason


async def test_a_redirect_is_followed_nowhere() -> None:
    async with serving(saying(200)) as other, serving(saying(307, Location=other.url)) as server:
        answer = await send(HttpCall("POST", server.url, {"Authorization": SECRET}))
    assert answer.reason == "it answers 307, a redirect, which is not followed"
    assert other.asked == []


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (HttpCall("POST", "http://no-such-host.invalid/x"), "is not known"),
        (HttpCall("POST", "ftp://example.org/x"), "no address with http"),
        (HttpCall("POST", "file:///etc/passwd"), "no address with http"),
        (HttpCall("POST", "http:///x"), "no address with http"),
        (HttpCall("POST", "http://host:99999/"), "no address with http"),
        (HttpCall("POST", "http://127.0.0.1/a\r\nX: y"), "no address with http"),
        (HttpCall("POST", "http://[::1/"), "no address with http"),
        (HttpCall("PO ST", "http://127.0.0.1/"), "no word"),
        (HttpCall("POST\r\nX:", "http://127.0.0.1/"), "no word"),
        (HttpCall("POST", "http://127.0.0.1/", {"X": "a\r\nY: b"}), "the header x holds line breaks"),
        (HttpCall("POST", "http://127.0.0.1/", {"X": "a\nY: b"}), "the header x holds line breaks"),
        (HttpCall("POST", "http://127.0.0.1/", {"X": "a\0"}), "the header x holds line breaks"),
        (HttpCall("POST", "http://127.0.0.1/", {"X\r\nY": "a"}), "whose name is no name"),
        (HttpCall("POST", "http://127.0.0.1/", {"Content-Length": "0"}), "not for a step to set"),
        (HttpCall("POST", "http://127.0.0.1/", {"Transfer-Encoding": "chunked"}), "not for a step to set"),
        (HttpCall("POST", "http://127.0.0.1/", {"X": "\ud800"}), "cannot be written"),
        (HttpCall("POST", "http://127.0.0.1/", json=float("nan")), "cannot be written"),
        (HttpCall("POST", "http://127.0.0.1/", json={"x": object()}), "cannot be written"),
    ],
)
async def test_what_cannot_be_sent_is_refused(call: HttpCall, why: str) -> None:
    answer = await send(call)
    assert answer.outcome is REFUSED
    assert answer.status is None
    assert why in answer.reason


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        answer = await send(HttpCall("DELETE", f"http://127.0.0.1:{taken.getsockname()[1]}/"))
    assert answer.outcome is REFUSED
    assert "refuses connections" in answer.reason


async def test_nobody_takes_the_connection_in_time() -> None:
    """The queue of a socket that nobody accepts from is full: the next one waits."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        try:
            answer = await send(HttpCall("POST", f"http://127.0.0.1:{full.getsockname()[1]}/"), 0.5)
        finally:
            for each in waiting:
                each.close()
    assert answer.outcome is REFUSED
    assert "nothing was sent" in answer.reason


async def test_a_huge_answer_is_cut_and_does_not_matter() -> None:
    async with serving(saying(200, b"x" * (8 * MOST_BYTES))) as server:
        answer = await send(HttpCall("POST", server.url))
    assert answer.outcome is DONE
    assert len(answer.body) == MOST_BYTES
    assert answer.reason == "only the first 1 MiB of its answer are kept"


def _encoded(text: str) -> Mapping[str, str]:
    return {
        "plain": text,
        "base64": base64.b64encode(f"user:{text}".encode()).decode(),
        "url": quote(text, safe=""),
    }


@pytest.mark.parametrize("form", ["plain", "base64", "url"])
@pytest.mark.parametrize("status", [200, 400, 500])
async def test_no_secret_comes_back(form: str, status: int) -> None:
    said = _encoded(SECRET)[form]
    async with serving(saying(status, f"you said {said}!")) as server:
        answer = await send(HttpCall("POST", server.url, {"Authorization": SECRET}))
    assert SECRET.encode() in server.asked[0]
    assert "canary" not in answer.body + answer.reason
    assert said not in answer.body + answer.reason
    assert "[redacted]" in answer.body


async def test_a_secret_on_the_border_of_what_is_kept_is_not_half_told() -> None:
    async with serving(saying(200, "x" * (MOST_BYTES - 9) + SECRET + "y" * 99)) as server:
        answer = await send(HttpCall("GET", server.url))
    assert "canary" not in answer.body


async def test_nothing_is_carried_from_one_request_to_the_next() -> None:
    http = HttpxHttp()
    async with serving(saying(200, "", Set_Cookie="session=1; Path=/")) as server:
        for _ in range(2):
            await http.send(HttpCall("GET", server.url), within=5, headers={}, secrets=())
    await http.close()
    assert len(server.asked) == 2
    assert all(b"cookie" not in each.lower() for each in server.asked)


async def test_the_proxies_of_the_environment_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert await outcomes(saying(200)) == (DONE, DONE)


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder = tmp_path_factory.mktemp("tls")
    return _self_signed(folder)


def _self_signed(folder: Path) -> ssl.SSLContext:
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key"), "-out", str(folder / "cert")]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run([*command, "-nodes", "-days", "2", *names, *files], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert", folder / "key")
    return context


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of the server's own side
async def test_a_certificate_nobody_vouches_for_is_refused(self_signed: ssl.SSLContext) -> None:
    async with serving(saying(200), self_signed) as server:
        answer = await send(HttpCall("POST", server.url, {"Authorization": SECRET}))
    assert answer.outcome is REFUSED
    assert server.asked == []
    assert "is not trusted" in answer.reason
    assert "SSL_CERT_FILE" in answer.reason


async def test_a_server_without_tls_is_not_told_anything() -> None:
    async with serving(saying(200)) as server:
        answer = await send(HttpCall("POST", server.url.replace("http:", "https:")))
    assert answer.outcome is REFUSED
    assert server.asked == []
