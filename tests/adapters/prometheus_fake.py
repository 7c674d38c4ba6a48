"""A Prometheus for tests that need no real one: answers by path and query, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Row = tuple[Mapping[str, str], float]


@dataclass
class Fake:
    """`series` are looked up by a word that the query holds; the first that fits answers."""

    metrics: Sequence[str] = ()
    series: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    rules: Sequence[Mapping[str, Any]] = ()
    refuse: Callable[[str], tuple[int, str] | None] = lambda asked: None
    """By path or query: a status and a body instead of an answer."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and query of every request."""
    url: str = ""

    def answer(self, path: str, query: str) -> tuple[int, str]:
        self.asked.append((path, query))
        if refused := self.refuse(query or path):
            return refused
        return 200, json.dumps({"status": "success", "data": self.data(path, query)})

    def data(self, path: str, query: str) -> Any:
        match path:
            case "/api/v1/label/__name__/values":
                return list(self.metrics)
            case "/api/v1/rules":
                return {"groups": [{"rules": list(self.rules)}]}
            case "/api/v1/query":
                rows = next((rows for word, rows in self.series.items() if word in query), ())
                result = [
                    {"metric": dict(labels), "value": [1_700_000_000.0, str(value)]} for labels, value in rows
                ]
                return {"resultType": "vector", "result": result}
        return {"alerts": []}


@contextmanager
def running(fake: Fake) -> Iterator[Fake]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.tell(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self.tell(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def tell(self, form: str) -> None:
            query = parse_qs(form).get("query", [""])[0]
            status, body = fake.answer(urlsplit(self.path).path, query)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: tests look at what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def small_shop() -> Fake:
    """Two services that speak HTTP, one call between them, and a rule."""
    counted = "http_server_request_duration_seconds_count"
    return Fake(
        metrics=["up", counted, "traces_service_graph_request_total"],
        series={
            "traces_service_graph": [({"client": "shop", "server": "auth"}, 1)],
            "cockpit_preset": [
                ({"cockpit_preset": "otel-http", "cockpit_key": name}, 1) for name in ("auth", "shop")
            ],
            "count_over_time(up": [({"window": "1m"}, 2), ({"window": "5m"}, 10)],
            "__name__=~": [
                ({"__name__": counted, "service_name": name, "job": "apps"}, 3) for name in ("auth", "shop")
            ],
        },
        rules=[
            {
                "name": "Slow",
                "type": "alerting",
                "health": "ok",
                "query": 'rate(x{service_name="shop"}[5m]) > 1',
                "labels": {"team": "web"},
                "annotations": {"runbook_url": "https://wiki.example/slow"},
            },
            {
                "name": "Broken",
                "type": "alerting",
                "health": "err",
                "labels": {"service": "shop", "team": "no"},
            },
        ],
    )
