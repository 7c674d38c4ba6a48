from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from textual.pilot import Pilot

from cockpit.core.state import State

from .scenes import shop
from .show import Stage

Open = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def stage() -> Stage:
    """The shop in the middle of its incident, on screen as soon as an app is opened."""
    return staged(shop())


def staged(state: State) -> Stage:
    found = Stage(lambda: state)
    found.state = state
    return found


def screen_text(pilot: Pilot[None]) -> list[str]:
    """What stands on the screen, line by line."""
    return [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]
