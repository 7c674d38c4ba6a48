"""A drill on the screen cannot be taken for anything else, is played by keys, and ends in a debrief."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from cockpit.cli.drill import Wanted, prepare
from cockpit.cli.drill_screen import Rehearsal
from cockpit.cli.settings import Settings
from cockpit.core.events import ServiceAcknowledged
from cockpit.tui.app import CockpitApp
from tests.tui.conftest import screen_text

ROOT = Path(__file__).parents[2]
PLACES = {
    "bridge": [],
    "services": ["2"],
    "service": ["enter"],
    "alerts": ["a"],
    "runbooks": ["r"],
    "plan": ["r", "enter"],
    "switches": ["s"],
    "incident": ["i"],
    "impact": ["b"],
    "what-if": ["w"],
    "readiness": ["6"],
    "help": ["question_mark"],
}
PATIENCE = 600
"""Looks, a tenth of a second apart; far more than it takes."""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "cockpit"


def journals(state: Path) -> list[str]:
    return sorted(each.name for each in state.iterdir())


def rehearsal(*, ascii: bool = False, palette: str = "dark") -> tuple[Rehearsal, CockpitApp]:
    settings = Settings(config=ROOT / "config", ascii=ascii, theme=palette)
    behind = Rehearsal(prepare(settings, Wanted("bad-release", speed=20.0)))
    app = CockpitApp(
        behind.read,
        behind.now,
        behind.dispatch,
        background=behind.run,
        actor="lena",
        ascii=ascii,
        palette=palette,
    )
    behind.app = app
    return behind, app


async def seen(pilot: Pilot[None], *texts: str) -> list[str]:
    """The screen once all of `texts` are on it."""
    for _ in range(PATIENCE):
        lines = screen_text(pilot)
        if all(text in "\n".join(lines) for text in texts):
            return lines
        await pilot.pause(0.1)
    raise AssertionError(f"{texts} never came:\n" + "\n".join(lines))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("ascii", "palette", "frame"), [(False, "dark", "█"), (True, "mono", "|"), (False, "mono", "█")]
)
async def test_every_screen_says_that_it_is_a_drill(ascii: bool, palette: str, frame: str) -> None:
    behind, app = rehearsal(ascii=ascii, palette=palette)
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, " DRILL ", "Acme Shop")
        for place, keys in PLACES.items():
            for _ in range(4):
                await pilot.press("escape")
            await pilot.press("1", *keys)
            await pilot.pause(0.3)
            lines = screen_text(pilot)
            assert " DRILL " in lines[0], (place, lines)
            assert lines[0].strip()[0] == lines[12].strip()[0] == frame, (place, lines)
        assert app.failure is None
    assert behind.debrief is not None


@pytest.mark.timeout(300)
async def test_keys_act_in_it_and_leaving_tells_what_came_of_it(
    state: Path,
) -> None:
    behind, app = rehearsal()
    async with app.run_test(size=(120, 36)) as pilot:
        await seen(pilot, " DRILL ", "FAILING")
        behind.dispatch(ServiceAcknowledged("checkout-api", "lena", behind.now()))
        await pilot.press("r")
        await seen(pilot, "Roll back the checkout")
        await pilot.press("enter")
        await seen(pilot, "R starts it", "Steps")
        await pilot.press("R")
        await seen(pilot, "Start")
        await pilot.pause(0.5)  # a question counts once it has been read
        await pilot.press("down", "enter")
        await seen(pilot, "then type")
        await pilot.press("q")
        await pilot.pause(0.5)
        await pilot.press("down", "enter")
        await pilot.pause(0.2)
    assert app.failure is None
    assert behind.debrief is not None
    assert behind.debrief.times.detected is not None
    assert behind.debrief.times.owner is not None
    assert [run.runbook.id for run in behind.debrief.performed.runs] == ["checkout-rollback"]
    assert not behind.debrief.passed
    assert journals(state) == ["shop@drill"]
