"""A record that somebody else wrote, or damaged, takes nobody's incident away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from cockpit.core import reminders
from cockpit.core.checkpoint import checkpoint, record_at
from cockpit.core.events import RecordGrew
from cockpit.core.frozen import to_json
from cockpit.core.incident.noticing import declaration
from cockpit.core.journal import Fact, Recorded
from cockpit.core.journal_head import Head
from cockpit.core.runbook.fold import folded
from cockpit.core.state import State
from cockpit.core.update import update
from cockpit.views import bridge, firstline, handover, incidents, updates
from cockpit.views import incident as incident_view
from cockpit.views.export import document, html, markdown
from cockpit.views.export.postmortem import gather
from cockpit.views.export.series import Charts
from tests.core.runbook.played import book, step
from tests.views.shop import now
from tests.views.telling import ID, one, scene, told

AT: Final = 1_700_000_990.0
ODD: Final[tuple[Any, ...]] = (None, True, -1, 10**400, 1e308, "", "../x", [], [10**400], {}, {"at": 10**400})
BODIES: Final[dict[str, dict[str, Any]]] = {
    "incident.declared": {
        "title": "t",
        "severity": "SEV1",
        "proposed": "SEV2",
        "began_at": AT,
        "evidence": {"levels": {"a": "DOWN"}, "seen": [{"at": AT, "kind": "level", "text": "DOWN"}]},
    },
    "incident.noted": {"kind": "hypothesis", "text": "x", "told_at": AT, "about": 1, "verdict": "confirmed"},
    "incident.role": {"role": "incident-commander", "who": "x"},
    "incident.severity": {"severity": "SEV1", "was": "SEV2", "reason": "r"},
    "incident.update_requested": {
        "op_id": "o",
        "to": "chat",
        "status": "resolved",
        "text": "x",
        "claims": {},
    },
    "incident.update_settled": {"op_id": "o", "outcome": "sent", "reason": ""},
    "incident.handover": {"phase": "offered", "to": "x", "text": "y"},
    "incident.resolved": {"reason": "x", "left": ["a"]},
    "level.observed": {"name": "checkout", "level": "DOWN", "was": "OK"},
    "change.observed": {"service": "a", "what": "b", "version": "c", "by": "d"},
    "flag.requested": {"op_id": "f", "env": "e", "key": "k", "kind": "kill", "before": {}, "expires_at": AT},
    "flag.settled": {"op_id": "f", "outcome": "applied", "after": {"value": True}},
    "obligation.opened": {"title": "t", "owner": "o", "expires_in": 5},
    "degradation.marked": {"node": "checkout", "mode": "m", "on": True, "reason": "r"},
    "integrity.attested": {"service": "a", "reason": "b"},
    "service.acknowledged": {"service": "a", "on": True},
    "journal.gap": {"runs": ["a"], "count": 3, "why": "x"},
    "watch.reminded": {"key": "k", "count": 1, "text": "x", "to": ["a"]},
    "run.started": {"runbook": {}, "mode": "live", "parameters": {}},
}
FOREIGN: Final = ("INC-", "INC-x", "../../x", "INC-1\n", "INC-" + "9" * 5000, "INC--5", "INC-²", "\x1b[2J")


def put(state: State, kind: str, body: dict[str, Any], incident: str = ID) -> State:
    fact = Fact(kind, AT, "mara", body, incident, "R-1" if kind.startswith("run.") else "")
    return update(state, RecordGrew((Recorded(state.record.seq + 1, fact, "o", "b", 0, "", ""),)))[0]


def damaged(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in body.items():
        yield {each: said for each, said in body.items() if each != name}
        yield from ({**body, name: odd} for odd in ODD)
        if isinstance(value, dict):
            yield from ({**body, name: {**value, inside: odd}} for inside in value for odd in ODD)


def look_everywhere(state: State) -> None:
    at = now(state) + 1
    assert list(incidents.lines(state, at))
    incident_view.none_open(state, at)
    bridge.bridge(state, at)
    firstline.firstline(state, at)
    reminders.reminders(state, at)
    assert record_at(replace(checkpoint(state.record), recorded=1)) is not None
    for each in state.record.incidents.values():
        json.dumps(incidents.document(state, each, at, whole=True))
        assert list(incidents.text(state, each, at))
        assert handover.text(state, each, at)
        assert updates.draft(state, each, "internal", at, "investigating")
        it = gather(state, each, Charts(), Head(1, "a" * 64), at)
        assert markdown.rendered(it)
        assert html.rendered(it)
        json.dumps(document.document(it), allow_nan=False)


@pytest.mark.parametrize("kind", BODIES)
def test_a_fact_whose_body_is_odd_takes_no_screen_and_no_export_away(kind: str) -> None:
    state = told(scene())
    for body in damaged(BODIES[kind]):
        after = put(state, kind, body, "INC-9" if kind == "incident.declared" else ID)
        assert after.record.seq == state.record.seq + 1
        look_everywhere(after)


@pytest.mark.parametrize("id", FOREIGN, ids=range(len(FOREIGN)))
def test_an_incident_of_an_odd_name_stands_in_nobodys_way(id: str) -> None:
    state = put(scene(), "incident.declared", BODIES["incident.declared"], id)
    look_everywhere(state)
    assert declaration(state, "the next", None, "mara", AT).incident == "INC-4"


def test_the_highest_number_that_can_be_leaves_room_for_the_next() -> None:
    state = put(scene(), "incident.declared", BODIES["incident.declared"], "INC-999999999")
    ids = []
    for _ in range(2):
        ids.append(declaration(state, "the next", None, "mara", AT).incident)
        state = put(state, "incident.declared", BODIES["incident.declared"], ids[-1])
    assert ids == ["INC-1000000000", "INC-1000000001"]


@pytest.mark.parametrize("kind", ["incident.declared", "flag.requested", "run.started", "step.intent"])
def test_a_body_too_deep_to_be_kept_changes_nothing(kind: str) -> None:
    deep: dict[str, Any] = {}
    for _ in range(900):
        deep = {"a": deep}
    before = scene()
    after = put(before, kind, {"title": "t", "evidence": deep, "want": deep, "key": "k"}, "INC-9")
    assert after.record == replace(before.record, seq=before.record.seq + 1)
    look_everywhere(after)


@pytest.mark.parametrize("kind", ["degradation.marked", "integrity.attested", "service.acknowledged"])
def test_a_decision_about_nothing_is_not_told_as_one(kind: str) -> None:
    assert one(put(scene(), kind, {"reason": "r"})).told == one(scene()).told


def test_a_run_called_like_a_path_is_none() -> None:
    body = {"runbook": to_json(book(step("a"))), "mode": "live"}
    found = {}
    for id in ("R-7", "../../x", "/etc/x", "a\0b"):
        fact = Fact("run.started", AT, "mara", body, "", id)
        found[id] = folded(None, Recorded(1, fact, "o", "b", 0, "", "")) is not None
    assert found == {"R-7": True, "../../x": False, "/etc/x": False, "a\0b": False}


def test_what_is_no_list_names_nothing() -> None:
    assert one(put(scene(), "incident.resolved", {"reason": "x", "left": "all"})).left == ()
