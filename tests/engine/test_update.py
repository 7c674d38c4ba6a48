"""The fold: what a poll, a decision or a reload makes of the state."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.actions import AskAnew, ReasonAgain, RecordDecision
from cockpit.core.events import (
    AlertsSeen,
    ChangesSeen,
    Event,
    FlagsRead,
    HistoryProgressed,
    IntegrityAttested,
    ModelRejected,
    ModelReloaded,
    ModesSeen,
    PollClosed,
    PollReplayed,
    Reasoned,
    Refused,
    Rewarmed,
    Sampled,
    ServiceAcknowledged,
    SourceAnswered,
    SourceFailed,
)
from cockpit.core.health import fresh, reason
from cockpit.core.levels import Integrity, Level, Severity, Shown, Verdict
from cockpit.core.model import FlagStore, KillSwitch, Service
from cockpit.core.poll import Alert, Change
from cockpit.core.state import Acknowledgement, Entry, Record, State
from cockpit.core.update import initial, update
from cockpit.core.update_decisions import marked_at, objection
from tests.engine.worlds import (
    BAD,
    ERRORS,
    LATER,
    SHOP,
    START,
    TWO_SERVERS,
    after,
    levels,
    line,
    lived,
    mark,
    spoken,
)


def every_five(count: int, start: float = START, **more: object) -> list[PollReplayed]:
    return [PollReplayed(line(start + 5 * number, **more)) for number in range(count)]  # type: ignore[arg-type]


def samples(at: float, **more: object) -> list[Event]:
    return [Sampled(number, one) for number, one in line(at, **more).samples.items()]  # type: ignore[arg-type]


def test_before_anything_was_seen_nothing_is_green() -> None:
    assert set(levels(initial(SHOP)).values()) == {"UNKNOWN"}


def test_five_equal_polls_make_no_level_change() -> None:
    before = lived([line(START + 5 * number) for number in range(20)])
    now = after(before, *every_five(5, START + 100))
    assert now.health.nodes == before.health.nodes
    assert [id(node) for node in now.health.nodes] == [id(node) for node in before.health.nodes]
    assert now.picture.timeline == before.picture.timeline


def test_a_poll_asks_to_be_reasoned_about() -> None:
    assert update(initial(SHOP), PollReplayed(line(START)))[1] == (ReasonAgain(),)


def test_a_closed_poll_equals_the_same_poll_replayed() -> None:
    staged = after(initial(SHOP), *samples(START, values=BAD), PollClosed(START))
    replayed = after(initial(SHOP), PollReplayed(line(START, values=BAD)))
    assert staged.health.nodes == replayed.health.nodes
    assert levels(staged)["orders-db"] == "DOWN"
    assert spoken(staged.picture.last_poll) == spoken(line(START, values=BAD))


CHANGES = tuple(Change("checkout", START - 60 * n, f"release 1.{n}") for n in range(3))
ALERTS = tuple(Alert(f"Errors{n}", "firing", {"service": "search"}, {}, START, "main") for n in range(3))
SHARED = replace(
    SHOP,
    flags=(FlagStore("files", "flagd-file"), FlagStore("other", "flagd-file")),
    kill_switches=(KillSwitch("owned", "files"),),
)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(10 + len(line(START).samples))))
def test_the_order_of_answers_cannot_matter(order: list[int]) -> None:
    answers: list[Event] = [
        *samples(START, values=BAD),
        FlagsRead("files", START, {"owned": True, "shared": "a"}),
        FlagsRead("other", START, {"owned": False, "shared": "b"}),
        ModesSeen(frozenset({("checkout", "queue")}), frozenset()),
        ModesSeen(frozenset(), frozenset({"checkout"})),
        ChangesSeen(CHANGES[:2]),
        ChangesSeen(CHANGES[1:]),
        AlertsSeen("main", ALERTS[:1]),
        AlertsSeen("main", ALERTS[1:]),
        SourceAnswered("eu", START),
        SourceFailed("us", START, "connection refused"),
    ]
    blank = initial(SHARED)
    expected = after(blank, *answers, PollClosed(START))
    shuffled = after(blank, *(answers[number] for number in order), PollClosed(START))
    assert shuffled.picture.last_poll == expected.picture.last_poll
    assert shuffled.health.nodes == expected.health.nodes
    assert shuffled.picture.sources == expected.picture.sources


def test_a_switch_is_read_from_the_store_that_keeps_it() -> None:
    answers = [FlagsRead("files", START, {"owned": True}), FlagsRead("other", START, {"owned": False})]
    state = after(initial(SHARED), *answers, PollClosed(START))
    assert state.health.flags == {"owned": True}


def test_a_template_that_did_not_answer_counts_as_failed_and_says_so() -> None:
    _first, *rest = samples(START)
    state = after(initial(SHOP), *rest[:-1], Sampled(99, rest[-1].samples, "time-out"), PollClosed(START))  # type: ignore[union-attr]
    assert state.picture.troubles[0] == "no answer before the poll was closed"
    assert state.picture.troubles[99] == "time-out"


def test_what_was_staged_is_gone_after_the_poll() -> None:
    answers = [*samples(START), FlagsRead("files", START, {"pay-async": True})]
    state = after(initial(SHOP), *answers, PollClosed(START), *samples(START + 5), PollClosed(START + 5))
    assert state.health.flags == {}


def test_time_never_runs_backwards() -> None:
    state = lived([line(START + 10)])
    assert after(state, PollReplayed(line(START + 10))) is not None
    assert after(state, PollReplayed(line(START + 5, values=BAD))).health is state.health
    assert after(state, *samples(START, values=BAD), PollClosed(START)).health is state.health


def test_changes_add_up_and_each_is_told_once() -> None:
    twice = [ChangesSeen(CHANGES[:1]), ChangesSeen(CHANGES[:1])]
    state = after(
        initial(SHOP), *twice, PollClosed(START), *twice, ChangesSeen(CHANGES[1:2]), PollClosed(START + 5)
    )
    assert state.health.changes == (CHANGES[1], CHANGES[0])
    told = [entry for entry in state.picture.timeline if entry.kind == "change"]
    assert told == [
        Entry(START - 60, "change", "checkout", "release 1.1"),
        Entry(START, "change", "checkout", "release 1.0"),
    ]
    assert state.picture.last_poll
    assert state.picture.last_poll.changes == (CHANGES[1],)


# Timeline.


def test_a_level_that_changes_is_told_with_what_it_was() -> None:
    well = lived([line(START + 5 * number) for number in range(10)])
    bad = after(well, *every_five(10, START + 50, values=BAD))
    texts = [(entry.subject, entry.text) for entry in bad.picture.timeline]
    assert texts == [
        ("orders-db", "DOWN (was OK)"),
        ("checkout", "AT_RISK (was OK)"),
        ("place-order", "AT_RISK (was OK)"),
    ]


def test_a_calm_start_is_not_told_and_a_bad_one_is() -> None:
    assert lived([line(START + 5 * number) for number in range(10)]).picture.timeline == ()
    bad = lived([line(START, values=BAD)])
    assert Entry(START, "level", "orders-db", "DOWN (was UNKNOWN)") in bad.picture.timeline


def test_many_that_fall_together_share_a_line() -> None:
    many = replace(
        SHOP, services=tuple(Service(f"s{n:03}", signals=(ERRORS,)) for n in range(400)), capabilities=()
    )
    answers = {service.name: {"errors": 0.9} for service in many.services}
    from cockpit.core.recording import Lines
    from cockpit.core.slots import lay_out

    poll = Lines(many, lay_out(many)).poll({"at": START, "values": answers})
    state = after(initial(many), PollReplayed(poll))
    assert [entry.text for entry in state.picture.timeline] == [
        "s000, s001, s002 and 397 more: DOWN (was UNKNOWN)"
    ]


def test_the_timeline_keeps_the_newest_three_hundred() -> None:
    acks = [ServiceAcknowledged("search", "mara", START + number) for number in range(400)]
    timeline = after(initial(SHOP), *acks).picture.timeline
    assert len(timeline) == 300
    assert timeline[-1].at == START + 399


def test_a_breach_is_told_and_lasts() -> None:
    doubles = {"checkout": {"doubles": 3}}
    state = lived([line(START, values=doubles), *(line(START + 5 * n) for n in range(1, 60))])
    assert state.health.node("checkout").integrity is Integrity.BREACHED
    assert [entry.text for entry in state.picture.timeline if entry.kind == "integrity"] == [
        "data BREACHED (was UNKNOWN)"
    ]


# Reasoning.


def test_suspects_are_set_beside_newer_levels_with_their_own_time() -> None:
    first = lived([line(START, values=BAD)])
    thought = reason(first.health)
    second = after(first, PollReplayed(line(START + 5, values=BAD)))
    state = after(second, Reasoned(thought))
    assert (state.health.at, state.health.reasoned_at) == (START + 5, START)
    assert [suspect.service for suspect in state.health.suspects] == ["orders-db"]
    assert state.health.severity is Severity.SEV1 or state.health.severity is Severity.SEV2


def test_what_was_reasoned_at_once_equals_what_was_reasoned_in_slices() -> None:
    state = lived([line(START + 5 * n, values=BAD) for n in range(5)])
    assert after(state, Reasoned(reason(state.health))).health == reason(state.health)


def test_older_thoughts_do_not_replace_newer_ones() -> None:
    first = lived([line(START, values=BAD)])
    second = after(first, PollReplayed(line(START + 5)))
    state = after(second, Reasoned(reason(second.health)))
    assert after(state, Reasoned(reason(first.health))).health is state.health
    assert after(state, Reasoned(reason(second.health), generation=7)).health is state.health


def test_a_verdict_that_changes_is_told() -> None:
    state = lived([line(START + 5 * n) for n in range(30)])
    state = after(state, Reasoned(reason(state.health)))
    assert state.health.spread.verdict is Verdict.CLEAR
    state = after(state, *every_five(10, START + 150, values=BAD))
    state = after(state, Reasoned(reason(state.health)))
    assert [entry.text for entry in state.picture.timeline if entry.kind == "spread"] == [
        f"{state.health.spread.verdict} (was CLEAR)"
    ]


# Warm start.


def test_a_warm_health_is_swapped_in_with_its_timeline() -> None:
    live = lived([line(START, values=BAD)])
    live = after(live, SourceFailed("files", START, "no such file"))
    warm = lived([line(START - 900 + 15 * n) for n in range(60)])
    warm = after(warm, PollReplayed(line(START, values=BAD)))
    state, actions = update(live, Rewarmed(warm.health, 0, warm.picture.timeline))
    assert state.health.nodes == warm.health.nodes
    assert actions == (ReasonAgain(),)
    kinds = {entry.kind for entry in state.picture.timeline}
    assert kinds == {"source"}
    assert levels(state)["search"] == "OK"


def test_a_warm_health_that_lacks_the_last_poll_is_refused() -> None:
    live = lived([line(START), line(START + 5)])
    warm = lived([line(START - 15), line(START)])
    assert after(live, Rewarmed(warm.health)) is live
    assert after(live, Rewarmed(after(live, PollReplayed(line(START + 10))).health, generation=3)) is live


def test_a_blank_health_starts_over_even_back_in_time() -> None:
    live = lived([line(START), line(START + 5)])
    state = after(live, Rewarmed(fresh(SHOP)), PollReplayed(line(START - 3600, values=BAD)))
    assert state.health.at == START - 3600
    assert levels(state)["orders-db"] == "DOWN"


# Reload.


def bigger() -> ModelReloaded:
    return ModelReloaded(
        replace(SHOP, services=(*SHOP.services, Service("basket", signals=(ERRORS,)))), START + 100
    )


def test_a_reload_keeps_the_past_and_asks_anew() -> None:
    before = lived([line(START + 5 * n, values=BAD) for n in range(10)])
    state, actions = update(before, bigger())
    assert actions == (AskAnew(bigger().model, 1),)
    assert state.generation == 1
    assert state.health.node("orders-db").onset == before.health.node("orders-db").onset
    assert levels(state)["basket"] == "UNKNOWN"


def test_answers_to_the_old_questions_are_dropped() -> None:
    state = after(lived([line(START)]), bigger())
    stale = after(state, *samples(START + 105, values=BAD), PollClosed(START + 105))
    assert stale.picture.stage == state.picture.stage
    assert stale.health is state.health


def test_an_old_vouching_does_not_count_again_after_a_reload() -> None:
    doubles = {"checkout": {"doubles": 3}}
    state = after(lived([line(START, values=doubles)]), *every_five(40, START + 5))
    state = after(state, IntegrityAttested("checkout", "mara", "deleted them", START + 201))
    state = after(state, PollReplayed(line(START + 205)))
    assert state.health.latches == {}
    state = after(state, PollReplayed(line(START + 210, values=doubles)), *every_five(40, START + 215))
    assert set(state.health.latches) == {"checkout"}
    reloaded = after(state, ModelReloaded(SHOP, START + 411), PollReplayed(line(START + 415)))
    assert set(reloaded.health.latches) == {"checkout"}


def test_a_rejected_model_changes_nothing_but_the_complaints() -> None:
    before = lived([line(START)])
    rejected = ModelRejected(("config/shop.yaml:4:1: unknown key 'servces'",), START + 1)
    state = after(before, rejected, rejected)
    assert state.model is before.model
    assert state.picture.complaints == rejected.complaints
    assert [entry.kind for entry in state.picture.timeline] == ["config"]
    assert after(state, bigger()).picture.complaints == ()


# Sources.


def test_since_is_when_reachability_changed() -> None:
    state = after(
        initial(TWO_SERVERS), SourceAnswered("eu", START), SourceAnswered("eu", START + 5, skew=0.2)
    )
    assert state.picture.sources["eu"].since == START
    state = after(state, SourceFailed("eu", START + 10, "connection refused", "is it up?"))
    state = after(state, SourceFailed("eu", START + 15, "time-out", retry_at=START + 20))
    eu = state.picture.sources["eu"]
    assert (eu.reachable, eu.since, eu.answered_at) == (False, START + 10, START + 5)
    assert (eu.reason, eu.owner, eu.runbook, eu.retry_at) == (
        "time-out",
        "platform",
        "prometheus-down",
        START + 20,
    )
    state = after(state, SourceAnswered("eu", START + 25))
    assert (state.picture.sources["eu"].since, state.picture.sources["eu"].skew) == (START + 25, 0.2)
    assert [entry.text for entry in state.picture.timeline] == [
        "Prometheus eu cannot be reached: connection refused",
        "Prometheus eu answers again",
    ]


def test_who_was_never_asked_is_neither_up_nor_down() -> None:
    assert [source.reachable for source in initial(TWO_SERVERS).picture.sources.values()] == [None, None]
    assert initial(TWO_SERVERS, "replay").picture.sources == {}


# Decisions.


def ack(at: float = START, on: bool = True) -> ServiceAcknowledged:
    return ServiceAcknowledged("search", "mara", at, on)


def test_a_decision_is_folded_and_asks_to_be_recorded() -> None:
    state, actions = update(initial(SHOP), mark())
    assert actions == (RecordDecision(mark()),)
    assert state.record.marked == {("checkout", "pay-later")}
    assert state.picture.timeline[-1].text == "mara marked pay-later on: the database is down"


@given(
    st.lists(
        st.sampled_from(
            [mark(), mark(on=False), ack(), ack(on=False), IntegrityAttested("checkout", "a", "b", 1.0)]
        )
    )
)
def test_the_record_is_a_function_of_the_journal_alone(decisions: list[Event]) -> None:
    calm = after(initial(SHOP), *decisions).record
    stormy: State = lived([line(START, values=BAD)])
    for number, decision in enumerate(decisions):
        stormy = after(stormy, decision, PollReplayed(line(START + 5 + number)))
    assert stormy.record == calm


def test_acknowledging_changes_noise_and_never_state() -> None:
    before = lived([line(START, values=BAD)])
    state = after(before, ack())
    assert state.record.acknowledged == {"search": Acknowledgement("mara", START)}
    assert state.health is before.health
    assert after(state, ack(on=False)).record.acknowledged == {}


def test_a_mark_counts_from_the_next_poll_and_goes_into_the_recording() -> None:
    state = after(
        lived([line(START, values=BAD)]), mark(), *samples(START + 5, values=BAD), PollClosed(START + 5)
    )
    assert state.picture.last_poll
    assert state.picture.last_poll.modes == {("checkout", "pay-later")}
    assert state.health.node("checkout").degradation == LATER.name
    assert state.health.node("checkout").exposure is Level.DEGRADED


def test_a_mark_that_the_model_does_not_know_any_more_is_left_out() -> None:
    without = replace(
        SHOP, services=tuple(replace(one, degradations=(), depends_on=()) for one in SHOP.services)
    )
    state = after(initial(without), mark(), PollReplayed(line(START)))
    assert state.picture.last_poll
    assert state.picture.last_poll.modes == frozenset()


def test_marks_stand_as_they_stood_then() -> None:
    record = after(initial(SHOP), mark(START + 10), mark(START + 20, on=False), mark(START + 30)).record
    assert [bool(marked_at(record, START + at)) for at in (0, 10, 19, 20, 29, 30)] == [0, 1, 1, 0, 0, 1]
    assert marked_at(Record(), START) == frozenset()


def test_who_vouches_ends_a_breach_once() -> None:
    doubles = {"checkout": {"doubles": 3}}
    state = lived([line(START, values=doubles), line(START + 5)])
    vouched = IntegrityAttested("checkout", "mara", "deleted them", START + 6)
    assert objection(state, vouched) is not None  # the signal itself is still FAILING until `hold` has passed
    calm = after(state, *every_five(40, START + 10))
    vouched = replace(vouched, at=START + 300)
    assert objection(calm, vouched) is None
    done = after(calm, vouched, PollReplayed(line(START + 305)))
    assert done.health.node("checkout").integrity is Integrity.OK
    again = after(done, PollReplayed(line(START + 310, values=doubles)), *every_five(40, START + 315))
    assert again.health.node("checkout").integrity is Integrity.BREACHED


def test_what_cannot_be_is_objected_to_in_plain_words() -> None:
    state = lived([line(START)])
    assert objection(state, mark()) is None
    assert objection(state, replace(mark(), mode="queue")) == (
        "'queue' cannot be marked by hand: whether it is active is seen"
    )
    assert objection(state, replace(mark(), mode="nope")) == "'checkout' has no degradation state 'nope'"
    assert objection(state, replace(ack(), service="nope")) == "there is no 'nope'"
    assert objection(state, IntegrityAttested("search", "a", "b", START)) == (
        "the data of search is not known to be wrong"
    )
    assert objection(replace(state, readonly=True), ack()) == "this cockpit was started read-only"


def test_a_refusal_shows() -> None:
    refused = Refused("mark pay-later", "no space left on the disk", START)
    state = after(initial(SHOP), refused, HistoryProgressed(0.5))
    assert state.picture.refused == refused
    assert state.picture.timeline[-1].text == "refused: mark pay-later: no space left on the disk"
    assert state.picture.history_share == 0.5
    assert state.health.node("search").level is Shown.UNKNOWN
