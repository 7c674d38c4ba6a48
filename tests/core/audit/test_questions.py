"""Each of the seven questions where its answer is good, bad, and where nobody can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.audit.answers import QUESTIONS, Answer
from cockpit.core.audit.auditing import ANSWERS, audit
from cockpit.core.incident.model import Incident
from cockpit.core.levels import FailureClass, Level
from cockpit.core.model import (
    Audience,
    Capability,
    Degradation,
    FlagIs,
    KillSwitch,
    Model,
    ScenarioCard,
    Service,
)
from cockpit.core.rehearsal.drilled import LastDrill
from cockpit.core.runbook.actions import Notify
from cockpit.core.runbook.model import Approval, PointOfNoReturn, Reach, Rollback
from cockpit.core.seen_edges import Difference

from .world import (
    DATA,
    ERRORS,
    FIX,
    LATENCY,
    MODE,
    NO,
    NOW,
    SOFT,
    UNKNOWN,
    WEB,
    YES,
    asked,
    book,
    done,
    known,
    needs,
    ready,
    step,
    with_service,
)


def test_there_are_seven_and_each_has_somebody_who_answers() -> None:
    assert [question.id for question in QUESTIONS] == list(ANSWERS)
    assert len(QUESTIONS) == 7


def test_all_can_be_answered_well() -> None:
    made = audit(known(ready()))
    assert [each.answer for each in made.answers] == [NO, YES, YES, YES, NO, YES, NO]
    assert made.is_good
    assert all(each.evidence and not each.worst for each in made.answers)


def test_of_nothing_nothing_is_known() -> None:
    made = audit(known(Model(), ()))
    assert {each.answer for each in made.answers} == {UNKNOWN}
    assert all(each.evidence for each in made.answers)
    assert not made.is_good
    assert made.fix_first == ()


# 1. Can one fault reach unrelated workflows?


def test_a_service_that_two_workflows_stand_on_reaches_both() -> None:
    found = asked(with_service("desk", depends_on=needs("web")), "containment")
    assert (found.answer, found.worst) == (YES, ("web",))
    assert found.evidence[0] == (
        "With web down and nobody acting these fail: Customers can buy and Support finds orders."
    )


def test_workflows_of_the_same_people_and_owner_are_related() -> None:
    model = ready()
    more = Capability("browse", "Customers can look", Audience.CUSTOMERS, "shop", 2, needs("web"))
    found = asked(replace(model, capabilities=(*model.capabilities, more)), "containment")
    assert found.answer is NO


def test_a_fallback_that_carries_by_itself_keeps_a_fault_where_it_is() -> None:
    model = with_service("desk", depends_on=needs("web", fallback="cached"), degradations=(MODE,))
    assert asked(model, "containment").answer is NO
    manual = replace(MODE, auto=False, manual=True, max_duration=60.0)
    model = with_service("desk", depends_on=needs("web", fallback="cached"), degradations=(manual,))
    assert asked(model, "containment").answer is YES


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (ready(capabilities=()), "No workflow is declared"),
        (ready(capabilities=ready().capabilities[:1]), "Only one workflow is declared"),
        (with_service("desk", depends_on=needs("web", reviewed=False)), "nobody has reviewed"),
    ],
    ids=["none", "one", "unreviewed"],
)
def test_without_workflows_or_with_unreviewed_edges_it_is_not_known(model: Model, said: str) -> None:
    found = asked(model, "containment")
    assert found.answer is UNKNOWN
    assert said in found.evidence[0]


def test_a_call_that_was_seen_and_not_declared_leaves_no_good_answer() -> None:
    seen = Difference(new=(("desk", "web"),))
    for question in ("containment", "critical-path"):
        found = asked(ready(), question, seen=seen)
        assert (found.answer, found.worst) == (UNKNOWN, ("desk",))
        assert "1 call seen that nobody declared: desk calling web" in found.evidence[0]


def test_whether_anybody_was_asked_who_calls_whom_is_said() -> None:
    assert "was not asked" in asked(ready(), "containment").evidence[-1]
    assert "saw no call that nobody declared" in asked(ready(), "containment", seen=Difference()).evidence[-1]
    assert asked(ready(), "containment", trouble="it is gone").evidence[-1] == (
        "This goes by declared edges; who really calls whom could not be asked: it is gone."
    )


# 2. Can we roll back fast without losing data?


def test_a_service_without_a_runbook_has_no_way_back() -> None:
    found = asked(ready(books={}), "rollback")
    assert (found.answer, found.worst) == (NO, ("web",))
    assert found.evidence == (
        "web: no runbook says how to take a change of it back.",
        "1 of 1 tier-1 service of ours has no way back that is whole and fast.",
    )


def test_a_way_back_that_ends_at_a_point_of_no_return_is_none() -> None:
    sealed = book("web-fix", ("web",), step("a"), step("b", point_of_no_return=PointOfNoReturn("it is gone")))
    found = asked(ready(books={sealed.id: sealed}), "rollback", *done(sealed, "mara", "leo"))
    assert found.answer is NO
    assert found.evidence[0] == "web: web-fix cannot be taken back from 'a' on: it is gone."


def test_what_was_only_told_to_people_needs_no_undo() -> None:
    told = replace(step("tell"), action=Notify("chat", "now"), rollback=None)
    sent = book("web-fix", ("web",), step("a"), told)
    assert asked(ready(books={sent.id: sent}), "rollback", *done(sent, "mara", "leo")).answer is YES


def test_a_way_back_that_takes_too_long_is_none() -> None:
    slow = replace(FIX, time_budget=30.0)
    found = asked(ready(books={slow.id: slow}), "rollback", *done(slow, "mara", "leo", seconds=60.0))
    assert found.answer is NO
    assert "takes 1 min, more than the 30 s it has" in found.evidence[0]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (done(FIX, "mara", mode="simulated"), "was only walked through"),
        (done(FIX, "mara", seconds=None), "how long all of it takes was never measured"),
        (done(replace(FIX, steps=(step(digest="old"),)), "mara"), "has changed since it was last done"),
        (done(book("another"), "mara"), "nobody has ever tried the way back of web-fix"),
        (
            (*done(FIX, "mara"), *(replace(each, result="failed", at=NOW) for each in done(FIX, "leo"))),
            "failed at 'undo:set' when it was last done",
        ),
    ],
    ids=["walked", "untimed", "stale", "never", "failed"],
)
def test_what_was_not_proven_is_not_known(evidence: tuple[object, ...], said: str) -> None:
    found = asked(ready(), "rollback", *evidence)  # type: ignore[arg-type]
    assert (found.answer, found.worst) == (UNKNOWN, ("web",))
    assert said in found.evidence[0]


def test_lost_data_that_nobody_would_see_is_not_known() -> None:
    assert asked(with_service("web", feeds=("desk",)), "rollback").answer is UNKNOWN
    watched = with_service("web", feeds=("desk",), signals=(*WEB.signals, DATA))
    assert asked(watched, "rollback").answer is YES


def test_a_runbook_that_takes_a_release_back_is_the_way_itself() -> None:
    back = book(
        "web-rollback", ("web",), step(rollback=Rollback(reason="it goes forward again by a release"))
    )
    found = asked(ready(books={back.id: back}), "rollback", *done(back, "mara", "leo"))
    assert found.answer is YES


def test_nobody_rolls_back_what_others_run() -> None:
    found = asked(with_service("web", type="external"), "rollback")
    assert found.answer is UNKNOWN
    assert found.evidence == ("What matters most is run by others, so there is nothing to judge.",)


# 3. Does the critical path live without the rest?


def test_a_lower_tier_that_stops_the_critical_path_is_named() -> None:
    found = asked(with_service("web", depends_on=needs("recommender")), "critical-path")
    assert (found.answer, found.worst) == (NO, ("recommender",))
    assert found.evidence[0] == (
        "recommender (tier 3) stops web and buy (tier 1), and nothing carries on by itself."
    )


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (with_service("web", tier=2), "None of 3 other services"),
        (ready(services=(replace(WEB, depends_on=()),), capabilities=()), "Every service is tier 1"),
        (with_service("web", depends_on=needs("recommender", reviewed=False)), "unreviewed edges"),
    ],
    ids=["a tier-1 capability is enough", "no rest", "unreviewed"],
)
def test_what_is_critical_and_what_is_the_rest_has_to_be_told(model: Model, said: str) -> None:
    found = asked(model, "critical-path")
    expected = NO if "None of 3" in said else UNKNOWN
    assert found.answer is expected
    assert expected is NO or said in found.evidence[0]


def test_with_nothing_of_tier_1_there_is_no_critical_path() -> None:
    model = ready(services=(Service("web", owner="shop"),), capabilities=())
    found = asked(model, "critical-path")
    assert found.answer is UNKNOWN
    assert found.evidence == ("Nothing is marked tier 1, so nobody has said what the critical path is.",)


# 4. Can we tell the ways of failing apart?


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"signals": (ERRORS, LATENCY)}, "retries"),
        ({"signals": (LATENCY, WEB.signals[2])}, "unavailability and degradation"),
        ({"signals": (ERRORS, WEB.signals[2])}, "delay"),
        ({"feeds": ("desk",)}, "corruption"),
        ({"signals": ()}, "unavailability, delay, degradation and retries"),
        (
            {"signals": (replace(ERRORS, thresholds={Level.FAILING: 0.1}), LATENCY, WEB.signals[2])},
            "unavailability",
        ),
    ],
)
def test_a_way_of_failing_that_nobody_would_see_is_named(changes: dict[str, object], word: str) -> None:
    found = asked(with_service("web", **changes), "failure-classes")
    assert (found.answer, found.worst) == (NO, ("web",))
    assert found.evidence[0] == f"At web nobody could see {word}."


def test_signals_that_bring_nothing_now_tell_nothing() -> None:
    found = asked(ready(), "failure-classes", blind=frozenset({"web"}))
    assert (found.answer, found.worst) == (UNKNOWN, ("web",))
    assert asked(ready(), "failure-classes", blind=frozenset()).answer is YES


def test_each_class_has_a_word() -> None:
    from cockpit.core.audit.sight import WORDS

    told_apart = {FailureClass.THROTTLED, FailureClass.BLIND}
    assert set(WORDS) == set(FailureClass) - told_apart


# 5. Does recovery need particular people?


def test_one_person_who_alone_has_done_it_is_needed() -> None:
    found = asked(ready(), "people", *done(FIX, "mara"))
    assert (found.answer, found.worst) == (YES, ("web",))
    assert found.evidence[0] == "web: only mara has ever done any of web-fix."


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (ready(books={}), "nothing is written down, so it takes somebody who knows"),
        (with_service("web", owner=""), "nobody owns it, so somebody has to be found first"),
        (
            ready(books={"web-fix": book("web-fix", ("web",), step(approval=Approval(1, ("ines",))))}),
            "'set' of web-fix waits for ines and nobody else",
        ),
    ],
    ids=["no runbook", "no owner", "one approver"],
)
def test_what_needs_somebody_who_may_not_be_there(model: Model, said: str) -> None:
    found = asked(model, "people")
    assert found.answer is YES
    assert found.evidence[0] == f"web: {said}."


def test_where_nobody_has_done_anything_nobody_knows() -> None:
    found = asked(ready(), "people", *done(book("another"), "mara"))
    assert (found.answer, found.worst) == (UNKNOWN, ("web",))


def test_a_drill_teaches_people_too() -> None:
    assert asked(ready(), "people", *done(FIX, "mara", "leo", mode="simulated")).answer is NO


# 6. Are failures planned for?


def test_what_nobody_thought_of_is_discovered() -> None:
    found = asked(ready(books={}), "planned")
    assert (found.answer, found.worst) == (NO, ("web",))
    assert found.evidence == ("1 of 1 tier-1 service has no runbook, no fallback and no scenario: web.",)


def test_an_incident_that_hit_what_had_no_plan_is_evidence() -> None:
    met = Incident("INC-3", "Desk is gone", NOW, "mara", NOW, touched=("desk", "help"))
    found = asked(ready(), "planned", incidents=(met,))
    assert (found.answer, found.worst) == (NO, ("desk",))
    assert found.evidence == ("INC-3 hit desk, for which there was no plan, and there is none now.",)


def test_a_plan_that_nobody_has_rehearsed_is_not_known_to_work() -> None:
    found = asked(ready(), "planned", *done(book("another"), "mara"))
    assert (found.answer, found.worst) == (UNKNOWN, ("web",))


def test_a_scenario_that_was_drilled_is_a_plan() -> None:
    model = ready(books={}, scenarios=(ScenarioCard("web-down", about=("web",)),))
    assert asked(model, "planned", *done(book("another"), "mara")).answer is UNKNOWN
    assert asked(model, "planned", *done(book("another"), "mara", scenario="web-down")).answer is YES
    for passed, answer in ((True, YES), (False, UNKNOWN)):
        drills = {"web-down": LastDrill(NOW, "mara", passed=passed)}
        assert asked(model, "planned", *done(book("another"), "mara"), drills=drills).answer is answer


# 7. Are there controls without boundaries?

FOREVER = Degradation("forever", Level.DEGRADED, manual=True)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            ready(kill_switches=(KillSwitch("off", "files", "web"),)),
            "Kill switch off never expires.",
        ),
        (
            ready(kill_switches=(KillSwitch("off", "files", expires=60.0),)),
            "Kill switch off protects nothing that is known.",
        ),
        (with_service("web", degradations=(FOREVER,)), "Degraded mode forever of web may last for ever."),
        (
            ready(books={"web-fix": book("web-fix", ("web",), step(target=""))}),
            "web-fix step 'set' changes whatever the shell happens to point at.",
        ),
        (
            ready(books={"web-fix": book("web-fix", ("web",), step(reach=Reach.DESTRUCTIVE))}),
            "web-fix step 'set' destroys, and one person alone may do it.",
        ),
    ],
)
def test_a_control_that_has_no_end_is_named(model: Model, said: str) -> None:
    found = asked(model, "boundaries")
    assert found.answer is YES
    assert found.evidence[0] == said


def test_a_switch_that_a_degraded_mode_uses_protects_something() -> None:
    mode = Degradation("later", Level.DEGRADED, flag=FlagIs("off", True), max_duration=60.0)
    model = replace(
        with_service("web", degradations=(mode,)), kill_switches=(KillSwitch("off", "files", expires=60.0),)
    )
    assert asked(model, "boundaries").answer is NO


@pytest.mark.parametrize(
    "model",
    [
        ready(books={}, kill_switches=()),
        ready(books={"web-fix": replace(FIX, status="draft")}),
    ],
    ids=["no control at all", "a draft"],
)
def test_controls_that_nobody_has_declared_or_checked_are_not_known(model: Model) -> None:
    assert asked(model, "boundaries").answer is UNKNOWN


def test_an_unknown_answer_is_never_a_good_one() -> None:
    for question in QUESTIONS:
        found = asked(Model(), question.id)
        assert found.answer is Answer.UNKNOWN
        assert not found.is_good
        assert not found.is_bad


def test_soft_edges_are_boundaries() -> None:
    assert asked(with_service("desk", depends_on=needs("web", criticality=SOFT)), "containment").answer is NO
