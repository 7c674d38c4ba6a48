"""An incident noticed late has its true beginning, its cost and its spent budget, from a real past."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit import wiring
from cockpit.core.past import Past
from cockpit.core.state import State
from cockpit.views import facts

from .cockpits import configured, opened
from .conftest import OwnPrometheus

pytestmark = pytest.mark.lab

STEP = 15
LATE = 5400.0
"""Seconds ago that it began: far beyond what a warm start reads."""
BUY = {
    "name": "place-order",
    "title": "Customers can buy",
    "tier": "1",
    "measure": {
        "actual": "sum(last_over_time(orders_done[2m]))",
        "expected": "sum(last_over_time(orders_wanted[2m]))",
        "max_age": "30m",
        "for": "0s",
    },
    "value": {"per_unit": 48.0, "currency": "EUR"},
    "affected": "sum(last_over_time(orders_wanted[2m])) * 2",
    "sla": {"objective": 99.0, "window": "1d", "counts_from": "FAILING"},
}


def past(now: float, began: float) -> str:
    """A third of the orders fails from `began` on; OpenMetrics."""
    moments = range(int(now - 3 * 3600), int(now) + 1, STEP)
    return "".join(_lines("orders_done", ((at, 60.0 if at < began else 20.0) for at in moments))) + "".join(
        _lines("orders_wanted", ((at, 60.0) for at in moments), end=True)
    )


def _lines(name: str, points: Iterator[tuple[int, float]], end: bool = False) -> Iterator[str]:
    yield f"# TYPE {name} gauge\n"
    for at, value in points:
        yield f'{name}{{job="shop"}} {value} {at}\n'
    if end:
        yield "# EOF\n"


def remembered(state: State) -> Past | None:
    found = state.picture.past.get("place-order")
    return found if found and found.began and found.budget and found.affected else None


async def test_it_began_when_it_began(own_prometheus: OwnPrometheus, tmp_path: Path) -> None:
    now = time.time()
    began = now - LATE
    server = own_prometheus(past=past(now, began))
    loaded = configured(tmp_path, server.url, capabilities=[BUY])
    async with opened(loaded) as cockpit:
        known = await cockpit.until(remembered, within=90, what="the past of the capability")
        assert known.began == pytest.approx(began, abs=120)
        impact = facts.impact_of(cockpit.state, "place-order")
        assert impact is not None
        assert impact.since == known.began
        assert known.affected == pytest.approx(120.0)
        assert known.budget is not None
        assert known.budget.allowed == pytest.approx(864.0)
        assert known.budget.bad == pytest.approx(LATE, abs=300)
        assert known.budget.unknown == pytest.approx(86_400 - 3 * 3600, abs=300)
        # 40 of 60 orders a minute at 48 euros, up to where the warm start takes over.
        assert known.lost is not None
        assert known.lost.kind == "measured"
        minutes = (cockpit.state.health.impacts["place-order"].since or 0.0) - known.began
        assert known.lost.low == pytest.approx(minutes / 60 * 40 * 48, rel=0.05)


async def test_one_look_is_enough_where_somebody_waits_for_it(
    own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    now = time.time()
    server = own_prometheus(past=past(now, now - LATE))
    engine = wiring.live(configured(tmp_path, server.url, capabilities=[BUY]), readonly=True)
    state = await engine.once(look_back=30.0)
    found = state.picture.past["place-order"]
    assert found.began == pytest.approx(now - LATE, abs=120)
    assert found.budget is not None
