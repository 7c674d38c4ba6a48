"""One alert is one, whoever tells of it; nothing is dropped, and nothing is quiet that still pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cockpit.core.alerts import Known, known_alerts, runbook_of
from cockpit.core.model import AlertServer, MetricServer, Model, RunbookCard, Service
from cockpit.core.poll import Alert
from cockpit.core.silences import hidden, matchers_of
from cockpit.core.state import State
from cockpit.core.update import initial

MODEL = Model(
    name="shop",
    prometheus=(MetricServer("eu", "", {"region": "eu"}), MetricServer("us", "", {"region": "us"})),
    alertmanager=(AlertServer("main", ""), AlertServer("second", "")),
    services=(
        Service("checkout"),
        Service("search", alert_labels={"team": "find"}),
        Service("pages"),
    ),
)


def alert(source: str, name: str = "Slow", state: str = "firing", **more: Any) -> Alert:
    labels = {"alertname": name, **more.pop("labels", {"service": "checkout"})}
    given = {"annotations": {}, "since": None, "source": source, **more}
    return Alert(name, state, labels, **given)  # type: ignore[arg-type]


def told(*alerts: Alert, model: Model = MODEL) -> State:
    state = initial(model)
    health = replace(state.health, alerts=alerts)
    return replace(state, picture=replace(state.picture, health=health))


def brief(state: State) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(each.name, each.state, each.service, each.seen) for each in known_alerts(state)]


def test_what_prometheus_shows_is_a_part_of_what_alertmanager_has() -> None:
    outer = {"service": "checkout", "region": "eu", "cluster": "a"}
    state = told(
        alert("eu", since=100.0, value="3"),
        alert("main", labels=outer, since=160.0, annotations={"summary": "slow"}),
    )
    (found,) = known_alerts(state)
    assert found == Known(
        "Slow",
        "firing",
        {"alertname": "Slow", **outer},
        {"summary": "slow"},
        100.0,
        ("eu", "main"),
        'Slow{cluster="a",region="eu",service="checkout"}',
        "checkout",
        "3",
        clusters=("eu",),
    )


def test_a_late_one_is_there_as_soon_as_prometheus_shows_it() -> None:
    assert brief(told(alert("eu", state="pending"), alert("us", "Down", labels={}))) == [
        ("Down", "firing", "", ("us",)),
        ("Slow", "pending", "checkout", ("eu",)),
    ]


def test_the_same_rule_in_two_regions_is_two_alerts_each_with_its_own() -> None:
    both = [{"service": "checkout", "region": each} for each in ("us", "eu")]
    state = told(alert("us"), alert("eu"), *(alert("main", labels=each) for each in both))
    assert [(each.labels["region"], each.seen) for each in known_alerts(state)] == [
        ("eu", ("eu", "main")),
        ("us", ("us", "main")),
    ]
    assert [each.seen for each in known_alerts(told(alert("us"), alert("eu")))] == [("eu",), ("us",)]


def test_of_two_that_fit_each_is_taken_once_the_most_particular_first() -> None:
    one, two = {"service": "checkout"}, {"service": "checkout", "path": "/pay"}
    state = told(
        alert("eu", labels=one),
        alert("eu", labels=two),
        alert("main", labels={**one, "region": "eu"}),
        alert("main", labels={**two, "region": "eu"}),
    )
    assert [(len(each.labels), each.seen) for each in known_alerts(state)] == [
        (4, ("eu", "main")),
        (3, ("eu", "main")),
    ]


def test_another_name_or_another_value_is_another_alert() -> None:
    state = told(alert("eu"), alert("main", "Fast"), alert("main", labels={"service": "search"}))
    assert brief(state) == [
        ("Fast", "firing", "checkout", ("main",)),
        ("Slow", "firing", "checkout", ("eu",)),
        ("Slow", "firing", "search", ("main",)),
    ]


@pytest.mark.parametrize(
    ("main", "second", "state", "where"),
    [
        ({"silenced_by": ("s",)}, {"silenced_by": ("s",)}, "silenced", ()),
        ({"inhibited_by": ("i",)}, {"inhibited_by": ("i",)}, "inhibited", ()),
        ({"inhibited_by": ("i",)}, {"silenced_by": ("s",)}, "silenced", ()),
        ({"silenced_by": ("s",)}, {}, "firing", ("main",)),
        ({}, {}, "firing", ()),
    ],
)
def test_it_is_quiet_only_where_every_alertmanager_keeps_it_quiet(
    main: dict[str, Any], second: dict[str, Any], state: str, where: tuple[str, ...]
) -> None:
    (found,) = known_alerts(told(alert("eu"), alert("main", **main), alert("second", **second)))
    assert (found.state, found.quiet_in, found.seen) == (state, where, ("eu", "main", "second"))


def test_whom_it_concerns_is_what_its_labels_name_and_otherwise_nobody() -> None:
    state = told(
        alert("eu", "A", labels={"team": "find", "service": "checkout"}),
        alert("eu", "B", labels={"service": "unheard-of", "job": "pages"}),
        alert("eu", "C", labels={"service": "unheard-of"}),
        alert("eu", "D", labels={}),
    )
    assert [each.service for each in known_alerts(state)] == ["search", "pages", "", ""]


@pytest.mark.parametrize(
    ("labels", "annotations", "found"),
    [
        ({"runbook": "restart"}, {"runbook_url": "https://wiki/failover"}, "restart"),
        ({}, {"runbook_url": "https://wiki/runbooks#failover"}, "failover"),
        ({}, {"runbook_url": "https://wiki/runbooks/failover/"}, "failover"),
        ({}, {"runbook_url": "https://wiki/x", "runbook": "restart"}, "restart"),
        ({"runbook": "unheard-of"}, {"runbook_url": "https://[/"}, "answers-slow"),
        ({}, {}, "answers-slow"),
    ],
)
def test_its_runbook_is_the_first_that_is_known(
    labels: dict[str, str], annotations: dict[str, str], found: str
) -> None:
    cards = (RunbookCard("restart"), RunbookCard("failover"), RunbookCard("answers-slow", alerts=("Slow",)))
    (one,) = known_alerts(told(alert("eu", labels=labels, annotations=annotations)))
    assert runbook_of(replace(MODEL, runbooks=cards), one) == found


@pytest.mark.parametrize(
    ("matchers", "names"),
    [
        (['alertname="Slow"'], ["Slow"]),
        (["alertname=~S.*|Down", "service!=pages"], ["Slow"]),
        (["alertname=~low"], []),
        (["service=pages"], ["Down"]),
        (["severity="], ["Down", "Slow"]),
        (["severity!~.+"], ["Down", "Slow"]),
        (["severity=~.+"], []),
    ],
)
def test_what_a_silence_would_hide(matchers: list[str], names: list[str]) -> None:
    alerts = known_alerts(told(alert("eu"), alert("eu", "Down", labels={"service": "pages"})))
    assert [each.name for each in hidden(matchers, alerts)] == names


@pytest.mark.parametrize("matcher", ["service", "service=~(", "=x"])
def test_what_is_no_matcher_is_said_to_be_none(matcher: str) -> None:
    with pytest.raises(ValueError, match=r"matcher has|no regular"):
        hidden([matcher], known_alerts(told(alert("eu"))))


def test_the_matchers_of_an_alert_hold_for_it_and_no_other_whatever_its_labels_hold() -> None:
    odd = {"service": 'a"b\\c\n{}', "empty": "", "path": "/pay|.*"}
    alerts = known_alerts(told(alert("eu", labels=odd), alert("eu", labels={**odd, "path": "/pay"})))
    for one in alerts:
        assert hidden(matchers_of(one), alerts) == (one,)


def test_thousands_are_put_together_quickly_enough_to_be_put_together_at_every_look() -> None:
    """No times: as many comparisons as there are alerts, not as many squared."""
    many = [{"service": f"s{number}"} for number in range(3_000)]
    alerts = [alert("eu", labels=each) for each in many]
    alerts += [alert("main", labels={**each, "region": "eu"}) for each in many]
    assert [each.seen for each in known_alerts(told(*alerts))] == [("eu", "main")] * 3_000
