"""Charts of an incident that is over, read from a real Prometheus; and an export without one."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit import wiring
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.cli.exporting import postmortem, postmortem_files
from cockpit.config import Loaded
from cockpit.core.incident import words
from cockpit.core.levels import Severity
from cockpit.core.state import State
from cockpit.engine import Engine
from cockpit.engine.runs.remembered import record_now
from tests.views.export.made_up import ID

from .cockpits import configured, service, use
from .conftest import OwnPrometheus
from .fleet import Changes, Fleet

pytestmark = pytest.mark.lab

SHOP = (
    service("orders-db", use("postgres", instance="orders-db:5432", only=["down"])),
    # A rate over as much as the past of the lab has samples for: one every 15 s.
    service("checkout-api", use("otel-http", service="checkout-api", traffic=False, window="1m")),
)
HURT: Changes = {"orders-db": {"up": 0}, "checkout-api": {"errors": 0.4}}
WELL: Changes = {"orders-db": {"up": 1}, "checkout-api": {"errors": 0.0}}


async def on_record(loaded: Loaded, now: float) -> tuple[Engine, State, MemoryJournal]:
    evidence = {"levels": {"orders-db": "DOWN", "checkout-api": "FAILING"}, "seen": []}
    journal = MemoryJournal()
    began = now - 600
    await journal.append(
        [
            words.declared(
                ID, "orders are slow", Severity.SEV1, "ada", began + 60, began_at=began, evidence=evidence
            ),
            words.resolved(ID, "failed over", [], "ada", now - 240),
        ]
    )
    engine = wiring.live(loaded, readonly=True)
    return engine, replace(engine.state, record=await record_now(journal)), journal


async def test_what_a_server_remembers_is_drawn(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    now = time.time()
    past = own_fleet.history(seconds=900, script=[(-600, HURT), (-300, WELL)])
    server = own_prometheus(own_fleet.targets, past=past)
    server.wait_scraped(times=2)
    engine, state, journal = await on_record(configured(tmp_path, server.url, *SHOP), now)
    it = await postmortem(state, journal, engine.reach, ID, now)
    drawn = {(each.owner, each.signal): each for each in it.charts.series}
    assert it.charts.trouble == ""
    assert {("orders-db", "down"), ("checkout-api", "errors")} <= set(drawn)
    down = drawn["orders-db", "down"]
    during = [value for at, value in down.points if now - 550 <= at <= now - 330]
    after = [value for at, value in down.points if now - 250 <= at <= now - 60]
    assert set(during) == {1.0}
    assert set(after) == {0.0}
    errors = drawn["checkout-api", "errors"].values
    assert max(errors) == pytest.approx(0.4, abs=0.05)
    texts = await postmortem_files(state, journal, engine.reach, ID, now)
    assert texts["html"].count('class="chart"') == len(it.charts.series)


async def test_without_a_server_the_export_is_written_and_says_so(tmp_path: Path) -> None:
    engine, state, journal = await on_record(configured(tmp_path, "http://127.0.0.1:1", *SHOP), time.time())
    texts = await postmortem_files(state, journal, engine.reach, ID, time.time())
    for text in texts.values():
        assert "the history could not be read, so nothing is drawn" in text
