"""What is left of the terminal when the cockpit is gone, however it goes."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from .terminals import ROOT, SHOW, Pty, tmux

needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
SCRIPT = f"cd {ROOT}; stty -a > before; {' '.join(SHOW)} shop; echo ended $?; stty -a > after; echo all done"


@needs_tmux
@pytest.mark.parametrize(("how", "code"), [("q", 0), ("TERM", 143), ("HUP", 129)])
def test_the_terminal_is_as_it_was(tmp_path: Path, how: str, code: int) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    script = tmp_path / "script"
    script.write_text(SCRIPT.replace("before", str(before)).replace("after", str(after)))
    with tmux(tmp_path) as terminal:
        terminal.type(f"sh {script}")
        terminal.press("Enter")
        terminal.wait_for("orders-db")
        assert terminal.ask("alternate_on") == "1"
        if how == "q":
            terminal.press("q")
        else:
            terminal.run("run-shell", f"pkill -{how} -P $(pgrep -P {terminal.ask('pane_pid')})")
        text = terminal.wait_for("all done")
        assert f"ended {code}" in text
        assert "Traceback" not in text
        assert before.read_text() == after.read_text()
        for flag in (
            "alternate_on",
            "mouse_any_flag",
            "mouse_all_flag",
            "mouse_sgr_flag",
            "bracket_paste_flag",
        ):
            assert terminal.ask(flag) in ("0", ""), flag
        assert terminal.ask("cursor_flag") == "1"


def test_a_closed_terminal_ends_the_program() -> None:
    child = Pty([*SHOW, "shop"])
    child.wait_for(b"orders-db")
    os.close(child.master)
    assert child.ended() is not None


def test_a_terminal_that_closes_unnoticed_ends_the_program_too() -> None:
    """As under nohup: no signal comes, only reading and writing fail."""
    child = Pty(["sh", "-c", f"trap '' HUP; exec {' '.join(SHOW)} shop"])
    child.wait_for(b"orders-db")
    os.close(child.master)
    assert child.ended() is not None


def test_a_signal_while_starting_ends_it_as_well() -> None:
    child = Pty([*SHOW, "shop"])
    child.wait_for(b"\x1b[?1049h")
    child.read(0.3)
    os.kill(child.pid, signal.SIGTERM)
    assert child.ended() is not None
