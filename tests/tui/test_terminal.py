"""What is left of the terminal when the cockpit is gone, however it goes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from .terminals import ROOT, SHOW, Pty, require_tmux, tmux, wait_until

SCRIPT = f"cd {ROOT}; stty -a > before; {' '.join(SHOW)} shop; echo ended $?; stty -a > after; echo all done"


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
        assert terminal.is_sane()


def test_in_ci_a_missing_tmux_fails_and_elsewhere_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="tests/lab/install"):
        require_tmux()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="tests/lab/install"):
        require_tmux()


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


def test_what_is_typed_right_behind_a_slash_goes_into_the_filter(tmp_path: Path) -> None:
    with tmux(tmp_path) as terminal:
        terminal.type(f"cd {ROOT}; exec {' '.join(SHOW)} shop")
        terminal.press("Enter")
        terminal.wait_for("orders-db")
        terminal.press("2")
        terminal.wait_for("Services 13 of 13")
        terminal.type("/ledger")
        terminal.wait_for("filter ledger")


def test_an_exported_size_does_not_hide_that_the_window_is_resized(tmp_path: Path) -> None:
    with tmux(tmp_path, 100, 30) as terminal:
        terminal.type(f"cd {ROOT}; COLUMNS=70 LINES=20 {sys.executable} -m cockpit demo")
        terminal.press("Enter")
        terminal.wait_for("orders-db")
        wait_until(lambda: widest(terminal.screen()) > 95)
        terminal.run("resize-window", "-x", "120", "-y", "30")
        wait_until(lambda: widest(terminal.screen()) > 115)


def widest(screen: str) -> int:
    return max(map(len, screen.split("\n")))
