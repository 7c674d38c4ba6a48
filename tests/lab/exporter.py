"""One exporter process: it shows its parts as Prometheus text, and breaks them when told to.

`GET /metrics`; `POST /control {"checkout-api": {"errors": 0.3}, "exporter": {"held": true}}`;
`POST /reset`; `POST /history` for OpenMetrics text of a past that ends now (see `Exporter.history`).
"""

import argparse
import json
import math
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .parts import Part, Sample
from .shop import ROLES


@dataclass(kw_only=True)
class Whole(Part):
    """What can be wrong with the exporter itself; `frozen` and `hidden` are for all its parts."""

    name: str = "exporter"
    held: bool = False
    """Accept requests for metrics and answer none until this is false again."""
    stamped: bool = False
    """Give samples explicit timestamps, as collectors and federation do."""


class World:
    """All parts and the time up to which they have been advanced."""

    def __init__(self, role: str) -> None:
        self.whole = Whole()
        self.parts = {part.name: part for part in ROLES[role]()}
        self.role = role
        self.now = self.stamp = time.time()

    def advance(self, now: float) -> None:
        passed, self.now = max(0.0, now - self.now), now
        if self.whole.frozen:
            return
        # A collector that froze repeats the timestamps it had.
        self.stamp = now
        for part in self.parts.values():
            if not part.frozen:
                part.advance(passed)

    def control(self, changes: dict[str, dict[str, Any]]) -> None:
        """Raises ValueError for names that do not exist."""
        known: dict[str, Part] = {**self.parts, self.whole.name: self.whole}
        if unknown := changes.keys() - known.keys():
            raise ValueError(f"no {sorted(unknown)} here, but {sorted(known)}")
        for name, fields in changes.items():
            known[name].set(fields)

    def reset(self) -> None:
        """Every field as at the start; counters go on from where they are."""
        self.whole = Whole()
        for fresh in ROLES[self.role]():
            self.parts[fresh.name].set(fresh.settings())

    def samples(self) -> list[Sample]:
        shown = (sample for part in self.parts.values() for sample in part.shown())
        return sorted((s for s in shown if not self.whole.hides(s)), key=lambda s: s.family)

    def history(self, asked: dict[str, Any]) -> str:
        """OpenMetrics text of `seconds` up to now; `script` is [[seconds from now, changes]...]."""
        end, seconds = time.time(), asked["seconds"]
        script = sorted(asked["script"], key=lambda entry: float(entry[0]))
        text: list[str] = []
        self.now = end - seconds
        for tick in range(math.floor(seconds / asked["step"]) + 1):
            now = end - seconds + tick * asked["step"]
            while script and end + script[0][0] <= now:
                self.advance(end + script[0][0])
                self.control(script.pop(0)[1])
            self.advance(now)
            text += [line(s, asked["labels"], f" {now:.3f}") for s in self.samples()]
        return "\n".join([*text, "# EOF", ""])


def line(sample: Sample, extra: dict[str, str], stamp: str) -> str:
    pairs = {**extra, **sample.labels}.items()
    labels = ",".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in pairs)
    return f"{sample.family}{sample.suffix}{{{labels}}} {number(sample.value)}{stamp}"


def number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return f"{'+' if value > 0 else '-'}Inf" if math.isinf(value) else repr(float(value))


def exposition(samples: Iterable[Sample], stamp: str) -> str:
    """The text format, a TYPE line before each family."""
    text: list[str] = []
    family = ""
    for sample in samples:
        if sample.family != family:
            family = sample.family
            text.append(f"# TYPE {family} {sample.kind}")
        text.append(line(sample, {}, stamp))
    return "\n".join([*text, ""])


class Handler(BaseHTTPRequestHandler):
    world: World
    changed = threading.Condition()
    """Guards the world, and tells held requests when to look again."""

    def do_GET(self) -> None:
        with self.changed:
            self.changed.wait_for(lambda: not self.world.whole.held)
            self.world.advance(time.time())
            stamp = f" {self.world.stamp * 1000:.0f}" if self.world.whole.stamped else ""
            text = exposition(self.world.samples(), stamp)
        self.answer(200, text)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        with self.changed:
            try:
                text = self.told(body)
            except ValueError as wrong:
                return self.answer(400, str(wrong))
            self.changed.notify_all()
        return self.answer(200, text)

    def told(self, body: dict[str, Any]) -> str:
        if self.path == "/history":
            return self.world.history(body)
        # What has happened so far happened at the old rates.
        self.world.advance(time.time())
        if self.path == "/reset":
            self.world.reset()
        else:
            self.world.control(body)
        return ""

    def answer(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the log is for tracebacks."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=sorted(ROLES))
    Handler.world = World(parser.parse_args().role)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
