"""Post-mortems and impact pages as files: put together, written whole, never over another."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from cockpit import config, wiring
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.cli import exporting, files, history, zones
from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.poll import Poll, Samples
from cockpit.core.state import Record, State
from cockpit.engine import Engine
from cockpit.engine.asking import Outside
from cockpit.engine.runs.remembered import record_now
from cockpit.errors import CockpitError, UsageError
from cockpit.views.export.courses import courses
from cockpit.views.export.series import Charts
from tests.views.export.made_up import ID, level

from .running import cockpit, small

NOW = 1_700_000_000.0


class Stopped:
    """A clock that stands still."""

    def now(self) -> float:
        return NOW

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


def demo() -> Engine:
    """Not begun, so that nothing of it depends on time."""
    return wiring.demo(config.load(config.shop()), clock=Stopped())


def incident(now: float = NOW) -> list[Fact]:
    """What the demo plays, as somebody would have put it on record."""
    evidence = {"levels": {"orders-db": "DOWN", "place-order": "FAILING"}, "seen": []}
    return [
        words.declared(
            ID, "slow orders", Severity.SEV1, "ada", now - 240, began_at=now - 300, evidence=evidence
        ),
        level("checkout-api", "FAILING", "OK", now - 200),
    ]


async def on_record(engine: Engine, facts: Sequence[Fact]) -> State:
    await engine.journal.append(facts)
    return replace(engine.state, record=await record_now(engine.journal))


async def test_the_demo_is_exported_with_its_charts() -> None:
    engine = demo()
    state = await on_record(engine, incident())
    it = await exporting.postmortem(state, engine.journal, engine.reach, ID, NOW)
    drawn = [(series.owner, series.signal) for series in it.charts.series]
    assert drawn[:3] == [("place-order", "measure"), ("orders-db", "down"), ("checkout-api", "errors")]
    assert all(series.values for series in it.charts.series)
    assert (it.charts.trouble, it.head.seq, it.demo) == ("", 2, True)
    assert [(one.name, one.tag) for one in it.impact] == [("place-order", "measured")]
    texts = await exporting.postmortem_files(state, engine.journal, engine.reach, ID, NOW)
    assert list(texts) == ["markdown", "html", "json"]
    assert texts["html"].count("<polyline") >= len(drawn)
    assert json.loads(texts["json"])["head"]["hash"] == it.head.hash


async def test_only_what_was_hurt_is_asked_for() -> None:
    engine = demo()
    state = await on_record(engine, incident())
    known = courses(state.record.incidents[ID])
    asked: list[State] = []

    def reach(of: State) -> Outside:
        asked.append(of)
        return Outside()

    charts = await history.read(state, known, reach, NOW - 600, NOW)
    assert charts == Charts(
        trouble="the history could not be read: no server is configured that remembers", step=15.0
    )
    (narrow,) = asked
    assert {slot.owner for slot in narrow.picture.slots.slots} == {"place-order", "orders-db", "checkout-api"}
    assert (narrow.model.flags, narrow.model.alertmanager) == ((), ())


class Blind:
    """Remembers nothing; `hangs` for ever where it is told to."""

    name = "eu"

    def __init__(self, slots: State, hangs: bool = False) -> None:
        self.slots, self.hangs = slots.picture.slots, hangs

    async def window(
        self, start: float, end: float, step: float
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        failed = {each.number: Samples.failed(len(each)) for each in self.slots.templates}
        yield 0.5, (Poll(start, failed), Poll(start + step, failed))
        if self.hangs:
            await asyncio.Event().wait()


async def test_a_history_that_cannot_be_read_is_told_and_the_export_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = demo()
    state = await on_record(engine, incident())

    def blind(of: State) -> Outside:
        return Outside((), (Blind(of),))

    def hanging(of: State) -> Outside:
        return Outside((), (Blind(of, hangs=True),))

    def broken(of: State) -> Outside:
        raise CockpitError("eu: tls_config.ca_file is not there")

    monkeypatch.setattr(history, "PATIENCE", 0.05)
    found = {}
    for reach in (blind, hanging, broken):
        it = await exporting.postmortem(state, engine.journal, reach, ID, NOW)
        found[reach.__name__] = it.charts.trouble
        assert it.charts.series == ()
        assert it.unseen[-1] == f"Charts: {it.charts.trouble}"
    assert found == {
        "blind": "the history could not be read, so nothing is drawn",
        "hanging": "the history could not be read, so nothing is drawn (eu did not answer in time)",
        "broken": "the history could not be read: eu: tls_config.ca_file is not there",
    }


async def test_a_story_that_a_checkpoint_left_out_is_read_again() -> None:
    journal = MemoryJournal()
    facts = [*incident(), words.resolved(ID, "over", [], "ada", NOW - 60)]
    await journal.append(facts)
    whole = await record_now(journal)
    kept = replace(whole.incidents[ID], story=())
    record = await exporting.in_full(journal, replace(whole, incidents={ID: kept}), ID)
    assert record.incidents[ID] == whole.incidents[ID]
    assert len(record.incidents[ID].story) == 3


async def test_an_incident_that_there_is_not_is_refused() -> None:
    engine = demo()
    with pytest.raises(UsageError, match="there is no incident 'INC-9'"):
        await exporting.postmortem(engine.state, engine.journal, engine.reach, "INC-9", NOW)
    assert await exporting.head_at(engine.journal, 0) == exporting.NOTHING
    assert await exporting.in_full(engine.journal, Record(), "INC-9") == Record()


async def test_saving_from_the_screen_writes_three_files_and_never_over_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = demo()
    engine.state = await on_record(engine, incident())
    first = await exporting.save_from_screen(engine, ID)
    again = await exporting.save_from_screen(engine, ID)
    assert [Path(each).name for each in first] == ["INC-1.md", "INC-1.html", "INC-1.json"]
    assert [Path(each).name for each in again] == ["INC-1.2.md", "INC-1.2.html", "INC-1.2.json"]
    assert {stat.S_IMODE(os.stat(each).st_mode) for each in (*first, *again)} == {0o600}


# Files


@pytest.mark.parametrize("id", ["../../x", "/etc/x", "INC-1\n", ".x", "a\0b", "INC-" + "9" * 500, "", ".."])
def test_a_foreign_id_names_a_file_of_this_folder_alone(id: str, tmp_path: Path) -> None:
    name = exporting.file_name(id)
    files.put(tmp_path / f"{name}.md", "it")
    assert [each.name for each in tmp_path.iterdir()] == [f"{name}.md"]


def test_a_file_is_never_written_over_without_a_word(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    files.put(file, "one")
    with pytest.raises(
        UsageError, match=r"a\.md is there already\. Name another file, or --force to replace it"
    ):
        files.put(file, "two")
    assert file.read_text() == "one"
    files.put(file, "two", force=True)
    assert file.read_text() == "two"
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    link = tmp_path / "a.md"
    link.symlink_to(other)
    with pytest.raises(UsageError, match="is there already"):
        files.put(link, "two")
    files.put(link, "two", force=True)
    assert (other.read_text(), link.read_text(), link.is_symlink()) == ("mine", "two", False)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        files.put(tmp_path / "gone" / "a.md", "x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        files.put(tmp_path / "folder", "x", force=True)
    with pytest.raises(UsageError, match="cannot be written"):
        files.put(tmp_path / ("n" * 300), "x")
    os.mkfifo(tmp_path / "device")
    with pytest.raises(UsageError, match="it is no file"):
        files.put(tmp_path / "device", "x", force=True)
    assert (tmp_path / "device").is_fifo()
    assert {each.name for each in tmp_path.iterdir()} == {"folder", "device"}


def test_a_time_zone_is_named_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert zones.named("UTC", NOW).is_utc
    with pytest.raises(UsageError, match="there is no time zone 'Mars'"):
        zones.named("Mars", NOW)
    with pytest.raises(UsageError, match="there is no time zone"):
        zones.named("../../etc/passwd", NOW)
    monkeypatch.setenv("TZ", "UTC")
    assert (zones.here(NOW).name, zones.here(NOW).info.utcoffset(None)) == ("UTC", UTC.utcoffset(None))


def test_the_format_is_told_by_the_file() -> None:
    assert [exporting.format_of(None, Path(f"a{end}")) for end in (".html", ".json", ".txt")] == [
        "html",
        "json",
        "markdown",
    ]
    assert exporting.format_of("json", Path("a.html")) == "json"
    with pytest.raises(UsageError, match="there is no format 'pdf'"):
        exporting.format_of("pdf", None)


# Commands


def test_a_report_says_what_nobody_can_see(tmp_path: Path) -> None:
    folder = small(tmp_path)
    page = tmp_path / "impact.html"
    done = cockpit("report", "--html", page, "--config", folder, "--zone", "UTC", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"written to {page}\n", "")
    assert stat.S_IMODE(os.stat(page).st_mode) == 0o600
    text = page.read_text()
    assert "Not known: checkout and search" in text
    assert "badge is-ok" not in text
    again = cockpit("report", "--html", page, "--config", folder, cwd=tmp_path)
    assert again.returncode == 64
    assert "is there already" in again.stderr
    assert cockpit("report", "--html", page, "--config", folder, "--force", cwd=tmp_path).returncode == 0


def test_an_incident_is_exported_after_it_was_resolved(tmp_path: Path) -> None:
    folder = small(tmp_path)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return cockpit("incident", *arguments, "--config", folder, cwd=tmp_path)

    none = run("export")
    assert (none.returncode, none.stdout) == (64, "")
    assert "no incident is open" in none.stderr
    assert run("declare", "nobody can <b>pay</b>", "--severity", "SEV1").returncode == 0
    assert run("note", "[x](javascript:alert(1))").returncode == 0
    resolved = run("resolve", "--reason", "restarted", "--leave", "nobody can see it")
    assert resolved.returncode == 0, resolved.stderr + resolved.stdout
    text = run("export", "--zone", "UTC")
    assert text.returncode == 0, text.stderr
    assert text.stdout.startswith("# INC-1: nobody can \\<b\\>pay\\</b\\>\n")
    assert "\\[x\\](javascript:alert(1))" in text.stdout
    page = run("export", "--out", "INC-1.html")
    assert (page.returncode, page.stdout) == (0, "INC-1 written to INC-1.html\n")
    assert "nobody can &lt;b&gt;pay&lt;/b&gt;" in (tmp_path / "INC-1.html").read_text()
    machine = run("export", "--format", "json", "--incident", "INC-1")
    assert json.loads(machine.stdout)["schema"] == "cockpit.postmortem/v1"
    assert run("export", "--incident", "INC-7").returncode == 64
