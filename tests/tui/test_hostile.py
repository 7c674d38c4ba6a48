"""Whatever labels and notes hold, the terminal stays ours: every screen, a pilot and a real terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.text import first_hidden

from .conftest import screen_text, staged
from .hostile import hostile
from .payloads import PAYLOADS
from .terminals import ROOT, SHOW, Pty, foreign, tmux

WALK = (
    ["j", "j", "y"], ["A"], ["enter"], ["G"], ["y"], ["s"], ["r"], ["escape"], ["2"], ["t"], ["j", "enter"],
    ["escape"], ["a"], ["j", "enter"], ["escape"], ["1"], ["colon", "o", "r", "enter"], ["escape"],
    ["ctrl+p"], ["o", "r"], ["escape"], ["escape"], ["question_mark"],
)  # fmt: skip
CLICK = PAYLOADS.index("[@click=app.quit]press me[/]")


@pytest.mark.parametrize("which", range(len(PAYLOADS)), ids=lambda which: ascii(PAYLOADS[which][:24]))
async def test_no_screen_shows_what_steers(which: int) -> None:
    stage = staged(hostile(which))
    app = stage.app()
    async with app.run_test(size=(100, 30)) as pilot:
        for keys in WALK:
            await pilot.press(*keys)
            await pilot.pause(0.02)
            text = "".join(screen_text(pilot))
            assert first_hidden(text) == ""
        assert app.is_running
    assert app.failure is None


async def test_clicking_on_markup_in_data_runs_nothing() -> None:
    stage = staged(hostile(CLICK))
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        for keys in ([], ["enter"], ["2"], ["a"]):
            await pilot.press(*keys)
            await pilot.pause(0.1)
            for y, line in enumerate(screen_text(pilot)):
                for found in list(re.finditer("press me|@click", line))[:2]:
                    await pilot.click(offset=(found.start() + 1, y))
            assert app.is_running
            assert app.return_code is None


@pytest.mark.parametrize("which", range(0, len(PAYLOADS), 4))
def test_only_our_own_sequences_reach_a_terminal(which: int) -> None:
    child = Pty([*SHOW, "hostile", str(which)], 100, 30)
    try:
        child.wait_for(b"DEMO")
        for keys in (b"\r", b"\x7f", b"2", b"t", b"jj\r", b"\x7f", b"a", b"j\r", b"?", b"q", b"1", b":or\r"):
            child.send(keys)
            child.read(0.3)
        child.send(b"q")
        assert child.ended() == 0
        child.read(0.2)
    finally:
        assert foreign(child.written) == set()


def test_title_and_clipboard_of_the_terminal_are_untouched(tmp_path: Path) -> None:
    with tmux(tmp_path, 100, 30) as terminal:
        terminal.run("set-buffer", "precious")
        title = terminal.ask("pane_title")
        for which in (0, 1, 2, 8):
            terminal.type(f"cd {ROOT}; {' '.join(SHOW)} hostile {which}")
            terminal.press("Enter")
            terminal.wait_for("q quit")
            terminal.wait_for("DEMO")
            terminal.press("Enter", "2", "a", "1", "q")
            terminal.wait_for("hostile")
        assert terminal.ask("pane_title") == title
        assert terminal.run("show-buffer") == "precious"
