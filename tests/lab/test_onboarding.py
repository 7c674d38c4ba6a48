"""With no configuration at all, over a real Prometheus: right services, edges, presets and first picture."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cockpit import wiring
from cockpit.adapters.prometheus_known import known
from cockpit.adapters.seen_edges import seen_edges
from cockpit.cli.screen import Behind
from cockpit.cli.settings import Settings
from cockpit.config import Loaded, lint, load
from cockpit.config.proposal import Proposal, key_questions, loaded, propose, put
from cockpit.core.model import MetricServer
from cockpit.core.seen_edges import SeenEdge
from cockpit.core.state import State
from cockpit.tui.app import CockpitApp
from tests.tui.conftest import screen_text
from tests.tui.payloads import PAYLOADS

from .child import until
from .cockpits import REQUESTS, levels, values
from .conftest import OwnPrometheus
from .fleet import Fleet
from .prometheus import Prometheus

pytestmark = pytest.mark.lab

OTEL = {"auth", "catalog", "checkout-api", "fraud-score", "gift-cards", "idle-api", "legacy-cart"}
BESIDE = {"api.stripe.com", "order-mailer", "orders-db", "shop.example/healthz"}


def proposed(url: str) -> Proposal:
    return propose(asyncio.run(known(MetricServer("main", url), key_questions)))


def look(configured: Loaded) -> State:
    return asyncio.run(wiring.live(configured, readonly=True).once())


def test_services_edges_and_presets_are_right_with_no_configuration_at_all(
    fleet: Fleet, prometheus: Prometheus
) -> None:
    found = proposed(prometheus.url)
    assert found.choice is not None
    assert (found.choice.label, found.choice.count) == ("service_name", 7)
    assert {each.name: tuple(use.preset for use in each.uses) for each in found.services} == {
        **dict.fromkeys(OTEL, ("otel-http",)),
        "auth": ("otel-http", "kubernetes-deployment"),
        "checkout-api": ("otel-http", "kubernetes-deployment", "slo-burn"),
        "api.stripe.com": ("http-client",),
        "order-mailer": ("kafka-consumer",),
        "orders-db": ("postgres",),
        "shop.example/healthz": ("blackbox",),
    }
    needs = {each.name: [need.value for need in each.needs] for each in found.services if each.needs}
    assert needs == {"checkout-api": ["auth", "fraud-score"]}
    model = loaded(found, environ={}).model
    assert {edge.reviewed for each in model.services for edge in each.depends_on} == {False}


def test_what_is_kept_gives_the_same_first_picture_and_is_clean(
    fleet: Fleet, prometheus: Prometheus, tmp_path: Path
) -> None:
    found = proposed(prometheus.url)
    put(found, tmp_path)
    assert {each.severity for each in lint([tmp_path])} == {"warning"}
    first, kept = look(loaded(found, environ={})), look(load(tmp_path, environ={}))
    assert levels(first) == levels(kept)
    assert set(levels(first)) == OTEL | BESIDE
    # Nobody calls it, so nobody can tell how it is.
    assert {name for name, level in levels(first).items() if level != "OK"} == {"idle-api"}


async def test_calls_that_were_seen_are_there_for_whoever_asks(fleet: Fleet, prometheus: Prometheus) -> None:
    seen = await seen_edges(MetricServer("main", prometheus.url), 3600.0)
    assert seen == {SeenEdge("checkout-api", "auth"), SeenEdge("checkout-api", "fraud-score")}


HOSTILE = [
    text
    for text in (*PAYLOADS, 'a"b', "${x}", "$match", "- a: {b", "no", " x ")
    if len(text) < 150 and "\ud800" not in text
]


def test_hostile_labels_are_watched_or_left_out_and_break_nothing(own_prometheus: OwnPrometheus) -> None:
    def record(name: str, **labels: str) -> dict[str, Any]:
        return {"record": name, "expr": "time()", "labels": labels}

    rules = [record(REQUESTS, service_name=text, http_response_status_code="200") for text in HOSTILE]
    rules += [record("traces_service_graph_request_total", client=text, server="auth") for text in HOSTILE]
    rules += [record("pg_up", instance=f"{text}:5432") for text in HOSTILE]
    fires = {"alert": "Odd", "expr": "vector(0) > 1", "labels": {"service": 'a"b', "team": "x\x1b[2J"}}
    server = own_prometheus(rules=[{"name": "hostile", "rules": [*rules, fires]}])
    until(
        lambda: server.value(f"count(count_over_time({REQUESTS}[1m]) > 2)") == len(HOSTILE), 20.0, "samples"
    )
    found = proposed(server.url)
    state = look(loaded(found, environ={}))
    shown = {each.name: {use.preset for use in each.uses} for each in found.services}
    watched = {text for text in HOSTILE if text in shown}
    assert {'a"b', "${x}", "$match", "- a: {b", "no", "[/red] up"} <= watched
    assert " x " not in watched
    assert all("otel-http" in shown[text] for text in watched)
    assert {values(state, text)["errors"] for text in watched} == {0.0}
    assert any("left out" in remark for remark in found.remarks)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_screen_opens_on_it_and_says_that_it_is_only_proposed(
    fleet: Fleet,
    prometheus: Prometheus,
    size: tuple[int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("COCKPIT_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    behind = Behind(Settings(prometheus=prometheus.url))
    app = CockpitApp(behind.read, behind.now, behind.dispatch, background=behind.run)
    behind.app = app
    async with app.run_test(size=size) as pilot:
        for _ in range(600):
            text = "\n".join(screen_text(pilot))
            if "proposed" in text and "watched services are fine" in text and "nothing is configured" in text:
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError(text)
    assert behind.engine is not None
    assert len(behind.engine.state.model.services) == len(OTEL | BESIDE)
