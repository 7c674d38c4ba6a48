"""Calmer values are suggested only where they would have missed nothing that counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.backtest.calmer import quantile, rounded, suggested
from cockpit.core.backtest.model import Calmer
from cockpit.core.levels import Kind, Level
from cockpit.core.model import Capability, Model, Signal
from cockpit.engine.backtesting import calmed
from tests.core.health.world import DEGRADED, FAILING, HARD, integrity, on, service, signal

from .made_up import START, STEP, Told, between, hours, polls, seen

QUIET = 0.3
NOISE = 0.61
LATENCY = signal("latency", Kind.LATENCY, thresholds={DEGRADED: 0.5}, unit="seconds", for_=30.0, hold=120.0)
NOTHING_LOUD = "nothing flapped often enough, apart from what counts, to be made calmer"
NO_VALUE = "no calmer value keeps what flaps quiet and still catches everything that counts"


def shop(*signals: Signal) -> Model:
    return Model(
        services=(service("db"), service("search", on("db"), signals=signals or (LATENCY,))),
        capabilities=(Capability("buy", requires=(on("db", HARD),)),),
    )


def flaps(at: float, length: float = 180.0) -> bool:
    return (at + 600) % 1200 < length and not between(at, 7200, 9600)


def said(at: float, *, worst: float = 2.0) -> Told:
    """Noise every 20 minutes, and one incident of the database that slows the search as well."""
    if between(at, 7200, 9000):
        return {"db": 3.5, "search.latency": worst}
    return {"db": 0.5, "search.latency": NOISE if flaps(at) else QUIET}


def calm(model: Model, says: Callable[[float], Told], count: float = 4) -> tuple[tuple[Calmer, ...], str]:
    told = hours(count, says)
    found = seen(model, told)
    return calmed(model, found, lambda: ((poll, True) for poll in polls(model, told)), _quiet, STEP)


def _quiet(share: float, what: str) -> None:
    return None


def test_a_threshold_above_what_is_quiet_that_still_catches_the_incident() -> None:
    ((found,), why) = calm(shop(), said)
    assert why == ""
    assert found == Calmer(
        "search",
        "latency",
        "threshold",
        "above",
        {Level.DEGRADED: (0.5, 0.68)},
        None,
        10,
        270.0,
        NOISE,
        "seconds",
        (START + 6630,),
        0.0,
    )
    assert suggested(LATENCY, found).thresholds == {Level.DEGRADED: 0.68}


def test_what_would_miss_the_incident_is_not_suggested() -> None:
    # In the incident the search is only as slow as in its noise, and both last as long.
    found, why = calm(shop(), lambda at: said(at, worst=NOISE))
    # Only the longer wait tells them apart: noise is over after three minutes.
    assert [(each.what, each.wait) for each in found] == []
    assert why == NO_VALUE


def test_a_longer_wait_where_noise_is_as_bad_as_the_incident_but_short() -> None:
    def says(at: float) -> Told:
        noisy = (at + 600) % 1200 < 60 and not between(at, 7200, 9600)
        if between(at, 7200, 9000):
            return {"db": 3.5, "search.latency": 2.0}
        return {"search.latency": 2.0 if noisy else QUIET}

    ((found,), _) = calm(shop(), says)
    assert (found.what, found.wait, found.limits, found.later) == ("for", (30.0, 60.0), {}, 30.0)


def test_integrity_is_never_made_less_sensitive() -> None:
    model = Model(services=(service("writer", signals=[signal(), integrity(for_=0.0, hold=60.0)]),))
    found, why = calm(model, lambda at: {"writer.duplicates": 2.5 if at % 1200 < 120 else 0.5})
    assert (found, why) == ((), NOTHING_LOUD)


def test_flaps_of_something_the_business_feels_are_no_noise() -> None:
    found, why = calm(shop(), lambda at: {"db": 2.5 if flaps(at) else 0.5, "search.latency": QUIET})
    assert (found, why) == ((), NOTHING_LOUD)


def test_two_times_are_not_yet_noise() -> None:
    found, why = calm(
        shop(), lambda at: {"search.latency": NOISE if (at + 600) % 1800 < 120 and at < 3600 else QUIET}
    )
    assert (found, why) == ((), NOTHING_LOUD)


def test_a_share_is_never_set_to_more_than_all() -> None:
    errors = signal("errors", thresholds={DEGRADED: 0.5}, unit="ratio", for_=300.0, hold=120.0)
    found, _ = calm(shop(errors), lambda at: {"search.errors": 0.99 if (at + 600) % 1800 < 300 else 0.0})
    assert all(each.what == "for" for each in found)


def test_several_thresholds_keep_their_order() -> None:
    both = signal("latency", Kind.LATENCY, thresholds={DEGRADED: 0.5, FAILING: 0.65}, for_=30.0, hold=120.0)
    found, _ = calm(shop(both), said)
    # 0.68 would lie beyond FAILING: no threshold, and a wait long enough would miss nothing either.
    assert [each.what for each in found] in ([], ["for"])


def test_below_is_the_same_turned_around() -> None:
    lag = signal("rate", Kind.TRAFFIC, direction="below", thresholds={DEGRADED: 100.0}, for_=30.0, hold=120.0)

    def says(at: float) -> Told:
        if between(at, 7200, 9000):
            return {"db": 3.5, "search.rate": 5.0}
        return {"search.rate": 90.0 if flaps(at) else 200.0}

    ((found,), _) = calm(shop(lag), says)
    assert (found.direction, found.limits, found.quiet) == ("below", {Level.DEGRADED: (100.0, 81.0)}, 90.0)


@pytest.mark.parametrize(
    ("value", "up", "wanted"),
    [
        (0.671, True, 0.68),
        (0.671, False, 0.67),
        (0.0, True, 0.0),
        (1234.0, True, 1300.0),
        (-0.671, True, -0.67),
    ],
)
def test_numbers_that_people_can_read(value: float, up: bool, wanted: float) -> None:
    assert rounded(value, up=up) == wanted


@settings(max_examples=50, deadline=None)
@given(st.floats(1e-6, 1e9), st.booleans())
def test_rounding_goes_to_the_far_side(value: float, up: bool) -> None:
    found = rounded(value, up=up)
    assert found >= value * (1 - 1e-6) if up else found <= value * (1 + 1e-6)
    assert abs(found - value) <= 0.1001 * value


def test_a_quantile_is_a_value_that_was_there() -> None:
    assert [quantile([1.0, 2.0, 3.0, 4.0], share) for share in (0.0, 0.5, 0.99, 1.0)] == [1.0, 2.0, 4.0, 4.0]
