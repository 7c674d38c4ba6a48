"""Incidents from facts: who said what, how bad, who does what, and what was so at that moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.checkpoint import checkpoint, record_at
from cockpit.core.incident import words
from cockpit.core.incident.model import Handover, Note, SeveritySet, Told, Update, next_id, only_open
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.state import Record

from .record import AT, declared, incident, level, record_of


def test_a_declaration_begins_an_incident_with_its_evidence() -> None:
    seen = {"at": AT - 60, "kind": "level", "subject": "orders-db", "text": "DOWN (was OK)"}
    evidence = {"levels": {"orders-db": "DOWN"}, "seen": [seen]}
    fact = declared(began_at=AT - 90, proposed=Severity.SEV2, evidence=evidence)
    found = record_of(fact).incidents["INC-1"]
    assert (found.id, found.title, found.severity, found.proposed) == (
        "INC-1",
        "Orders fail",
        Severity.SEV1,
        Severity.SEV2,
    )
    assert (found.began_at, found.declared_at, found.declared_by) == (AT - 90, AT, "mara")
    assert found.touched == ("orders-db",)
    assert found.story == (
        Told(AT - 60, "level", "", "orders-db: DOWN (was OK)", "orders-db"),
        Told(AT, "declared", "mara", "mara declared INC-1, SEV1: Orders fail", "", 1, "orders-db DOWN"),
    )


def test_it_never_began_after_it_was_declared() -> None:
    assert record_of(declared(began_at=AT + 50)).incidents["INC-1"].began_at == AT


def test_of_two_declarations_of_one_id_the_first_counts() -> None:
    again = words.declared("INC-1", "Something else", Severity.SEV3, "leo", AT + 1)
    found = record_of(declared(), again).incidents["INC-1"]
    assert (found.title, found.severity, found.declared_by) == ("Orders fail", Severity.SEV1, "mara")


def test_who_says_something_is_in_it() -> None:
    assert incident(words.joined("INC-1", "leo", AT + 1)).people == ("mara", "leo")


def test_severities_are_kept_with_who_and_why() -> None:
    found = incident(words.severity("INC-1", Severity.SEV2, Severity.SEV1, "few are hurt", "leo", AT + 5))
    assert found.severity is Severity.SEV2
    assert found.severities == (
        SeveritySet(AT, Severity.SEV1, "mara"),
        SeveritySet(AT + 5, Severity.SEV2, "leo", "few are hurt"),
    )


def test_hypotheses_are_numbered_and_come_to_something() -> None:
    found = incident(
        words.noted("INC-1", "hypothesis", "the disk", "leo", AT + 1),
        words.noted("INC-1", "hypothesis", "the release", "mara", AT + 2),
        words.noted("INC-1", "decision", "we fail over", "mara", AT + 3),
        words.judged("INC-1", 1, "ruled out", "disk is fine", "mara", AT + 4),
    )
    assert found.notes == (
        Note(1, "hypothesis", AT + 1, "leo", "the disk", verdict="ruled out"),
        Note(2, "hypothesis", AT + 2, "mara", "the release"),
        Note(1, "decision", AT + 3, "mara", "we fail over"),
    )
    assert found.story[-1].text == "hypothesis 1 ruled out: disk is fine"


def test_a_pasted_line_stands_where_it_was_said() -> None:
    found = incident(
        words.noted("INC-1", "note", "db is gone", "leo", AT + 9, told_at=AT - 30, said_by="ada")
    )
    assert found.story[-1] == Told(AT - 30, "note", "ada", "db is gone", "", 2)


def test_an_update_is_unknown_until_its_answer_is_on_record() -> None:
    asked = words.update_requested(
        "INC-1", "op", "We look.", "mara", AT + 1, to="chat", audience="customers", status="investigating",
        claims={"level:buy": "DOWN"},
    )  # fmt: skip
    claims = {"level:buy": "DOWN"}
    said = Update("op", AT + 1, "mara", "chat", "customers", "investigating", "We look.", claims)
    assert incident(asked).updates == (said,)
    assert incident(asked).updates[0].outcome == ""
    sent = incident(asked, words.update_settled("INC-1", "op", "sent", "", "mara", AT + 2))
    assert (sent.updates[0].outcome, sent.updates[0].counts) == ("sent", True)
    refused = incident(asked, words.update_settled("INC-1", "op", "refused", "404", "mara", AT + 2))
    assert refused.last_update() is None


def test_a_handover_counts_when_it_is_taken() -> None:
    offer = words.offered("INC-1", "leo", "all of it", "mara", AT + 1)
    assert incident(offer).pending_handover() == Handover(AT + 1, "mara", "leo", "all of it")
    assert incident(offer).commander == ""
    taken = incident(offer, words.accepted("INC-1", "leo", AT + 2))
    assert (taken.commander, taken.pending_handover()) == ("leo", None)


def test_resolved_and_open_again() -> None:
    over = words.resolved("INC-1", "failed over", ["the queue"], "mara", AT + 60)
    done = incident(over)
    assert (done.is_open, done.resolution, done.left) == (False, "failed over", ("the queue",))
    back = incident(over, words.reopened("INC-1", "it is back", "leo", AT + 90))
    assert (back.is_open, back.reopened, back.left) == (True, 1, ())


def test_levels_are_the_evidence_of_what_is_done() -> None:
    found = incident(
        level("checkout", "FAILING", AT + 1),
        level("db", "DOWN", AT + 2),
        level("checkout", "OK", AT + 3, was="FAILING"),
        words.noted("INC-1", "decision", "we wait", "mara", AT + 4),
    )
    assert found.levels == {"db": "DOWN"}
    assert found.touched == ("checkout", "db")
    assert found.story[-1].evidence == "db DOWN"


def test_what_names_no_incident_belongs_to_every_open_one() -> None:
    flip = Fact("flag.requested", AT + 5, "leo", {"key": "pay", "env": "prod", "kind": "kill", "op_id": "x"})
    over = words.resolved("INC-1", "done", [], "mara", AT + 2)
    record = record_of(declared(), over, declared("INC-2"), flip)
    assert [told.text for told in record.incidents["INC-2"].story][-1] == "leo kills pay@prod"
    assert record.incidents["INC-1"].story[-1].kind == "resolved"


def test_ids_count_from_one_and_only_one_open_is_meant() -> None:
    assert next_id(()) == "INC-1"
    assert next_id(["INC-2", "INC-11"]) == "INC-12"
    one = record_of(declared()).incidents
    two = record_of(declared(), declared("INC-2")).incidents
    assert (only_open({}.values()), only_open(one.values()), only_open(two.values())) == ("", "INC-1", "")


def test_a_checkpoint_gives_back_what_is_open_and_leaves_out_old_stories() -> None:
    facts = []
    for number in range(1, 6):
        facts += [declared(f"INC-{number}"), words.resolved(f"INC-{number}", "done", [], "mara", AT + 2)]
    record = record_of(*facts, declared("INC-6"))
    back = record_at(checkpoint(record))
    assert back is not None
    assert back.incidents["INC-6"] == record.incidents["INC-6"]
    assert [len(each.story) for each in back.incidents.values()] == [0, 0, 0, 2, 2, 1]
    assert back.incidents["INC-1"].told == 2


TEXTS = st.sampled_from(["", "x", "SEV9", "resolved", "ruled out"]) | st.text(max_size=5)
BODIES = st.dictionaries(
    st.sampled_from(
        [
            "title",
            "severity",
            "kind",
            "text",
            "about",
            "verdict",
            "role",
            "who",
            "phase",
            "op_id",
            "claims",
            "began_at",
            "evidence",
            "left",
            "name",
            "level",
            "told_at",
            "outcome",
            "status",
        ]
    ),
    st.none()
    | TEXTS
    | st.integers(-5, 5)
    | st.lists(TEXTS, max_size=2)
    | st.dictionaries(TEXTS, TEXTS, max_size=2),
    max_size=6,
)
KINDS = st.sampled_from(
    [getattr(words, name) for name in dir(words) if name.isupper()] + ["level.observed", "obligation.closed"]
)


@given(st.lists(st.tuples(KINDS, BODIES, st.sampled_from(["", "INC-1", "INC-2"])), max_size=12))
def test_no_record_however_odd_breaks_it_and_every_prefix_agrees(
    told: list[tuple[str, dict[str, object], str]],
) -> None:
    facts = [Fact(kind, AT + n, "ada", body, id) for n, (kind, body, id) in enumerate(told)]  # type: ignore[arg-type]
    step = Record()
    for number, fact in enumerate(facts):
        step = record_of(fact, record=step)
        assert step == record_of(*facts[: number + 1])
    back = record_at(checkpoint(step))
    assert back is not None
    assert set(back.incidents) == set(step.incidents)


def test_half_a_character_does_not_keep_anything_off_the_record() -> None:
    fact = words.noted("INC-1", "note", "cut \ud83d off", "mara", AT + 1, said_by="l\udc00")
    told = incident(fact).story[-1]
    assert (told.text, told.actor) == ("cut \ufffd off", "l\ufffd")
