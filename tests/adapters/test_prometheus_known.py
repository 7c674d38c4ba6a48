"""Asking what a Prometheus knows: how often, what of it may fail, and what each failure is called."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_known import MOST_RULES, known
from cockpit.adapters.seen_edges import seen_edges
from cockpit.config.proposal import key_questions
from cockpit.core.known import AlertRule, Carrier, Known
from cockpit.core.model import MetricServer
from cockpit.core.seen_edges import SeenEdge

from .prometheus_fake import Fake, running, small_shop

COUNTED = "http_server_request_duration_seconds_count"


def ask(fake: Fake, label: str = "") -> Known:
    return asyncio.run(known(MetricServer("prometheus", fake.url), key_questions, label))


def test_six_requests_tell_everything() -> None:
    with running(small_shop()) as fake:
        found = ask(fake)
    assert found == Known(
        url=fake.url,
        at=found.at,
        carriers=tuple(
            Carrier(COUNTED, {"service_name": name, "job": "apps"}, 3) for name in ("auth", "shop")
        ),
        keys={"otel-http": frozenset({"auth", "shop"})},
        edges=frozenset({SeenEdge("shop", "auth")}),
        rules=(
            AlertRule(
                "Slow",
                {"team": "web"},
                {"runbook_url": "https://wiki.example/slow"},
                frozenset({("team", "web"), ("service_name", "shop")}),
            ),
        ),
        scrape=30.0,
    )
    assert sorted(path for path, _ in fake.asked) == [
        "/api/v1/label/__name__/values",
        *["/api/v1/query"] * 4,
        "/api/v1/rules",
    ]


def test_one_more_label_costs_no_further_request() -> None:
    with running(small_shop()) as fake:
        ask(fake, "team")
    assert len(fake.asked) == 6
    assert any("deployment, job, team" in query for _, query in fake.asked)


def test_a_preset_that_upsets_the_server_takes_no_other_with_it() -> None:
    fake = small_shop()
    error = '{"status":"error","errorType":"execution","error":"many-to-many matching not allowed"}'
    fake.refuse = lambda asked: (422, error) if "cockpit_preset" in asked and "up{" in asked else None
    with running(fake):
        found = ask(fake)
    assert found.keys == {"otel-http": frozenset({"auth", "shop"})}
    (note,) = found.notes
    assert note.startswith("preset up could not be tried: the query cannot be evaluated: many-to-many")


def test_a_store_without_rules_is_no_failure() -> None:
    fake = small_shop()
    fake.refuse = lambda asked: (404, "404 page not found") if asked == "/api/v1/rules" else None
    with running(fake):
        found = ask(fake)
    assert found.rules == ()
    assert found.notes == ("its alerting rules cannot be read: there is no Prometheus at this path (404)",)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, "", "it does not know us (401)"),
        (403, "", "we may not ask it (403)"),
        (404, "not found", "there is no Prometheus at this path (404)"),
        (200, "<html>hello</html>", "it answers with a web page instead of data"),
        (200, '{"hello": 1}', "it answers something that is no data"),
        (200, '{"status":"success","data":7}', "its answer makes no sense"),
        (503, "starting", "it is starting and replays what it had in memory (503 at /-/ready)"),
    ],
)
def test_what_is_no_prometheus_says_so_once_and_is_left_alone(status: int, body: str, said: str) -> None:
    with running(Fake(refuse=lambda asked: (status, body))) as fake, pytest.raises(Trouble) as trouble:
        ask(fake)
    assert trouble.value.message.startswith(said)
    assert len([path for path, _ in fake.asked if path != "/-/ready"]) == 1


def test_nobody_listening_is_said() -> None:
    with running(Fake()) as fake:
        pass
    with pytest.raises(Trouble, match="refuses connections"):
        ask(fake)


def test_rules_are_bounded() -> None:
    fake = small_shop()
    with running(replace(fake, rules=[fake.rules[0]] * (MOST_RULES + 5))) as many:
        assert len(ask(many).rules) == MOST_RULES


def test_who_was_seen_calling_whom_is_one_request() -> None:
    with running(small_shop()) as fake:
        found = asyncio.run(seen_edges(MetricServer("prometheus", fake.url), 3600.0))
    assert found == frozenset({SeenEdge("shop", "auth")})
    ((_, query),) = fake.asked
    assert "[1h]" in query
