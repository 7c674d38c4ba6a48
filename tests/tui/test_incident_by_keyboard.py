"""From the first alert to a post-mortem, in a real terminal of 80 by 24, by keys alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .demo_keys import confirm, demo, press_until, until
from .terminals import Tmux

HOSTILE = "$(touch canary) <script>alert(1)</script> [click](javascript:x)"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    with demo(tmp_path) as terminal:
        yield terminal


def write(terminal: Tmux, key: str, title: str, text: str) -> None:
    press_until(terminal, key, title)
    time.sleep(0.5)
    terminal.type(text)
    until(terminal, text.split()[-1])
    terminal.press("C-s")


def file(folder: Path, name: str) -> Path:
    """Once it is whole: it is put in place in one go."""
    end = time.monotonic() + 60
    while not (folder / name).exists():
        assert time.monotonic() < end, f"{name} was never written: {list(folder.iterdir())}"
        time.sleep(0.2)
    return folder / name


@pytest.mark.evening
@pytest.mark.timeout(400)
def test_from_the_first_alert_to_the_post_mortem(terminal: Tmux, tmp_path: Path) -> None:
    terminal.press("a")
    until(terminal, "Needs somebody", "OrdersDatabaseDown")
    press_until(terminal, "i", "No incident is open")
    press_until(terminal, "D", "Declare an incident?")
    confirm(terminal, "Declare an incident?")
    until(terminal, "what it is, in plain words")
    time.sleep(0.5)
    terminal.press("Enter")
    until(terminal, "INC-1 SEV1", "nobody is in command")

    press_until(terminal, "O", "Who does what in INC-1?")
    confirm(terminal, "Who does what")
    until(terminal, "who; empty for nobody")
    time.sleep(0.5)
    terminal.press("Enter")
    until(terminal, "is in command")
    write(terminal, "h", "What do you think the cause is?", "the primary lost its disk")
    until(terminal, "open? the primary lost its disk")
    write(terminal, "d", "What was decided?", "we fail over")
    until(terminal, "we fail over")
    write(terminal, "n", "A note", HOSTILE)

    press_until(terminal, "u", "internal update")
    press_until(terminal, "S", "Send this update of INC-1?")
    confirm(terminal, "Send this update")
    until(terminal, "was sent to chat")
    press_until(terminal, "Escape", "To do")

    press_until(terminal, "X", "Is INC-1 over?")
    until(terminal, "This stands in the way:")
    confirm(terminal, "Is INC-1 over?")
    until(terminal, "why it can be left like that")
    time.sleep(0.5)
    terminal.type("a rehearsal")
    terminal.press("Enter")
    until(terminal, "type exactly: INC-1")
    terminal.type("INC-1")
    terminal.press("Enter")
    until(terminal, "Resolved")

    press_until(terminal, "e", "written:")
    told = json.loads(file(tmp_path, "INC-1.json").read_text())
    assert told["schema"] == "cockpit.postmortem/v1"
    page, paper = file(tmp_path, "INC-1.html").read_text(), file(tmp_path, "INC-1.md").read_text()
    for text in (page, paper):
        assert "the primary lost its disk" in text
        assert "we fail over" in text
    assert "<script" not in page
    assert r"\[click\](javascript:x)" in paper
    assert not (tmp_path / "canary").exists()
