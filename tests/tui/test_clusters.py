"""One cluster alone by keyboard: on Bridge, Services and Alerts, and what that hides is on each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from cockpit.core.poll import Alert
from cockpit.core.state import State
from cockpit.tui.app import CockpitApp
from tests.views.shop import START, calm
from tests.views.two_clusters import US, us_fails, us_is_blind, with_alerts

from .conftest import screen_text, staged
from .show import Stage
from .test_runs import keys, seen

SIZES = [(80, 24), (120, 36)]


def app_of(stage: Stage) -> CockpitApp:
    """As it stands at its last poll, for as long as it is looked at."""
    assert stage.state is not None
    assert stage.state.health.at is not None
    stage.now = stage.state.health.at
    return CockpitApp(lambda: stage.state, lambda: stage.now, stage.events.append, actor="mara")


@asynccontextmanager
async def opened(state: State, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    async with app_of(staged(state)).run_test(size=size) as pilot:
        await seen(pilot, "What is wrong")
        yield pilot


def firing(source: str, name: str) -> Alert:
    labels = {"alertname": name, "service": "orders-db"}
    return Alert(name, "firing", labels, {"summary": f"{name} says"}, START, source)


def first(pilot: Pilot[None]) -> str:
    return screen_text(pilot)[0]


@pytest.mark.parametrize("size", SIZES)
async def test_the_bridge_goes_from_all_to_each_and_back(size: tuple[int, int]) -> None:
    async with opened(us_fails(), size) as pilot:
        text = await seen(pilot, "errors 90 % in us" if size[0] > 80 else "in us")
        assert "c cluster" in text
        text = await keys(pilot, "c", until="Only eu is shown. Worse than shown: orders-db DOWN in us and 3")
        assert "only eu" in first(pilot)
        assert "■ DOWN" in first(pilot), "the first line is of everything"
        assert "Nothing that is watched." in text
        assert "Nothing to do in eu." in text
        text = await keys(pilot, "c", until="Only us is shown.")
        assert "■ orders-db" in text
        text = await keys(pilot, "c", until="all clusters are shown")
        assert "only" not in first(pilot)
        assert "is shown." not in text


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_chosen_holds_from_screen_to_screen_and_is_said_on_each(size: tuple[int, int]) -> None:
    state = with_alerts(us_fails(), firing("am-eu", "Slow"), firing("am-us", "Down"))
    async with opened(state, size) as pilot:
        await keys(pilot, "c", until="Only eu is shown.")
        text = await keys(pilot, "2", until="Services 5 of 5, 0 not OK, in eu (c goes on)")
        assert "Worse than shown: orders-db DOWN in us and 3 more." in text
        assert "■" not in "\n".join(screen_text(pilot)[1:]), "through eu nothing is DOWN"
        assert "only eu" in first(pilot)
        text = await keys(pilot, "a", until="Only eu is shown. 1 more alert elsewhere needs somebody.")
        assert "Slow says" in text
        assert "Down says" not in text
        text = await keys(pilot, "c", until="Down says")
        assert "Slow says" not in text
        await keys(pilot, "c", until=lambda text: "Slow says" in text and "Down says" in text)
        assert "only" not in first(pilot)


async def test_a_service_is_shown_whole_and_for_each_cluster_also_through_a_filter() -> None:
    async with opened(us_fails()) as pilot:
        await keys(pilot, "c", until="Only eu is shown.")
        await keys(pilot, "2", until="in eu (c goes on)")
        await keys(pilot, "g", "enter", until="By cluster")
        await pilot.press("escape")
        await keys(pilot, ":", *"svc orders-db", "enter", until="By cluster")
        text = "\n".join(screen_text(pilot))
        assert "■ orders-db DOWN" in text
        assert "● eu OK" in text
        assert "■ us DOWN" in text
        assert "only" not in first(pilot), "here nothing is hidden"


async def test_a_blind_cluster_is_named_on_every_screen() -> None:
    async with opened(us_is_blind()) as pilot:
        for key, there in (("1", "What is wrong"), ("2", "Services 5 of 5"), ("a", "Alerts")):
            await keys(pilot, key, until=there)
            assert "cluster us blind" in first(pilot)
        await keys(pilot, "1", "c", until="Only eu is shown. us is blind.")
        assert "cluster us blind" in first(pilot)


async def test_with_one_cluster_the_key_says_so_and_the_footer_does_not_name_it() -> None:
    async with opened(calm()) as pilot:
        assert "c cluster" not in await seen(pilot, "What is wrong")
        text = await keys(pilot, "c", until="there is only one cluster")
        assert "is shown." not in text


async def test_a_cluster_that_a_reload_takes_away_hides_nothing_any_more() -> None:
    state = us_fails()
    stage = staged(state)
    async with app_of(stage).run_test(size=(80, 24)) as pilot:
        await keys(pilot, "c", until="Only eu is shown.")
        stage.state = replace(state, model=replace(state.model, prometheus=(US,), alertmanager=()))
        await seen(pilot, lambda text: "is shown." not in text and "■ orders-db" in text)
        assert "only" not in first(pilot)


async def test_help_knows_the_key() -> None:
    async with opened(us_fails(), (120, 36)) as pilot:
        await keys(pilot, "?", until="Show one cluster alone, the next, or all; what that hides is said.")


async def test_by_its_name_one_is_chosen_from_anywhere() -> None:
    async with opened(us_fails()) as pilot:
        await keys(pilot, ":", *"cluster us", "enter", until="Only us is shown.")
        await keys(
            pilot, ":", *"cluster moon", "enter", until="no cluster is called “moon”; there is eu and us"
        )
        assert "only us" in first(pilot)
        await keys(pilot, ":", *"svc search", "enter", until="By cluster")
        await keys(pilot, ":", *"cluster eu", "enter", until="Bridge, Services and Alerts show eu alone")
        assert "only" not in first(pilot), "a service is shown whole"
        await keys(pilot, "1", until="Only eu is shown.")
        await keys(pilot, ":", *"cluster", "enter", until="all clusters are shown")
        assert "only" not in first(pilot)
