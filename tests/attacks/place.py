"""A shop in which every kind of step is for real and writes down exactly what reached it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from cockpit.config import load
from cockpit.core.model import Scalar
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.run import Run
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.locking import let_go
from cockpit.engine.runs.starting import Wanted, prepare, start
from cockpit.engine.runs.world import World
from cockpit.wiring import acting
from tests.adapters.test_http import Server, saying, serving
from tests.engine.runs.stage import Script

CONFIG = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: attacked, title: Attacked}
prometheus: [{name: main, url: "URL"}]
flags: [{name: files, provider: flagd-file, path: flags.json, environments: [default]}]
incident: {notify: [{name: room, webhook: "URL/room", announce: false}]}
targets: [{name: here, cwd: .}]
teams: [{name: web, title: Web shop}]
services:
  - name: shop
    owner: web
    signals: [{name: errors, kind: errors, expr: 'rate(x_total[5m])', above: {FAILING: 0.1}}]
"""
FLAGS = {
    "flags": {"off": {"state": "ENABLED", "variants": {"on": True, "no": False}, "defaultVariant": "no"}}
}
RECORD = """#!/bin/sh
{ printf '%s\\0' "$@"; printf 'VALUE=%s\\0' "$VALUE"; } >> recorded
"""
HEAD = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: ID, title: "Attack ${params.x}", services: [shop], owner: web, target: here}
parameters: {x: {type: string}, other: {type: string, default: OTHER}}
steps:
"""
ANSWER = (
    '{"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "1"]}]}}'
)


def write(folder: Path, url: str, books: Mapping[str, str]) -> Path:
    """`books`: the steps of each runbook, by its id."""
    config = folder / "config"
    (config / "runbooks").mkdir(parents=True)
    (config / "cockpit.yaml").write_text(CONFIG.replace("URL", url))
    (config / "flags.json").write_text(json.dumps(FLAGS))
    for id, steps in books.items():
        (config / "runbooks" / f"{id}.yaml").write_text(HEAD.replace("ID", id) + steps)
    (config / "record").write_text(RECORD)
    (config / "record").chmod(0o755)
    return config


@dataclass
class Place:
    config: Path
    world: World
    server: Server

    async def run(self, id: str, x: Scalar, answers: Mapping[str, list[Answer]] | None = None) -> Run:
        """Raises RunRefused. Every key is pressed; where more is asked, the run is left."""
        prepared = await prepare(self.world, Wanted(self.world.model.books[id], {"x": x}))
        run, seen = await start(self.world, prepared)
        try:
            desk = Script(dict(answers or {}))
            return await Driver(self.world, run, seen, desk, prepared.secrets).drive()
        finally:
            await let_go(self.world, run)

    def recorded(self) -> list[list[str]]:
        """Arguments of each call of `record`, its VALUE last; then they are forgotten."""
        file = self.config / "recorded"
        said = file.read_bytes().decode("utf-8", "surrogateescape") if file.exists() else ""
        file.unlink(missing_ok=True)
        calls: list[list[str]] = [[]]
        for each in said.split("\0")[:-1]:
            calls[-1].append(each.removeprefix("VALUE=") if each.startswith("VALUE=") else each)
            if each.startswith("VALUE="):
                calls.append([])
        return calls[:-1]

    def asked(self) -> list[tuple[str, dict[str, str], str]]:
        """(request line, headers, body) of what reached the server; then they are forgotten."""
        found = []
        for each in self.server.asked:
            head, _, body = each.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
            line, *headers = head.split("\r\n")
            found.append((line, dict(_header(header) for header in headers), body))
        self.server.asked.clear()
        return found

    def queries(self) -> list[str]:
        return [parse_qs(body, keep_blank_values=True)["query"][0] for _, _, body in self.asked()]

    def canaries(self) -> list[Path]:
        """Files that no step is to make."""
        return [*self.config.parent.rglob("canary*"), *Path.cwd().glob("canary*")]


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip(" ")


@asynccontextmanager
async def attacked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, books: Mapping[str, str]
) -> AsyncIterator[Place]:
    """`URL` in a runbook is where the server listens."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    async with serving(saying(200, ANSWER)) as server:
        url = server.url.removesuffix("/do")
        config = write(folder, url, {id: steps.replace("URL", url) for id, steps in books.items()})
        loaded = load(config)
        async with acting.world(loaded, actor="mara") as world:
            yield Place(config, world, server)
