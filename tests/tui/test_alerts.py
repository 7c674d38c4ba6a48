"""Alerts by keyboard alone: silenced after a look at what that hides, heard again, filtered, read-only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from cockpit import wiring
from cockpit.cli.screen import Behind
from cockpit.cli.settings import Settings
from cockpit.config import load, shop
from cockpit.core.model import AlertServer
from cockpit.core.poll import Alert, Silenced
from cockpit.core.wanted import SilenceEndWanted, SilenceWanted
from cockpit.engine import Engine
from cockpit.tui.app import CockpitApp

from .conftest import screen_text, staged
from .scenes import NOW
from .scenes import shop as incident
from .test_runs import keys, seen

SIZES = [(80, 24), (120, 36)]


def demo(*managers: AlertServer) -> Engine:
    """The demo in the middle of its incident, looked at twice a second."""
    loaded = load(shop())
    model = replace(loaded.model, alertmanager=managers, poll=0.5)
    return wiring.demo(replace(loaded, model=model), actor="mara")


@asynccontextmanager
async def opened(engine: Engine, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    app = CockpitApp(lambda: engine.state, engine.now, engine.dispatch, background=engine.run, actor="mara")
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "SEV1")
        await keys(pilot, "a", until="OrdersDatabaseDown")
        yield pilot


async def kinds(engine: Engine) -> list[str]:
    return [each.fact.kind for each in await engine.journal.read()]


async def end_the_last(pilot: Pilot[None], until: str) -> str:
    """With the cursor on the last silence; again while rows that have just come push it away."""
    for _ in range(20):
        await pilot.press("G")
        await pilot.pause(0.2)
        await pilot.press("E")
        for _ in range(10):
            await pilot.pause(0.2)
            if until in (text := "\n".join(screen_text(pilot))):
                return text
    return await seen(pilot, until)


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_is_silenced_and_heard_again_and_enter_opens_its_service(
    size: tuple[int, int],
) -> None:
    engine = demo(AlertServer("main", "http://simulated"))
    async with opened(engine, size) as pilot:
        text = await keys(pilot, "g", until="main")
        assert text.index("Needs somebody") < text.index("CheckoutErrors")
        assert "m silence" in text
        text = await keys(pilot, "m", until="Keep CheckoutErrors of checkout-api quiet?")
        assert "▌ Leave it as it is" in text
        assert "It hides 1 alert that is known:" in text
        assert "CheckoutErrors of checkout-api, firing; checkout-api is" in text
        await keys(pilot, "down", "down", "enter", until="why, for all who read it")
        await keys(pilot, "enter", until="it cannot be empty")
        await keys(pilot, *"moving", "enter", until="Kept quiet")
        text = await keys(pilot, "G", until="by mara: moving")
        assert "Silences" in text
        assert text.index("Kept quiet") < text.index("by mara: moving")
        text = await end_the_last(pilot, "If it ends now, 1 alert is heard again.")
        assert "▌ Leave it as it is" in text
        await keys(pilot, "down", "enter", "enter", until=": done")
        await seen(pilot, lambda text: "Kept quiet" not in text)
        await keys(pilot, "g", "enter", until="─ Alerts ──")
        assert pilot.app.screen.PLACE == "service"  # type: ignore[attr-defined]
        assert (await kinds(engine))[-4:] == ["silence.requested", "silence.settled"] * 2


async def test_every_alert_of_a_name_at_once_and_in_a_demo_without_an_alertmanager_as_well() -> None:
    engine = demo()
    async with opened(engine) as pilot:
        await keys(pilot, "g", "m", until="quiet?")
        await keys(pilot, "down", "enter", *"x", "enter", until="Kept quiet")
        await keys(pilot, "G", until="x (cockpit")


@pytest.mark.parametrize(
    "pressed",
    [
        ("m", "enter"),
        ("m", "escape"),
        ("m", "down", "enter", "escape", "escape"),
        ("E",),
        ("m", "m", "enter"),
    ],
    ids=" ".join,
)
async def test_a_key_too_many_silences_nothing(pressed: tuple[str, ...]) -> None:
    engine = demo(AlertServer("main", "http://simulated"))
    async with opened(engine) as pilot:
        for key in pressed:
            await pilot.press(key)
            await pilot.pause(0.05)
        assert "Kept quiet" not in await seen(pilot, "Needs somebody")
    assert "silence.requested" not in await kinds(engine)


async def test_the_filter_leaves_the_lines_that_hold_all_words_and_escape_clears_it() -> None:
    async with opened(demo()) as pilot:
        text = await keys(pilot, "slash", *"orders", "enter", until="filter orders")
        assert "StripeThrottling" not in text
        assert "OrdersDatabaseDown" in text
        assert "StripeThrottling" in await keys(pilot, "escape", until="StripeThrottling")


async def test_read_only_shows_everything_and_silences_nothing() -> None:
    state = incident()
    silence = Silenced("s-1", "main", ('alertname="Down"',), NOW - 60, NOW + 3600, "ben", "moving")
    picture = replace(
        state.picture,
        health=replace(state.health, alerts=two_alerts()),
        silences={"main": (silence,)},
    )
    model = replace(state.model, alertmanager=(AlertServer("main", ""),))
    stage = staged(replace(state, picture=picture, model=model, readonly=True))
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "a", until="Kept quiet")
        await keys(pilot, "g", "m", until="not possible, this cockpit is read-only")
        await keys(pilot, "down", "enter", until="not possible: this cockpit is read-only")
        await keys(pilot, "escape", until="Needs somebody")
        await keys(pilot, "G", "E", until="End this silence?")
        await keys(pilot, "down", "enter", until="not possible: this cockpit is read-only")
    assert not [each for each in stage.events if isinstance(each, SilenceWanted | SilenceEndWanted)]


def two_alerts() -> tuple[Alert, ...]:
    labels = {"service": "search"}
    return (
        Alert("Slow", "firing", {"alertname": "Slow", **labels}, {}, NOW - 60, "main"),
        Alert("Down", "firing", {"alertname": "Down", **labels}, {}, NOW, "main", silenced_by=("s-1",)),
    )


def behind(alert: str) -> CockpitApp:
    """As `cockpit --alert NAME demo` opens it."""
    found = Behind(Settings(demo=True, scenario="demo", alert=alert))
    found.app = CockpitApp(found.read, found.now, found.dispatch, background=found.run, actor="mara")
    return found.app


async def test_an_alert_by_name_opens_its_service_and_an_unknown_one_says_so() -> None:
    async with behind("OrdersDatabaseDown").run_test(size=(80, 24)) as pilot:
        await seen(pilot, "Orders database (orders-db)")
        await seen(pilot, "OrdersDatabaseDown")
    async with behind("Nonesuch").run_test(size=(80, 24)) as pilot:
        await seen(pilot, "Nothing is known of an alert Nonesuch")
        await seen(pilot, "Needs somebody")


async def test_who_has_gone_elsewhere_meanwhile_is_left_there() -> None:
    app = behind("OrdersDatabaseDown")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await seen(pilot, "SEV1")
        await pilot.pause(0.5)
        assert app.view.PLACE == "services"


async def test_a_key_that_takes_the_first_frame_away_does_not_keep_the_program_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    after = CockpitApp.call_after_refresh

    def lost(app: CockpitApp, callback: Callable[..., Any], *rest: Any) -> bool:
        """As if another screen had taken the refresh that the start waits for."""
        return True if callback == app._start else after(app, callback, *rest)

    monkeypatch.setattr(CockpitApp, "call_after_refresh", lost)
    async with behind("OrdersDatabaseDown").run_test(size=(80, 24)) as pilot:
        await seen(pilot, "SEV1")
