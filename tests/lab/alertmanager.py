"""A real Alertmanager on a loopback port of its own, alone in its cluster."""

import json
import os
import shutil
import urllib.request
from pathlib import Path
from typing import Any, Self

import pytest

from .child import Child, free_port, until

PROGRAM = "prometheus-alertmanager"


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
        config.write_text(json.dumps({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}))
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

    def silences(self) -> list[dict[str, Any]]:
        """All that it knows, also those that are over."""
        with urllib.request.urlopen(f"{self.url}/api/v2/silences", timeout=10) as answer:
            return json.load(answer)  # type: ignore[no-any-return]

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
