"""Whatever is said of a loss, the truth lies in it; and small numbers are no disaster."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.health.impact import SHARES
from cockpit.core.levels import Severity
from cockpit.core.model import Capability, Value

from .test_impact_k import MEASURE
from .world import BROKEN, Said, World, service

A_MINUTE = 40.0 * 48.0
"""Euros, when everybody buys."""
BUY = Capability("buy", tier=1, measure=replace(MEASURE, stale_after=90.0), value=Value(48.0, "EUR"))
MINUTES = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.booleans(), st.floats(0.0, 1.0)), min_size=2, max_size=25
)


@given(MINUTES)
def test_the_tagged_interval_contains_the_true_loss(minutes: list[tuple[float, bool, float]]) -> None:
    """Each minute: the share of orders that comes in, whether it is seen, and where the truth lies if not.

    While the level alone is known the truth is taken from the range that the level stands for; while nothing
    is known it may be anything.
    """
    world = World.of(service("a"), capabilities=(BUY,))
    world.poll({"buy": Said(1.0, volume=40.0)})
    truth = rate = 0.0
    since = None
    for share, seen, where in minutes:
        world.poll({"buy": Said(share, volume=40.0) if seen else BROKEN}, after=60)
        impact = world.health.impacts["buy"]
        if impact.since is None or impact.since != since:
            truth = 0.0
        else:
            truth += rate
        since = impact.since
        level = world.health.node("buy").level
        low, high = (1 - share, 1 - share) if seen else SHARES.get(level, (0.0, 1.0))
        rate = A_MINUTE * (low + where * (high - low))
        told = impact.so_far
        if told is None:
            assert truth <= 1e-6
        elif told.kind == "measured":
            assert abs(told.low - truth) <= 1e-6
            assert told.low == told.high
        else:
            assert told.low - 1e-6 <= truth
            assert told.kind == "unknown" or truth <= told.high + 1e-6


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 19.99)), min_size=1, max_size=20))
def test_small_numbers_never_make_a_sev1(minutes: list[tuple[float, float]]) -> None:
    world = World.of(service("a"), capabilities=(BUY,))
    for share, expected in minutes:
        world.poll({"buy": Said(share, volume=expected)}, after=60)
        assert world.health.severity is not Severity.SEV1
