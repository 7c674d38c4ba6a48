"""Recordings: what is written can be read again, and what cannot be read is told with its line."""

from __future__ import annotations

import json
import math
import tracemalloc
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.recording import Reader, Writer, read
from cockpit.adapters.replay import judged
from cockpit.core.events import PollReplayed
from cockpit.core.health import readings
from cockpit.core.model import Model, Service
from cockpit.core.poll import (
    ABSENT,
    FAILED,
    NOT_STATED,
    PLENTY,
    PRESENT,
    UNKNOWN_AGE,
    UNRULED,
    Alert,
    Change,
    Poll,
    Samples,
)
from cockpit.core.recording import Lines
from cockpit.core.recording_values import actual_of, ratio
from cockpit.core.slots import lay_out
from cockpit.core.update import initial
from cockpit.errors import RecordingError
from tests.engine.worlds import BAD, SHOP, START, TWO_SERVERS, WELL, after, line, lived, spoken

HEADER = '{"schema": "cockpit.recording/v1"}\n'


def written(tmp_path: Path, *lines: str | dict[str, Any], header: str = HEADER) -> Path:
    path = tmp_path / "night.ndjson"
    path.write_text(
        header + "".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines)
    )
    return path


def opened(path: Path, model: Model = SHOP) -> Reader:
    return read(path, model, lay_out(model))


def complaint(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        list(opened(path))
    return str(caught.value).replace(str(path), "night.ndjson")


# Reading.


def test_values_are_read_by_service_and_signal(tmp_path: Path) -> None:
    values = {
        "orders-db": {"errors": "+Inf", "up": {"value": 0, "volume": None, "age": None}},
        "checkout": {"errors": {"value": "NaN", "volume": 12, "age": 3}},
        "place-order": {"actual": 30, "expected": {"value": 60, "age": 8}},
    }
    path = written(tmp_path, {"at": 5, "values": values, "failed": {"search": ["errors"]}})
    [poll] = opened(path)
    slots = lay_out(SHOP)
    found = {}
    for template in slots.templates:
        samples = poll.samples[template.number]
        for row, slot in enumerate(slots.of(template)):
            found[slot.owner, slot.signal.name] = (
                samples.answer[row],
                repr(samples.value[row]),
                repr(samples.volume[row]),
                repr(samples.age[row]),
            )
    assert found == {
        ("orders-db", "errors"): (PRESENT, "inf", "inf", "nan"),
        ("orders-db", "up"): (PRESENT, "0.0", "nan", "inf"),
        ("checkout", "errors"): (PRESENT, "nan", "12.0", "3.0"),
        ("checkout", "doubles"): (ABSENT, "nan", "inf", "nan"),
        ("search", "errors"): (FAILED, "nan", "inf", "nan"),
        ("place-order", "measure"): (PRESENT, "0.5", "60.0", "8.0"),
    }


@pytest.mark.parametrize(
    ("values", "failed", "answer", "value"),
    [
        ({"actual": 0, "expected": 0}, [], PRESENT, "nan"),
        ({"actual": 3, "expected": 0}, [], PRESENT, "inf"),
        ({"actual": 3, "expected": "NaN"}, [], PRESENT, "nan"),
        ({"actual": "NaN", "expected": 60}, [], PRESENT, "nan"),
        ({"actual": 3}, [], ABSENT, "nan"),
        ({"expected": 3}, [], ABSENT, "nan"),
        ({"actual": 3}, ["expected"], FAILED, "nan"),
        ({"actual": 3, "expected": 60}, ["actual"], FAILED, "nan"),
    ],
)
def test_a_measure_is_divided_and_half_an_answer_is_none(
    values: dict[str, Any], failed: list[str], answer: int, value: str
) -> None:
    slots = lay_out(SHOP)
    poll = Lines(SHOP, slots).poll(
        {"at": 1, "values": {"place-order": values}, "failed": {"place-order": failed}}
    )
    samples = poll.samples[len(slots.templates) - 1]
    assert (samples.answer[0], repr(samples.value[0])) == (answer, value)


def test_everything_beside_the_values_is_read() -> None:
    change = {
        "service": "checkout",
        "at": "2023-11-14T22:13:20Z",
        "what": "release 1.42",
        "reversible": "until",
        "until": 1700001000,
    }
    found = line(
        START,
        flags={"pay-async": True},
        degradations={"checkout": ["queue", "pay-later"]},
        reconciled=["checkout"],
        changes=[change],
        alerts=[{"name": "A", "labels": {"service": "search"}, "since": 5}],
    )
    assert (found.flags, found.modes, found.reconciled) == (
        {"pay-async": True},
        {("checkout", "queue"), ("checkout", "pay-later")},
        {"checkout"},
    )
    assert found.changes == (
        Change("checkout", 1.7e9, "release 1.42", reversible="until", until=1700001000.0),
    )
    assert found.alerts == (Alert("A", "firing", {"service": "search"}, {}, 5.0, ""),)
    assert line(START).alerts is None


NUMBER = 'Write a number, "NaN", "+Inf" or "-Inf"'
TIME = "Write Unix seconds or 2026-05-04T02:01:00Z"


def errors(value: Any) -> dict[str, Any]:
    return {"at": 1, "values": {"search": {"errors": value}}}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nope\n", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ("null\n", 'is not an object. Write {"at": ..., "values": {...}}'),
        ({"values": {}}, "lacks 'at'"),
        ({"at": "noon"}, f"'at' is no time: 'noon'. {TIME}"),
        ({"at": True}, f"'at' is no time: True. {TIME}"),
        ({"at": 17e11}, "'at' is no time in Unix seconds: 1700000000000.0. Are these milliseconds?"),
        (errors(math.nan), 'NaN is not JSON. Write "NaN", "+Inf" or "-Inf", with quotes'),
        (errors("nan"), f"search.errors is no number: 'nan'. {NUMBER}"),
        (errors(True), f"search.errors is no number: True. {NUMBER}"),
        (errors([1]), f"search.errors is no number: [1]. {NUMBER}"),
        (errors(None), f"search.errors is no number: None. {NUMBER}"),
        (errors({"value": 1, "age": "old"}), f"age of search.errors is no number: 'old'. {NUMBER}"),
        (
            errors({"age": 3}),
            "search.errors is an object without 'value'. Leave the signal out when there is no value",
        ),
        ({"at": 1, "values": {"search": 3}}, "'search' is not an object: 3"),
        ({"at": 1, "values": []}, "'values' is not an object: []"),
        ({"at": 1, "failed": {"search": "errors"}}, "'failed of search' is not a list of names: 'errors'"),
        ({"at": 1, "flags": {"a": [1]}}, "flag a has a value of an unknown kind: [1]"),
        ({"at": 1, "changes": [{"at": 1, "service": "a"}]}, "'what' is missing"),
        ({"at": 0}, "time does not go forward: 0.0 after 0.0. Sort the lines by 'at'"),
        ({"at": -1}, "time does not go forward: -1.0 after 0.0. Sort the lines by 'at'"),
        ("[" * 100_000 + "\n", "is nested too deeply"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_with_its_place(
    tmp_path: Path, bad: str | dict[str, Any], said: str
) -> None:
    assert complaint(written(tmp_path, {"at": 0}, bad, {"at": 9})) == f"night.ndjson:3: {said}"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", "is empty"),
        ('{"at": 1, "values": {}}\n', "is no recording"),
        (
            '{"schema": "cockpit.recording/v9"}\n',
            "has the schema 'cockpit.recording/v9', not",
        ),
        ("[]\n", "is no recording"),
        ("\x00\x01\n", "is not JSON"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_at_once(tmp_path: Path, header: str, said: str) -> None:
    path = written(tmp_path, header=header)
    with pytest.raises(RecordingError, match=f":1: {said}"):
        opened(path)


def test_files_that_cannot_be_opened_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read: No such file"):
        opened(tmp_path / "missing")
    with pytest.raises(RecordingError, match="cannot be read: Is a directory"):
        opened(tmp_path)
    with pytest.raises(RecordingError, match="exists already"):
        Writer.create(written(tmp_path))
    with pytest.raises(RecordingError, match="cannot be written"):
        Writer.create(tmp_path / "no" / "folder")


@pytest.mark.parametrize(
    "cut", ['{"at": 3, "values": {"sea', '{"at": 3, "values": {"ü'.encode()[:-1].decode("latin-1")]
)
def test_a_last_line_that_was_cut_is_a_note(tmp_path: Path, cut: str) -> None:
    reader = opened(written(tmp_path, {"at": 1}, {"at": 2}, cut))
    assert [poll.at for poll in reader] == [1, 2]
    assert reader.notes == ["line 4 was cut off and is left out"]


def test_a_last_line_without_its_end_is_whole(tmp_path: Path) -> None:
    reader = opened(written(tmp_path, {"at": 1}, "\n", '{"at": 2}'))
    assert [poll.at for poll in reader] == [1, 2]
    assert reader.notes == []


def test_names_that_nobody_knows_are_counted(tmp_path: Path) -> None:
    first = {"at": 1, "values": {"gone": {"errors": 1}, "search": {"errors": 0.1, "lag": 4}}}
    second = {"at": 2, "values": first["values"], "degradations": {"search": ["x"]}, "reconciled": ["y"]}
    reader = opened(written(tmp_path, first, second))
    assert len(list(reader)) == 2
    assert reader.notes == ["4 names that this configuration does not have left out, first gone.errors"]


# Both ways.

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
VOLUMES = st.one_of(st.just(PLENTY), st.just(math.nan), st.floats(0, 1e9))
AGES = st.one_of(st.just(NOT_STATED), st.just(UNKNOWN_AGE), st.floats(0, 1e6))
TEXT = st.text(max_size=8)


@st.composite
def answers(draw: st.DrawFn, measure: bool) -> tuple[int, float, float, float]:
    answer = draw(st.sampled_from([PRESENT, PRESENT, PRESENT, ABSENT, FAILED, UNRULED]))
    if answer != PRESENT:
        return answer, NOT_STATED, PLENTY, NOT_STATED
    if not measure:
        return answer, draw(NUMBERS), draw(VOLUMES), draw(AGES)
    actual, expected = draw(st.floats(0, 1e6)), draw(st.one_of(st.just(math.nan), st.floats(0, 1e6)))
    return answer, ratio(actual, expected), expected, draw(AGES)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    reversible = draw(st.sampled_from([None, True, False, "until"]))
    return Change("search", draw(st.floats(0, 1e9)), "a release", draw(TEXT), reversible=reversible)  # type: ignore[arg-type]


@st.composite
def polls(draw: st.DrawFn, model: Model) -> Poll:
    slots = lay_out(model)
    capabilities = {one.name for one in model.capabilities}
    samples = {}
    for template in slots.templates:
        rows = [draw(answers(slot.owner in capabilities)) for slot in slots.of(template)]
        columns = [array("d", [row[column] for row in rows]) for column in (1, 2, 3)]
        samples[template.number] = Samples(bytearray(row[0] for row in rows), *columns, draw(st.booleans()))
    return Poll(
        draw(st.floats(0, 1e10)),
        samples,
        draw(st.dictionaries(TEXT, st.one_of(st.booleans(), st.integers(-9, 9), TEXT), max_size=2)),
        frozenset(draw(st.sets(st.sampled_from([("checkout", "pay-later"), ("checkout", "queue")])))),
        frozenset(draw(st.sets(st.just("checkout")))),
        tuple(draw(changes()) for _ in range(draw(st.integers(0, 2)))),
        draw(st.sampled_from([None, (), (Alert("A", "pending", {"a": "b"}, {}, None, "am", "3"),)])),
    )


def comparable(poll: Poll) -> object:
    samples = {
        number: (bytes(one.answer), one.partial, repr((one.value, one.volume, one.age)))
        for number, one in poll.samples.items()
    }
    return replace(poll, samples=samples)  # type: ignore[arg-type]


@given(st.one_of(st.tuples(st.just(SHOP), polls(SHOP)), st.tuples(st.just(TWO_SERVERS), polls(TWO_SERVERS))))
def test_what_is_written_is_read_again(case: tuple[Model, Poll]) -> None:
    model, poll = case
    lines = Lines(model, lay_out(model))
    again = lines.poll(json.loads(json.dumps(lines.line(poll), allow_nan=False)))
    assert comparable(again) == comparable(poll)
    assert lines.unknown == {}


@given(st.floats(0, 1e300), st.floats(1e-300, 1e300))
def test_an_actual_divides_to_the_share_it_came_from(actual: float, expected: float) -> None:
    share = ratio(actual, expected)
    if math.isfinite(share) and share > 1e-300:
        assert ratio(actual_of(share, expected), expected) == share


def test_what_was_not_asked_is_written_as_failed() -> None:
    lines = Lines(SHOP, lay_out(SHOP))
    assert lines.line(Poll(1.0))["failed"] == {
        "orders-db": ["errors", "up"],
        "checkout": ["errors", "doubles"],
        "search": ["errors"],
        "place-order": ["actual", "expected"],
    }


def test_a_line_looks_as_promised() -> None:
    poll = line(START, changes=[{"service": "search", "at": 5, "what": "x"}], flags={"a": False})
    assert spoken(poll) == {
        "at": START,
        "values": {
            **WELL,
            "orders-db": {"errors": 0.001, "up": 1.0},
            "checkout": {"errors": 0.002, "doubles": 0.0},
        },
        "flags": {"a": False},
        "degradations": {},
        "reconciled": [],
        "changes": [{"service": "search", "at": 5.0, "what": "x"}],
    }


def test_several_sources_each_have_their_say(tmp_path: Path) -> None:
    here = {"search": {"errors": 0.001}}
    there = {"search": {"errors": 0.9}}
    both = {"at": 1, "sources": {"eu": {"values": here}, "us": {"values": there}}}
    reader = opened(written(tmp_path, both, {"at": 2, "values": there}), TWO_SERVERS)
    states = [
        {reading.source: reading.value for reading in readings(state.health, "search")}
        for state in judged(initial(TWO_SERVERS, "replay"), reader)
    ]
    assert states == [{"eu": 0.001, "us": 0.9}, {"eu": 0.9, "us": 0.9}]


# Writing.


def test_each_poll_is_on_disk_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "night.ndjson"
    state = initial(SHOP)
    with Writer.create(path) as writer:
        assert path.read_text() == '{"schema":"cockpit.recording/v1"}\n'
        writer.write(state)
        for number in range(3):
            state = after(state, PollReplayed(line(START + 5 * number, values=BAD)))
            writer.write(state)
            assert len(path.read_text().splitlines()) == number + 2
    replayed = list(judged(initial(SHOP, "replay"), opened(path)))
    assert (
        replayed[-1].health.nodes == lived([line(START + 5 * n, values=BAD) for n in range(3)]).health.nodes
    )
    assert [suspect.service for suspect in replayed[-1].health.suspects] == ["orders-db"]


def test_a_full_disk_is_one_line() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    with full.open("wb", buffering=0) as stream, pytest.raises(RecordingError, match="No space left"):
        Writer(stream, "night.ndjson")


def test_a_large_recording_streams(tmp_path: Path) -> None:
    large = Model(services=tuple(Service(f"s{n}", signals=SHOP.services[2].signals) for n in range(5_000)))
    slots = lay_out(large)
    values = {service.name: {"errors": 0.001} for service in large.services}
    path = written(tmp_path, *({"at": number, "values": values} for number in range(40)))
    tracemalloc.start()
    assert sum(1 for _ in read(path, large, slots)) == 40
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6, f"{path.stat().st_size} bytes read with {peak} bytes of memory"
