"""`cockpit what-if`: from files alone, without a network; wrong questions are told what is near."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from cockpit.cli.main import run
from cockpit.config.shops import shop


def asked(*words: str) -> int:
    return run(["--config", str(shop()), "what-if", *words])


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("what-if opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_the_document_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked("stripe", "adyen=failing", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["service"], found["level"]) == ("cockpit.whatif/v1", "stripe", "DOWN")
    assert found["also"] == {"adyen": "FAILING"}
    assert found["services"] == {"checkout-api": "FAILING", "storefront": "DEGRADED"}
    assert found["capabilities"] == {"place-order": "FAILING"}
    assert found["with_switches"]["switches"] == ["pay-async"]
    assert found["with_switches"]["services"] == {"checkout-api": "DEGRADED", "storefront": "AT_RISK"}


def test_the_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked("orders-db", "--level", "failing") == 0
    said = capsys.readouterr().out
    assert said.startswith("What if orders-db is FAILING, and everybody else is well?\n")
    assert [each for each in said.splitlines() if each.isupper()] == [
        "WHO SHOULD BE HURT", "WHAT HAPPENS NEXT", "WHAT IS MISSING",
    ]  # fmt: skip
    assert max(map(len, said.splitlines())) <= 80


def test_the_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked("orders-db", "--mermaid") == 0
    assert capsys.readouterr().out.startswith('graph BT\n    n0["orders-db: DOWN"]\n')


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stripo"], "there is no service 'stripo'. Did you mean 'stripe'?"),
        (["zzz"], "there is no service 'zzz'. `cockpit status` lists them"),
        (["stripe", "--level", "DWN"], "there is no level 'DWN'. Did you mean DOWN?"),
        (["stripe="], "there is no level ''. There are DOWN, FAILING, DEGRADED, AT_RISK"),
        (["stripe=bad"], "there is no level 'bad'. There are DOWN, FAILING, DEGRADED, AT_RISK"),
        (["stripe", "--level", "ok"], "a service that is OK hurts nobody."),
        (["place-order"], "'place-order' is a capability, and what-if asks about services."),
        (["stripe", "stripe"], "'stripe' is asked about twice."),
        (["stripe", "--json", "--mermaid"], "--json and --mermaid are two answers."),
        ([], "Missing argument"),
        (["\x1b[2Jx"], "there is no service 'x'"),
    ],
)
def test_wrong_questions(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(*words) == 64
    said = capsys.readouterr()
    assert told in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_the_evidence_beside_the_configuration_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cockpit.yaml").write_text(
        "apiVersion: cockpit/v1\nkind: Cockpit\nmetadata: {name: tiny}\nservices: [{name: a}, {name: b, "
        "dependsOn: [{to: a, criticality: hard}]}]\n"
    )
    assert run(["--config", str(tmp_path), "what-if", "a", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["services"] == {"b": "DOWN"}
    assert [each["what"] for each in found["gaps"]] == [
        "a has no owner",
        "a has no signal that would show it",
        "a has no runbook",
        "b has no owner",
    ]
