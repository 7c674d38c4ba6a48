"""Opened in the middle of an incident, a cockpit says what one says that has been open all along."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cockpit.config import Loaded
from cockpit.core.levels import Shown
from cockpit.core.state import State

from .cockpits import all_are, classes, configured, http, is_up_to_date, levels, opened, service, use
from .conftest import OwnPrometheus
from .fleet import Changes, Fleet

pytestmark = pytest.mark.lab

STEP = 15.0
"""Seconds between two moments of history: what happened in between is known no better."""
SHOP = (
    service("orders-db", use("postgres", instance="orders-db:5432", only=["down"])),
    service("checkout-api", http("checkout-api"), dependsOn=[{"to": "orders-db", "criticality": "hard"}]),
    service("auth", http("auth")),
)
INCIDENT: Changes = {"orders-db": {"up": 0}, "checkout-api": {"errors": 0.4}}
AS_IT_IS = {"orders-db": "DOWN", "checkout-api": "FAILING", "auth": "OK"}


def shop(folder: Path, url: str) -> Loaded:
    folder.mkdir(exist_ok=True)
    return configured(folder, url, *SHOP)


def thought(state: State) -> bool:
    return is_up_to_date(state) and levels(state) == AS_IT_IS and bool(state.health.suspects)


def onset(state: State, name: str) -> float:
    found = state.health.node(name).onset
    assert found is not None
    return found


async def test_the_onset_is_that_of_the_incident_and_not_of_the_start(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    began = time.time() - 600
    past = own_fleet.history(seconds=900, script=[(-600, INCIDENT)])
    for name, change in INCIDENT.items():
        own_fleet.set(name, **change)
    server = own_prometheus(own_fleet.targets, past=past)
    server.wait_scraped(times=5)
    async with opened(shop(tmp_path, server.url)) as cockpit:
        await cockpit.until(thought, within=90, what="all is known")
        assert cockpit.state.health.suspects[0].service == "orders-db"
        # The lab's past has a sample every 15 s, and a rate over two of them comes later still.
        assert onset(cockpit.state, "orders-db") == pytest.approx(began, abs=3 * STEP)


async def test_it_agrees_with_one_that_has_been_open_all_along(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    server = own_prometheus(own_fleet.targets)
    server.wait_scraped(times=5)
    async with opened(shop(tmp_path / "old", server.url)) as old:
        await old.until(all_are(Shown.OK), what="all is well")
        for name, change in INCIDENT.items():
            own_fleet.set(name, **change)
        await old.until(thought, what="the incident")
        await old.polls(3 * int(STEP))
        async with opened(shop(tmp_path / "new", server.url)) as new:
            await new.until(thought, within=90, what="the incident, from history")
            assert classes(new.state) == classes(old.state)
            told = [[one.service for one in each.state.health.suspects] for each in (new, old)]
            assert told[0] == told[1]
            for name in INCIDENT:
                assert onset(new.state, name) == pytest.approx(onset(old.state, name), abs=1.5 * STEP)
                assert time.time() - onset(new.state, name) > 2 * STEP, "not since it was opened"
