"""What people are reminded of: each thing once an occurrence, again while it lasts, never after a restart."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.checkpoint import checkpoint, record_at
from cockpit.core.events import (
    JournalFailed,
    ModelRejected,
    RecordGrew,
    SourceAnswered,
    SourceFailed,
    WatchSeen,
)
from cockpit.core.flips import Flip, Flips, Story
from cockpit.core.incident import words
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Level, Severity
from cockpit.core.model import AlertServer, Degradation, MetricServer, Workaround
from cockpit.core.poll import Alert
from cockpit.core.reminded import Said, over, reminded, settled
from cockpit.core.reminders import (
    SETTLES,
    Reminder,
    missing_deadmen,
    only_while_open,
    reminders,
    turn,
)
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.approvals import digest_of
from cockpit.core.runbook.model import Approval, Reach, Runbook, Step
from cockpit.core.runbook.run import Execution, Hold, Key, Run
from cockpit.core.runbook.states import RunState
from cockpit.core.runbook.work import FlagOutcome
from cockpit.core.state import Obligation, State
from cockpit.core.update import initial, update
from tests.views.shop import HEALTHY, START, calm, now, play, shop

MIN = 60.0


def on_record(state: State, *facts: Fact) -> State:
    first = state.record.seq + 1
    records = tuple(Recorded(first + at, fact, "here", "b", 0, "", "") for at, fact in enumerate(facts))
    return update(state, RecordGrew(records))[0]


def keys(state: State, at: float) -> list[str]:
    return [each.key for each in reminders(state, at)]


def texts(state: State, at: float) -> list[str]:
    return [each.text for each in reminders(state, at)]


def test_a_calm_shop_reminds_nobody() -> None:
    state = calm()
    assert reminders(state, now(state)) == ()
    assert reminders(initial(shop()), START) == ()


def test_an_update_is_announced_before_it_is_due_and_repeated_after() -> None:
    state = calm()
    at = now(state)
    state = on_record(state, words.declared("INC-1", "Nobody can buy", Severity.SEV1, "mara", at))
    assert texts(state, at + 9 * MIN) == []
    assert texts(state, at + 11 * MIN) == ["INC-1 (Nobody can buy): the next update is due in 4 min"]
    assert texts(state, at + 15 * MIN) == ["INC-1 (Nobody can buy): the update is due now"]
    (late,) = reminders(state, at + 20 * MIN, again=300.0)
    assert (late.text, late.again, late.incident) == (
        "INC-1 (Nobody can buy): the update is 5 min overdue",
        300.0,
        "INC-1",
    )
    state = on_record(state, words.resolved("INC-1", "it works", (), "mara", at + 21 * MIN))
    assert texts(state, at + 60 * MIN) == []


def test_obligations_and_switches_are_reminded_of_before_and_after_their_limit() -> None:
    state = calm()
    at = now(state)
    debt = Obligation("drain the queue", "payments", at, expires_at=at + 60 * MIN)
    flip = Flip("a", "files", "prod", "pay-async", "kill", True, "mara", at, expires_at=at + 60 * MIN)
    done = replace(flip, outcome=FlagOutcome.APPLIED, settled_at=at)
    flips = Flips(1, {("files", "prod", "pay-async"): Story(done, (done,))})
    state = replace(state, record=replace(state.record, obligations=(debt,), flips=flips))
    assert texts(state, at + 44 * MIN) == []
    assert texts(state, at + 50 * MIN) == [
        "to clean up: drain the queue (payments), 10 min left",
        "pay-async@prod was switched by mara and is to be put back, 10 min left",
    ]
    assert texts(state, at + 65 * MIN) == [
        "to clean up: drain the queue (payments), 5 min overdue",
        "pay-async@prod was switched by mara and is to be put back, 5 min overdue",
    ]
    owed = replace(debt, title="put back pay-async@prod")
    state = replace(state, record=replace(state.record, obligations=(owed,)))
    assert texts(state, at + 65 * MIN) == ["to clean up: put back pay-async@prod (payments), 5 min overdue"]


def test_a_flip_whose_answer_is_lost_is_reminded_of_once_no_answer_can_come() -> None:
    state = calm()
    at = now(state)
    flip = Flip("a", "files", "prod", "pay-async", "kill", True, "mara", at)
    flips = Flips(1, {("files", "prod", "pay-async"): Story(flip, (flip,))})
    state = replace(state, record=replace(state.record, flips=flips))
    assert texts(state, at + 30.0) == []
    assert texts(state, at + 61.0) == ["pay-async@prod may or may not have been moved: look again"]


def test_a_workaround_that_runs_out_and_a_deadline_that_comes() -> None:
    (capability,) = shop().capabilities
    due = START + 905.0 + 150 * MIN
    hurt = replace(capability, deadlines=(due,), workaround=Workaround("paper list", 2 * 3600.0, "support"))
    model = shop(capabilities=(hurt,))
    state = play(calm(model=model), {**HEALTHY, "checkout-api": 0.6, "place-order": 0.05}, 120.0)
    began = state.health.impacts["place-order"].since
    assert began is not None
    assert keys(state, began + 60 * MIN) == []
    assert texts(state, began + 110 * MIN)[0] == "Customers can buy: the workaround (paper list), 10 min left"
    assert (
        texts(state, began + 121 * MIN)[0] == "Customers can buy: the workaround (paper list), 1 min overdue"
    )
    assert [each for each in keys(state, due - 30 * MIN) if each.startswith("deadline")] == [
        f"deadline:place-order:{due:.0f}"
    ]
    assert [each for each in keys(state, due + 1) if each.startswith("deadline")] == []


def test_a_fallback_that_stops_carrying() -> None:
    mode = Degradation("pay-later", Level.DEGRADED, manual=True, max_duration=3600.0)
    services = tuple(
        replace(each, degradations=(mode,)) if each.name == "checkout-api" else each
        for each in shop().services
    )
    state = calm(model=shop(services=services))
    since = now(state)
    health = replace(state.health, active_since={("checkout-api", "pay-later"): since})
    state = replace(state, picture=replace(state.picture, health=health))
    assert texts(state, since + 44 * MIN) == []
    assert texts(state, since + 50 * MIN) == ["fallback pay-later of checkout-api, 10 min left"]
    assert texts(state, since + 62 * MIN) == ["fallback pay-later of checkout-api, 2 min overdue"]


def test_a_lost_server_is_told_after_two_polls_and_blindness_after_a_minute() -> None:
    state = play(
        initial(shop(prometheus=(MetricServer("eu", "http://eu", owner="platform"),))), HEALTHY, 600.0
    )
    at = now(state)
    state, _ = update(state, SourceFailed("eu", at, "connection refused"))
    assert texts(state, at + 9.0) == []
    assert texts(state, at + 11.0) == ["Prometheus eu unreachable (connection refused); owner platform"]
    blind = play(state, dict.fromkeys(HEALTHY), 200.0)
    assert keys(blind, now(blind)) == ["source:eu", "blind"]
    assert texts(blind, now(blind))[1] == "blind: none of the 4 watched services can be seen"
    loading = replace(blind, picture=replace(blind.picture, history_share=0.5))
    assert keys(loading, now(blind)) == ["source:eu"], "at a start it is only not known yet"


def test_a_deadman_that_is_missing_is_told_only_by_who_answers() -> None:
    model = shop(alertmanager=(AlertServer("main", "http://am", deadman="Watchdog"),))
    state = play(initial(model), HEALTHY, 60.0, alerts=())
    assert missing_deadmen(state) == ()
    answered, _ = update(state, SourceAnswered("main", now(state) - 1))
    assert missing_deadmen(answered) == ("Watchdog",)
    assert keys(answered, now(state)) == ["deadman:Watchdog"]
    alert = Alert("Watchdog", "firing", {}, {}, None, "main")
    fires = play(answered, HEALTHY, 10.0, alerts=(alert,))
    assert missing_deadmen(fires) == ()
    elsewhere = play(answered, HEALTHY, 10.0, alerts=(replace(alert, source="eu"),))
    assert missing_deadmen(elsewhere) == ("Watchdog",)


def test_a_record_that_cannot_be_kept_and_files_that_are_wrong_are_told() -> None:
    state = calm()
    state, _ = update(state, JournalFailed("the disk is full"))
    state, _ = update(state, ModelRejected(("one", "two"), now(state)))
    assert texts(state, now(state)) == [
        "the record cannot be kept, so nothing is decided: the disk is full",
        "changed configuration is not in force: 2 complaints",
    ]


def test_only_a_live_cockpit_without_a_watch_says_that_it_reminds_alone() -> None:
    state = calm()
    alone, _ = update(state, WatchSeen(False))
    awake, _ = update(state, WatchSeen(True))
    assert [only_while_open(each) for each in (state, alone, awake)] == [False, True, False]
    assert not only_while_open(replace(alone, mode="replay"))


# What is news

LASTS = Reminder("debt:x", "x", again=900.0)
ONCE = Reminder("update-soon:y", "y")


def test_it_is_said_once_then_again_as_long_as_it_lasts() -> None:
    first = turn((LASTS, ONCE), {}, {}, START)
    assert first.news == ((LASTS, 1), (ONCE, 1))
    assert turn((LASTS, ONCE), first.said, first.gone, START + 899.0).news == ()
    second = turn((LASTS, ONCE), first.said, first.gone, START + 900.0)
    assert second.news == ((LASTS, 2),)
    assert second.said == {"debt:x": Said(2, START + 900.0), "update-soon:y": Said(1, START)}


def test_what_flickers_is_not_said_again_and_what_comes_back_later_is() -> None:
    said = turn((ONCE,), {}, {}, START).said
    gone = turn((), said, {}, START + 10.0)
    assert (gone.over, gone.gone) == ((), {ONCE.key: START + 10.0})
    back = turn((ONCE,), gone.said, gone.gone, START + 20.0)
    assert (back.news, back.gone) == ((), {})
    left = turn((), back.said, {ONCE.key: START + 30.0}, START + 30.0 + SETTLES)
    assert (left.over, left.said, left.gone) == ((ONCE.key,), {}, {})
    assert turn((ONCE,), left.said, left.gone, START + 1000.0).news == ((ONCE, 1),)


def facts(count: int = 1) -> tuple[Fact, ...]:
    told = reminded("debt:x", count, "x", ["chat"], "mara", START, "", f"u{count}")
    return told, settled("debt:x", count, {"chat": "sent"}, "mara", START, "")


def test_after_a_restart_the_record_knows_what_was_said() -> None:
    state = on_record(initial(shop()), *facts(1), *facts(2))
    assert state.record.reminded == {"debt:x": Said(2, START)}
    assert turn((LASTS,), state.record.reminded, {}, START + 10.0).news == ()
    again = record_at(replace(checkpoint(state.record), recorded=9))
    assert again is not None
    assert again.reminded == state.record.reminded
    assert on_record(state, over("debt:x", "mara", START)).record.reminded == {}


def test_reminders_are_no_part_of_an_incident_or_of_the_timeline() -> None:
    state = on_record(calm(), words.declared("INC-1", "x", Severity.SEV1, "mara", START))
    after = on_record(state, *facts())
    assert after.record.incidents == state.record.incidents
    assert after.picture.timeline == state.picture.timeline


@given(st.lists(st.tuples(st.floats(0.1, 400.0), st.booleans()), max_size=60))
def test_nothing_is_said_more_often_than_it_may_be(looks: list[tuple[float, bool]]) -> None:
    """Whatever comes and goes: two reminders of one thing are `again` apart, or it was over in between."""
    said: dict[str, Said] = {}
    gone: dict[str, float] = {}
    at, last = START, None
    for passed, so in looks:
        at += passed
        done = turn((LASTS,) if so else (), said, gone, at)
        if done.news:
            assert last is None or at - last >= min(900.0, SETTLES)
            last = at
        said, gone = dict(done.said), dict(done.gone)


def waiting(**fields: object) -> State:
    step = Step("write", "Fail over", Command(("x",)), Reach.WRITE, approval=Approval(min=1))
    book = Runbook("failover", "Fail over", (step,))
    run = Run("R-7", book, "live", START, "mara", at_step="write", **fields)  # type: ignore[arg-type]
    state = calm()
    return replace(state, record=replace(state.record, runs={"R-7": run}))


def would_be_done() -> str:
    run = waiting().record.runs["R-7"]
    return digest_of(run, run.runbook.steps[0])


def test_a_run_that_is_held_or_lacks_a_second_person_waits_for_somebody() -> None:
    asked = Execution(Key("write", 1), approval={"digest": would_be_done()})
    at = START + 1000.0
    assert texts(waiting(), at) == [], "its operator is at it"
    assert texts(waiting(executions=(asked,)), at) == [
        "R-7 (Fail over) waits for somebody: a second person has to approve a step"
    ]
    assert texts(waiting(executions=(replace(asked, approvals=("ines",)),)), at) == []
    assert texts(waiting(executions=(replace(asked, confirmed={"broken_glass": {}}),)), at) == []
    held = {"state": RunState.HELD, "hold": Hold("it took too long", START)}
    assert texts(waiting(**held), at) == ["R-7 (Fail over) waits for somebody: it took too long"]
    assert texts(waiting(**{**held, "state": RunState.COMPLETED}), at) == []
