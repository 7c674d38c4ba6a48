"""Two clusters of real servers in one view: one is killed, and nothing of it is green; the other goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from cockpit.core.alerts import known_alerts
from cockpit.core.clusters import blind_clusters, in_clusters, seen_in
from cockpit.core.levels import Shown
from cockpit.core.state import State
from cockpit.views import alerts
from cockpit.views.firstline import firstline
from cockpit.views.lines import text_of
from tests.cli.running import cockpit as command

from .alertmanager import Alertmanager
from .alertmanager import require as require_alertmanager
from .child import until
from .cockpits import Part, all_are, configured, http, opened, service
from .fleet import Fleet
from .prometheus import Prometheus

pytestmark = pytest.mark.lab

BURNING = {"alert": "Burning", "expr": "vector(1)", "labels": {"service": "auth"}}
RESEND = ("--rules.alert.resend-delay=1s",)


@dataclass
class Cluster:
    """A fleet, who measures it, and who is told of its alerts."""

    name: str
    fleet: Fleet
    prometheus: Prometheus
    alertmanager: Alertmanager

    def kill(self) -> None:
        self.prometheus.kill()
        self.alertmanager.child.kill()

    def start(self) -> None:
        self.prometheus.start()
        self.alertmanager.start()

    @property
    def told(self) -> tuple[str, str]:
        """By which names its alert is seen."""
        return f"prom-{self.name}", f"am-{self.name}"


@pytest.fixture
def pair(needs_prometheus: None, tmp_path: Path) -> Iterator[tuple[Cluster, Cluster]]:
    """eu and us, which share nothing, not even a label that tells their alerts apart."""
    require_alertmanager()
    with ExitStack() as running:

        def cluster(name: str) -> Cluster:
            folders = [tmp_path / name / each for each in ("fleet", "prometheus", "alertmanager")]
            for each in folders:
                each.mkdir(parents=True)
            fleet = running.enter_context(Fleet(folders[0]))
            manager = running.enter_context(Alertmanager(folders[2]))
            rules = [{"name": "lab", "rules": [BURNING]}]
            server = Prometheus(
                folders[1], fleet.targets, rules=rules, alertmanagers=[manager.url], flags=RESEND
            )
            return Cluster(name, fleet, running.enter_context(server), manager)

        both = cluster("eu"), cluster("us")
        for each in both:
            each.prometheus.wait_scraped(times=4)
        yield both


def servers(*both: Cluster) -> tuple[list[Part], list[Part]]:
    measuring = [
        {"name": f"prom-{each.name}", "url": each.prometheus.url, "labels": {"cluster": each.name}}
        for each in both
    ]
    telling = [
        {"name": f"am-{each.name}", "url": each.alertmanager.url, "labels": {"cluster": each.name}}
        for each in both
    ]
    return measuring, telling


SHOP = (
    service("auth", http("auth")),
    service("only-us", {**http("auth"), "sources": ["prom-us"]}),
)


def burning(state: State) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {each.clusters: each.seen for each in known_alerts(state)}


def levels(state: State) -> dict[str, str]:
    return {each.cluster: each.level.value for each in in_clusters(state, "auth")}


async def test_one_is_killed_and_the_other_goes_on(pair: tuple[Cluster, Cluster], tmp_path: Path) -> None:
    eu, us = pair
    measuring, telling = servers(eu, us)
    async with opened(configured(tmp_path, measuring, *SHOP, alertmanager=telling)) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
        each_its_own = {("eu",): eu.told, ("us",): us.told}
        await cockpit.until(lambda state: burning(state) == each_its_own, what="an alert of each")

        us.kill()
        await cockpit.until(lambda state: blind_clusters(state) == ("us",), what="us is blind")
        await cockpit.until(all_are(Shown.UNKNOWN), what="nothing is known of us, so nothing is well")
        for state in await cockpit.polls(4):
            assert levels(state) == {"eu": "OK", "us": "UNKNOWN"}
            assert all_are(Shown.UNKNOWN)(state)
            there = {node.name: node.level for node in seen_in(state, "us").health.nodes}
            assert there == {"auth": Shown.UNKNOWN, "only-us": Shown.UNKNOWN}
            here = {node.name: node.level for node in seen_in(state, "eu").health.nodes}
            assert here == {"auth": Shown.OK, "only-us": Shown.UNMONITORED}
            assert "cluster us blind" in text_of(firstline(state, cockpit.engine.now()))
        assert burning(cockpit.state) == {("eu",): eu.told}
        assert [alerts.is_known(cockpit.state, each) for each in ("eu", "us")] == [True, False]

        eu.fleet.set("auth", errors=0.5)
        await cockpit.until(lambda state: levels(state)["eu"] == "FAILING", what="eu is still watched")
        assert cockpit.levels() == {"auth": "FAILING", "only-us": "UNKNOWN"}
        eu.fleet.reset()
        us.start()
        await cockpit.until(all_are(Shown.OK), within=90, what="all is well again")
        await cockpit.until(lambda state: burning(state) == each_its_own, what="and both burn again")
        assert blind_clusters(cockpit.state) == ()


def test_from_the_command_line_each_is_told_alone(pair: tuple[Cluster, Cluster], tmp_path: Path) -> None:
    eu, us = pair
    measuring, telling = servers(eu, us)
    config = tmp_path / "config"
    config.mkdir()
    configured(config, measuring, *SHOP, alertmanager=telling)

    def go(*words: str) -> tuple[int, str, str]:
        done = command(*words, cwd=tmp_path, XDG_STATE_HOME=str(tmp_path / "state"), COLUMNS="80")
        return done.returncode, done.stdout, done.stderr

    until(lambda: go("status")[0] == 0, what="all is well")
    us.kill()
    codes = {each: go("status", "--cluster", each)[0] for each in ("eu", "us")}
    assert (go("status")[0], codes) == (3, {"eu": 0, "us": 3})
    _, text, _ = go("status", "--cluster", "eu")
    lines = text.splitlines()
    assert lines[0].startswith("lab  only eu  ")
    assert "? UNKNOWN  read-only  cluster us blind" in lines[0]
    assert lines[2] == "Only eu is shown. us is blind. Worse than shown: auth UNKNOWN in us and 1 more."
    document = json.loads(go("status", "--cluster", "eu", "--json")[1])
    assert (document["cluster"], document["clusters"]["us"]["blind"]) == ("eu", True)
    assert document["services"]["auth"]["clusters"] == {"eu": "OK", "us": "UNKNOWN"}
    assert document["services"]["only-us"]["level"] == "UNMONITORED"

    code, text, _ = go("alerts", "--cluster", "eu", "--json")
    assert (code, [each["clusters"] for each in json.loads(text)["alerts"]]) == (0, [["eu"]])
    code, text, _ = go("alerts", "--cluster", "us")
    assert (code, "Alerts are not known." in text, "Burning" in text) == (3, True, False)

    wrong = "cockpit: there is no cluster 'moon'. There is eu and us\n"
    assert go("status", "--cluster", "moon") == (64, "", wrong)
    assert go("alerts", "--cluster", "moon") == (64, "", wrong)
    code, _, complaint = go("status", "--cluster", "eu", "--until", "clear")
    assert (code, complaint.count("\n"), "--until" in complaint) == (64, 1, True)
