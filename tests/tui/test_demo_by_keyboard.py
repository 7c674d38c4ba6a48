"""The demo's incident is ended, botched and taken back in a real terminal of 80 by 24, by keys alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .terminals import Tmux, tmux

SOON = 60.0


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    with tmux(tmp_path) as terminal:
        terminal.type(f"{sys.executable} -m cockpit demo; echo ended $?")
        terminal.press("Enter")
        until(terminal, "Press r: Fail over the orders database")
        yield terminal
        leave(terminal)


def until(terminal: Tmux, *texts: str, patience: float = SOON) -> str:
    """The screen once all of `texts` are on it."""
    end = time.monotonic() + patience
    while not all(text in (seen := terminal.screen()) for text in texts):
        assert time.monotonic() < end, f"{texts} never came:\n{seen}"
        time.sleep(0.1)
    return seen


def press_until(terminal: Tmux, key: str, text: str) -> str:
    """A key again and again: while a screen draws itself anew the first one may be too early."""
    end = time.monotonic() + SOON
    while text not in (seen := terminal.screen()):
        assert time.monotonic() < end, f"{key} never led to {text!r}:\n{seen}"
        terminal.press(key)
        time.sleep(1)
    return seen


def confirm(terminal: Tmux, question: str, phrase: str = "", way_out: str = "Cancel") -> None:
    """Takes the second choice of a dialog, whose first is the way out."""
    until(terminal, question, f"▌ {way_out}")
    terminal.press("Down")
    time.sleep(0.3)
    terminal.press("Enter")
    if phrase:
        until(terminal, f"type exactly: {phrase}")
        terminal.type(phrase)
        until(terminal, phrase)
        terminal.press("Enter")


def begin(terminal: Tmux, title: str) -> None:
    """From the list of runbooks, with the cursor on it, to the run."""
    terminal.press("Enter")
    until(terminal, title, "R starts it", "the target is prod-eu")
    press_until(terminal, "R", f"Start “{title}”?")
    confirm(terminal, "Start", way_out="Cancel")
    until(terminal, "─ Steps", title)


def step(terminal: Tmux, title: str, phrase: str) -> None:
    until(terminal, f"then type {phrase}")
    press_until(terminal, "Enter", "▌ Cancel")
    confirm(terminal, title, phrase)


def leave(terminal: Tmux) -> None:
    press_until(terminal, "Escape", "What happened")
    terminal.press("q")
    end = time.monotonic() + SOON
    while "ended" not in (seen := terminal.screen()):
        assert time.monotonic() < end, seen
        if "▌" in seen and "?" in seen:  # a run is under way: leaving is asked about
            terminal.press("Down")
            terminal.press("Enter")
        time.sleep(0.5)
    assert "Traceback" not in seen
    assert terminal.is_sane()


@pytest.mark.timeout(400)
def test_two_runbooks_and_a_switch_end_it(terminal: Tmux) -> None:
    terminal.press("r")
    until(terminal, "Fits now for orders-db")
    begin(terminal, "Fail over the orders database")
    until(terminal, "Promote, or bring the old primary back?", "just seen:", "orders-db-2")
    press_until(terminal, "Enter", "then type promote")
    step(terminal, "Promote a standby of orders-db", "promote")
    until(terminal, "Rebuild the old primary as a standby", "Done?", patience=150)
    press_until(terminal, "Enter", "Completed, with something to clean up")

    press_until(terminal, "1", "Data written by checkout-api is wrong")
    terminal.press("r")
    until(terminal, "Fits now for checkout-api")
    begin(terminal, "Stop writing orders twice")
    step(terminal, "Pause the worker that retries orders", "pause-retries")
    until(terminal, "first and last bad moment", patience=150)

    press_until(terminal, "1", "What happened")
    terminal.press("s")
    until(terminal, "3 kill switches", "pay-async@default")
    press_until(terminal, "Enter", "▌ Leave it as it is")
    confirm(terminal, "pay-async", way_out="Leave it as it is")
    until(terminal, "why, for the record")
    terminal.press("Enter")
    until(terminal, "type exactly: pay-async@default")
    terminal.type("pay-async@default")
    terminal.press("Enter")
    until(terminal, "KILLED", "applied")

    press_until(terminal, "1", "What happened")
    seen = until(terminal, "R-2 needs you", "● Finance closes the day OK", patience=200)
    assert "DATA WRONG" in seen, "what must be reconciled stays in sight"


@pytest.mark.timeout(300)
def test_a_wrong_runbook_is_taken_back(terminal: Tmux) -> None:
    terminal.press(":")
    terminal.type("checkout-rollback")
    until(terminal, " :checkout-rollback")
    terminal.press("Enter")
    until(terminal, "Roll back the checkout", "R starts it", "✓")
    press_until(terminal, "R", "Start “Roll back the checkout”?")
    confirm(terminal, "Start")
    until(terminal, "─ Steps")
    step(terminal, "Roll back the checkout-api deployment", "undo")
    until(terminal, "now checking", "yes")
    press_until(terminal, "W", "The wrong runbook?")
    confirm(terminal, "1 Roll back the checkout-api deployment", way_out="Go on with it")
    until(terminal, "Taking back 1 of 1", "undoes with:", "--to-revision")
    press_until(terminal, "Enter", "Taken back")
    until(terminal, "taken back", "it is over")
