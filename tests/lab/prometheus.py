"""A real Prometheus on a loopback port of its own, with storage that survives its restarts."""

import json
import math
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest

from .child import Child, free_port, until


class Target(NamedTuple):
    job: str
    address: str
    labels: dict[str, str] = {}  # noqa: RUF012 - never changed, and a NamedTuple has no factories


class Sample(NamedTuple):
    labels: dict[str, str]
    value: float
    at: float


def require() -> None:
    """Without the real server a run in CI fails; elsewhere the test is skipped."""
    if all(shutil.which(program) for program in ("prometheus", "promtool")):
        return
    missing = "no prometheus or promtool here; tests/lab/install gets them"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


class Prometheus:
    """Scrapes and evaluates every second; `with` waits until it is ready, `start()` does not.

    The first scrape comes 5 s after each start: that is how slowly discovery passes targets on.
    """

    def __init__(
        self,
        folder: Path,
        targets: Sequence[Target] = (),
        *,
        rules: Sequence[dict[str, Any]] = (),
        alertmanagers: Sequence[str] = (),
        external: Mapping[str, str] = {},
        external_url: str = "",
        prefix: str = "",
        flags: Sequence[str] = (),
    ) -> None:
        """`rules` are rule groups; routes begin at `prefix` ("/prom"), links with `external_url`.

        Alerts go to `alertmanagers` (URLs), with the `external` labels that only they see.
        """
        self.folder = folder
        self.targets = list(targets)
        self.rules = list(rules)
        self.alertmanagers = list(alertmanagers)
        self.external = dict(external)
        self.port = free_port()
        self.prefix = prefix
        self._flags = [f"--web.route-prefix={prefix or '/'}", *flags]
        if external_url:
            self._flags.append(f"--web.external-url={external_url}")
        self._started = 0.0
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """What a client is configured with; no slash at the end."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    @property
    def child(self) -> Child:
        assert self._child is not None, "not started"
        return self._child

    def start(self) -> None:
        self.write_config()
        self._started = time.time()
        self._child = Child(
            [
                "prometheus",
                f"--config.file={self.folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--web.enable-lifecycle",
                "--log.level=warn",
                *self._flags,
            ],
            self.folder / "prometheus.log",
        )

    def wait_ready(self, within: float = 30.0) -> None:
        until(self._is_ready, within, "Prometheus is ready")

    def wait_scraped(self, times: int = 2, within: float = 30.0) -> None:
        """Until every target is up and has that many samples in a minute; `rate` needs two."""
        want = len(self.targets)
        since = f"timestamp(up) > {self._started:.3f}"
        expr = f"count((up == 1) and (count_over_time(up[1m]) >= {times}) and ({since}))"
        until(lambda: self.value(expr) == want, within, f"{want} targets scraped {times} times")

    def stop(self) -> None:
        """As a service manager does: the head is on disk, and the port free."""
        self.child.stop()

    def kill(self) -> None:
        """As the OOM killer does."""
        self.child.kill()

    def restart(self) -> None:
        """On the same port and data, also after `kill`; does not wait until it has replayed its WAL."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """Makes changed `targets` and `rules` take effect; raises AssertionError when they are refused."""
        self.write_config()
        request = urllib.request.Request(f"{self.url}/-/reload", method="POST")
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as refused:
            with refused:
                raise AssertionError(refused.read().decode()) from None

    def hold_replay(self) -> None:
        """From its next start on it replays its WAL until `finish_replay`; call it while stopped.

        The segment that comes next is a pipe, and whoever reads a pipe waits for somebody to write.
        """
        wal = self.folder / "data" / "wal"
        last = max((int(segment.name) for segment in wal.glob("[0-9]*")), default=-1)
        self._held = wal / f"{last + 1:08}"
        os.mkfifo(self._held)

    def finish_replay(self) -> None:
        self._held.open("wb").close()

    def pause(self) -> None:
        self.child.pause()

    def resume(self) -> None:
        self.child.resume()

    def backfill(self, openmetrics: str) -> None:
        """Puts a past into the storage; only before the start. `Exporter.history` writes such text."""
        assert self._child is None, "a running server does not take blocks that overlap with its head"
        source = self.folder / "past.om"
        source.write_text(openmetrics)
        tsdb = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q"]
        command = [*tsdb, str(source), str(self.folder / "data")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def query(self, expr: str, at: float | None = None) -> list[Sample]:
        """An instant query by the standard library; a scalar is one sample without labels."""
        form = {"query": expr} | ({} if at is None else {"time": f"{at:.3f}"})
        data = self._get(f"api/v1/query?{urllib.parse.urlencode(form)}")
        if data["resultType"] == "scalar":
            return [Sample({}, float(data["result"][1]), data["result"][0])]
        return [Sample(s["metric"], float(s["value"][1]), s["value"][0]) for s in data["result"]]

    def value(self, expr: str, at: float | None = None) -> float | None:
        """The only sample's value, None without samples; several are an AssertionError."""
        samples = self.query(expr, at)
        assert len(samples) < 2, samples
        return samples[0].value if samples else None

    def wait_value(self, expr: str, wanted: float, *, rel: float = 0.02, within: float = 20.0) -> None:
        """Until the value is `wanted`, give or take `rel`; NaN only equals NaN."""

        def close() -> bool:
            got = self.value(expr)
            if got is None or math.isnan(got) or math.isnan(wanted):
                return got is not None and math.isnan(got) and math.isnan(wanted)
            return math.isclose(got, wanted, rel_tol=rel, abs_tol=1e-9)

        until(close, within, f"{expr} = {wanted:g}")

    def write_config(self) -> None:
        rules = self.folder / "rules.yml"
        rules.write_text(_yaml({"groups": [{"interval": "1s", **group} for group in self.rules]}))
        every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        jobs = [
            {
                "job_name": job,
                # What blackbox and postgres exporters show names its target already, as relabelling does.
                "honor_labels": True,
                "static_configs": [
                    {"targets": [t.address], "labels": t.labels} for t in self.targets if t.job == job
                ],
            }
            for job in sorted({target.job for target in self.targets})
        ]
        config: dict[str, Any] = {
            "global": {**every, "external_labels": self.external},
            "rule_files": [str(rules)],
            "scrape_configs": jobs,
        }
        if self.alertmanagers:
            addresses = [url.removeprefix("http://") for url in self.alertmanagers]
            config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": addresses}]}]}
        (self.folder / "prometheus.yml").write_text(json.dumps(config, indent=1))

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.kill()

    def _is_ready(self) -> bool:
        if not self.child.is_alive():
            raise RuntimeError(f"Prometheus ended: {self.child.last_words()}")
        try:
            urllib.request.urlopen(f"{self.url}/-/ready", timeout=1).close()
        except urllib.error.HTTPError as not_yet:
            not_yet.close()
            return False
        except OSError:
            return False
        return True

    def _get(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(f"{self.url}/{path}", timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            with refused:
                raise AssertionError(refused.read().decode()) from None


def _yaml(document: object) -> str:
    """JSON is YAML, too, but for pairs of surrogates: YAML escapes such characters in one piece."""
    pair = re.compile(r"\\u(d[89ab]..)\\u(d[c-f]..)")
    return pair.sub(_in_one_piece, json.dumps(document))


def _in_one_piece(pair: re.Match[str]) -> str:
    character = json.loads(f'"{pair[0]}"')
    return f"\\U{ord(character):08x}"
