"""Runbooks by keyboard alone: plan, run, hold, undo, wrong runbook, and a cockpit that comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from textual.pilot import Pilot

from cockpit.tui.screens import run as run_screen

from .acting import Acted
from .conftest import screen_text

PATIENCE = 30.0
START = ("r", "enter", "R", "down", "enter")
"""From the Bridge: runbooks, the plan of the first, start, and in the dialog past Cancel."""
PHRASE = [{"-": "minus"}.get(each, each) for each in "set-proxy"]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test does not wait until a question has been read."""
    monkeypatch.setattr(run_screen, "READ_FIRST", 0.0)


@asynccontextmanager
async def opened(acted: Acted, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    async with acted.app().run_test(size=size) as pilot:
        await seen(pilot, "Customers cannot buy")
        yield pilot


async def seen(pilot: Pilot[None], words: str | Callable[[str], bool]) -> str:
    """The screen once it says `words`; what it says instead is the failure."""
    text, ends = "", monotonic() + PATIENCE
    while monotonic() < ends:
        await pilot.pause(0.05)
        text = "\n".join(screen_text(pilot))
        if words in text if isinstance(words, str) else words(text):
            return text
    raise AssertionError(f"never on the screen: {words}\n{text}")


async def keys(pilot: Pilot[None], *pressed: str, until: str) -> str:
    for each in pressed:
        await pilot.press(each)
        await pilot.pause(0.05)
    return await seen(pilot, until)


async def to_the_first_question(pilot: Pilot[None]) -> str:
    await keys(pilot, "r", until="Fits now")
    await keys(pilot, "enter", until="starts it")
    await keys(pilot, "R", until="Start “Fail over")
    return await keys(pilot, "down", "enter", until="enter Set standby?")


async def test_a_runbook_is_opened_as_a_plan_and_changes_nothing() -> None:
    acted = Acted()
    async with opened(acted) as pilot:
        await keys(pilot, "r", until="fits orders-db")
        text = await keys(pilot, "enter", until="starts it")
        assert "no undo: what is wiped is gone; instead: restore the backup" in text
        await keys(pilot, "R", until="Cancel")
        await keys(pilot, "enter", until="5 steps")  # Cancel has the focus
        assert acted.stage.machine.sets == []
        assert acted.stage.journal.records == []


async def test_a_run_is_taken_step_by_step_to_its_end() -> None:
    acted = Acted()
    async with opened(acted) as pilot:
        text = await to_the_first_question(pilot)
        assert "does: set standby promoted" in text
        assert "undo: set standby idle" in text  # what it was is known by now
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "enter", "down", "enter", until="type exactly: set-proxy")
        await keys(pilot, *PHRASE, "enter", until="Call them")
        await keys(pilot, "enter", "down", "enter", *"night", "enter", until="Wipe the old primary?")
        text = await keys(pilot, "enter", until="Completed")
        assert "3 changes of it stand" in text
        assert "what is wiped is gone" in text
    assert acted.stage.machine.sets == [("standby", "promoted"), ("proxy", "standby"), ("old", "gone")]


async def test_a_wrong_phrase_starts_nothing() -> None:
    acted = Acted()
    async with opened(acted) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "enter", "down", "enter", until="type exactly")
        await keys(pilot, *"proxy", "enter", until="type exactly")
        await keys(pilot, "escape", "escape", until="enter next")
    assert acted.stage.machine.sets == [("standby", "promoted")]


async def test_everything_is_taken_back_newest_first_each_asked_for() -> None:
    acted = Acted()
    async with opened(acted) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "enter", "down", "enter", *PHRASE, "enter", until="Call them")
        text = await keys(pilot, "U", until="one after the other")
        assert text.index("1 Set proxy") < text.index("2 Set standby")
        await keys(pilot, "down", "enter", "enter", until="Take back: Set proxy?")
        await keys(pilot, "enter", until="Take back: Set standby?")
        text = await keys(pilot, "enter", until="Taken back")
        assert text.count("taken back") >= 2
    assert acted.stage.machine.values == {"primary": "orders-db-1", "standby": "idle", "proxy": "primary"}


async def test_one_step_is_taken_back_and_the_run_waits_for_a_word() -> None:
    acted = Acted()
    async with opened(acted) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "u", until="Take back “Set standby”?")
        await keys(pilot, "down", "enter", "enter", until="Take back: Set standby?")
        await keys(pilot, "enter", until="how does it go on?")
    assert acted.stage.machine.values["standby"] == "idle"


async def test_a_step_that_may_have_happened_is_held_and_says_what_may_be_done() -> None:
    acted = Acted()
    acted.stage.machine.trouble["old"] = "lost"
    async with opened(acted) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "enter", "down", "enter", *PHRASE, "enter", until="Call them")
        await keys(pilot, "enter", "down", "enter", *"x", "enter", until="Wipe the old primary?")
        text = await keys(pilot, "enter", until="What now")
        assert "may or may not have happened" in text
        assert "Try again: not possible, nobody knows whether it happened" in text
        refused = await keys(pilot, "g", "enter", until="not possible: nobody knows")
        assert "What now" in refused
    assert acted.stage.machine.sets.count(("old", "gone")) == 1


async def test_the_wrong_runbook_is_left_and_what_stands_is_listed_to_clean_up() -> None:
    acted = Acted()
    async with opened(acted) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "W", until="1 Set standby")
        text = await keys(pilot, "down", "down", "enter", until="to clean up: R-1 left in place: Set standby")
        assert "Stopped, and something stays as it is" in text


async def test_quitting_with_a_run_says_how_to_come_back_and_the_next_start_says_who_needs_you() -> None:
    acted = Acted()
    async with opened(acted) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "q", until="cockpit resume R-1")
        await pilot.press("enter")  # Stay has the focus
        await keys(pilot, "q", until="Leave the cockpit?")
        await pilot.press("down", "enter")
    again = acted.again()
    async with opened(again) as pilot:
        bridge = await seen(pilot, "needs you at Set proxy")
        assert bridge.index("r R-1 Fail over orders-db") > bridge.index("Do next")
        text = await keys(pilot, "r", until="needs you at Set proxy")
        assert text.index("R-1") < text.index("Runbooks"), "it is not proposed to be begun again"
        await keys(pilot, "g", "enter", until="Enter takes it up")
        await keys(pilot, "enter", until="then type set-proxy")
        await keys(pilot, "U", "down", "enter", "enter", until="Take back: Set standby?")
        await keys(pilot, "enter", until="Taken back")
    assert acted.stage.machine.values["standby"] == "idle"


async def test_a_question_has_to_stand_for_a_moment_before_a_key_answers_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_screen, "READ_FIRST", 3600.0)
    acted = Acted()
    async with opened(acted) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="only just been asked")
    assert acted.stage.machine.sets == []


async def test_the_run_screen_fits_a_small_terminal() -> None:
    acted = Acted()
    async with opened(acted, (60, 16)) as pilot:
        text = await to_the_first_question(pilot)
        assert "q quit" in text.splitlines()[-1]
