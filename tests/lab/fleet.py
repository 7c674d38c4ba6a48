"""Handles on the exporter processes: start them, break them, let them be."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from .child import Child
from .prometheus import Target
from .shop import ROLES

Changes = dict[str, dict[str, Any]]
"""Part name -> field -> value, e.g. {"checkout-api": {"errors": 0.3}}; the parts are in `shop`."""

PACKAGE = __package__ or ""
ROOT = Path(__file__).resolve().parents[PACKAGE.count(".") + 1]


class Exporter:
    """One exporter process; `role` is a key of `shop.ROLES`, and its job in Prometheus."""

    def __init__(self, role: str, folder: Path) -> None:
        self.role = role
        self.child = Child(
            [sys.executable, "-m", f"{PACKAGE}.exporter", role],
            folder / f"{role}.log",
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        port = self.child.stdout.readline().strip().decode()
        if not port:
            self.child.kill()
            raise AssertionError(f"exporter {role} did not start: {self.child.last_words()}")
        self.address = f"127.0.0.1:{port}"

    @property
    def target(self) -> Target:
        return Target(self.role, self.address)

    def control(self, changes: Changes) -> None:
        """Raises AssertionError for a part or field that does not exist."""
        self._post("control", changes)

    def set(self, part: str, **fields: Any) -> None:
        self.control({part: fields})

    def freeze(self) -> None:
        """It goes on answering, always with the same numbers."""
        self.set("exporter", frozen=True)

    def hold(self, held: bool = True) -> None:
        """It accepts scrapes and answers none, but still hears `control`."""
        self.set("exporter", held=held)

    def reset(self) -> None:
        """Whole again; the counters go on from where they are."""
        self.child.resume()
        self._post("reset", {})

    def history(
        self, seconds: float = 900, step: float = 15, script: Sequence[tuple[float, Changes]] = ()
    ) -> str:
        """OpenMetrics text of a past that ends now, for `Prometheus.backfill`.

        `script` changes parts at seconds counted from now, `(-600, {"checkout-api": {"errors": 0.4}})`; the
        changes last, and counters go on from the end: the live scrape continues these series without a break.
        """
        labels = {"job": self.role, "instance": self.address}
        return self._post("history", {"seconds": seconds, "step": step, "script": script, "labels": labels})

    def text(self) -> str:
        """What a scrape sees."""
        with urllib.request.urlopen(f"http://{self.address}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    def pause(self) -> None:
        self.child.pause()

    def resume(self) -> None:
        self.child.resume()

    def stop(self) -> None:
        self.child.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.child.kill()

    def _post(self, path: str, body: object) -> str:
        url = f"http://{self.address}/{path}"
        try:
            with urllib.request.urlopen(url, data=json.dumps(body).encode(), timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                raise AssertionError(refused.read().decode()) from None


class Fleet:
    """Every role once, and one door to all parts."""

    def __init__(self, folder: Path) -> None:
        with ExitStack() as starting:
            self.apps = starting.enter_context(Exporter("apps", folder))
            self.infrastructure = starting.enter_context(Exporter("infrastructure", folder))
            self._running = starting.pop_all()
        self._of = {part.name: exporter for exporter in self.exporters for part in ROLES[exporter.role]()}

    @property
    def exporters(self) -> list[Exporter]:
        return [self.apps, self.infrastructure]

    @property
    def targets(self) -> list[Target]:
        return [exporter.target for exporter in self.exporters]

    def of(self, part: str) -> Exporter:
        """The exporter that shows `part`; KeyError for none."""
        return self._of[part]

    def set(self, part: str, **fields: Any) -> None:
        """Changes one part; what concerns a whole exporter is told to `apps` or `infrastructure`."""
        self.of(part).set(part, **fields)

    def history(
        self, seconds: float = 900, step: float = 15, script: Sequence[tuple[float, Changes]] = ()
    ) -> str:
        """`Exporter.history` of all exporters together."""
        texts: list[str] = []
        for exporter in self.exporters:
            own = [
                (at, {p: c for p, c in changes.items() if self.of(p) is exporter}) for at, changes in script
            ]
            texts.append(exporter.history(seconds, step, own).removesuffix("# EOF\n"))
        return "".join([*texts, "# EOF\n"])

    def reset(self) -> None:
        for exporter in self.exporters:
            exporter.reset()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._running.close()
