"""`cockpit review` reads the record and that of drills beside it, and makes nothing on the way."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from cockpit.adapters.journal.place import place
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.cli.main import run
from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity

from .running import small

NOW = time.time()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return small(tmp_path)


async def put(mode: str, *facts: Fact) -> None:
    journal = SqliteJournal(place("small", {}, mode))  # type: ignore[arg-type]
    await journal.append(facts)
    await journal.close()


def declared() -> Fact:
    evidence = {"levels": {"checkout": "DOWN"}}
    began = NOW - 7200
    return words.declared(
        "INC-1", "Orders fail", Severity.SEV2, "ada", began + 300, began_at=began, evidence=evidence
    )


def said(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run([str(each) for each in arguments]) == code
    told = capsys.readouterr()
    return told.out if code == 0 else told.err


def test_nothing_on_record_is_one_line_and_makes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for more in ((), ("--markdown",)):
        told = said(capsys, "review", "--config", here, *more)
        assert told == "nothing to review: nothing was ever put on record here\n"
    document = json.loads(said(capsys, "review", "--config", here, "--json"))
    assert (document["schema"], document["incidents"], document["drills"]) == ("cockpit.review/v1", [], [])
    assert not (here.parent / "state").exists()


async def test_both_journals_are_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await put("live", declared())
    await put("drill", Fact("drill.finished", NOW - 60, "ada", {"scenario": "s", "passed": True}))
    told = await asyncio.to_thread(said, capsys, "review", "--config", here, "--json")
    document = json.loads(told)
    (incident,) = document["incidents"]
    assert (incident["id"], incident["times"]["detect"], incident["open"]) == ("INC-1", 300.0, True)
    assert [each["id"] for each in document["drills"]] == ["s"]
    text = await asyncio.to_thread(said, capsys, "review", "--config", here)
    assert "5 min 1 of 1" in text
    short = await asyncio.to_thread(said, capsys, "review", "--config", here, "--since", "30s")
    assert short.startswith("nothing to review: no incident or drill on record since ")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--since", "soon"), "--since: 'soon' is not a duration"),
        (("--since", "0s"), "--since must be longer than nothing"),
        (("--json", "--markdown"), "--json and --markdown are two different things"),
    ],
)
def test_wrong_usage_is_told(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    assert why in said(capsys, "review", "--config", here, *arguments, code=64)


def test_a_record_elsewhere_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = here / "cockpit.yaml"
    file.write_text(file.read_text() + "journal: {postgres: 'postgresql://127.0.0.1:1/none'}\n")
    assert "journal 127.0.0.1:1/none: refuses connections" in said(capsys, "review", "--config", here, code=2)
