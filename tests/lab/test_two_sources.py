"""Two Prometheus servers feed one view: each goes blind for itself, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.core.levels import Shown

from .cockpits import all_are, configured, http, opened, service
from .conftest import OwnPrometheus
from .fleet import Fleet

pytestmark = pytest.mark.lab


async def test_when_one_goes_the_other_is_shown_as_before(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    eu, us = own_prometheus(own_fleet.targets), own_prometheus(own_fleet.targets)
    for server in (eu, us):
        server.wait_scraped(times=4)
    servers = [
        {"name": "eu", "url": eu.url, "labels": {"region": "eu"}},
        {"name": "us", "url": us.url, "labels": {"region": "us"}, "required": False},
    ]
    shop = (
        service("in-eu", {**http("auth"), "sources": ["eu"]}),
        service("in-us", {**http("auth"), "sources": ["us"]}),
        service("in-both", {**http("auth"), "sources": ["eu", "us"]}),
    )
    async with opened(configured(tmp_path, servers, *shop)) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
        us.kill()
        dark = {"in-eu": "OK", "in-us": "UNKNOWN", "in-both": "OK"}
        await cockpit.until(lambda _: cockpit.levels() == dark, what=f"{dark}")
        assert (cockpit.source("us").reachable, cockpit.source("eu").reachable) == (False, True)
        own_fleet.set("auth", errors=0.5)
        worse = {"in-eu": "FAILING", "in-us": "UNKNOWN", "in-both": "FAILING"}
        await cockpit.until(lambda _: cockpit.levels() == worse, what=f"{worse}")
        own_fleet.reset()
        us.start()
        await cockpit.until(all_are(Shown.OK), within=90, what="all is well again")


async def test_without_a_required_one_nothing_it_knows_is_green(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    eu, us = own_prometheus(own_fleet.targets), own_prometheus(own_fleet.targets)
    for server in (eu, us):
        server.wait_scraped(times=4)
    servers = [{"name": "eu", "url": eu.url}, {"name": "us", "url": us.url, "required": True}]
    both = service("in-both", {**http("auth"), "sources": ["eu", "us"]})
    async with opened(configured(tmp_path, servers, both)) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
        us.kill()
        await cockpit.until(all_are(Shown.UNKNOWN), what="it may be worse there")
        us.start()
        await cockpit.until(all_are(Shown.OK), within=90, what="all is well again")
