"""A record that was put away and read again is the same record, and goes on in the same way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.checkpoint import KEPT, Checkpoint, checkpoint, checkpoint_of, fact_of, record_at
from cockpit.core.decisions import fact_of as decided
from cockpit.core.events import DegradationMarked, IntegrityAttested, ServiceAcknowledged
from cockpit.core.journal import GENESIS, Fact, Recorded, sealed
from cockpit.core.json import canonical
from cockpit.core.runbook.states import RunState
from cockpit.core.state import Record
from cockpit.core.update_record import remembered

from .runbook.played import begin, play
from .runbook.test_machine import BOOK, choices, chooser

DECISIONS = [
    decided(DegradationMarked("checkout", "paper", True, "alice", "phones ring", 5.0)),
    decided(IntegrityAttested("ledger", "bob", "counted by hand", 6.5)),
    decided(ServiceAcknowledged("checkout", "alice", 7.0, True)),
    Fact("obligation.opened", 8.0, "alice", {"title": "Lift the freeze", "owner": "web", "expires_in": 60}),
    Fact("flag.requested", 9.0, "alice", {"op_id": "1", "provider": "files", "env": "prod", "key": "off"}),
    Fact("flag.settled", 9.5, "alice", {"op_id": "1", "outcome": "applied"}),
]


def recorded(facts: list[Fact]) -> list[Recorded]:
    found: list[Recorded] = []
    for seq, fact in enumerate(facts, 1):
        prev = found[-1].hash if found else GENESIS
        found.append(sealed(Recorded(seq, fact, "desk", "boot", seq, prev, "")))
    return found


def folded(records: list[Recorded], record: Record | None = None) -> Record:
    record = record or Record()
    for each in records:
        record = remembered(record, each)
    return record


def put_away(record: Record) -> Record | None:
    """As the file holds it."""
    made = checkpoint(record)
    return record_at(Checkpoint(made.seq, json.loads(canonical(made.state))))


@settings(max_examples=60, deadline=None)
@given(choices, st.integers(0, 10_000))
def test_reading_on_from_it_is_reading_from_the_first(numbers: list[int], where: int) -> None:
    records = recorded(DECISIONS + [each.fact for each in play(begin(BOOK), chooser(numbers)).records])
    cut = where % (len(records) + 1)
    record = folded(records[:cut])
    again = put_away(record)
    assert again == record
    assert folded(records[cut:], again) == folded(records)


def test_of_runs_that_are_over_it_keeps_the_newest_and_their_children() -> None:
    run = play(begin(BOOK), chooser([])).run
    ended, open_ = replace(run, state=RunState.COMPLETED), replace(run, state=RunState.HELD)
    runs = {f"R-{number}": replace(ended, id=f"R-{number}") for number in range(1, KEPT + 3)}
    runs |= {
        "R-1.a": replace(ended, id="R-1.a", parent="R-1"),
        "R-9.a": replace(ended, id="R-9.a", parent="R-9"),
    }
    runs = {"R-0": replace(open_, id="R-0")} | runs
    again = put_away(Record(seq=9, runs=runs))
    assert again is not None
    assert sorted(set(runs) - set(again.runs)) == ["R-1", "R-1.a", "R-2"]


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        7,
        {"words": 99, "record": {}},
        {"words": 1, "record": {"seq": 8}},
        {"words": 1, "record": []},
    ],
)
def test_one_that_is_not_understood_is_left_aside(state: object) -> None:
    assert record_at(Checkpoint(9, state)) is None  # type: ignore[arg-type]


def test_it_is_known_by_its_record() -> None:
    made = checkpoint(Record(seq=3))
    (record,) = recorded([fact_of(made, 1.0, "cockpit")])
    assert checkpoint_of(replace(record, seq=5)) == replace(made, recorded=5)
    assert checkpoint_of(record) is None  # it cannot tell of what comes behind it
    assert checkpoint_of(replace(record, fact=Fact("x", 1.0, "cockpit", record.fact.body))) is None
