"""A small HTTP server in front of a real one that can be told, at run time, to misbehave."""

import http.client
import socket
import ssl
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self

from .child import until


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names in lower case."""

    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def form(self) -> dict[str, str]:
        """Parameters, from the query and from a form body."""
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2] + "&" + self.body.decode()))

    def with_form(self, form: Mapping[str, str]) -> "Asked":
        """The same question with these parameters, where the old ones were."""
        text = urllib.parse.urlencode(form)
        if self.method == "POST":
            return replace(self, target=self.path, body=text.encode())
        return replace(self, target=f"{self.path}?{text}")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Exchange:
    """One request and the means to answer it, well or badly."""

    def __init__(self, handler: "Handler", asked: Asked, over: threading.Event) -> None:
        self.asked = asked
        self._handler = handler
        self._over = over

    def forward(self, asked: Asked | None = None) -> Answer:
        """What the upstream says to it; 502 when it says nothing."""
        return self._handler.proxy.forward(asked or self.asked)

    def send(self, answer: Answer) -> None:
        self.start(answer, len(answer.body))
        self.write(answer.body)

    def start(self, answer: Answer, length: int) -> None:
        """Status and headers only; `length` is what Content-Length says."""
        self._handler.send_response(answer.status)
        for name, value in answer.headers.items():
            self._handler.send_header(name, value)
        self._handler.send_header("Content-Length", str(length))
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.proxy.sent += len(data)

    def wait(self, seconds: float | None = None) -> bool:
        """Sleeps, or for ever; true when the behaviour was changed or the proxy stopped meanwhile."""
        return self._over.wait(seconds)

    def hang_up(self) -> None:
        self._handler.close_connection = True


Behaviour = Callable[[Exchange], None]


class Certificate(NamedTuple):
    file: Path
    key: Path


def self_signed(folder: Path, *addresses: str) -> Certificate:
    """For localhost, 127.0.0.1 and these IPs, known to nobody but who is given the file."""
    made = Certificate(folder / "proxy.crt", folder / "proxy.key")
    what = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    listed = ",".join(["DNS:localhost", *(f"IP:{address}" for address in ("127.0.0.1", *addresses))])
    names = ["-addext", f"subjectAltName={listed}"]
    command = ["openssl", *what.split(), *names, "-out", str(made.file), "-keyout", str(made.key)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return made


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    @property
    def proxy(self) -> "Proxy":
        return self.server.proxy

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.proxy.seen.append(asked)
        behaviour, over = self.proxy.current
        try:
            behaviour(Exchange(self, asked, over))
        except OSError:
            # The client gave up, which is what most behaviours are for.
            self.close_connection = True

    do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    # A hung exchange must not keep the interpreter from ending.
    daemon_threads = True
    proxy: "Proxy"

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.proxy.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.proxy.connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.proxy.errors.append(error)


class Proxy:
    """Listens from the start; setting `behaviour` also lets go of those that wait under the old one."""

    def __init__(
        self, upstream: str, behaviour: Behaviour, *, certificate: Certificate | None = None
    ) -> None:
        """`upstream` is a URL, with a path where the routes begin; with a `certificate` it speaks TLS."""
        self.upstream = upstream
        self.seen: list[Asked] = []
        self.sent = 0
        """Bytes of bodies handed to the kernel."""
        self.connections: set[socket.socket] = set()
        self.errors: list[BaseException | None] = []
        self.current = (behaviour, threading.Event())
        self._scheme = "https" if certificate else "http"
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.proxy = self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            # The handshake waits for the handler's thread, or one silent client would block them all.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @property
    def behaviour(self) -> Behaviour:
        return self.current[0]

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        _, over = self.current
        self.current = (behaviour, threading.Event())
        over.set()

    def forward(self, asked: Asked) -> Answer:
        base = urllib.parse.urlsplit(self.upstream)
        upstream = http.client.HTTPConnection(base.netloc, timeout=10)
        keep = {k: v for k, v in asked.headers.items() if k not in ("host", "connection", "content-length")}
        try:
            upstream.request(asked.method, base.path + asked.target, asked.body or None, keep)
            response = upstream.getresponse()
            kept = {k: v for k in ("Content-Type", "Content-Encoding") if (v := response.headers[k])}
            return Answer(response.status, response.read(), kept)
        except OSError as down:
            return Answer(502, f"bad gateway: {down}\n".encode(), {"Content-Type": "text/plain"})
        finally:
            upstream.close()

    def stop(self) -> None:
        """Hangs up on everybody; from then on connections are refused. May be repeated."""
        self.current[1].set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in list(self.connections):
            with suppress(OSError):
                # Not SSLSocket's own, which would pull its state from under the thread that reads.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        until(lambda: not self.connections, what="the proxy's connections are closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()
        assert self.errors == [], "a behaviour raised"
