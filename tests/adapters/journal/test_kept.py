"""Each drill sees its own record, and all drills lie in one behind each other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cockpit.adapters.journal.kept import Kept, put_away
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.journal import Fact, Recorded
from cockpit.errors import JournalError


def begun(run: str = "R-1", incident: str = "INC-1") -> list[Fact]:
    return [
        Fact("incident.declared", 1.0, "lena", {"title": "Slow"}, incident, uid=incident),
        Fact("run.started", 2.0, "lena", {"parent": ""}, incident, run),
    ]


class Full(MemoryJournal):
    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        raise JournalError("no space left")


async def test_two_drills_begin_with_the_same_numbers_and_lie_behind_each_other() -> None:
    archive = MemoryJournal()
    for _ in range(2):
        inner = MemoryJournal()
        kept = Kept(inner, archive)
        await kept.append(begun())
        await kept.append(begun()[:1])  # said again, as after a lost answer
        assert [each.fact.run for each in await kept.read(kind="run.started")] == ["R-1"]
    assert [(each.fact.incident, each.fact.run) for each in archive.records] == [
        ("INC-1", ""),
        ("INC-1", "R-1"),
        ("INC-2", ""),
        ("INC-2", "R-2"),
    ]


async def test_two_drills_at_once_do_not_take_each_others_numbers() -> None:
    archive = MemoryJournal()
    one, other = Kept(MemoryJournal(), archive), Kept(MemoryJournal(), archive)
    await one.append(begun("R-1"))
    await other.append(begun("R-1", ""))
    await one.append([*begun("R-2")[1:], Fact("run.finished", 3.0, "lena", {}, "INC-1", "R-1")])
    assert [each.fact.run for each in archive.records if each.fact.run] == ["R-1", "R-2", "R-3", "R-1"]


async def test_a_drill_that_is_over_is_put_away_whole() -> None:
    archive, played = MemoryJournal(), MemoryJournal()
    await played.append(begun())
    await put_away(played.records, archive)
    await put_away(played.records, archive)
    assert [each.fact.run for each in archive.records if each.fact.run] == ["R-1", "R-2"]


async def test_where_nothing_can_be_kept_it_is_said_once_and_all_goes_on() -> None:
    lost: list[str] = []
    inner = MemoryJournal()
    kept = Kept(inner, Full(), lost.append)
    await kept.append(begun()[:1])
    await kept.append(begun()[1:])
    assert lost == ["no space left"]
    assert len(inner.records) == 2


async def test_with_real_commands_nothing_is_decided_that_is_not_kept() -> None:
    inner = MemoryJournal()
    with pytest.raises(JournalError, match="no space left"):
        await Kept(inner, Full()).append(begun())
    assert inner.records == []
