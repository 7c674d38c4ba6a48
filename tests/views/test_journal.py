"""A record is one clean line for people, and every field of it for machines."""

from __future__ import annotations

import json

import pytest

from cockpit.core.journal import GENESIS, Fact, Recorded, chain_hash, sealed
from cockpit.core.json import Json
from cockpit.views.journal import LONGEST, document, line


def record(kind: str = "step.spawned", at: float = 1_700_000_000.5, **more: Json) -> Recorded:
    fact = Fact(kind, at, "alice", more, "INC-3", "R-7", "restart", 1, 2, uid="u")
    return sealed(Recorded(12, fact, "desk-1", "boot", 5, GENESIS, ""))


def test_a_line_says_when_what_where_who_and_the_rest() -> None:
    assert line(record(pid=4711, host="web-1", why="it was slow", ok=True)) == (
        "2023-11-14 22:13:20Z      12  step.spawned        INC-3 R-7/restart 1.2  alice  "
        'pid=4711 host=web-1 why="it was slow" ok=true'
    )


def test_what_a_record_is_not_about_is_left_out() -> None:
    bare = sealed(Recorded(1, Fact("journal.gap", 0.0, "cockpit"), "desk-1", "", 0, GENESIS, ""))
    assert line(bare) == "1970-01-01 00:00:00Z       1  journal.gap         cockpit"


@pytest.mark.parametrize("hostile", ["\x1b[2J", "a\nb", "\u202egnp", "\x9b31m", "\x1b]0;owned\x07"])
def test_hostile_text_stays_one_harmless_line(hostile: str) -> None:
    text = line(record(kind=f"x{hostile}", said=hostile, **{hostile: "key"}))
    assert text.isprintable()


def test_a_long_record_is_cut_and_says_so() -> None:
    text = line(record(said="x" * 10_000))
    assert len(text) == LONGEST
    assert text.endswith("…")


def test_a_year_nobody_will_see_is_unknown() -> None:
    assert line(record(at=9e12)).startswith("unknown")


def test_a_document_is_what_was_hashed() -> None:
    one = record(said="\x1b[2J")
    read = json.loads(json.dumps(document(one)))
    assert next(iter(read)) == "schema"
    assert read.pop("schema") == "cockpit.event/v1"
    assert read == one.fields()
    assert chain_hash(read["prev"], read) == read["hash"]
