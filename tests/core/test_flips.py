"""What the record tells of flags: a success only with an answer, and nothing that happened is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.events import RecordGrew
from cockpit.core.flips import DONE, Flips, Kind, replayed
from cockpit.core.frozen import to_json
from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.model import Model
from cockpit.core.runbook.work import FlagOutcome, FlagState
from cockpit.core.state import Entry
from cockpit.core.switches import SwitchSeen, restore_objection
from cockpit.core.update import initial, update
from tests.flips import AT, PLACE, SWITCH, requested, sealed_in_order, settled

OUTCOMES = (*FlagOutcome, None)
"""None: the answer never came on record."""
Tale = Sequence[tuple[Kind, bool, FlagOutcome | None]]
"""What was asked for, whether the flag stood killed by then, and what came of it."""


def told(tale: Tale) -> list[Fact]:
    facts = []
    for number, (kind, killed, outcome) in enumerate(tale):
        facts.append(requested(f"op{number}", kind, killed, at=AT + number))
        if outcome is not None:
            facts.append(settled(f"op{number}", outcome, at=AT + number))
    return facts


tales = st.lists(
    st.tuples(st.sampled_from(["kill", "restore"]), st.booleans(), st.sampled_from(OUTCOMES)), max_size=6
)


@given(tales)
def test_without_an_answer_nothing_is_ever_a_success(tale: Tale) -> None:
    story = replayed(sealed_in_order(told(tale))).of(*PLACE)
    if not tale:
        assert story.last is None
        return
    assert story.last is not None
    assert story.last.outcome is tale[-1][2]
    assert story.last.doubtful is (tale[-1][2] in (None, FlagOutcome.UNKNOWN))


@given(tales)
def test_a_doubt_ends_only_with_something_that_is_known_to_have_been_done(tale: Tale) -> None:
    known = [outcome for _, _, outcome in tale if outcome in (None, FlagOutcome.UNKNOWN, *DONE)]
    story = replayed(sealed_in_order(told(tale))).of(*PLACE)
    assert story.doubtful is (bool(known) and known[-1] not in DONE)


@given(tales)
def test_what_is_in_doubt_is_never_put_back_blindly(tale: Tale) -> None:
    story = replayed(sealed_in_order(told(tale))).of(*PLACE)
    seen = SwitchSeen(SWITCH, PLACE[1], FlagState("pay-async", PLACE[1], True), story=story)
    if story.doubtful:
        assert "not put back blindly" in restore_objection(seen)


@given(tales)
def test_a_kill_that_was_applied_stands_until_it_was_put_back(tale: Tale) -> None:
    story = replayed(sealed_in_order([*told(tale), *told([("kill", False, FlagOutcome.APPLIED)])])).of(*PLACE)
    assert story.standing is not None
    assert story.standing.kind == "kill"
    after = [*told(tale), requested("a", "kill", False), settled("a", FlagOutcome.APPLIED)]
    back = [*after, requested("b", "restore", True), settled("b", FlagOutcome.APPLIED)]
    assert replayed(sealed_in_order(back)).open() == ()


@given(tales, st.data())
def test_records_that_come_twice_change_nothing(tale: Tale, data: st.DataObject) -> None:
    records = sealed_in_order(told(tale))
    again = data.draw(st.lists(st.sampled_from(records), max_size=5)) if records else []
    half = data.draw(st.integers(0, len(records)))
    twice = replayed([*records[:half], *sorted(again, key=lambda each: each.seq), *records])
    assert replayed(records, replayed(records)) == replayed(records)
    ordered = replayed(records[half:], replayed(records[:half]))
    assert ordered == replayed(records)
    if not [each for each in again if each.seq > half]:
        assert twice == replayed(records)


@given(st.permutations([("a", True), ("b", True), ("c", False)]))
def test_answers_find_their_own_request_in_any_order(order: Sequence[tuple[str, bool]]) -> None:
    """Of several cockpits that asked at once; the answer to `c` is lost."""
    asked = [requested(name, "kill", False, at=AT + n) for n, (name, _) in enumerate(order)]
    answers = [settled(name, FlagOutcome.CONFLICT) for name, comes in reversed(order) if comes]
    story = replayed(sealed_in_order([*asked, *answers])).of(*PLACE)
    assert [(flip.op_id, flip.outcome) for flip in story.chain] == [("c", None)]
    assert story.doubtful


@pytest.mark.parametrize("strange", [{}, {"op_id": "nobody", "outcome": "APPLIED"}, {"outcome": 7}])
def test_an_answer_to_no_request_is_not_made_one(strange: dict[str, Json]) -> None:
    flips = replayed(sealed_in_order([Fact("flag.settled", AT, "mara", strange)]))
    assert flips == Flips(seq=1)


@pytest.mark.parametrize("outcome", [None, "DONE", 7, ""])
def test_an_outcome_that_nobody_knows_is_unknown(outcome: Json) -> None:
    facts = [requested("a", "kill", False), settled("a", FlagOutcome.APPLIED)]
    foreign = Fact("flag.settled", AT, "mara", {**facts[1].body, "outcome": outcome})
    story = replayed(sealed_in_order([facts[0], foreign])).of(*PLACE)
    assert (story.doubtful, story.standing is not None) == (True, True)


def test_the_state_of_a_cockpit_holds_what_is_on_record_of_flags() -> None:
    facts = [
        requested("a", "kill", False),
        settled("a", FlagOutcome.APPLIED),
        requested("b", "restore", True, at=AT + 60),
    ]
    records = sealed_in_order(facts)
    state, _ = update(initial(Model()), RecordGrew(tuple(records)))
    assert state.record.flips == replayed(records)
    assert state.picture.timeline == (
        Entry(AT, "act", "pay-async", "mara kills pay-async@default"),
        Entry(AT, "act", "pay-async", "pay-async@default: applied"),
        Entry(AT + 60, "act", "pay-async", "mara restores pay-async@default"),
    )
    again, _ = update(state, RecordGrew(tuple(records)))
    assert again == state


def test_what_somebody_must_look_after_is_named_oldest_first() -> None:
    other = {"key": "guest", "op_id": "g"}
    facts = [
        Fact("flag.requested", AT + 1, "leo", {**requested("g", "kill", False).body, **other}),
        requested("a", "kill", False, at=AT + 2),
        settled("a", FlagOutcome.APPLIED, at=AT + 3),
    ]
    found = replayed(sealed_in_order(facts)).open()
    assert [story.last.key for story in found if story.last] == ["guest", "pay-async"]
    assert [story.doubtful for story in found] == [True, False]
    assert to_json(found[1].standing.before) == to_json(FlagState("pay-async", "default", False))  # type: ignore[union-attr]
