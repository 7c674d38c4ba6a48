"""What was never proven, by keyboard: said before the yes, typed where it destroys, proven by doing it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.model import Confirm, Reach, Rollback, Runbook, Step
from cockpit.tui.screens import run as run_screen
from tests.core.runbook.played import book

from .acting import Acted
from .test_runs import keys, opened, seen

ID = [{"-": "minus"}.get(each, each) for each in "orders-db-failover"]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_screen, "READ_FIRST", 0.0)


def wiping() -> Runbook:
    """One step that destroys, and whose author asks only for a key."""
    wipe = Step(
        "wipe",
        "Wipe the old primary",
        Command(("set", "old", "gone")),
        Reach.DESTRUCTIVE,
        confirm=Confirm("key"),
        on_unknown_ask=True,
        rollback=Rollback(reason="what is wiped is gone"),
        digest="w1",
    )
    return replace(book(wipe, services=("orders-db",)), id="orders-db-failover", title="Fail over orders-db")


def acted() -> Acted:
    made = Acted()
    state = made.engine.state
    model = replace(state.model, books={"orders-db-failover": wiping()})
    made.engine = made.started(replace(state, model=model, mode="live"))
    return made


async def test_what_destroys_is_typed_until_it_is_proven() -> None:
    made = acted()
    async with opened(made) as pilot:
        await seen(pilot, "(not rehearsed)")
        await keys(pilot, "r", "enter", until="Never rehearsed.")
        await keys(pilot, "R", until="Start “Fail over")
        await keys(pilot, "down", "enter", until="type exactly: orders-db-failover")
        await keys(pilot, *ID, until="│ orders-db-failover")
        text = await keys(pilot, "enter", until="then type wipe")
        assert "Careful: this step was never rehearsed." in text
        await keys(pilot, "enter", "down", "enter", until="type exactly: wipe")
        await keys(pilot, *"wipe", until="│ wipe")
        await keys(pilot, "enter", until="Completed")
        await keys(pilot, "escape", "escape", "escape", until="(proven)")
        text = await keys(pilot, "r", until="only mara")
        assert "proven, under 1 s" in text
