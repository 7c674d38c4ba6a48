"""How bad each node was and when, as far as the record tells it, and never further."""

from __future__ import annotations

from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity, Shown
from cockpit.views.export.courses import Course, courses
from cockpit.views.export.stages import mitigated
from tests.views.export.made_up import ID, T, level, recorded

DOWN = ((T, Shown.DOWN), (T + 60, Shown.UNKNOWN), (T + 90, Shown.OK))


def declared(levels: dict[str, str], *seen: dict[str, object]) -> Fact:
    evidence = {"levels": levels, "integrity": {"db": "BREACHED"}, "seen": list(seen)}
    return words.declared(ID, "x", Severity.SEV1, "ada", T + 300, began_at=T, evidence=evidence)  # type: ignore[arg-type]


def told(*facts: Fact) -> dict[str, Course]:
    return courses(recorded(facts).incidents[ID])


def line(at: float, subject: str, text: str) -> dict[str, object]:
    return {"at": at, "kind": "level", "subject": subject, "text": text}


def test_turns_are_read_from_before_and_after_the_declaration() -> None:
    found = told(
        declared({"my_db": "DOWN"}, line(T, "my_db", "DOWN (was AT_RISK)")),
        level("my_db", "AT_RISK", "DOWN", T + 400),
        level("my_db", "OK", "AT_RISK", T + 500),
    )
    turns = ((T, Shown.DOWN), (T + 400, Shown.AT_RISK), (T + 500, Shown.OK))
    assert found == {"my_db": Course("my_db", turns, Shown.AT_RISK)}


def test_one_of_many_that_moved_together_is_hurt_since_then() -> None:
    many = line(T + 30, "", "a, b, c and 4 more: FAILING (was OK)")
    assert told(declared({"g": "FAILING", "h": "DOWN"}, many)) == {
        "g": Course("g", ((T + 30, Shown.FAILING),)),
        "h": Course("h", ((T + 300, Shown.DOWN),)),
    }


def test_wrong_data_is_kept_whoever_told_it() -> None:
    found = told(declared({"db": "DOWN"}), level("api", "FAILING DATA WRONG", "FAILING", T + 310))
    assert {name: course.data_wrong for name, course in found.items()} == {"db": True, "api": True}
    assert found["api"].turns == ((T + 310, Shown.FAILING),)


def test_before_the_first_turn_nothing_is_made_up() -> None:
    course = Course("db", DOWN)
    assert [course.at(T + at) for at in (-1, 0, 75, 100)] == [None, Shown.DOWN, Shown.UNKNOWN, Shown.OK]
    assert list(course.spans(T - 60, T + 30)) == [(Shown.DOWN, T, T + 30)]


def test_unknown_counts_as_hurt() -> None:
    course = Course("db", DOWN, Shown.OK)
    assert course.hurt(T - 10, T + 200) == ((Shown.DOWN, T, T + 60), (Shown.UNKNOWN, T + 60, T + 90))
    assert dict(course.lasted(T - 10, T + 100)) == {Shown.DOWN: 60.0, Shown.UNKNOWN: 30.0, Shown.OK: 20.0}
    assert mitigated([course], T, T + 200) == T + 90
    assert mitigated([course], T, T + 80) is None


def test_a_newer_word_for_a_level_is_left_aside() -> None:
    assert told(declared({"db": "MELTED"}), level("api", "SINGING", "OK", T + 310)) == {}
