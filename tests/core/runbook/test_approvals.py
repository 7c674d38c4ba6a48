"""Nobody approves what they run themselves, or something else than what would be done, or too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.journal import GENESIS, Fact, Recorded, sealed
from cockpit.core.json import Json
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.answers import Answer, answered
from cockpit.core.runbook.approvals import broken, counted, digest_of, lacks
from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.model import Approval, Capture, Confirm
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.requests import Request, objection, open_requests, request_of, whom
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.words import Ask, Do, Task, Word, say
from cockpit.core.team import Role

from .played import Played, begin, book, step

KEY = Key("promote", 1)
UNTIL = 200.0
PEOPLE = ("mara", "leo", "ines", "aiko")


def guarded(**more: object) -> Played:
    """Run by mara; its only step wants a second person."""
    given: dict[str, object] = {"reconcile": None, "confirm": Confirm("none"), "approval": Approval(), **more}
    return begin(book(step("promote", **given)))


def digest(run: Run) -> str:
    wanted = run.step("promote")
    assert wanted is not None
    return digest_of(run, wanted)


def asked(**more: object) -> Played:
    played = guarded(**more)
    played.tell(requested(played.run))
    return played


def requested(run: Run, **more: Json) -> Word:
    return say("approval.requested", KEY, **{"digest": digest(run), "expires_at": UNTIL, "min": 1, **more})


def granted(run: Run, **more: Json) -> Word:
    return say("approval.granted", KEY, **{"digest": digest(run), "reason": "seen", **more})


def begins(run: Run) -> bool:
    """Whether the step would be done now."""
    return next_move(run) == Do(Task.BEGIN, KEY)


def open_one(run: Run) -> Request:
    found = request_of(run, [run])
    assert found is not None
    return found


def test_a_second_person_who_agrees_lets_it_begin() -> None:
    played = asked()
    assert isinstance(played.move(), Ask)
    played.tell(granted(played.run), actor="leo")
    assert begins(played.run)


def test_who_runs_it_cannot_agree_to_it() -> None:
    played = asked()
    played.tell(granted(played.run), actor="mara")
    assert not begins(played.run)


def test_who_agreed_and_then_acts_in_it_has_not_agreed_any_more() -> None:
    played = asked()
    played.tell(granted(played.run), actor="leo")
    played.tell(say("captured", KEY, when="before", values={}), actor="leo")
    assert not begins(played.run)


def test_one_person_is_one_however_often_they_say_so() -> None:
    played = asked(approval=Approval(min=2))
    for _ in range(3):
        played.tell(granted(played.run), actor="leo")
    assert not begins(played.run)
    played.tell(granted(played.run), actor="ines")
    assert begins(played.run)


def test_only_those_count_who_were_asked() -> None:
    played = asked(approval=Approval(by=("ines",)))
    played.tell(granted(played.run), actor="leo")
    assert not begins(played.run)
    played.tell(granted(played.run), actor="ines")
    assert begins(played.run)


def test_who_acts_around_or_inside_it_does_not_count() -> None:
    played = guarded()
    played.tell(requested(played.run, operators=["mara", "leo"]))
    played.tell(granted(played.run), actor="leo")
    assert not begins(played.run)


def test_an_agreement_that_comes_too_late_counts_for_nothing() -> None:
    played = asked()
    played.now = UNTIL + 1
    played.tell(granted(played.run), actor="leo")
    assert not begins(played.run)


@pytest.mark.parametrize("said", [{"digest": "0" * 64}, {"digest": ""}, {"digest": None}, {"digest": 7}])
def test_an_agreement_to_something_else_counts_for_nothing(said: dict[str, Json]) -> None:
    played = asked()
    played.tell(granted(played.run, **said), actor="leo")
    assert not begins(played.run)


def test_nobody_agrees_to_what_nobody_asked() -> None:
    played = guarded()
    played.tell(say("asked", KEY, question="approval"))
    played.tell(say("approval.granted", KEY, reason="early"), actor="leo")
    played.tell(granted(played.run), actor="leo")
    assert not begins(played.run)


def test_what_has_changed_since_has_to_be_asked_anew() -> None:
    with_capture = (Capture("was", Command(("get",))),)
    played = asked(captures=with_capture)
    played.tell(say("captured", KEY, when="before", values={"was": "old"}))
    played.tell(requested(played.run))
    played.tell(granted(played.run), actor="leo")
    assert begins(played.run)
    played.tell(say("captured", KEY, when="before", values={"was": "other"}))
    assert isinstance(played.move(), Ask)
    assert counted(played.run, played.run.runbook.steps[0], played.run.executions[0]) == ()


def test_a_refusal_holds_the_run_and_is_asked_anew_only_when_somebody_says_so() -> None:
    played = asked()
    body = {"digest": digest(played.run), "reason": "the standby lags"}
    played.tell(say("approval.refused", KEY, **body), actor="leo")
    played.tell(*played.move().words)  # type: ignore[attr-defined]
    assert played.run.hold is not None
    assert (played.run.hold.kind, played.run.hold.reason) == ("approval", "leo refused it: the standby lags")
    question = played.move().question  # type: ignore[attr-defined]
    assert question.choice("retry").words == "Ask once more"
    played.tell(*answered(played.run, question, Answer("retry"), played.now))
    assert isinstance(played.move(), Ask)
    assert request_of(played.run) is None, "it has not been asked anew yet"


def test_a_refusal_of_an_older_question_does_not_touch_the_one_that_is_open() -> None:
    played = asked()
    played.tell(say("approval.refused", KEY, digest="0" * 64, reason="old"), actor="leo")
    assert request_of(played.run) is not None


def test_glass_that_was_broken_for_something_else_is_whole() -> None:
    played = guarded(captures=(Capture("was", Command(("get",))),))
    played.tell(say("captured", KEY, when="before", values={"was": "new"}))
    played.tell(requested(played.run))
    question = played.move().question  # type: ignore[attr-defined]
    played.tell(*answered(played.run, question, Answer("break-glass", "nobody is awake"), played.now))
    assert [(each.by, each.reason, each.title) for each in broken(played.run)] == [
        ("mara", "nobody is awake", "Promote")
    ]
    wanted, one = played.run.runbook.steps[0], played.run.executions[0]
    assert not lacks(played.run, wanted, one)
    played.tell(say("captured", KEY, when="before", values={"was": "old"}))
    assert lacks(played.run, wanted, played.run.executions[0])
    assert len(broken(played.run)) == 1, "it is told of for good"


# Whatever happens, in whatever order

WORDS = st.sampled_from(
    [*["granted"] * 6, "requested", "refused", "expired", "broken_glass", "captured", "asked"]
)
MOSTLY_RIGHT = st.sampled_from([0, 0, 0, 0, 1, 2, 3])
NEWS = st.tuples(WORDS, st.sampled_from(PEOPLE), MOSTLY_RIGHT, MOSTLY_RIGHT, st.sampled_from([10, 50, 500]))


def fact_of(run: Run, news: tuple[str, str, int, int, int], at: float) -> Fact:
    """One thing that somebody wrote down: honest or not, about this try or another."""
    word, who, wrong, attempt, late = news
    digests = [digest(run), "0" * 64, "", digest(run)[:12]]
    bodies: dict[str, dict[str, object]] = {
        "requested": {"expires_at": at + late, "operators": ["ines"] if attempt == 3 else []},
        "captured": {"when": "before", "values": {"was": str(wrong)}},
        "asked": {"question": "approval"},
        "expired": {"over": wrong == 1},
    }
    body = {"digest": digests[wrong], "reason": "so", **bodies.get(word, {})}
    kind = f"step.{word}" if word in ("captured", "asked") else f"approval.{word}"
    return Fact(kind, at, who, body, run="R-1", step="promote", visit=1, attempt=1 + attempt % 2)  # type: ignore[arg-type]


def after(run: Run, facts: Sequence[Fact]) -> Run:
    for at, fact in enumerate(facts, run.last_seq + 1):
        record = sealed(Recorded(at, fact, "here", "boot", 0, GENESIS, ""))
        run = folded(run, record) or run
    return run


@settings(max_examples=400, deadline=None)
@given(st.lists(NEWS, max_size=14), st.integers(1, 2))
def test_no_order_of_facts_lets_it_begin_without_enough_other_people(
    news: list[tuple[str, str, int, int, int]], least: int
) -> None:
    """By the facts alone: it was asked, and enough others agreed to that very thing since."""
    run = guarded(approval=Approval(min=least)).run
    at, facts = 100.0, []
    for each in (("requested", "mara", 0, 0, 500), *news):
        at += 20.0
        fact = fact_of(run, each, at)
        facts.append(fact)
        run = after(run, [fact])
    if begins(run):
        assert agreed(facts, digest(run)) >= least or glass(facts, digest(run))


def agreed(facts: list[Fact], wanted: str) -> int:
    """How many people who never acted agreed to `wanted` since it was asked last, in time."""
    own = [fact for fact in facts if fact.attempt == 1]
    asked_at = max((n for n, fact in enumerate(own) if fact.kind == "approval.requested"), default=None)
    if asked_at is None or own[asked_at].body["digest"] != wanted:
        return 0
    hands = {"mara", *own[asked_at].body["operators"]}  # type: ignore[misc]
    hands |= {fact.actor for fact in facts if fact.kind not in ("approval.granted", "approval.refused")}
    until = own[asked_at].body["expires_at"]
    people = {
        fact.actor
        for fact in own[asked_at:]
        if fact.kind == "approval.granted" and fact.body["digest"] == wanted and fact.at <= until  # type: ignore[operator]
    }
    return len(people - hands)


def glass(facts: list[Fact], wanted: str) -> bool:
    return any(
        fact.kind == "approval.broken_glass" and fact.attempt == 1 and fact.body["digest"] == wanted
        for fact in facts
    )


# Who may answer


def test_a_question_tells_what_it_is_about_and_who_may_answer() -> None:
    played = asked(approval=Approval(by=("leo", "mara")))
    one = open_one(played.run)
    assert (one.by, one.at, one.expires_at, one.digest) == ("mara", 100.0, UNTIL, digest(played.run))
    assert (one.hands, one.least, whom(one)) == (frozenset({"mara"}), 1, "leo")
    assert whom(open_one(asked().run)) == "anybody but mara"
    assert open_requests({"R-1": played.run}, UNTIL) == [replace(one, hands=one.hands)]
    assert open_requests({"R-1": played.run}, UNTIL + 1) == []


@pytest.mark.parametrize(
    ("who", "more", "why"),
    [
        ("mara", {}, "mara acts in R-1 and cannot answer for it"),
        ("zoe", {}, "zoe may not answer for promote"),
        ("leo", {"now": UNTIL + 1}, "nobody answered it in time"),
        ("leo", {"shown": "0000"}, "what would be done is not what was shown (0000)"),
        ("leo", {"role": Role.RESPONDER}, "leo is no approver, only a responder"),
        ("leo", {}, ""),
    ],
)
def test_why_somebody_may_not_answer(who: str, more: dict[str, object], why: str) -> None:
    one = open_one(asked(approval=Approval(by=("leo", "ines"))).run)
    given = {"now": 150.0, **more}
    said, hint = objection(one, who, **given)  # type: ignore[arg-type]
    assert said.startswith(why) if why else not said
    assert bool(hint) is bool(why)


def test_who_agreed_already_is_told_that_more_must() -> None:
    played = asked(approval=Approval(min=2))
    played.tell(granted(played.run), actor="leo")
    assert objection(open_one(played.run), "leo", 150.0) == (
        "leo has approved promote already",
        "1 more must",
    )


def test_who_acts_in_another_run_of_the_family_may_not_answer() -> None:
    run = asked().run
    child = replace(run, id="R-1.sub", parent="R-1", operators=("leo",))
    stranger = replace(run, id="R-2", operators=("ines",))
    one = request_of(run, [run, child, stranger])
    assert one is not None
    assert one.hands == {"mara", "leo"}


def test_a_run_that_is_held_asks_nobody() -> None:
    played = asked()
    held = say(
        "run.held", KEY, reason="stop", kind="operator", step="promote", visit=1, attempt=1, phase="do"
    )
    played.tell(held)
    assert request_of(played.run) is None
    assert request_of(replace(played.run, executions=(Execution(KEY),))) is None
