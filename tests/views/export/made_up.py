"""An incident that never was: told as facts, folded as any other, with a run and a history beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta, timezone

from cockpit.core.incident import words
from cockpit.core.journal import GENESIS, Fact, Recorded
from cockpit.core.journal_head import Head
from cockpit.core.levels import Level, Severity
from cockpit.core.model import Model
from cockpit.core.runbook.actions import FlagSet, Promql
from cockpit.core.runbook.model import Check, Reach, Rollback, Runbook, Step, Verify
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import Effect, Phase, RunState, StepState
from cockpit.core.state import Obligation, Record, State
from cockpit.core.update import initial
from cockpit.core.update_record import remembered
from cockpit.views.export.postmortem import Postmortem, gather
from cockpit.views.export.series import Charts, Series
from cockpit.views.export.times import Zone
from tests.views.shop import shop

T = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC."""
ID = "INC-1"
BERLIN = Zone("Europe/Berlin", timezone(timedelta(hours=1)))
HEAD = Head(23, "ab" * 32)


def level(name: str, now: str, was: str, at: float) -> Fact:
    return Fact("level.observed", at, "cockpit", {"name": name, "level": now, "was": was, "signals": {}})


def told() -> list[Fact]:
    """From the declaration, six minutes in, to the end after half an hour."""
    seen = [
        {"at": T, "kind": "level", "subject": "orders-db", "text": "DOWN (was OK)"},
        {"at": T - 240, "kind": "change", "subject": "orders-db", "text": "release 1.42"},
        {"at": T + 60, "kind": "level", "subject": "checkout-api", "text": "FAILING (was OK)"},
        {"at": T + 120, "kind": "level", "subject": "place-order", "text": "FAILING (was OK)"},
    ]
    levels = {"orders-db": "DOWN", "checkout-api": "FAILING", "place-order": "FAILING"}
    evidence = {"levels": levels, "integrity": {}, "seen": seen}
    flag = {"op_id": "f1", "provider": "files", "env": "prod", "key": "pay-async", "kind": "kill"}
    return [
        words.declared(
            ID,
            "Nobody can pay",
            Severity.SEV2,
            "ada",
            T + 360,
            proposed=Severity.SEV1,
            began_at=T,
            evidence=evidence,
        ),
        words.role(ID, "incident-commander", "ada", "ada", T + 370),
        words.noted(ID, "note", "calls pile up", "ada", T + 380, told_at=T + 180, said_by="bo"),
        words.noted(ID, "hypothesis", "release 1.42 locks a table", "bo", T + 400),
        words.noted(ID, "hypothesis", "the network", "cy", T + 410),
        words.severity(ID, Severity.SEV1, Severity.SEV2, "nobody at all can pay", "ada", T + 420),
        level("place-order", "UNKNOWN", "FAILING", T + 480),
        words.judged(ID, 2, "ruled out", "pings are fine", "cy", T + 500),
        level("place-order", "FAILING", "UNKNOWN", T + 600),
        words.update_requested(
            ID,
            "u1",
            "Nobody can pay.\nWe work on it.",
            "ada",
            T + 630,
            to="chat",
            audience="customers",
            status="investigating",
            claims={},
        ),
        words.update_settled(ID, "u1", "sent", "", "ada", T + 631),
        words.noted(ID, "decision", "charge later", "ada", T + 650),
        Fact("flag.requested", T + 660, "ada", {**flag, "want": True, "reason": "room"}, ID),
        Fact("flag.settled", T + 661, "ada", {**flag, "outcome": "APPLIED"}, ID),
        words.judged(ID, 1, "confirmed", "gone after the failover", "bo", T + 1000),
        level("orders-db", "OK", "DOWN", T + 1200),
        level("checkout-api", "OK", "FAILING", T + 1260),
        level("place-order", "OK", "FAILING", T + 1320),
        words.update_requested(
            ID,
            "u2",
            "It works again.",
            "ada",
            T + 1380,
            to="chat",
            audience="customers",
            status="monitoring",
            claims={},
        ),
        words.offered(ID, "bo", "calm; the flag is still killed", "ada", T + 1500),
        words.accepted(ID, "bo", T + 1510),
        words.resolved(ID, "failed over", ["pay-async@prod is switched, and not put back"], "bo", T + 1800),
    ]


def recorded(facts: Iterable[Fact], record: Record | None = None) -> Record:
    record = record or Record()
    for seq, fact in enumerate(facts, record.seq + 1):
        record = remembered(record, Recorded(seq, fact, "here", "boot", 0, GENESIS, ""))
    return record


def run() -> Run:
    """Two steps: one looks, one fails over and helped; it was then taken back in part."""
    book = Runbook(
        id="db-failover",
        title="Fail over orders-db",
        steps=(
            Step("look", "Look at the standby", Promql("lag"), reach=Reach.READ),
            Step(
                "promote",
                "Promote the standby",
                FlagSet("primary", "b", "files"),
                reach=Reach.WRITE,
                verify=Verify((Check(Promql("up"), "value == 1"),)),
                rollback=Rollback(FlagSet("primary", "a", "files")),
            ),
        ),
    )
    done = (
        Execution(Key("look", 1), StepState.SUCCEEDED, begun_at=T + 700, settled_at=T + 701),
        Execution(
            Key("promote", 1),
            StepState.SUCCEEDED,
            Effect.APPLIED,
            T + 710,
            T + 760,
            intent={},
            verified={"verdict": "succeeded"},
        ),
        Execution(Key("promote", 1, 1, Phase.UNDO), StepState.SUCCEEDED, Effect.REVERTED, T + 900, T + 905),
    )
    return Run(
        "R-1",
        book,
        "live",
        T + 700,
        "bo",
        incident=ID,
        target="prod",
        state=RunState.COMPLETED,
        executions=done,
        ended_at=T + 950,
    )


def series() -> tuple[Series, ...]:
    """Orders, with two minutes that nobody saw; errors of the database."""
    orders: list[float | None] = []
    for at in range(-300, 2101, 60):
        orders.append(None if 480 <= at < 600 else 0.25 if 120 <= at < 1320 else 1.0)
    points = tuple((T + at, value) for at, value in zip(range(-300, 2101, 60), orders, strict=True))
    limits = {Level.DEGRADED: 0.85, Level.FAILING: 0.5, Level.DOWN: 0.1}
    flow = Series(
        "place-order",
        "orders",
        "ratio",
        limits,
        points,
        "below",
        expected=tuple(None if value is None else 100.0 for value in orders),
        title="Customers can buy",
    )
    bad = tuple((T + at, 0.9 if 0 <= at < 1200 else 0.001) for at in range(-300, 2101, 60))
    errors = Series(
        "orders-db", "errors", "ratio", {Level.DEGRADED: 0.02, Level.DOWN: 0.5}, bad, title="orders-db"
    )
    return (flow, errors)


def state(facts: Iterable[Fact] | None = None, model: Model | None = None) -> State:
    record = recorded(told() if facts is None else facts)
    debt = Obligation("give the old primary back", "platform", T + 960, "R-1")
    return replace(
        initial(model or shop()),
        record=replace(record, runs={"R-1": run()}, obligations=(*record.obligations, debt)),
    )


def postmortem(of: State | None = None, charts: Charts | None = None, now: float = T + 2400) -> Postmortem:
    of = of or state()
    incident = of.record.incidents[ID]
    return gather(of, incident, charts or Charts(series(), step=60.0), HEAD, now, zone=BERLIN)
