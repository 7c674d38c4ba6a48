"""A small shop with an incident in it, built by hand and run through the real evaluator."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import replace

from cockpit.core import health
from cockpit.core.events import PollReplayed, Reasoned
from cockpit.core.levels import Kind, Level
from cockpit.core.model import (
    Audience,
    Capability,
    Degradation,
    Dependency,
    KillSwitch,
    Model,
    Query,
    RunbookCard,
    Service,
    Signal,
    Team,
    Value,
    Workaround,
)
from cockpit.core.poll import ABSENT, NOT_STATED, PLENTY, PRESENT, Change, Poll, Samples
from cockpit.core.state import State
from cockpit.core.update import initial, update

START = 1_700_000_000.0


def signal(name: str = "errors", kind: Kind = Kind.ERRORS, **fields: object) -> Signal:
    thresholds = {Level.DEGRADED: 0.02, Level.FAILING: 0.1, Level.DOWN: 0.5}
    given = {"direction": "above", "thresholds": thresholds, "unit": "ratio", **fields}
    return Signal(name=name, kind=kind, query=Query(expr=f"q_{name}"), **given)  # type: ignore[arg-type]


def measured(name: str, **fields: object) -> Service:
    own = Query(expr=f"errors:{name}")
    return Service(name=name, signals=(replace(signal(), query=own),), **fields)  # type: ignore[arg-type]


def shop(**fields: object) -> Model:
    services = (
        measured("orders-db", owner="platform", tier=1, system="shop"),
        measured(
            "checkout-api",
            title="Checkout",
            owner="payments",
            tier=1,
            system="shop",
            depends_on=(Dependency(("orders-db",)),),
            degradations=(Degradation("pay-later", Level.DEGRADED, manual=True, runbook="psp-failover"),),
        ),
        measured(
            "storefront", owner="web", tier=2, system="shop", depends_on=(Dependency(("checkout-api",)),)
        ),
        measured("search", owner="web", system="find"),
        Service(name="legacy", system="find"),
    )
    capability = Capability(
        name="place-order",
        title="Customers can buy",
        audience=Audience.CUSTOMERS,
        tier=1,
        requires=(Dependency(("checkout-api",)),),
        value=Value(48.0, "EUR"),
        workaround=Workaround("paper list", 7200.0, "support"),
        measure=Signal(
            "orders",
            Kind.TRAFFIC,
            Query(expr="orders", volume="expected"),
            "below",
            {Level.DEGRADED: 0.85, Level.FAILING: 0.5, Level.DOWN: 0.1},
        ),
    )
    given = {
        "name": "shop",
        "title": "shop prod-eu",
        "services": services,
        "capabilities": (capability,),
        "teams": (Team("platform", phone="+49 30 1"), Team("payments", chat="#pay")),
        "runbooks": (
            RunbookCard(
                "db-failover",
                "Fail over orders-db",
                fits_services=("orders-db",),
                fits_classes=("DEGRADATION",),
            ),
            RunbookCard("psp-failover", "Switch payment provider", services=("stripe",)),
            RunbookCard("restart-db", "Restart orders-db", services=("orders-db",), tags=("adds-load",)),
        ),
        "kill_switches": (KillSwitch("pay-async", "files", "checkout-api", effect="charges later"),),
        **fields,
    }
    return Model(**given)  # type: ignore[arg-type]


HEALTHY: Mapping[str, float] = {
    "orders-db": 0.001,
    "checkout-api": 0.001,
    "storefront": 0.001,
    "search": 0.001,
}


def poll(state: State, at: float, values: Mapping[str, float | None], **fields: object) -> Poll:
    """Values by owner; None: no series. What is not named brings no series either."""
    samples = {}
    slots = state.picture.slots
    for template in slots.templates:
        rows = [values.get(slot.owner) for slot in slots.of(template)]
        answer = bytearray(ABSENT if value is None else PRESENT for value in rows)
        column = array("d", (NOT_STATED if value is None else value for value in rows))
        volumes = [100.0 if slot.signal.query.volume else PLENTY for slot in slots.of(template)]
        samples[template.number] = Samples(answer, column, array("d", volumes), array("d", [2.0] * len(rows)))
    return Poll(at, samples, **fields)  # type: ignore[arg-type]


def play(
    state: State, values: Mapping[str, float | None], seconds: float, step: float = 5.0, **fields: object
) -> State:
    """`values` again and again for so long; reasoned about at each poll, as the engine does."""
    at = (state.health.at or START - step) + step
    end = at + seconds
    while at < end:
        state, _ = update(state, PollReplayed(poll(state, at, values, **fields)))
        state, _ = update(state, Reasoned(health.reason(state.health), state.generation))
        at += step
        fields.pop("changes", None)
    return state


def calm(seconds: float = 900.0, model: Model | None = None) -> State:
    return play(initial(model or shop()), {**HEALTHY, "place-order": 1.0}, seconds)


def incident(seconds: float = 60.0) -> State:
    """orders-db fails, then checkout-api; a release of orders-db four minutes before."""
    release = Change("orders-db", START + 660, "release 1.42", "1.42", reversible="until", until=START + 3600)
    state = play(calm(), {**HEALTHY, "orders-db": 0.9, "place-order": 1.0}, 40.0, changes=(release,))
    bad = {**HEALTHY, "orders-db": 0.9, "checkout-api": 0.3, "place-order": 0.39}
    return play(state, bad, seconds)


def now(state: State) -> float:
    assert state.health.at is not None
    return state.health.at
