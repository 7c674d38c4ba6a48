"""A small shop about which every question is answered well, to be made worse in one way at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cockpit.core.audit.answers import Answer, Answered, Audit
from cockpit.core.audit.auditing import audit
from cockpit.core.audit.survey import Known
from cockpit.core.health.graph import compile_graph
from cockpit.core.levels import Kind, Level
from cockpit.core.model import (
    Audience,
    Capability,
    Criticality,
    Degradation,
    Dependency,
    KillSwitch,
    Model,
    Query,
    Service,
    Signal,
)
from cockpit.core.rehearsal.evidence import Evidence, EvidenceMode, parts
from cockpit.core.rehearsal.grades import graded
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.model import Reach, Rollback, Runbook, Step
from cockpit.core.slots import lay_out

NOW = 1_700_000_000.0
SOFT, HARD = Criticality.SOFT, Criticality.HARD


def signal(kind: Kind, **more: Any) -> Signal:
    levels = {Level.DEGRADED: 0.02, Level.FAILING: 0.1, Level.DOWN: 0.9}
    return Signal(kind.value, kind, Query(f"{kind}_x"), "above", levels, **more)


ERRORS, LATENCY, RETRIES = signal(Kind.ERRORS), signal(Kind.LATENCY), signal(Kind.RETRIES)
DATA = Signal("data", Kind.INTEGRITY, Query("doubles"), "above", {Level.FAILING: 0.0})


def needs(*names: str, criticality: Criticality = HARD, **more: Any) -> tuple[Dependency, ...]:
    return tuple(Dependency((name,), criticality, **more) for name in names)


def step(id: str = "set", **more: Any) -> Step:
    given = {
        "reach": Reach.WRITE,
        "target": "prod",
        "digest": f"digest of {id}",
        "rollback": Rollback(Command(("put", "back"))),
        **more,
    }
    return Step(id, id.capitalize(), Command(("set", id)), **given)


def book(id: str = "web-fix", services: tuple[str, ...] = ("web",), *steps: Step, **more: Any) -> Runbook:
    return Runbook(id, id, steps or (step(),), services=services, **more)


def done(
    book: Runbook,
    *people: str,
    mode: EvidenceMode = "sandbox",
    seconds: float | None = 60.0,
    at: float = NOW - 86_400,
    scenario: str = "",
) -> tuple[Evidence, ...]:
    """All of it, successfully, once by each of them."""
    return tuple(
        Evidence(book.id, part.id, part.digest, at + number, who, mode, scenario=scenario, seconds=seconds)
        for number, who in enumerate(people)
        for part in parts(book)
    )


WEB = Service(
    "web",
    owner="shop",
    tier=1,
    signals=(ERRORS, LATENCY, RETRIES),
    depends_on=needs("recommender", criticality=SOFT),
)
FIX = book()


def ready(**more: Any) -> Model:
    given: dict[str, Any] = {
        "name": "ready",
        "services": (
            WEB,
            Service("recommender", owner="data", tier=3, signals=(ERRORS, LATENCY)),
            Service("desk", owner="support", tier=2, signals=(ERRORS, LATENCY)),
        ),
        "capabilities": (
            Capability("buy", "Customers can buy", Audience.CUSTOMERS, "shop", 1, needs("web")),
            Capability("help", "Support finds orders", Audience.SUPPORT, "support", 2, needs("desk")),
        ),
        "books": {FIX.id: FIX},
        "kill_switches": (KillSwitch("no-recs", "files", "web", expires=3600.0),),
        **more,
    }
    return Model(**given)


def with_service(name: str, **changes: Any) -> Model:
    model = ready()
    services = tuple(replace(each, **changes) if each.name == name else each for each in model.services)
    return replace(model, services=services)


def known(model: Model, evidence: Iterable[Evidence] = done(FIX, "mara", "leo"), **more: Any) -> Known:
    told = tuple(evidence)
    return Known(compile_graph(model, lay_out(model)), graded(model, told), told, **more)


def asked(model: Model, question: str, *evidence: Evidence, **more: Any) -> Answered:
    """The answer to one question; with no evidence given, all was rehearsed by two people."""
    told = known(model, evidence, **more) if evidence else known(model, **more)
    return answer_of(audit(told), question)


def answer_of(audit: Audit, question: str) -> Answered:
    return next(each for each in audit.answers if each.question.id == question)


YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
MODE = Degradation("cached", Level.AT_RISK, auto=True)
