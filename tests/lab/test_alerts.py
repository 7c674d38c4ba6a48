"""Alerts of real rules in a real Alertmanager: late, silenced, suppressed, over, and impossible to read."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cockpit import wiring
from cockpit.adapters.alert_past import alert_past
from cockpit.adapters.alertmanager_look import AlertmanagerLook
from cockpit.cli.opening import opened_on
from cockpit.config import Loaded
from cockpit.core.alert_past import AlertPast
from cockpit.core.alerts import Known, known_alerts
from cockpit.core.events import AlertsSeen, ServiceAcknowledged, SilencesSeen, SourceAnswered, SourceFailed
from cockpit.core.model import AlertServer, MetricServer
from cockpit.core.silences import hidden, matchers_of, quieting, standing
from cockpit.core.state import State
from cockpit.core.wanted import SilenceEndWanted, SilenceWanted
from cockpit.views.alerts import alerts_view
from cockpit.views.firstline import firstline
from cockpit.views.lines import text_of

from .alertmanager import Alertmanager
from .behaviours import (
    cut_off,
    drip,
    gzip_bomb,
    hang,
    honest,
    huge,
    login_page,
    redirect,
    truncated,
    unavailable,
    wrong_prefix,
)
from .child import until
from .cockpits import Part, configured, opened, own, service
from .conftest import MakeProxy, OwnPrometheus
from .proxies import Answer, Behaviour, Exchange

pytestmark = pytest.mark.lab


RESEND = ("--rules.alert.resend-delay=1s",)
"""What was sent before discovery had passed the Alertmanager on is lost, else for a minute."""


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


async def polled(source: AlertmanagerLook, at: float = 0.0) -> list[Any]:
    return [event async for event in source.poll(at)]


def rule(name: str, expr: str = "vector(1)", **labels: str) -> Part:
    return {"alert": name, "expr": expr, "labels": labels, "annotations": {"summary": f"{name} says"}}


def seen(state: State) -> dict[str, Known]:
    return {each.name: each for each in known_alerts(state)}


def is_so(name: str, standing: str, *where: str) -> Callable[[State], bool]:
    def look(state: State) -> bool:
        found = seen(state).get(name)
        return found is not None and (found.state, found.seen) == (standing, where)

    return look


def part(state: State, name: str) -> str:
    """Below which title it stands on the screen."""
    at = state.health.at or 0.0
    sections = alerts_view(state, at).sections
    return next(each.title for each in sections if name in {text_of(row.cells[0]) for row in each.rows})


def shop(folder: Path, prometheus: str, *managers: Part) -> Loaded:
    auth = service("auth", own("up", "errors", "vector(0)", above={"DOWN": 1}))
    return configured(folder, prometheus, auth, alertmanager=list(managers))


async def test_from_the_first_sign_to_the_end_of_its_silence(
    own_prometheus: OwnPrometheus, real: Alertmanager, tmp_path: Path
) -> None:
    burning = {**rule("Burning", service="auth"), "for": "4s"}
    prometheus = own_prometheus(
        rules=[{"name": "lab", "rules": [burning]}],
        alertmanagers=[real.url],
        external={"cluster": "a"},
        flags=RESEND,
    )
    loaded = shop(tmp_path, prometheus.url, {"name": "main", "url": real.url})
    async with opened(loaded, actor="mara") as cockpit:
        await cockpit.until(is_so("Burning", "firing", "eu", "main"), what="both show it")
        late = [each for each in cockpit.seen if seen(each).get("Burning")]
        assert is_so("Burning", "pending", "eu")(late[0]), "Prometheus shows it before anybody is told"
        assert part(late[0], "Burning") == "About to fire"
        found = seen(cockpit.state)["Burning"]
        assert (found.service, found.labels) == (
            "auth",
            {"alertname": "Burning", "service": "auth", "cluster": "a"},
        )
        assert part(cockpit.state, "Burning") == "Needs somebody"

        now = cockpit.engine.now()
        cockpit.engine.dispatch(ServiceAcknowledged("auth", "mara", now))
        await cockpit.until(lambda state: part(state, "Burning") == "Somebody has it", what="mara has it")

        wanted = SilenceWanted(matchers_of(found), 3600.0, "moving house", "mara", now)
        assert hidden(wanted.matchers, known_alerts(cockpit.state)) == (found,)
        cockpit.engine.dispatch(wanted)
        await cockpit.until(is_so("Burning", "silenced", "eu", "main"), what="it is quiet")
        assert part(cockpit.state, "Burning") == "Kept quiet"
        (made,) = real.silences()
        assert (made["createdBy"], made["comment"].startswith("moving house (cockpit ")) == ("mara", True)
        silence = quieting(cockpit.state).silence(seen(cockpit.state)["Burning"])
        assert silence is not None
        assert (silence.id, silence.source, silence.author) == (made["id"], "main", "mara")

        end = SilenceEndWanted("main", silence.id, "done", "mara", cockpit.engine.now())
        cockpit.engine.dispatch(end)
        await cockpit.until(is_so("Burning", "firing", "eu", "main"), what="it is heard again")
        assert (real.states(), standing(cockpit.state)) == (["expired"], ())
        kinds = [each.fact.kind for each in await cockpit.engine.journal.read(after=0)]
        assert kinds[-4:] == ["silence.requested", "silence.settled"] * 2


async def test_a_silence_that_runs_out_is_over_by_itself(real: Alertmanager) -> None:
    real.post({"alertname": "Burning", "service": "auth"})
    source = AlertmanagerLook(AlertServer("main", real.url))
    quiet = {"name": "service", "value": "auth", "isRegex": False}
    real.silence(quiet, lasts=2.0)
    try:
        (silences, alerts, answered) = await polled(source)
        assert (len(silences.silences), len(alerts.alerts[0].silenced_by)) == (1, 1)
        assert silences.silences[0].matchers == ('service="auth"',)
        real.wait_states(["expired"])
        (silences, alerts, answered) = await polled(source)
        assert (silences.silences, alerts.alerts[0].silenced_by) == ((), ())
        assert answered.note == ""
    finally:
        await source.close()


async def test_what_another_alert_suppresses_says_which(real: Alertmanager, tmp_path: Path) -> None:
    real.post(
        {"alertname": "NodeDown", "severity": "page", "node": "n1", "service": "auth"},
        {"alertname": "DiskSlow", "severity": "info", "node": "n1", "service": "auth"},
        {"alertname": "DiskSlow", "severity": "info", "node": "n2"},
    )
    loaded = shop(tmp_path, "http://127.0.0.1:9", {"name": "main", "url": real.url})
    async with opened(loaded) as cockpit:
        await cockpit.until(lambda state: len(known_alerts(state)) == 3, what="all three")
        found = known_alerts(cockpit.state)
        assert [(each.name, each.state, each.service) for each in found] == [
            ("DiskSlow", "inhibited", "auth"),
            ("DiskSlow", "firing", ""),
            ("NodeDown", "firing", "auth"),
        ]
        assert quieting(cockpit.state).inhibitors(found[0]) == ("NodeDown",)


async def test_a_deadman_that_stops_is_missed(real: Alertmanager, tmp_path: Path) -> None:
    real.post({"alertname": "Heartbeat"}, lasts=4.0)
    main = {"name": "main", "url": real.url, "deadman": "Heartbeat"}
    async with opened(shop(tmp_path, "http://127.0.0.1:9", main)) as cockpit:

        def first(state: State) -> str:
            return text_of(firstline(state, state.health.at or 0.0, 300))

        await cockpit.until(lambda state: "dead-man alert Heartbeat is missing" in first(state))
        assert "dead-man" not in first(next(each for each in cockpit.seen if seen(each)))


# In no state to be read


def says(status: int, body: object) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        exchange.send(Answer(status, text.encode(), {"Content-Type": "application/json"}))

    return behave


TROUBLES: dict[str, tuple[Behaviour, str]] = {
    "html": (login_page, "it answers with a web page instead of data"),
    "prefix": (wrong_prefix, "it answers HTTP 404"),
    "truncated": (truncated, "its answer is cut off or garbled"),
    "cut": (cut_off, "ADDRESS ended the connection in the middle"),
    "drip": (drip(), "no answer within 5 s"),
    "hang": (hang, "no answer within 5 s"),
    "busy": (unavailable(), "it answers HTTP 503"),
    "sso": (redirect("https://sso.example/login"), "ADDRESS redirects to sso.example, which is not followed"),
    "huge": (huge(), "ADDRESS sends more than 64 MiB"),
    "bomb": (gzip_bomb(80), "it sends more than 64 MiB"),
    "object": (says(200, {"status": "success"}), "it answers something that is no list of alerts"),
    "nested": (says(200, "[" * 100_000), "its answer is cut off or garbled"),
    "texts": (says(200, ["alert"]), "it answers something that is no list of alerts"),
    "nothing": (says(200, ""), "it answers something that is no list of alerts"),
    "half": (says(200, [{"labels": {"alertname": "A"}}]), "it answers something that is no list of alerts"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_every_trouble_is_one_clear_reason_and_no_alert(
    real: Alertmanager, make_proxy: MakeProxy, trouble: str
) -> None:
    behaviour, reason = TROUBLES[trouble]
    real.post({"alertname": "Burning", "service": "auth"})
    proxy = make_proxy(real.url, behaviour)
    deadline = 5.0 if "within 5 s" in reason else 60.0
    source = AlertmanagerLook(AlertServer("main", proxy.url), deadline=deadline, chance=lambda: 1.0)
    try:
        (failed,) = await polled(source, at=100.0)
        assert isinstance(failed, SourceFailed)
        told = failed.reason.replace(proxy.url.removeprefix("http://"), "ADDRESS")
        assert told.startswith(reason), told
        assert failed.hint
        assert failed.retry_at is not None
        proxy.behaviour = honest
        soon = failed.retry_at - 0.1
        assert await polled(source, at=soon) == [replace(failed, at=soon)], "it is left alone"
        silences, alerts, answered = await polled(source, at=failed.retry_at)
        assert isinstance(answered, SourceAnswered)
        assert (silences.silences, [each.name for each in alerts.alerts]) == ((), ["Burning"])
    finally:
        await source.close()


async def test_odd_labels_and_many_alerts_are_read(real: Alertmanager, make_proxy: MakeProxy) -> None:
    many = [{"labels": {"n": str(n)}, "status": {}} for n in range(10_050)]

    def behave(exchange: Exchange) -> None:
        if "alerts" in exchange.asked.path:
            says(200, many)(exchange)
        else:
            honest(exchange)

    source = AlertmanagerLook(AlertServer("main", make_proxy(real.url, behave).url), deadline=20.0)
    try:
        silences, alerts, answered = await polled(source)
        assert isinstance(silences, SilencesSeen)
        assert isinstance(alerts, AlertsSeen)
        assert (len(alerts.alerts), alerts.alerts[0].name, alerts.alerts[0].since) == (10_000, "", None)
        assert answered.note == "it has more than 10000 alerts, the others are not shown"
    finally:
        await source.close()


async def test_what_has_fired_is_remembered_by_name_with_whom_it_was_about(
    own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    ends = time.time() + 20.0
    brief, idle = rule("Brief", f"vector(time()) < {ends}", service="auth"), rule("Idle", "vector(1) > 1")
    prometheus = own_prometheus(rules=[{"name": "lab", "rules": [brief, idle]}])
    until(lambda: prometheus.query('ALERTS{alertstate="firing"}'), what="it fires")
    until(lambda: not prometheus.query('ALERTS{alertstate="firing"}'), 40.0, what="it is over")
    servers = [MetricServer("eu", prometheus.url), MetricServer("us", "http://127.0.0.1:9")]
    past = await alert_past(servers[:1], "Brief")
    (fired,) = past.fired
    assert (fired.labels, past.rules, past.trouble) == (
        {"alertname": "Brief", "service": "auth"},
        ({"service": "auth"},),
        "",
    )
    assert fired.at is None or ends - 20.0 < fired.at <= time.time()
    assert await alert_past(servers[:1], "Idle") == AlertPast((), ({},))
    assert await alert_past(servers[:1], 'No"ne') == AlertPast()
    both = await alert_past(servers, "Brief")
    assert (len(both.fired), both.trouble.partition(":")[0]) == (1, "Prometheus us")

    engine = wiring.live(shop(tmp_path, prometheus.url))
    opening = asyncio.create_task(opened_on(engine, "Brief"))
    running = asyncio.create_task(engine.run())
    found = await opening
    await engine.stop()
    await running
    assert found is not None
    assert (found.node, found.note.partition(";")[0]) == ("auth", "Brief does not fire any more")


@pytest.mark.parametrize("behaviour", [login_page, wrong_prefix, hang, says(200, {"status": "success"})])
async def test_a_past_that_cannot_be_asked_is_not_nothing(
    make_proxy: MakeProxy, behaviour: Behaviour
) -> None:
    servers = [MetricServer("eu", make_proxy("http://127.0.0.1:9", behaviour).url)]
    past = await alert_past(servers, "Brief", patience=1.0)
    assert (past.fired, past.rules) == ((), ())
    assert past.trouble.startswith("Prometheus eu: ")
