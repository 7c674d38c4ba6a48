"""`cockpit audit` and `cockpit gate` as people and pipelines run them; they leave no trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters.http_trouble import Trouble
from cockpit.cli.main import run
from cockpit.config import load
from cockpit.core.model import MetricServer
from cockpit.core.rehearsal.evidence import parts
from cockpit.core.seen_edges import SeenEdge
from cockpit.core.state import State
from tests.core.audit.test_gate import state as fine

from .changing import changing, go

KINDS = ("containment", "rollback", "critical-path", "failure-classes", "people", "planned", "boundaries")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    changing(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def answers(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, str]:
    run(["audit", "--json", *more])
    document = json.loads(capsys.readouterr().out)
    return {each["id"]: each["answer"] for each in document["questions"]}


def rehearsed(here: Path, *people: str, mode: str = "sandbox") -> None:
    """As a colleague's drill left it beside the configuration."""
    book = load(here / "config").model.books["change"]
    lines = [
        {
            "schema": "cockpit.evidence/v1",
            "runbook": book.id,
            "part": part.id,
            "digest": part.digest,
            "at": 1_700_000_000.0 + number,
            "by": who,
            "mode": mode,
            "scenario": "",
            "result": "succeeded",
            "seconds": 4.0,
        }
        for number, who in enumerate(people)
        for part in parts(book)
    ]
    folder = here / "config" / "evidence"
    folder.mkdir(exist_ok=True)
    (folder / "drills.ndjson").write_text("".join(json.dumps(each) + "\n" for each in lines))


def test_the_example_shop_is_told_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "--json", "--config", "config"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cockpit.audit/v1"
    assert tuple(each["id"] for each in document["questions"]) == KINDS
    assert all(each["answer"] in ("yes", "no", "unknown") for each in document["questions"])
    assert all(each["evidence"] and len(each["worst"]) <= 3 for each in document["questions"])
    scores = [each["score"] for each in document["fix_first"]]
    assert scores == sorted(scores, reverse=True)
    first = document["fix_first"][0]
    assert (first["subject"], first["severity"]) == ("orders-db", "high")
    assert first["file"].endswith("config/platform.yaml")
    assert first["line"] > 0


def test_it_gets_better_with_what_was_rehearsed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = answers(capsys)
    rehearsed(here, "mara", mode="simulated")
    walked = answers(capsys)
    rehearsed(here, "mara", "leo")
    proven = answers(capsys)
    told = [(each["rollback"], each["people"], each["planned"]) for each in (before, walked, proven)]
    # `search` has neither an owner's runbook nor a plan, whatever is rehearsed of the other
    assert [each[0] for each in told] == ["no", "no", "no"]
    (here / "config" / "runbooks" / "change.yaml").write_text(
        (here / "config" / "runbooks" / "change.yaml").read_text().replace("[checkout]", "[checkout, search]")
    )
    rehearsed(here, "mara", "leo")
    after = answers(capsys)
    assert (after["rollback"], after["people"], after["planned"]) == ("yes", "no", "yes")
    rehearsed(here, "mara")
    assert answers(capsys)["people"] == "yes"
    rehearsed(here, "mara", "leo", mode="simulated")
    assert answers(capsys)["rollback"] == "unknown"


def test_a_run_for_real_counts_and_looking_leaves_no_trace(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = here / "config" / "runbooks" / "change.yaml"
    book.write_text(book.read_text().replace("[checkout]", "[checkout, search]"))
    assert answers(capsys)["people"] == "unknown"
    assert not (here / "state").exists()
    assert go(here, "run", "change", "--yes", USER="ines").returncode == 0
    before = {file: file.read_bytes() for file in (here / "state").rglob("*.db") if file.is_file()}
    assert answers(capsys)["people"] == "yes"
    assert {file: file.read_bytes() for file in before} == before


def test_exits(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit"]) == 1
    run(["audit", "--json"])
    found = {
        each["severity"]
        for each in json.loads(capsys.readouterr().out.partition("\n{")[2].join(("{", "")))["fix_first"]
    }
    expected = {
        "high": "high" in found,
        "medium": bool(found & {"high", "medium"}),
        "low": bool(found),
    }
    for severity, wanted in expected.items():
        assert run(["audit", "--fail-on", severity]) == int(wanted), severity
    assert run(["audit", "--fail-on", "urgent"]) == 64
    assert run(["audit", "--json", "--markdown"]) == 64
    assert run(["audit", "--live"]) == 64
    assert "no Prometheus is configured" in capsys.readouterr().err


def test_markdown_of_all(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["audit", "--markdown"])
    page = capsys.readouterr().out
    assert page.startswith("# Readiness of Small shop\n")
    assert page.count("\n### ") == 7


def test_a_record_that_cannot_be_read_is_said_and_does_not_count(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(here, "run", "change", "--yes").returncode == 0
    (database,) = (here / "state").rglob("journal.sqlite3")
    database.write_bytes(b"no database at all" * 100)
    assert run(["audit"]) == 1
    heard = capsys.readouterr()
    assert "what is on record does not count" in heard.err
    assert heard.out.startswith("SEVEN QUESTIONS")


def with_prometheus(here: Path) -> None:
    config = here / "config" / "cockpit.yaml"
    config.write_text(config.read_text() + "prometheus: [{name: eu, url: 'http://localhost:1'}]\n")


def test_live_it_asks_who_calls_whom(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_prometheus(here)

    async def seen(server: MetricServer) -> frozenset[SeenEdge]:
        return frozenset({SeenEdge("checkout", "search")})

    monkeypatch.setattr("cockpit.adapters.seen_edges.seen_edges", seen)
    run(["audit", "--live", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["asked_live"] is True
    assert [each["what"] for each in document["fix_first"] if each["kind"] == "undeclared"] == [
        "checkout was seen calling search, and nobody declared it"
    ]


def test_live_a_server_that_cannot_say_is_no_silence(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_prometheus(here)

    async def broken(server: MetricServer) -> frozenset[SeenEdge]:
        raise Trouble("it is gone", "is it running?")

    monkeypatch.setattr("cockpit.adapters.seen_edges.seen_edges", broken)
    assert run(["audit", "--live", "--json"]) == 1
    heard = capsys.readouterr()
    document = json.loads(heard.out)
    assert document["asked_live"] is False
    assert "it is gone" in heard.err


# The gate


def test_a_gate_says_what_it_cannot_see(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gate", "checkout", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["go"]) == ("cockpit.gate/v1", False)
    told = {each["id"]: each["answer"] for each in document["checks"]}
    assert (told["rollback"], told["health"], told["incident"]) == ("no", "unknown", "yes")
    assert "Nobody can see how checkout is now." in document["reasons"]
    assert not (here / "state").exists()


@pytest.mark.parametrize(
    ("name", "hint"), [("chekout", "Did you mean 'checkout'"), ("x", "There are: checkout")]
)
def test_a_gate_for_nothing_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, hint: str
) -> None:
    assert run(["gate", name]) == 64
    assert hint in capsys.readouterr().err


def test_a_gate_whose_record_cannot_be_read_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = here / "config" / "cockpit.yaml"
    config.write_text(config.read_text() + "journal: {postgres: 'postgresql://127.0.0.1:1/none'}\n")
    assert run(["gate", "checkout"]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "The record cannot be read: journal 127.0.0.1:1/none: refuses connections" in told


def test_a_gate_opens_when_all_is_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = fine(), fine({"web": 0.3})

    def looks(state: State, lost: str = "") -> None:
        async def look(*_: Any) -> tuple[State, str]:
            return state, lost

        monkeypatch.setattr("cockpit.cli.gate._look", look)

    looks(good)
    assert run(["gate", "web"]) == 0
    assert capsys.readouterr().out.startswith("web: nothing stands in the way of a release\n")
    looks(bad)
    assert run(["gate", "web"]) == 1
    looks(good, "it is locked")
    assert run(["gate", "web"]) == 1
    assert "The record cannot be read: it is locked." in capsys.readouterr().out
