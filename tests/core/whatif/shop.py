"""A small shop that has one of everything a question can touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cockpit.core.health.graph import Graph, compile_graph
from cockpit.core.levels import Kind, Level
from cockpit.core.model import (
    Audience,
    Capability,
    Criticality,
    Degradation,
    Dependency,
    EscalationStep,
    FlagIs,
    KillSwitch,
    Model,
    Query,
    RunbookCard,
    Service,
    Signal,
    Team,
    Workaround,
)
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.core.runbook.actions import Command, Probe, Promql
from cockpit.core.runbook.model import (
    Approval,
    Deadline,
    PointOfNoReturn,
    Reach,
    Rollback,
    Runbook,
    Step,
)
from cockpit.core.slots import lay_out
from cockpit.core.whatif.answer import Answer, answer

STEPS = (
    Step("look", "Look", Probe(Promql("up")), expected=(10.0, 20.0), digest="a"),
    Step(
        "promote",
        "Promote",
        Command(("promote",)),
        Reach.DESTRUCTIVE,
        expected=(60.0, 120.0),
        approval=Approval(by=("mara",)),
        point_of_no_return=PointOfNoReturn("The old primary is left behind"),
        digest="b",
    ),
    Step(
        "move",
        "Move the readers",
        Command(("move",)),
        Reach.WRITE,
        expected=(30.0, 60.0),
        rollback=Rollback(Command(("back",)), reversible_for=900.0),
        digest="c",
    ),
)
FAILOVER = Runbook(
    "failover",
    "Fail over",
    STEPS,
    services=("db",),
    time_budget=300.0,
    decision_deadline=Deadline(120.0, "Promote after two minutes"),
)


def signal(name: str, kind: Kind, level: Level = Level.FAILING, expr: str = "q") -> Signal:
    return Signal(name, kind, Query(expr), "above", {level: 0.1})


PROBE = signal("down", Kind.PROBE, Level.DOWN)

MODEL = Model(
    name="shop",
    poll=5.0,
    scrape=15.0,
    teams=(
        Team(
            "data",
            phone="+49 30 1",
            escalation=(
                EscalationStep("data", "oncall"),
                EscalationStep("mara", "user", 600.0),
                EscalationStep("web", "team", 1200.0),
            ),
        ),
        Team("web", chat="#web"),
        Team("mute"),
    ),
    services=(
        Service(
            "db", owner="data", tier=1, signals=(signal("down", Kind.PROBE, Level.DOWN),), feeds=("books",)
        ),
        Service(
            "shop",
            owner="web",
            tier=1,
            signals=(signal("errors", Kind.ERRORS, expr="rate(x_total[5m])"),),
            degradations=(
                Degradation(
                    "orders-later",
                    Level.DEGRADED,
                    flag=FlagIs("later", True),
                    works="Orders are taken",
                    lost="Cards are charged later",
                    data_debt="Charge them",
                    max_duration=14400.0,
                ),
            ),
            depends_on=(
                Dependency(("db",), fallback="orders-later"),
                Dependency(("search",), Criticality.SOFT),
            ),
        ),
        Service("front", owner="web", tier=1, depends_on=(Dependency(("shop",)), Dependency(("cache",)))),
        Service("search", owner="nobody", tier=3),
        Service("cache", owner="mute", tier=4),
        Service("books", tier=2, depends_on=(Dependency(("db",)),)),
    ),
    capabilities=(
        Capability(
            "buy",
            "Customers can buy",
            tier=1,
            requires=(Dependency(("front",)),),
            workaround=Workaround("Phone orders", 7200.0, "support"),
        ),
        Capability(
            "close",
            "Finance closes the day",
            Audience.FINANCE,
            tier=2,
            requires=(Dependency(("books",)),),
            deadline_text="23:00 UTC",
        ),
    ),
    kill_switches=(
        KillSwitch(
            "later", "files", "shop", True, "Orders are charged later", "Charge them.", 14400.0, "type"
        ),
        KillSwitch("no-search", "files", "search", True, "The box disappears"),
    ),
    runbooks=(
        RunbookCard(
            "failover",
            "Fail over",
            services=("db",),
            alerts=("DbDown",),
            fits_services=("db",),
            fits_classes=("UNAVAILABLE",),
        ),
        RunbookCard("wiki", "From the wiki", status="draft", services=("search",)),
    ),
    books={"failover": FAILOVER},
)


def graph_of(model: Model) -> Graph:
    return compile_graph(model, lay_out(model))


def ask(model: Model = MODEL, grades: Mapping[str, BookGrades] | None = None, **chosen: Level) -> Answer:
    return answer(graph_of(model), chosen, grades or {})


def with_service(name: str, **changes: object) -> Model:
    services = (
        replace(each, **changes) if each.name == name else each  # type: ignore[arg-type]
        for each in MODEL.services
    )
    return replace(MODEL, services=tuple(services))
