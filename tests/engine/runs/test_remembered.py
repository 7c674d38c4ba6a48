"""The record as those have it that open no screen."""

from __future__ import annotations

import pytest

from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core import checkpoint
from cockpit.core.state import Record
from cockpit.engine.runs.remembered import checkpoint_when_due, record_now
from tests.flips import requested


async def test_where_only_commands_write_a_checkpoint_is_made_when_it_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkpoint, "EVERY", 4)
    journal = MemoryJournal()
    for number in range(8):
        await journal.append([requested(f"F-{number}", "kill", killed=False)])
        await checkpoint_when_due(journal, 30.0)
    made = [each.seq for each in journal.records if each.fact.kind == checkpoint.KIND]
    assert made == [5, 10]
    last = await journal.latest_checkpoint()
    assert (last.seq, last.recorded) == (9, 10) if last else False
    assert await record_now(journal) == await record_now(journal, Record())


async def test_of_a_short_record_none_is_made() -> None:
    journal = MemoryJournal()
    await journal.append([requested("F-1", "kill", killed=False)])
    await checkpoint_when_due(journal, 30.0)
    assert len(journal.records) == 1
