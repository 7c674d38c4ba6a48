"""The demo's incident is ended in a real terminal of 80 by 24, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .demo_keys import begin, confirm, demo, press_until, step, until
from .terminals import Tmux


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    with demo(tmp_path) as terminal:
        yield terminal


@pytest.mark.evening
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
