"""An incident's two lists share the screen: what is short leaves its room to the other."""

from __future__ import annotations

from cockpit.core.incident import words
from cockpit.core.levels import Severity

from .acting import Acted
from .conftest import screen_text
from .scenes import NOW
from .test_runs import keys, seen


async def test_a_short_story_leaves_its_room_to_who_does_what() -> None:
    one = Acted()
    declared = words.declared("INC-1", "Orders fail", Severity.SEV1, "leo", NOW - 60)
    await one.stage.journal.append([declared])
    async with one.app().run_test(size=(120, 36)) as pilot:
        await seen(pilot, "INC-1")
        await keys(pilot, "i", until="─ Who ")
        await pilot.pause()
        rows = screen_text(pilot)
        title = next(at for at, row in enumerate(rows) if "What happened (UTC)" in row)
        assert any("In it: leo" in row for row in rows[:title])
        assert not any(not row.strip() for row in rows[title:-1])
