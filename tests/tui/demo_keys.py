"""Hands for the demo in a real terminal of 80 by 24: keys, and waiting for what they lead to."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .terminals import Tmux, tmux

SOON = 60.0


@contextmanager
def demo(folder: Path) -> Iterator[Tmux]:
    """Opened, and left at the end with the terminal as it was."""
    with tmux(folder) as terminal:
        terminal.type(f"cd {folder} && {sys.executable} -m cockpit demo; echo ended $?")
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
    time.sleep(0.6)
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
