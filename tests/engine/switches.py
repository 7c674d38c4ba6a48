"""Kill switches for tests of engine and screen: one in a flagd file, one in three environments on HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cockpit.adapters.flags.flagd_file import FlagdFile
from cockpit.adapters.flags.webhook import Webhook
from cockpit.adapters.secrets import Secrets
from cockpit.core.model import FlagStore, KillSwitch
from cockpit.ports import FlagProvider
from tests.adapters.flags.servers import HookServer, running

ENVIRONMENTS = ("dev", "staging", "prod")
FLAGD = """{
  "flags": {
    "pay-async": {
      "state": "ENABLED",
      "variants": {"on": true, "off": false},
      "defaultVariant": "off",
      "targeting": {"if": [{"==": [{"var": "country"}, "CH"]}, "on"]}
    }
  }
}
"""
PAY = KillSwitch(
    "pay-async",
    "files",
    "checkout-api",
    effect="accepts orders, charges later",
    data_risk="The queue must be drained before the close of day",
    expires=4 * 3600.0,
    confirm="type",
)
GUEST = KillSwitch("guest", "own", "storefront", effect="Nobody logs in", expires=3600.0)


@dataclass
class Environments(HookServer):
    """Values by environment."""

    by_env: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {env: {"guest": False} for env in ENVIRONMENTS}
    )
    versions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENVIRONMENTS, 1))

    async def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, str, Mapping[str, str]]:
        env = unquote(path.split("/")[-2])
        self.values, self.version = self.by_env[env], self.versions[env]
        try:
            return await super().answer(method, path, {"x-token": "admin.tok3n", **headers}, body)
        finally:
            self.versions[env] = self.version


@dataclass
class Stores:
    file: Path
    server: Environments
    read_back: float = 0.3

    @property
    def declared(self) -> tuple[FlagStore, ...]:
        at = f"{self.server.url}/{{env}}/{{key}}"
        options = {"get": at, "set": at, "pointer": "/state/value", "timeout": 2.0, "keys": ("guest",)}
        return (
            FlagStore("files", "flagd-file", str(self.file)),
            FlagStore("own", "webhook", environments=ENVIRONMENTS, options=options),
        )

    def providers(self) -> dict[str, FlagProvider]:
        files, own = self.declared
        return {"files": FlagdFile(files), "own": Webhook(own, Secrets({}), read_back=self.read_back)}

    def killed(self) -> bool:
        """Whether the flagd file has the switch killed."""
        flag = json.loads(self.file.read_text())["flags"]["pay-async"]
        return bool(flag["defaultVariant"] == "on")

    def guests(self) -> list[object]:
        """The other switch, by environment."""
        return [self.server.by_env[env]["guest"] for env in ENVIRONMENTS]


@asynccontextmanager
async def stores(folder: Path, server: Environments | None = None) -> AsyncIterator[Stores]:
    file = folder / "shop.flagd.json"
    file.write_text(FLAGD)
    server = server or Environments()
    async with running(server):
        yield Stores(file, server)
