"""A back-test against a real past finds what was injected and nothing else, and knows what it did not see."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.backtest import backtest
from cockpit.cli.settings import Settings

from .cockpits import Part, configured, service, use
from .conftest import OwnPrometheus
from .fleet import Changes, Fleet

pytestmark = pytest.mark.lab

HOURS = 3 * 3600.0
BEGAN, ENDED = -5400.0, -4200.0
INCIDENT: Changes = {"orders-db": {"up": 0}, "checkout-api": {"errors": 0.4}}
WELL: Changes = {"orders-db": {"up": 1}, "checkout-api": {"errors": 0.0}}
AWAY = (-2700.0, -1500.0)
DEFAULTS: Part = {"poll": "5s", "scrape": "15s"}


def web(name: str, **more: Any) -> Part:
    return service(name, use("otel-http", service=name, traffic=False, window="1m"), **more)


SHOP = (
    service("orders-db", use("postgres", instance="orders-db:5432", only=["down"])),
    web("checkout-api", dependsOn=[{"to": "orders-db", "criticality": "hard"}]),
    web("auth"),
)
BUY = {"name": "place-order", "title": "Customers can buy", "tier": "1", "requires": [{"to": "checkout-api"}]}


def found(folder: Path, url: str, capsys: pytest.CaptureFixture[str], since: str, code: int = 0) -> Any:
    configured(folder, url, *SHOP, defaults=DEFAULTS, capabilities=[BUY])
    settings = Settings(folder / "cockpit.yaml")
    assert backtest(settings, since=since, step="30s", recording=None, json=True) == code
    return json.loads(capsys.readouterr().out)


def without(past: str, begin: float, end: float) -> str:
    """As if the server had been away from `begin` to `end`; `up` says when it was there."""
    kept = [line for line in past.splitlines() if not begin <= _at(line) <= end and line != "# EOF"]
    moments = sorted({_at(line) for line in kept} - {0.0})
    up = [f'up{{job="apps"}} 1 {at:.3f}' for at in moments]
    return "\n".join([*kept, "# TYPE up gauge", *up, "# EOF", ""])


def _at(line: str) -> float:
    stamp = re.search(r" ([0-9.]+)$", line)
    return float(stamp.group(1)) if stamp and not line.startswith("#") else 0.0


def test_it_finds_what_was_injected_and_nothing_else(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = time.time()
    past = own_fleet.history(seconds=HOURS, script=[(BEGAN, INCIDENT), (ENDED, WELL)])
    server = own_prometheus(past=past)
    told = found(tmp_path, server.url, capsys, "4h")
    (episode,) = told["episodes"]
    assert episode["from"] == pytest.approx(now + BEGAN, abs=90)
    # A level falls only after it was well for `hold`, and a rate over a minute lags behind.
    assert episode["to"] == pytest.approx(now + ENDED + 180, abs=120)
    assert (episode["ended"], episode["severity"], episode["suspects"]) == ("seen", "SEV1", ["orders-db"])
    assert episode["services"] == {"orders-db": "DOWN", "checkout-api": "FAILING"}
    assert list(episode["capabilities"]) == ["place-order"]
    assert "Probably orders-db" in " ".join(episode["headline"])
    assert told["flaps"] == told["calmer"] == []
    # Three hours are remembered of the four that were asked for.
    assert told["from"] == pytest.approx(now - HOURS, abs=90)
    assert any("nothing is remembered of the first" in note for note in told["notes"])
    assert told["services"]["auth"].get("UNKNOWN", 0.0) <= 120


def test_time_that_the_server_was_away_is_unknown_and_neither_health_nor_an_incident(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = time.time()
    past = own_fleet.history(seconds=HOURS)
    server = own_prometheus(past=without(past, now + AWAY[0], now + AWAY[1]))
    told = found(tmp_path, server.url, capsys, "2h")
    assert told["episodes"] == []
    away = [gap for gap in told["gaps"] if gap["to"] - gap["from"] > 120]
    assert [gap["from"] for gap in away] == pytest.approx([now + AWAY[0]], abs=240)
    assert [gap["to"] for gap in away] == pytest.approx([now + AWAY[1]], abs=120)
    for spent in told["services"].values():
        assert spent["UNKNOWN"] == pytest.approx(AWAY[1] - AWAY[0], abs=300)
        assert spent["OK"] == pytest.approx(7200 - (AWAY[1] - AWAY[0]), abs=300)


def test_a_server_without_a_past_says_so(
    own_prometheus: OwnPrometheus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = found(tmp_path, own_prometheus().url, capsys, "1h", code=3)
    assert (told["polls"], told["episodes"], told["unknown_share"]) == (0, [], 1.0)
    assert "the servers remember nothing of that time" in told["notes"]
