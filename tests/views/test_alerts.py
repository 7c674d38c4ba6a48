"""What the screen of alerts says: who is needed first, what is quiet and why, never more than is known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from cockpit.core.alerts import known_alerts
from cockpit.core.events import AlertsSeen, PollClosed, SilencesSeen, SourceAnswered, SourceFailed
from cockpit.core.model import AlertServer, MetricServer, RunbookCard
from cockpit.core.poll import Alert, Silenced
from cockpit.core.state import Acknowledgement, State
from cockpit.core.update import initial, update
from cockpit.views import alert_asking
from cockpit.views.alert_lines import document, lines
from cockpit.views.alerts import alerts_view, of_service
from cockpit.views.firstline import firstline
from cockpit.views.lines import text_of

from .drawn import cells, drawn
from .shop import HEALTHY, START, calm, now, play, shop

MODEL = shop(
    prometheus=(MetricServer("eu", "http://eu"),),
    alertmanager=(AlertServer("main", "http://main", deadman="Heartbeat"),),
)
UNTIL = START + 7200.0


def alert(name: str, state: str = "firing", source: str = "main", **more: Any) -> Alert:
    labels = {"alertname": name, **more.pop("labels", {})}
    given = {"annotations": {"summary": f"{name} says"}, "since": START, "source": source, **more}
    return Alert(name, state, labels, **given)  # type: ignore[arg-type]


def on(service: str, name: str, state: str = "firing", **more: Any) -> Alert:
    return alert(name, state, labels={"service": service, **more.pop("labels", {})}, **more)


ALERTS = (
    on("search", "Slow", "pending", source="eu"),
    on("search", "Down"),
    on("search", "Down", source="eu"),
    on("checkout-api", "Errors"),
    on("storefront", "Errors", silenced_by=("s-1", "s-gone")),
    on("orders-db", "Lag", inhibited_by=("f-1",)),
    on("orders-db", "NodeDown", fingerprint="f-1", silenced_by=("s-gone",)),
    alert("Odd", labels={"service": "unheard-of"}),
)
SILENCE = Silenced("s-1", "main", ('alertname="Errors"',), START, UNTIL, "mara", "the bank moves house")
LATER = replace(SILENCE, id="s-2", starts=UNTIL - 60, ends=UNTIL + 86_400 * 3, pending=True, author="")


def scene(*alerts: Alert, silences: tuple[Silenced, ...] = (SILENCE, LATER)) -> State:
    state = initial(MODEL)
    for event in (
        SourceAnswered("eu", START),
        SourceAnswered("main", START),
        SilencesSeen("main", silences),
        AlertsSeen("main", tuple(each for each in alerts if each.source == "main")),
        AlertsSeen("eu", tuple(each for each in alerts if each.source == "eu")),
        PollClosed(START),
    ):
        state, _ = update(state, event)
    ack = {"checkout-api": Acknowledgement("ben", START + 60)}
    return replace(state, record=replace(state.record, acknowledged=ack))


AT = START + 300.0


def told(state: State, at: float = AT) -> dict[str, list[list[str]]]:
    return {each.title: cells(each) for each in alerts_view(state, at).sections}


def test_who_is_needed_stands_first_and_nothing_is_dropped() -> None:
    assert told(scene(*ALERTS)) == {
        "Needs somebody": [
            ["Down", "search", "firing", "5m", "eu, main", "Down says"],
            ["Odd", "unassigned", "firing", "5m", "main", "Odd says"],
        ],
        "Somebody has it": [
            ["Errors", "checkout-api", "firing", "5m", "main", "ben has it 4 min; Errors says"],
        ],
        "About to fire": [["Slow", "search", "pending", "5m", "eu", "Slow says"]],
        "Kept quiet": [
            ["Lag", "orders-db", "inhibited", "5m", "main", "because NodeDown fires; Lag says"],
            [
                *("NodeDown", "orders-db", "silenced", "5m", "main"),
                "by a silence that is not known here; NodeDown says",
            ],
            [
                *("Errors", "storefront", "silenced", "5m", "main"),
                "until 00:13 by mara: the bank moves house; Errors says",
            ],
        ],
        "Silences": [
            ['alertname="Errors"', "until 00:13", "1 h 55 min left", "main", "mara: the bank moves house"],
            [
                *('alertname="Errors"', "from 00:12 until 3 d from now", "", "main"),
                "somebody: the bank moves house",
            ],
        ],
    }


def test_at_eighty_columns_name_state_and_why_are_there() -> None:
    sections = {each.title: each for each in alerts_view(scene(*ALERTS), AT).sections}
    assert drawn(sections["Kept quiet"], 78) == [
        "Lag      orders-db  inhibited 5m main because NodeDown fires; Lag says",
        "NodeDown orders-db  silenced  5m main by a silence that is not known here; No…",
        "Errors   storefront silenced  5m main until 00:13 by mara: the bank moves hou…",
    ]
    assert drawn(sections["Silences"], 78)[0].startswith('alertname="Errors" ')


def test_an_alert_that_one_of_two_alertmanagers_keeps_quiet_is_not_quiet() -> None:
    second = AlertServer("second", "http://second")
    state = scene(on("search", "Down", silenced_by=("s-1",)), on("search", "Down", source="eu"))
    model = replace(state.model, alertmanager=(*state.model.alertmanager, second))
    other = replace(ALERTS[1], source="second")
    health = replace(state.health, alerts=(*state.health.alerts, other))
    state = replace(state, model=model, picture=replace(state.picture, health=health))
    (row,) = told(state)["Needs somebody"]
    assert row[2:] == ["firing", "5m", "eu, main, second", "quiet in main only; Down says"]


def test_of_a_service_it_is_told_where_each_is_seen_and_what_is_quiet() -> None:
    state = scene(*ALERTS)
    assert cells(of_service(state, "search", AT)) == [
        ["Down", "firing", "5m", "eu, main", "Down says"],
        ["Slow", "pending", "5m", "eu", "Slow says"],
    ]
    assert cells(of_service(state, "orders-db", AT))[0][1] == "inhibited"
    assert cells(of_service(state, "checkout-api", AT)) == [["Errors", "firing", "5m", "main", "Errors says"]]


def note(state: State) -> str:
    return text_of(alerts_view(state, AT).sections[0].note)


def test_that_nothing_fires_is_only_said_when_somebody_has_said_so() -> None:
    assert note(calm()) == "Alerts are not known."
    assert note(initial(MODEL)) == "Alerts are not known."
    assert note(scene(silences=())) == "No alert is firing."
    assert note(scene(ALERTS[0])) == "Nothing waits for anybody."
    lost, _ = update(scene(silences=()), SourceFailed("main", AT, "connection refused"))
    assert note(lost) == "Nothing is known to fire, but Alertmanager main cannot be asked."
    assert [text_of(each) for each in alerts_view(lost, AT).remarks] == [
        "Alertmanager main cannot be asked since 22:18 UTC (connection refused): alerts that only it has are "
        "not shown, what is quiet is not marked, and its silences are from before."
    ]


def test_the_document_says_all_of_it_and_null_where_nothing_is_known() -> None:
    state = scene(ALERTS[3], ALERTS[7])
    state = replace(state, model=replace(state.model, runbooks=(RunbookCard("fix", alerts=("Errors",)),)))
    found = document(state, AT)
    assert json.loads(json.dumps(found)) == {
        "schema": "cockpit.alerts/v1",
        "at": START,
        "known": True,
        "unreachable": [],
        "alerts": [
            {
                "name": "Errors",
                "state": "firing",
                "service": "checkout-api",
                "since": START,
                "seen": ["main"],
                "labels": {"alertname": "Errors", "service": "checkout-api"},
                "annotations": {"summary": "Errors says"},
                "silenced_by": [],
                "inhibited_by": [],
                "acknowledged": {"by": "ben", "at": START + 60},
                "runbook": "fix",
                "needs_somebody": False,
            },
            {
                "name": "Odd",
                "state": "firing",
                "service": None,
                "since": START,
                "seen": ["main"],
                "labels": {"alertname": "Odd", "service": "unheard-of"},
                "annotations": {"summary": "Odd says"},
                "silenced_by": [],
                "inhibited_by": [],
                "acknowledged": None,
                "runbook": None,
                "needs_somebody": True,
            },
        ],
        "silences": [
            {
                "id": each.id,
                "sources": ["main"],
                "matchers": ['alertname="Errors"'],
                "starts": each.starts,
                "ends": each.ends,
                "by": each.author,
                "comment": "the bank moves house",
                "pending": each.pending,
            }
            for each in (SILENCE, LATER)
        ],
    }


def test_plain_text_names_the_command_that_ends_a_silence() -> None:
    text = list(lines(scene(ALERTS[1]), AT, 80))
    assert text[0] == "Needs somebody"
    assert "    cockpit alerts expire s-1" in text
    assert all(len(each) <= 80 for each in text)


# What is asked


def known(state: State, name: str) -> Any:
    return next(each for each in known_alerts(state) if each.name == name)


def test_before_it_is_quiet_it_is_said_what_that_hides() -> None:
    state = scene(*ALERTS)
    asking = alert_asking.silencing(state, known(state, "Errors"))
    assert asking.title == "Keep Errors of checkout-api quiet?"
    assert [text_of(each) for each in asking.told][1:] == [
        "It hides 1 alert that is known:",
        "  Errors of checkout-api, firing; checkout-api is UNKNOWN",
    ]
    assert [(each.name, each.words, each.why_not) for each in asking.options] == [
        ("1800", "Quiet for 30 min", ""),
        ("7200", "Quiet for 2 h", ""),
        ("28800", "Quiet for 8 h", ""),
        ("all 7200", "Every Errors quiet for 2 h: hides 2 alerts", ""),
    ]
    assert alert_asking.chosen(known(state, "Errors"), "1800") == (
        ('alertname="Errors"', 'service="checkout-api"'),
        1800.0,
    )
    assert alert_asking.chosen(known(state, "Errors"), "all 7200") == (('alertname="Errors"',), 7200.0)


def test_before_a_silence_ends_it_is_said_what_is_heard_again() -> None:
    asking = alert_asking.ending(scene(*ALERTS), SILENCE, AT)
    assert [text_of(each) for each in asking.told] == [
        'alertname="Errors"',
        "mara made it until 00:13: the bank moves house",
        "In main, for 1 h more. If it ends now, 1 alert is heard again.",
    ]
    assert [(each.name, each.why_not) for each in asking.options] == [("end", "")]


def test_it_says_why_nothing_can_be_silenced_from_here() -> None:
    state = scene(*ALERTS)
    nobody = replace(state, model=replace(state.model, alertmanager=()))
    one = known(state, "Down")
    for odd, why in (
        (replace(state, readonly=True), "this cockpit is read-only"),
        (nobody, "no Alertmanager is configured"),
    ):
        assert {each.why_not for each in alert_asking.silencing(odd, one).options} == {why}
        assert {each.why_not for each in alert_asking.ending(odd, SILENCE, AT).options} == {why}
    demo = replace(nobody, mode="demo")
    assert {each.why_not for each in alert_asking.silencing(demo, one).options} == {""}


# The dead-man


def first(state: State) -> str:
    return text_of(firstline(state, now(state), 300))


def test_a_deadman_is_missed_in_its_own_alertmanager_and_only_when_that_has_been_asked() -> None:
    beat = alert("Heartbeat")
    assert "dead-man alert Heartbeat is missing" in first(scene(ALERTS[1]))
    assert "dead-man" not in first(scene(beat))
    assert "dead-man alert Heartbeat does not arrive" in first(scene(replace(beat, source="eu")))
    assert "dead-man" not in first(play(initial(MODEL), HEALTHY, 5.0)), "nobody has been asked"
    lost, _ = update(scene(), SourceFailed("main", AT, "connection refused"))
    assert "dead-man" not in first(lost), "it cannot be asked"
    back, _ = update(lost, SourceAnswered("main", AT))
    assert "dead-man" not in first(back), "what it has is not judged before the poll is over"
    for event in (AlertsSeen("main", ()), PollClosed(AT)):
        back, _ = update(back, event)
    assert "dead-man alert Heartbeat is missing" in first(back)
