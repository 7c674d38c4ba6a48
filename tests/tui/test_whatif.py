"""What if, by keyboard: which one, at which level, with another beside it; nothing that is asked moves."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from cockpit.core.levels import Level
from cockpit.text import first_hidden
from cockpit.tui.screens.whatif import WhatIf

from .conftest import screen_text, staged
from .hostile import hostile
from .payloads import PAYLOADS
from .show import Stage

SIZES = [(80, 24), (120, 36)]


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(screen_text(pilot))


def chosen(pilot: Pilot[None]) -> dict[str, Level]:
    screen = pilot.app.screen
    assert isinstance(screen, WhatIf)
    return screen.chosen


def typed(text: str) -> list[str]:
    names = {" ": "space", "-": "minus", "=": "equals_sign"}
    return [names.get(each, each) for each in text]


@pytest.mark.parametrize("size", SIZES)
async def test_the_service_under_the_cursor_is_asked_about(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.app().run_test(size=size) as pilot:
        await pilot.press("w")
        await pilot.pause(0.2)
        name = next(iter(chosen(pilot)))
        assert chosen(pilot) == {name: Level.DOWN}
        text = shown(pilot)
        assert f"What if {name} is DOWN, and everybody else is well?" in text
        assert "Who should be hurt" in text
        await pilot.press("G")
        await pilot.pause(0.1)
        assert "What is missing" in shown(pilot)
        assert stage.events == []


async def test_level_second_and_alone(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *typed("what-if orders-db"), "enter")
        await pilot.pause(0.2)
        assert chosen(pilot) == {"orders-db": Level.DOWN}
        await pilot.press("l")
        assert chosen(pilot) == {"orders-db": Level.FAILING}
        await pilot.press("e")
        await pilot.pause(0.1)
        await pilot.press(*typed("fulf"), "enter")
        await pilot.pause(0.2)
        assert chosen(pilot) == {"orders-db": Level.FAILING, "fulfilment": Level.DOWN}
        await pilot.press("L")
        assert chosen(pilot) == {"orders-db": Level.FAILING, "fulfilment": Level.FAILING}
        await pilot.press("l", "l", "l")
        assert chosen(pilot) == {"orders-db": Level.DOWN, "fulfilment": Level.FAILING}
        await pilot.press("x")
        await pilot.pause(0.1)
        assert chosen(pilot) == {"orders-db": Level.DOWN}
        assert "What if orders-db is DOWN, and everybody else is well?" in shown(pilot)
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert pilot.app.screen.PLACE == "bridge"  # type: ignore[attr-defined]


async def test_a_changed_question_keeps_its_parts_in_order(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 50)) as pilot:
        await pilot.press("colon", *typed("what-if orders-db"), "enter")
        await pilot.pause(0.2)
        await pilot.press("j", "l", "l", "l")
        await pilot.pause(0.2)
        text = shown(pilot)
        assert "orders-db is AT RISK" in text
        assert text.index("Who should be hurt") < text.index("Nobody else should") < text.index("is missing")


async def test_without_a_service_it_asks_which_one(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *typed("what-if"), "enter")
        await pilot.pause(0.2)
        assert chosen(pilot) == {}
        text = shown(pilot)
        assert "What if one of these is DOWN?" in text
        assert "would hurt" in text
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert list(chosen(pilot).values()) == [Level.DOWN]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("what-if nobody-there", "no service is called “nobody-there”"),
        ("what-if orders-db=bad", "“bad” is no level: DOWN, FAILING, DEGRADED, AT_RISK"),
    ],
)
async def test_what_cannot_be_asked_is_said(stage: Stage, text: str, told: str) -> None:
    async with stage.app().run_test(size=(120, 36)) as pilot:
        await pilot.press("colon", *typed(text), "enter")
        await pilot.pause(0.1)
        assert told in shown(pilot)


@pytest.mark.parametrize("which", range(0, len(PAYLOADS), 5))
async def test_whatever_names_hold_steers_nothing(which: int) -> None:
    app = staged(hostile(which)).app()
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (["w"], ["G", "l"], ["e", "escape"], ["escape", "colon", *typed("what-if"), "enter"]):
            await pilot.press(*keys)
            await pilot.pause(0.1)
            assert first_hidden("".join(screen_text(pilot))) == ""
    assert app.failure is None
