"""What a past comes to: episodes, flaps, time by level; what nobody saw is neither health nor an incident."""

from __future__ import annotations

import pytest

from cockpit.core.backtest.account import Account, is_alive
from cockpit.core.backtest.model import Episode, Flapping, Gap, Spell
from cockpit.core.levels import Level, Severity, Shown
from cockpit.core.model import Capability, Model
from cockpit.core.poll import Poll
from cockpit.core.slots import lay_out
from tests.core.health.world import BROKEN, HARD, NOTHING, integrity, on, service, signal

from .made_up import START, STEP, Told, between, hours, polls, seen

FINE: Told = {}
SHOP = Model(
    services=(service("db", tier=1), service("api", on("db"), tier=1), service("search", tier=3)),
    capabilities=(Capability("buy", "Customers can buy", tier=1, requires=(on("api", HARD),)),),
)


def test_one_incident_is_one_episode_and_nothing_else() -> None:
    def says(at: float) -> Told:
        return {"db": 4.5, "api": 3.5} if between(at, 3600, 5400) else FINE

    found = seen(SHOP, hours(3, says))
    assert found.episodes == (
        Episode(
            START + 3600,
            START + 5370,
            START + 5400,
            "seen",
            Severity.SEV1,
            START + 3600,
            (),
            {"db": Level.DOWN, "api": Level.FAILING},
            {"buy": Level.DOWN},
            ("db",),
            (),
            START + 3600,
        ),
    )
    assert (found.begin, found.end, found.polls) == (START, START + 10770, 360)
    assert found.services["db"] == {Shown.OK: 8970.0, Shown.DOWN: 1800.0}
    assert found.services["search"] == {Shown.OK: 10770.0}
    assert found.capabilities["buy"][Shown.DOWN] == 1800.0
    assert (found.flapping, found.gaps) == ((), ())


def test_what_comes_back_within_ten_minutes_is_the_same_story() -> None:
    def says(at: float) -> Told:
        bad = between(at, 600, 900) or between(at, 1440, 1800) or between(at, 3000, 3300)
        return {"db": 3.5} if bad else FINE

    found = seen(SHOP, hours(2, says)).episodes
    assert [(each.begin - START, (each.end or 0) - START) for each in found] == [(600, 1800), (3000, 3300)]


def test_unknown_neither_begins_an_episode_nor_ends_one() -> None:
    def says(at: float) -> Told:
        if between(at, 600, 900):
            return {"search": 2.5}
        return {"search": BROKEN} if between(at, 900, 3000) else FINE

    (found,) = seen(SHOP, hours(2, says)).episodes
    assert (found.last - START, (found.end or 0) - START, found.ended) == (930, 3000, "seen")
    assert seen(SHOP, hours(1, lambda at: {"db": BROKEN} if at > 600 else FINE)).episodes == ()


def test_an_end_that_nobody_saw_is_no_end() -> None:
    def says(at: float) -> Told:
        return {"search": 2.5} if between(at, 600, 900) else {"search": BROKEN} if at >= 900 else FINE

    (found,) = seen(SHOP, hours(3, says)).episodes
    assert (found.ended, found.end) == ("unseen", None)
    (still,) = seen(SHOP, hours(1, lambda at: {"search": 2.5} if at >= 600 else FINE)).episodes
    assert (still.ended, still.end, still.last) == ("open", None, START + 3600 - STEP)


def test_time_in_which_nobody_could_see_is_unknown() -> None:
    blind = dict.fromkeys(("db", "api", "search"), BROKEN)
    found = seen(SHOP, hours(1, lambda at: blind if between(at, 1200, 2400) else FINE))
    # A level is kept for `stale_after` (90 s) after the last word.
    assert found.services["db"] == {Shown.OK: 1200 + 60 + 1170.0, Shown.UNKNOWN: 1140.0}
    assert found.gaps == (Gap(START + 1260, START + 2400),)
    assert found.episodes == ()


def test_where_nobody_looked_nothing_is_known() -> None:
    account = Account(SHOP, lambda state: [])
    early, late = list(polls(SHOP, [FINE] * 4)), list(polls(SHOP, [FINE] * 244))[240:]
    for poll in (*early, *late):
        account.see(poll)
    found = account.told()
    assert found.services["db"] == {Shown.OK: 90 + 90 + 90.0, Shown.UNKNOWN: 7200 - 180.0}
    assert found.gaps == (Gap(START + 180, START + 7200),)


def test_flaps_are_counted_by_signal_and_long_spells_are_none() -> None:
    def says(at: float) -> Told:
        return {"search": 2.5} if (at % 1200 < 120 and at < 4800) or between(at, 6000, 8400) else FINE

    found = seen(SHOP, hours(3, says))
    assert found.flapping == (Flapping("search", "errors", "", 4, Level.DEGRADED, 120.0),)
    assert found.spells["search", "errors"][-1] == Spell(
        START + 6000, START + 8400, START + 8400, Level.DEGRADED
    )


def test_a_breach_does_not_hide_the_next_one() -> None:
    model = Model(services=(service("writer", signals=[signal(), integrity()]),))

    def says(at: float) -> Told:
        bad = between(at, 600, 900) or between(at, 7200, 7500)
        return {"writer.duplicates": 3.5} if bad else FINE

    found = seen(model, hours(4, says))
    told = [(each.begin - START, each.severity, each.data) for each in found.episodes]
    assert told == [(600, Severity.SEV1, ("writer",)), (7200, Severity.SEV1, ("writer",))]
    assert found.vouched == ("writer",)


@pytest.mark.parametrize(("level", "counts"), [(2.5, False), (3.5, True)], ids=["degraded alone", "failing"])
def test_what_counts_is_what_somebody_should_be_woken_for(level: float, counts: bool) -> None:
    (found,) = seen(SHOP, hours(1, lambda at: {"search": level} if between(at, 600, 1200) else FINE)).episodes
    assert found.counts is counts


def test_polls_before_the_account_only_tell_how_things_stand() -> None:
    account = Account(SHOP, lambda state: [], STEP)
    for number, poll in enumerate(polls(SHOP, [{"db": 3.5}] * 20)):
        account.see(poll, counts=number >= 10)
    found = account.told()
    assert (found.begin, found.polls) == (START + 300, 10)
    assert [each.begin for each in found.episodes] == [START + 300]


def test_a_server_that_knows_nothing_yet_is_no_past() -> None:
    slots = lay_out(SHOP)
    (nothing,) = polls(SHOP, [dict.fromkeys(("db", "api", "search"), NOTHING)])
    (something,) = polls(SHOP, [{"db": NOTHING, "api": NOTHING}])
    assert [is_alive(poll, slots) for poll in (Poll(START), nothing, something)] == [False, False, True]
