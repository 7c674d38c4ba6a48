"""A wrong runbook of the demo is taken back in a real terminal of 80 by 24, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .demo_keys import confirm, demo, press_until, step, until
from .terminals import Tmux


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    with demo(tmp_path) as terminal:
        yield terminal


@pytest.mark.evening
@pytest.mark.timeout(400)
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
