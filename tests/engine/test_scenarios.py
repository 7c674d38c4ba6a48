"""Every shipped scenario can be solved and botched, goes the same each time, and shows what it teaches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from cockpit.config import load, shop
from cockpit.core.levels import FailureClass, Instant, Integrity, Level, Seconds, Shown, Verdict
from cockpit.core.rehearsal.debrief import Debrief, Drill, debriefed
from cockpit.core.scenario import Scenario
from cockpit.core.state import State
from cockpit.views import bridge, fit, headline
from cockpit.views import debrief as view
from cockpit.views.lines import text_of
from cockpit.wiring.drilling import Plays, Stage, rehearsed, script

START = 1_700_000_000.0
EVERY: Seconds = 30.0
"""Between two looks at the picture."""
LOADED = load(shop(), environ={}, now=0.0)
SCENARIOS: Mapping[str, Scenario] = {each.id: each for each in LOADED.scenarios}
WRONG = [(id, name) for id, each in SCENARIOS.items() for name in each.answers if name != "good"]


@dataclass(frozen=True)
class Rehearsal:
    debrief: Debrief
    pictures: Mapping[Seconds, State]

    def at(self, minutes: float) -> State:
        return self.pictures[minutes * 60.0]

    def between(self, begins: float, ends: float) -> Iterable[State]:
        return [each for at, each in self.pictures.items() if begins * 60.0 <= at <= ends * 60.0]

    @property
    def failed(self) -> set[str]:
        return {
            f"{one.expected.what} {one.expected.of}".strip()
            for one in self.debrief.expected
            if not one.passed
        }


@cache
def played(id: str, answers: str) -> Rehearsal:
    return play(id, answers)


def play(id: str, answers: str) -> Rehearsal:
    scenario, pictures = SCENARIOS[id], dict[Seconds, State]()
    plays = watched(script(scenario.answers[answers], scenario), pictures)
    performed, operator = rehearsed(LOADED.model, scenario, START, plays, actor="lena")
    drill = Drill(
        id, title=scenario.title, teaches=scenario.teaches, answers=answers, by="lena", seed=scenario.seed
    )
    return Rehearsal(
        debriefed(drill, performed, [(one.at, one.what, one.why) for one in operator.turned]), pictures
    )


def watched(plays: Plays, pictures: dict[Seconds, State]) -> Plays:
    """The same, and somebody who looks at the picture now and then."""

    async def looks(stage: Stage) -> None:
        while True:
            await stage.clock.sleep(EVERY)
            pictures[stage.clock.now() - START] = stage.operator.state

    async def both(stage: Stage) -> None:
        looking = asyncio.ensure_future(looks(stage))
        try:
            await plays(stage)
        finally:
            looking.cancel()

    return both


def now(state: State) -> Instant:
    assert state.health.at is not None
    return state.health.at


def said(state: State) -> str:
    """The headline."""
    return " ".join(headline.sentences(state, now(state)))


def first_move(state: State) -> str:
    return text_of(bridge.first_move(state))


def proposed(state: State) -> list[str]:
    return [each.runbook for each in fit.proposals(state)]


def level(state: State, node: str) -> Shown:
    return state.health.node(node).level


def measured(state: State, service: str, signal: str) -> float:
    (value,) = [each.value for each in state.health.readings(service) if each.signal.name == signal]
    assert value is not None
    return value


def failing(state: State) -> set[str]:
    """Services that are FAILING or worse."""
    return {node.name for node in state.health.services() if (node.level.level or Level.OK) >= Level.FAILING}


def test_eight_kinds_of_incident_and_the_demo_are_shipped() -> None:
    assert set(SCENARIOS) == {
        "bad-release",
        "blind",
        "cascade",
        "database-down",
        "demo",
        "provider-throttling",
        "queue-delay",
        "retry-storm",
        "silent-corruption",
    }
    for scenario in SCENARIOS.values():
        assert {"good", "wrong"} <= set(scenario.answers), scenario.id
        assert scenario.teaches
        assert {"detected", "first_action", "recovered", "integrity"} & {
            each.what for each in scenario.expect
        }


@pytest.mark.parametrize("id", SCENARIOS)
def test_good_answers_pass(id: str) -> None:
    rehearsal = played(id, "good")
    assert rehearsal.failed == set()
    assert rehearsal.debrief.wrong == ()


@pytest.mark.parametrize(("id", "answers"), WRONG)
def test_wrong_answers_fail_and_leave_it_unsolved_or_worse(id: str, answers: str) -> None:
    missed = {name.partition(" ")[0] for name in played(id, answers).failed}
    assert missed & {"recovered", "integrity", "not_worse"}, (
        "what was done is not all: something must be hurt"
    )


@pytest.mark.parametrize("id", SCENARIOS)
def test_it_goes_the_same_each_time(id: str) -> None:
    once, again = played(id, "good"), play(id, "good")
    assert view.document(again.debrief) == view.document(once.debrief)
    assert [each.health.nodes for each in again.pictures.values()] == [
        each.health.nodes for each in once.pictures.values()
    ]


# What each teaches


def test_bad_release_the_last_change_before_the_first_alert_is_named_and_not_the_newest() -> None:
    opening = played("bad-release", "good").at(4.5)
    assert "release 1.42" in said(opening)
    assert "synonyms" not in said(opening)
    assert first_move(opening) == "Degraded: Look for the last change."
    assert proposed(opening)[0] == "checkout-rollback"


def test_bad_release_a_restart_elsewhere_hurts_what_was_well() -> None:
    assert level(played("bad-release", "wrong").at(8), "search") is Shown.DEGRADED
    assert level(played("bad-release", "good").at(8), "search") is Shown.OK


def test_database_down_the_first_suspect_is_what_the_loudest_needs() -> None:
    opening = played("database-down", "good").at(4)
    assert "Probably orders-db, DOWN, dragging down checkout-api" in said(opening)
    assert proposed(opening)[0] == "orders-db-failover"
    assert "checkout-rollback" not in proposed(opening)


def test_database_down_mending_the_loudest_loses_the_rest_of_the_orders() -> None:
    assert level(played("database-down", "wrong-loudest").at(8), "place-order") is Shown.DOWN


def test_provider_throttling_asks_for_less_demand() -> None:
    opening = played("provider-throttling", "good").at(6)
    assert opening.health.node("stripe").failure_class is FailureClass.THROTTLED
    assert first_move(opening) == "Throttled: Lower demand, do not retry harder."
    assert proposed(opening)[0] == "psp-failover"


def test_provider_throttling_a_rollback_sends_everything_again() -> None:
    assert level(played("provider-throttling", "wrong").at(10), "stripe") is Shown.DOWN


def test_retry_storm_is_called_one_and_load_is_shed_before_anything_is_restarted() -> None:
    opening = played("retry-storm", "good").at(6)
    assert opening.health.node("auth").failure_class is FailureClass.RETRY_STORM
    assert first_move(opening) == "Retry storm: Shed load or cut retries first, then repair."
    assert proposed(opening)[:2] == ["login-shed-load", "login-restart"]


def test_retry_storm_a_restart_brings_everybody_back_at_once() -> None:
    assert level(played("retry-storm", "wrong").at(9), "auth") is Shown.DOWN


def test_silent_corruption_nothing_else_is_wrong_and_the_writer_is_stopped_first() -> None:
    opening = played("silent-corruption", "good").at(5.5)
    checkout = opening.health.node("checkout-api")
    assert (checkout.integrity, checkout.failure_class) == (Integrity.BREACHED, FailureClass.CORRUPTION)
    assert failing(opening) == {"checkout-api"}
    told = opening.health.readings("checkout-api")
    assert {each.signal.name for each in told if each.level is not Level.OK} == {"duplicate-orders"}
    assert first_move(opening) == "Data wrong: Stop the writer; do not restart, retry, replay or drain."
    assert said(opening).startswith("Data written by checkout-api is wrong since ")
    assert proposed(opening) == ["stop-the-writer"]


@pytest.mark.parametrize("answers", ["good", "wrong", "wrong-charging", "wrong-vouching"])
def test_silent_corruption_what_adds_load_is_never_proposed_first(answers: str) -> None:
    breached = [
        state
        for state in played("silent-corruption", answers).pictures.values()
        if state.health.node("checkout-api").integrity is Integrity.BREACHED
    ]
    assert len(breached) > 20
    for state in breached:
        found = fit.proposals(state)
        assert not found or not found[0].adds_load
        assert "checkout-rollback" not in [each.runbook for each in found]


def test_silent_corruption_more_is_written_by_every_wrong_turn() -> None:
    doubles = {
        name: measured(played("silent-corruption", name).at(10), "checkout-api", "duplicate-orders")
        for name in ("good", "wrong", "wrong-charging")
    }
    assert doubles["good"] < 20 < 110 < doubles["wrong-charging"] < 300 < doubles["wrong"]


def test_silent_corruption_a_person_cannot_vouch_while_the_writer_writes() -> None:
    (turn,) = played("silent-corruption", "wrong-vouching").debrief.wrong
    assert "stop the writer first" in turn.why


def test_queue_delay_is_never_called_broken() -> None:
    rehearsal = played("queue-delay", "good")
    opening = rehearsal.at(8)
    assert opening.health.node("order-events").failure_class is FailureClass.DELAY
    assert first_move(opening) == "Delay: Find the queue; slow is not broken, say so."
    assert proposed(opening)[0] == "order-queue-catch-up"
    classes = {
        failure
        for state in rehearsal.pictures.values()
        for node in state.health.services()
        for failure in node.classes
    }
    assert classes == {FailureClass.DELAY}
    assert [failing(state) for state in rehearsal.pictures.values() if failing(state)] == []


def test_queue_delay_a_restart_makes_it_fail() -> None:
    assert level(played("queue-delay", "wrong").at(15), "order-events") is Shown.FAILING


def test_blind_nothing_is_green_and_sight_comes_first() -> None:
    dark = list(played("blind", "wrong-restarting").between(7, 23.5))
    assert len(dark) == 34
    for state in dark:
        levels = {node.level for node in state.health.nodes}
        assert levels == {Shown.UNKNOWN, Shown.UNMONITORED}
        assert state.health.spread.verdict is Verdict.CANNOT_TELL
        assert "fine" not in said(state)
        assert proposed(state)[0] == "prometheus-down"
        assert first_move(state) == "Blind: Restore sight before acting on guesses."


def test_blind_what_could_not_be_verified_is_not_begun() -> None:
    for answers in ("wrong-restarting", "wrong-guessing"):
        debrief = played("blind", answers).debrief
        assert [turn.kind for turn in debrief.wrong] == ["refused"]
        assert debrief.performed.runs == ()


def test_cascade_crosses_from_team_to_team_and_says_so() -> None:
    opening = played("cascade", "good").at(8)
    spread = opening.health.spread
    assert spread.verdict is Verdict.SPREADING
    assert {"team logistics", "team storefront"} <= set(spread.crossed)
    assert "Spreading: " in said(opening)
    assert "Probably checkout-api, DEGRADED. Last change of checkout-api: release 1.43" in said(opening)
    assert proposed(opening)[0] == "checkout-rollback"


def test_cascade_who_helps_himself_takes_the_rest_from_the_others() -> None:
    later = played("cascade", "wrong").at(11)
    assert {"orders-db", "checkout-api", "support-desk", "fulfilment"} <= failing(later)
    assert level(played("cascade", "wrong-database").at(11), "orders-db") is Shown.AT_RISK, "it was not let"


def test_demo_is_shorter_for_those_who_act() -> None:
    acted, waited = (
        next(
            each.at
            for each in played("demo", answers).debrief.expected
            if (each.expected.what, each.expected.of) == ("recovered", "place-order")
        )
        for answers in ("good", "wrong-late")
    )
    assert acted is not None
    assert waited is not None
    assert acted + 600 < waited
