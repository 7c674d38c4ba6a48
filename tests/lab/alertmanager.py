"""A real Alertmanager on a loopback port of its own, alone in its cluster."""

import json
import os
import shutil
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from .child import Child, free_port, until

PROGRAM = "prometheus-alertmanager"
INHIBIT = [{"source_matchers": ["severity=page"], "target_matchers": ["severity=info"], "equal": ["node"]}]
"""Where a node pages, what it has to say besides is not worth a page."""


def require() -> None:
    """Without the real server a run in CI fails; elsewhere the test is skipped."""
    if shutil.which(PROGRAM):
        return
    missing = f"no {PROGRAM} here; tests/lab/install gets it"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


class Alertmanager:
    """`with` waits until it is ready; its storage survives a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def child(self) -> Child:
        assert self._child is not None, "not started"
        return self._child

    def start(self) -> None:
        config = self.folder / "alertmanager.yml"
        written = {
            "route": {"receiver": "nobody"},
            "receivers": [{"name": "nobody"}],
            "inhibit_rules": INHIBIT,
        }
        config.write_text(json.dumps(written))
        self._child = Child(
            [
                PROGRAM,
                f"--config.file={config}",
                f"--storage.path={self.folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=",
                "--log.level=warn",
            ],
            self.folder / "alertmanager.log",
        )

    def post(self, *alerts: dict[str, str], lasts: float = 3600.0, **annotations: str) -> None:
        """Alerts by their labels, as if a Prometheus had sent them; no longer than `lasts` seconds."""
        ends = datetime.now(UTC) + timedelta(seconds=lasts)
        document = [
            {"labels": each, "annotations": annotations, "endsAt": ends.isoformat()} for each in alerts
        ]
        self._post("alerts", document)

    def _post(self, what: str, document: object) -> None:
        headers = {"Content-Type": "application/json"}
        body = json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/api/v2/{what}", body, headers)
        urllib.request.urlopen(request, timeout=10).close()

    def silences(self) -> list[dict[str, Any]]:
        """All that it knows, also those that are over."""
        with urllib.request.urlopen(f"{self.url}/api/v2/silences", timeout=10) as answer:
            return json.load(answer)  # type: ignore[no-any-return]

    def silence(self, *matchers: dict[str, Any], lasts: float) -> None:
        """As somebody else makes one."""
        now = datetime.now(UTC)
        document = {
            "matchers": list(matchers),
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(seconds=lasts)).isoformat(),
            "createdBy": "somebody else",
            "comment": "for a while",
        }
        self._post("silences", document)

    def wait_states(self, wanted: list[str]) -> None:
        until(lambda: self.states() == wanted, what=f"silences are {wanted}")

    def states(self) -> list[str]:
        return sorted(each["status"]["state"] for each in self.silences())

    def __enter__(self) -> Self:
        self.start()
        try:
            until(self._is_ready, what="Alertmanager is ready")
        except BaseException:
            self.child.kill()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.child.kill()

    def _is_ready(self) -> bool:
        if not self.child.is_alive():
            raise RuntimeError(f"Alertmanager ended: {self.child.last_words()}")
        try:
            urllib.request.urlopen(f"{self.url}/-/ready", timeout=1).close()
        except OSError:
            return False
        return True
