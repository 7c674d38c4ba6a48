"""Who notices, who is called, what can be done, and what is missing: asked of a small shop."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.levels import Kind, Level, Severity
from cockpit.core.model import Criticality, Dependency
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.grades import Grade, graded
from cockpit.core.whatif.asking import level_named, parted
from cockpit.core.whatif.books import Sealing
from cockpit.core.whatif.data import DataAtRisk
from cockpit.core.whatif.gaps import Gap
from cockpit.core.whatif.people import Called
from cockpit.views.whatif.missing import Lack, lacks

from .shop import MODEL, ask, signal, with_service

DOWN, FAILING, DEGRADED = Level.DOWN, Level.FAILING, Level.DEGRADED


def test_how_long_until_it_is_noticed() -> None:
    noticed = ask(db=DOWN).noticing
    (own,) = noticed.own
    assert (own.node, own.signal.name, own.soonest, own.latest, own.window) == ("db", "down", 30.0, 50.0, 0.0)
    assert noticed.alerts == ("DbDown",)
    assert noticed.silent_after == 90.0 + 5.0 + 15.0


def test_a_rate_has_to_fill_its_window() -> None:
    (own,) = ask(shop=DOWN).noticing.own
    assert (own.soonest, own.latest, own.window) == (30.0, 350.0, 300.0)


def test_what_has_no_signal_for_it_is_first_seen_where_it_hurts() -> None:
    noticed = ask(db=FAILING).noticing  # its only threshold is at DOWN
    assert noticed.own == ()
    assert [notice.node for notice in noticed.others] == ["shop"]
    assert noticed.first is noticed.others[0]


def test_causes_and_integrity_are_not_where_a_level_shows() -> None:
    model = with_service("db", signals=(signal("wrong", Kind.INTEGRITY), signal("full", Kind.SATURATION)))
    assert ask(model, db=DOWN).noticing.own == ()


def test_who_is_called_in_which_order() -> None:
    who = ask(db=DOWN).people
    assert who.called == (
        Called(0.0, "the on-call of data", "+49 30 1", ("db",)),
        Called(600.0, "mara", "", ("db",)),
        Called(1200.0, "team web", "#web", ("db",)),
    )
    assert (who.unowned, who.unreachable) == ((), ())
    assert (who.severity, who.decides, who.update_every) == (Severity.SEV1, "incident-commander", 900.0)


def test_who_cannot_be_called() -> None:
    who = ask(search=DOWN, cache=DOWN).people
    assert who.unowned == ("search",)
    assert who.unreachable == ("mute",)


def test_readers_of_its_data_however_far() -> None:
    assert ask(db=DOWN).data == (DataAtRisk("db", ("books",), (), False),)
    checked = with_service("db", signals=(signal("wrong", Kind.INTEGRITY),), reconciled_when="x == 0")
    assert ask(checked, db=DOWN).data == (DataAtRisk("db", ("books",), ("wrong",), True),)


def test_the_runbook_that_fits_with_its_times() -> None:
    (way,) = ask(db=DOWN).ways
    assert (way.id, way.fit, way.reason, way.of) == ("failover", 2, "fits db", ("db",))
    assert way.grade is Grade.NEVER
    assert (way.half, way.mostly, way.learned, way.budget, way.over_budget) == (
        100.0,
        200.0,
        False,
        300.0,
        False,
    )
    assert (way.decide_after, way.approvers, way.no_undo) == (120.0, ("mara",), ("promote",))
    assert way.seals == (
        Sealing("promote", "The old primary is left behind", 10.0),
        Sealing("move", "its undo works only for so long", 100.0, 900.0),
    )


def test_another_way_of_failing_fits_less() -> None:
    (way,) = ask(db=FAILING).ways
    assert (way.fit, way.reason) == (1, "names db")


def test_what_was_measured_counts_before_what_was_declared() -> None:
    took = [("look", "a", 30.0), ("look", "a", 50.0), ("promote", "b", 200.0), ("move", "c", 40.0)]
    evidence = [
        Evidence("failover", part, digest, float(at), "mara", "sandbox", seconds=seconds)
        for at, (part, digest, seconds) in enumerate(took)
    ]
    answer = ask(MODEL, graded(MODEL, evidence), db=DOWN)
    (way,) = answer.ways
    assert (way.half, way.mostly, way.learned, way.grade) == (270.0, 290.0, True, Grade.PROVEN)
    assert not {gap.missing for gap in answer.gaps} & {"never rehearsed", "only walked", "over its time"}


def test_gaps_of_the_chosen_and_of_what_it_takes_along() -> None:
    assert ask(db=DOWN).gaps == (
        Gap("no rollback", "failover", ("promote",)),
        Gap("never rehearsed", "failover"),
        Gap("no integrity signal", "db", ("books",)),
        Gap("no owner", "books"),
        Gap("no workaround", "close"),
    )


def test_gaps_where_next_to_nothing_is_declared() -> None:
    assert ask(search=DOWN, cache=DOWN).gaps == (
        Gap("no owner", "search"),
        Gap("no contact", "mute"),
        Gap("no signal", "search"),
        Gap("no signal", "cache"),
        Gap("no runbook", "search", ("wiki",)),
        Gap("no runbook", "cache"),
        Gap("no fallback", "front", ("cache",)),
    )


def test_what_rests_on_edges_that_nobody_confirmed_says_so_first() -> None:
    front = with_service("front", depends_on=(Dependency(("cache",), reviewed=False),))
    asked = ask(front, cache=DOWN)
    assert asked.outcome.nobody == {"front": Level.AT_RISK}
    assert asked.gaps[0] == Gap("no review", "cache", ("front",))
    assert lacks(asked)[0] == Lack(
        "nobody has confirmed that front needs cache",
        "it counts as AT RISK at most, and may be worse",
        "cache",
    )
    soft = Dependency(("cache",), Criticality.SOFT, reviewed=False)
    assert (
        Gap("no review", "cache", ("front",))
        in ask(with_service("front", depends_on=(soft,)), cache=DOWN).gaps
    )
    assert not any(gap.missing == "no review" for gap in ask(front, cache=DEGRADED, db=DOWN).gaps[1:])


def test_a_mode_without_a_limit_and_a_step_without_a_time() -> None:
    shop = next(each for each in MODEL.services if each.name == "shop")
    endless = with_service("shop", degradations=(replace(shop.degradations[0], max_duration=None),))
    assert Gap("no time limit", "shop", ("orders-later",)) in ask(endless, db=DOWN).gaps
    book = MODEL.books["failover"]
    untimed = replace(book, steps=(replace(book.steps[0], expected=(None, None)), *book.steps[1:]))
    answer = ask(replace(MODEL, books={"failover": untimed}), db=DOWN)
    assert Gap("no expected time", "failover", ("look",)) in answer.gaps
    assert (answer.ways[0].half, answer.ways[0].seals[0].after) == (None, None)


def test_how_a_question_is_written() -> None:
    assert parted("db=FAILING", {"db"}) == ("db", "FAILING")
    assert parted("db", {"db"}) == ("db", "")
    assert parted("a=b", {"a=b"}) == ("a=b", "")
    assert [level_named(word) for word in ("down", "at-risk", "OK", "bad")] == [
        DOWN,
        Level.AT_RISK,
        None,
        None,
    ]
