"""`cockpit backtest --recording`: what it says to people and to machines, and what it exits with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.main import run

from .running import small

START = 1_700_000_000.0
STEP = 30
CONFIG = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: small, title: Small shop}
teams: [{name: web}]
services:
  - name: orders-db
    owner: web
    tier: "1"
    signals: [{name: errors, kind: errors, expr: 'rate(x_total[5m])', above: {FAILING: 0.1}}]
  - name: search
    owner: web
    signals: [{name: latency, kind: latency, unit: seconds, expr: 'y_seconds', above: {DEGRADED: 0.5}}]
capabilities:
  - {name: buy, title: Customers can buy, tier: "1", requires: [{to: orders-db}]}
"""


def values(at: int) -> dict[str, Any]:
    incident = 3600 <= at < 5400
    noisy = not 3000 <= at < 6600 and (at + 600) % 1200 < 120
    return {
        "orders-db": {"errors": 0.4 if incident else 0.0},
        "search": {"latency": 1.8 if incident else 0.6 if noisy else 0.3},
    }


def blind(at: int) -> bool:
    return 8400 <= at < 9600


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hours: one incident, noise every 20 minutes, and 20 minutes in which Prometheus was away."""
    folder = tmp_path_factory.mktemp("backtest")
    small(folder, CONFIG)
    lines: list[dict[str, Any]] = [{"schema": "cockpit.recording/v1"}]
    for at in range(0, 10_800, STEP):
        failed = {"orders-db": ["errors"], "search": ["latency"]}
        told = {"values": {}, "failed": failed} if blind(at) else {"values": values(at)}
        lines.append({"at": START + at, **told})
    (folder / "week.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    return folder


def said(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run([str(each) for each in ("backtest", *arguments)]) == code
    told = capsys.readouterr()
    return told.err if code == 64 else told.out


TEXT = """\
Small shop: 2023-11-14 22:13 to 2023-11-15 01:12 UTC, 2 h 59 min, 360 polls
1 incident to be, 4 times a service worse than agreed and nobody else hurt; 1
signal flaps; 11 % of the time unknown.
"""


def test_as_people_read_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "--config", here / "config", "--recording", here / "week.ndjson")
    lines = told.splitlines()
    assert max(map(len, lines)) <= 80
    assert told.startswith(TEXT)
    assert " 2023-11-14 23:13 to 23:45, 31 min: SEV1. Customers often cannot buy: 20-80 %" in lines
    assert "   orders-db FAILING and search DEGRADED" in lines
    assert " search latency 5 times up to DEGRADED longest 3 min" in lines
    assert lines[lines.index("NOBODY COULD SEE ANYTHING") + 1] == " 2023-11-15 00:34 UTC for 19 min"
    assert lines[lines.index("CALMER VALUES") + 1 :] == [
        " search latency: above 0.5 (DEGRADED) it flapped 5 times; 99 of 100 quiet",
        "   values are at most 0.6 s. Above 0.66 it would have been quiet and still have",
        "   caught that of 2023-11-14 23:13.",
        "   write above: {DEGRADED: 0.66}",
    ]


def test_for_machines(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(
        said(capsys, "--config", here / "config", "--recording", here / "week.ndjson", "--json")
    )
    assert list(told) == [
        "schema",
        "name",
        "asked",
        "from",
        "to",
        "step",
        "polls",
        "unknown_share",
        "episodes",
        "flaps",
        "services",
        "capabilities",
        "gaps",
        "calmer",
        "not_calmer",
        "notes",
    ]
    assert (told["schema"], told["asked"], told["step"]) == ("cockpit.backtest/v1", None, None)
    (episode,) = [each for each in told["episodes"] if each["counts"]]
    assert episode.pop("headline")[0].startswith("Customers often cannot buy")
    assert episode == {
        "from": START + 3630,
        "last_hurt": START + 5490,
        "to": START + 5520,
        "ended": "seen",
        "counts": True,
        "serious_at": START + 3630,
        "severity": "SEV1",
        "worst_at": START + 3630,
        "services": {"orders-db": "FAILING", "search": "DEGRADED"},
        "capabilities": {"buy": "FAILING"},
        "suspects": ["orders-db", "search"],
        "data": [],
    }
    assert told["flaps"] == [
        {
            "owner": "search",
            "signal": "latency",
            "source": "",
            "count": 5,
            "worst": "DEGRADED",
            "longest": 210.0,
        }
    ]
    (calmer,) = told["calmer"]
    assert (calmer["now"], calmer["suggested"], calmer["keeps"]) == (
        {"DEGRADED": 0.5},
        {"DEGRADED": 0.66},
        [START + 3630],
    )
    assert set(told["capabilities"]["buy"]) == {"OK", "FAILING", "UNKNOWN"}


def test_a_recording_in_which_nothing_was_seen_exits_3(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "blind.ndjson"
    head = '{"schema": "cockpit.recording/v1"}\n'
    file.write_text(head + "".join(f'{{"at": {START + at}, "values": {{}}}}\n' for at in (0, 30, 60)))
    told = said(capsys, "--config", here / "config", "--recording", file, code=3)
    assert "100 % of the time unknown" in told
    assert "No incidents to be" in told


def test_hostile_names_in_a_recording_stay_text(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (here / "week.ndjson").read_text().splitlines()
    change = {"service": "orders-db", "at": START + 3500, "what": "\x1b]0;owned\x07release\n<b>"}
    lines[125] = json.dumps(
        {**json.loads(lines[125]), "changes": [change], "values": {"\x1b[31mx": {"y": 1}}}
    )
    file = tmp_path / "hostile.ndjson"
    file.write_text("\n".join(lines) + "\n")
    for more in ((), ("--json",)):
        told = said(capsys, "--config", here / "config", "--recording", file, *more)
        assert "\x1b" not in told
        assert "\\u001b" not in told
        assert "1 name that this configuration does not have left out" in " ".join(told.split())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--recording", "week.ndjson", "--since", "1d"), "--recording is looked at as a whole"),
        (("--recording", "missing.ndjson"), "missing.ndjson: cannot be read"),
        (("--recording", "config/cockpit.yaml"), "is not JSON"),
        (("--since", "soon"), "--since: 'soon' is not a duration"),
        (("--step", "1h"), "--step must be from 1s to 5m"),
        (("--since", "10s"), "--since must be at least two steps back"),
        (("--since", "52w", "--step", "1s"), "that is more than 300,000 looks"),
        ((), "no Prometheus is configured, so there is no past to read"),
    ],
)
def test_wrong_usage_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: Any, why: str
) -> None:
    monkeypatch.chdir(here)
    assert why in said(capsys, "--config", "config", *arguments, code=64)


def test_a_server_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = small(tmp_path, CONFIG + "prometheus: [{name: eu, url: 'http://127.0.0.1:9'}]\n")
    assert run(["backtest", "--config", str(config)]) == 1
    assert capsys.readouterr().err.startswith("cockpit: Prometheus eu: ")
