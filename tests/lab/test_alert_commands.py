"""`cockpit alerts` from the command line against a real Alertmanager: what it tells, makes and ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.running import CONFIG, cockpit, small

from .alertmanager import Alertmanager

pytestmark = pytest.mark.lab
Go = Callable[..., CompletedProcess[str]]
DOWN = {"alertname": "Down", "service": "checkout"}


@pytest.fixture
def go(real: Alertmanager, tmp_path: Path) -> Go:
    real.post(DOWN, {"alertname": "Slow", "service": "search"}, {"alertname": "Odd"}, summary="look here")
    small(tmp_path, f"{CONFIG}alertmanager: [{{name: main, url: {real.url}}}]\n")
    return lambda *words: cockpit(*words, cwd=tmp_path, XDG_STATE_HOME=str(tmp_path / "state"))


def test_alerts_are_told_with_who_has_them_and_silences_with_what_ends_them(
    go: Go, real: Alertmanager
) -> None:
    assert go("ack", "search").returncode == 0
    told = go("alerts")
    assert (told.returncode, told.stderr) == (0, "")
    text = " ".join(told.stdout.split())
    assert text.startswith("Needs somebody Down checkout firing")
    assert "look here" in text
    assert "Somebody has it Slow search firing" in text
    assert "Odd unassigned firing" in text
    made = go("alerts", "silence", "alertname=Down", "--for", "2h", "--reason", "moving house", "--yes")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[:2] == [
        "It hides 1 alert that is known:",
        "  Down of checkout, firing; checkout is UNKNOWN",
    ]
    (silence,) = real.silences()
    told = go("alerts")
    assert f"cockpit alerts expire {silence['id']}" in told.stdout
    assert "moving house (cockpit " in " ".join(told.stdout.split())
    document = json.loads(go("alerts", "--json").stdout)
    assert [(each["name"], each["state"], each["needs_somebody"]) for each in document["alerts"]] == [
        ("Down", "silenced", False),
        ("Odd", "firing", True),
        ("Slow", "firing", False),
    ]
    assert [(each["id"], each["sources"]) for each in document["silences"]] == [(silence["id"], ["main"])]
    ended = go("alerts", "expire", silence["id"], "--yes")
    assert (ended.returncode, real.states()) == (0, ["expired"])
    assert "1 alert is heard again" in ended.stdout
    journal = go("journal", "export").stdout
    assert journal.count("silence.requested") == journal.count("silence.settled") == 2


def test_without_a_word_from_a_person_nothing_is_made_and_nothing_ended(go: Go, real: Alertmanager) -> None:
    made = go("alerts", "silence", "alertname=Down", "--for", "2h", "--reason", "x")
    assert (made.returncode, real.silences()) == (1, [])
    assert made.stderr == (
        "cockpit: silence alertname=Down for 2h needs a word from you, so nothing was done: --yes\n"
    )
    real.silence({"name": "alertname", "value": "Down", "isRegex": False}, lasts=3600.0)
    (silence,) = real.silences()
    assert go("alerts", "expire", silence["id"]).returncode == 1
    assert real.states() == ["active"]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("alerts", "silence", "alertname", "--for", "2h", "--reason", "x"), 64, "has no name, or no ="),
        (("alerts", "silence", "a=~(", "--for", "2h", "--reason", "x"), 64, "no regular expression"),
        (("alerts", "silence", "a=b", "--for", "soon", "--reason", "x"), 64, "is not a duration"),
        (("alerts", "silence", "a=b", "--for", "0s", "--reason", "x"), 64, "lasts longer"),
        (("alerts", "silence", "a=b", "--for", "2h"), 64, "--reason is empty"),
        (("alerts", "expire", "none", "--yes"), 2, "no silence 'none' stands"),
        (("ack", "serach"), 2, "did you mean 'search'?"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    go: Go, real: Alertmanager, words: tuple[str, ...], code: int, why: str
) -> None:
    done = go(*words)
    assert (done.returncode, done.stderr.count("\n"), real.silences()) == (code, 1, [])
    assert why.casefold() in done.stderr.casefold()


def test_nobody_has_it_any_more(go: Go) -> None:
    assert go("ack", "search").returncode == 0
    assert go("ack", "search", "--off").stdout == "nobody has search any more\n"
    alerts = json.loads(go("alerts", "--json").stdout)["alerts"]
    assert {each["acknowledged"] for each in alerts} == {None}


def test_an_alertmanager_that_is_gone_leaves_alerts_unknown(go: Go, real: Alertmanager) -> None:
    real.child.kill()
    told = go("alerts")
    assert told.returncode == 3
    assert "Alerts are not known." in told.stdout
    assert "cannot be asked" in told.stdout
    made = go("alerts", "silence", "alertname=Down", "--for", "2h", "--reason", "x", "--yes")
    assert made.returncode == 2
    assert "Alertmanager main cannot be asked, so it may hide more" in made.stdout
