"""Glass that was broken is told of wherever its run is told of, with who and why."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cockpit.core.incident.story import told
from cockpit.core.journal import Fact
from cockpit.core.runbook.approvals import digest_of
from cockpit.core.runbook.model import Approval, Confirm
from cockpit.core.runbook.words import say
from cockpit.core.state import State
from cockpit.views import glass, handover, runbooks, runs_list
from cockpit.views.bridge import bridge
from cockpit.views.export import document, html, markdown
from cockpit.views.export.postmortem import gather
from cockpit.views.export.series import Charts
from cockpit.views.lines import text_of
from cockpit.views.run import run_view
from tests.core.runbook.played import Played, begin, book, step
from tests.views.export.made_up import HEAD

from .shop import now
from .telling import ID, one, put, scene

SAID = "broken glass: Promote, by mara: nobody is awake"


def broken(at: float) -> Played:
    """A run that is over by now, one step of which wanted a second person."""
    guarded = step("promote", approval=Approval(), confirm=Confirm("none"), reconcile=None)
    played = begin(book(guarded))
    played.now = at
    key, digest = played.run.key, digest_of(played.run, guarded)
    played.tell(say("approval.requested", key, digest=digest, expires_at=at + 600, min=1))
    played.tell(say("approval.broken_glass", key, digest=digest, reason="nobody is awake"))
    played.tell(say("intent", key, rollback=None), say("exited", key, ok=True, ending="exited"))
    played.tell(say("settled", key, state="succeeded", effect="applied", reason="", next="next"))
    played.tell(say("run.finished", state="completed", forward="completed", rollback=None))
    return played


def facts(state: State) -> list[Fact]:
    """Of the incident that is open."""
    return [replace(each.fact, incident=ID) for each in broken(now(state) - 30).records]


@pytest.fixture
def after() -> State:
    state = scene()
    return put(state, *facts(state))


def test_in_lists_of_runs_and_on_their_screens(after: State) -> None:
    at, run = now(after), after.record.runs["R-1"]
    assert runs_list.lines([run], {}, at)[0].endswith(f"; {SAID}")
    (entry,) = json.loads(json.dumps(runs_list.document([run], {})))["runs"]
    assert entry["broken_glass"] == [
        {"run": "R-1", "step": "promote", "by": "mara", "reason": "nobody is awake"}
    ]
    assert text_of(runbooks.standing(after, run)).endswith(", broken glass")
    view = run_view(after, "R-1", at)
    assert view is not None
    assert SAID in [text_of(each) for each in view.now]


def test_on_the_bridge_for_a_day_and_as_long_as_the_incident_is_open(after: State) -> None:
    at = now(after)
    (row,) = glass.rows(after, at)
    assert row in bridge(after, at).next.rows
    assert [text_of(each) for each in row.cells][1:3] == [
        "R-1 Promote",
        "broken glass by mara: nobody is awake",
    ]
    assert glass.rows(after, at + 10 * glass.FRESH) == [row]
    over = replace(one(after), resolved_at=at)
    closed = replace(after, record=replace(after.record, incidents={ID: over}))
    assert glass.rows(closed, at) == [row]
    assert glass.rows(closed, at + 2 * glass.FRESH) == []


def test_in_the_story_of_the_incident_and_in_what_is_handed_over(after: State) -> None:
    said = "broken glass: mara did Promote without a second person: nobody is awake"
    assert said in [each.text for each in one(after).story]
    assert said in [each.text for each in after.picture.timeline]
    assert SAID in " ".join(" ".join(handover.handover(after, one(after), now(after))).split())


def test_in_every_form_of_the_post_mortem(after: State) -> None:
    it = gather(after, one(after), Charts(), HEAD, now(after))
    assert f"**{SAID}**" in markdown.rendered(it)
    assert f'<p class="warn">{SAID}</p>' in html.rendered(it)
    (run,) = json.loads(json.dumps(document.document(it)))["runs"]
    assert [(each["title"], each["by"], each["reason"]) for each in run["broken_glass"]] == [
        ("Promote", "mara", "nobody is awake")
    ]


def test_of_a_run_inside_another_it_is_told_at_the_one_around_it() -> None:
    state = scene()
    outer = [each for each in facts(state) if each.kind in ("run.started", "run.finished")]
    inner = [replace(each, run="R-1.sub", uid=f"inner-{each.uid}") for each in facts(state)]
    after = put(state, outer[0], *inner, outer[1])
    (row,) = glass.rows(after, now(after))
    assert (row.key, row.opens) == ("R-1", "run")
    assert text_of(runbooks.standing(after, after.record.runs["R-1"])).endswith(", broken glass")


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (
            "requested",
            {"from": ["leo", "ines"]},
            "mara asks leo or ines to approve Promote: cockpit approve R-1 promote",
        ),
        ("requested", {}, "mara asks a second person to approve Promote: cockpit approve R-1 promote"),
        ("granted", {"reason": "seen"}, "mara approved Promote: seen"),
        ("refused", {"reason": "it lags"}, "mara refused Promote: it lags"),
        (
            "expired",
            {"why": "nobody answered it in time"},
            "Promote: the approval that was asked for counts no more, nobody answered it in time",
        ),
        (
            "broken_glass",
            {"reason": "asleep"},
            "broken glass: mara did Promote without a second person: asleep",
        ),
    ],
)
def test_what_is_said_of_approvals_in_a_story(kind: str, body: dict[str, object], said: str) -> None:
    fact = Fact(f"approval.{kind}", 1.0, "mara", body, run="R-1", step="promote")  # type: ignore[arg-type]
    assert told(fact, broken(1.0).run) == said
