"""A shop in the middle of an incident, and fleets of any size, judged by the real rules; always the same."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache

from cockpit.core.health import advance, fresh, reason
from cockpit.core.health.state import Health
from cockpit.core.incident.words import declared, noted
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Instant, Kind, Level, Severity
from cockpit.core.model import (
    Audience,
    Capability,
    Criticality,
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
from cockpit.core.slots import Slot, lay_out
from cockpit.core.state import Entry, Picture, Record, SourceState, State
from cockpit.core.update_record import remembered

START: Instant = 1_700_000_000.0
NOW: Instant = START + 900.0

Answer = float | None
Look = Callable[[Slot, float], Answer]
"""What a slot was answered, so many seconds after START; None: no series."""

LEVELS = {Level.DEGRADED: 0.02, Level.FAILING: 0.1, Level.DOWN: 0.9}


def errors(name: str) -> Signal:
    query = Query("errors", ("service",), (name,), template="otel-http/errors")
    return Signal("errors", Kind.ERRORS, query, "above", LEVELS, unit="ratio")


def latency(name: str) -> Signal:
    query = Query("latency", ("service",), (name,), template="otel-http/latency")
    return Signal(
        "latency", Kind.LATENCY, query, "above", {Level.DEGRADED: 1.0, Level.FAILING: 5.0}, unit="seconds"
    )


def lag(name: str) -> Signal:
    query = Query("lag", ("service",), (name,), template="kafka/lag")
    return Signal(
        "delay", Kind.LAG, query, "above", {Level.DEGRADED: 1000, Level.FAILING: 50_000}, unit="messages"
    )


def probe(name: str) -> Signal:
    query = Query("probe", ("service",), (name,), template="blackbox/probe")
    return Signal("probe", Kind.PROBE, query, "below", {Level.DOWN: 0.5})


def needs(*names: str, soft: bool = False) -> tuple[Dependency, ...]:
    kind = Criticality.SOFT if soft else Criticality.HARD
    return tuple(Dependency((name,), kind) for name in names)


def service(name: str, system: str, owner: str, *signals: Signal, **more: object) -> Service:
    return Service(name, owner=owner, system=system, signals=signals, **more)  # type: ignore[arg-type]


def shop_model() -> Model:
    services = (
        service(
            "storefront",
            "web",
            "web",
            errors("storefront"),
            latency("storefront"),
            tier=1,
            depends_on=(*needs("checkout-api"), *needs("search", "catalogue", soft=True)),
        ),
        service(
            "checkout-api",
            "checkout",
            "payments",
            errors("checkout-api"),
            latency("checkout-api"),
            tier=1,
            depends_on=(*needs("orders-db", "adyen"), *needs("fraud", soft=True)),
            degradations=(
                Degradation(
                    "pay-later",
                    Level.AT_RISK,
                    manual=True,
                    works="orders are taken",
                    lost="charging now",
                    max_duration=7200,
                ),
            ),
            contact="#payments",
            runbooks=("orders-db-failover",),
        ),
        service(
            "orders-db",
            "orders",
            "platform",
            probe("orders-db"),
            tier=1,
            type="database",
            runbooks=("orders-db-failover",),
        ),
        service(
            "fulfilment", "orders", "logistics", lag("fulfilment"), tier=2, depends_on=needs("orders-db")
        ),
        service(
            "answer-desk", "support", "support", errors("answer-desk"), tier=3, depends_on=needs("fulfilment")
        ),
        service("adyen", "checkout", "payments", probe("adyen"), tier=1, type="external"),
        service("fraud", "checkout", "payments", errors("fraud"), tier=2),
        service("search", "web", "search", errors("search"), latency("search"), tier=2),
        service("catalogue", "web", "search", errors("catalogue"), tier=2),
        service("ledger", "finance", "finance", errors("ledger"), tier=2, depends_on=needs("orders-db")),
        service("mailer", "support", "support", errors("mailer"), tier=4),
        service("reports", "finance", "finance"),
        service("identity", "web", "platform", errors("identity"), tier=1),
    )
    capabilities = (
        Capability(
            "place-order",
            "Customers can buy",
            Audience.CUSTOMERS,
            "payments",
            1,
            needs("storefront", "checkout-api"),
            value=Value(42.0, "EUR"),
        ),
        Capability(
            "ship-orders",
            "Orders ship",
            Audience.OPERATIONS,
            "logistics",
            2,
            needs("fulfilment"),
            workaround=Workaround("print the paper list", 7200, "warehouse lead"),
        ),
        Capability("close-day", "Finance closes the day", Audience.FINANCE, "finance", 2, needs("ledger")),
        Capability(
            "answer-customers", "Support finds orders", Audience.SUPPORT, "support", 3, needs("answer-desk")
        ),
    )
    return Model(
        name="shop",
        title="shop prod-eu",
        services=services,
        capabilities=capabilities,
        teams=(
            Team("payments", "Payments", chat="#payments", phone="+49 30 1234"),
            Team("platform", chat="#platform"),
        ),
        kill_switches=(
            KillSwitch("pay-async", "flags", "checkout-api", True, "accepts orders, charges later"),
        ),
        runbooks=(
            RunbookCard(
                "orders-db-failover",
                "Fail over orders-db",
                services=("orders-db",),
                fits_services=("orders-db",),
                fits_classes=("UNAVAILABLE",),
                file="runbooks/orders-db-failover.yaml",
            ),
            RunbookCard("checkout-rollback", "Roll checkout back", services=("checkout-api",)),
        ),
    )


def shop_look(slot: Slot, at: float) -> Answer:
    """orders-db dies at 120 s; checkout follows, then fulfilment; nobody hears from adyen after 600 s."""
    match slot.owner, slot.signal.name:
        case "orders-db", "probe":
            return 0.0 if at >= 120 else 1.0
        case "checkout-api", "errors":
            return 0.31 if at >= 150 else 0.001
        case "storefront", "errors":
            return 0.05 if at >= 240 else 0.002
        case "fulfilment", "delay":
            return 9_000.0 if at >= 420 else 12.0
        case "adyen", "probe":
            return None if at >= 600 else 1.0
        case _, "latency":
            return 0.2
        case _, "probe":
            return 1.0
    return 0.001


def samples(slots: Iterable[Slot], look: Look, at: float) -> Samples:
    values = [look(slot, at) for slot in slots]
    count = len(values)
    return Samples(
        bytearray(ABSENT if value is None else PRESENT for value in values),
        array("d", [NOT_STATED if value is None else value for value in values]),
        array("d", [PLENTY]) * count,
        array("d", [NOT_STATED]) * count,
    )


def live(model: Model, look: Look, until: float = 900.0, every: float = 10.0, **poll: object) -> Health:
    """Health of `model` after polls from START on; `look` says what each found."""
    health = fresh(model)
    slots = lay_out(model)
    at = 0.0
    while at <= until:
        found = {each.number: samples(slots.of(each), look, at) for each in slots.templates}
        changes = poll.get("changes", ()) if at == 0 else ()
        health = advance(health, Poll(START + at, found, changes=changes))  # type: ignore[arg-type]
        at += every
    return reason(health)


@cache
def shop(mode: str = "demo") -> State:
    model = shop_model()
    release = Change("orders-db", START + 60, "release 1.42", version="1.42", by="mara", reversible=True)
    health = live(model, shop_look, changes=(release,))
    return state_of(model, health, mode)


def state_of(model: Model, health: Health, mode: str = "demo") -> State:
    source = SourceState("simulation", "simulation", True, START, NOW)
    timeline = (
        Entry(START + 60, "change", "orders-db", "release 1.42"),
        Entry(START + 120, "level", "orders-db", "DOWN (unavailable)"),
        Entry(START + 180, "level", "checkout-api", "FAILING"),
        Entry(START + 450, "level", "fulfilment", "DEGRADED (delay)"),
    )
    picture = Picture(health, lay_out(model), sources={"simulation": source}, timeline=timeline)
    return State(model, Record(), picture, mode=mode)  # type: ignore[arg-type]


def fleet_model(count: int) -> Model:
    services = tuple(
        service(
            f"service-{at:04}",
            f"system-{at % 40:02}",
            f"team-{at % 17:02}",
            errors(f"service-{at:04}"),
            latency(f"service-{at:04}"),
            tier=at % 4 + 1,
            depends_on=needs(f"service-{at - 40:04}", soft=True) if at >= 40 else (),
        )
        for at in range(count)
    )
    return Model(name="fleet", title=f"fleet of {count}", services=services)


def fleet_look(turn: int) -> Look:
    """Every tenth service has other trouble every turn."""

    def look(slot: Slot, at: float) -> Answer:
        number = int(slot.owner[-4:])
        if slot.signal.name == "errors" and number % 10 == 0:
            return (0.001, 0.05, 0.2, 0.95)[(number // 10 + turn) % 4]
        return 0.001

    return look


@cache
def fleet(count: int) -> State:
    model = fleet_model(count)
    return state_of(model, live(model, fleet_look(0), until=120, every=30))


def long_incident(count: int) -> State:
    """The shop with an incident whose timeline has `count` lines."""
    record = Record()
    for seq, fact in enumerate(_lived_through(count), 1):
        record = remembered(record, Recorded(seq, fact, "here", "", 0, "", ""))
    return replace(shop(), record=record)


def _lived_through(count: int) -> Iterator[Fact]:
    yield declared("INC-1", "Customers cannot buy", Severity.SEV1, "mara", NOW - count)
    for number in range(1, count):
        yield _happened(number, NOW - count + number)


def _happened(number: int, at: float) -> Fact:
    if number % 3:
        return noted("INC-1", "note", f"what somebody saw at turn {number}", "leo", at)
    level, was = ("DOWN", "OK") if number % 2 else ("OK", "DOWN")
    return Fact("level.observed", at, "cockpit", {"name": "orders-db", "level": level, "was": was})


def next_turn(state: State, turn: int) -> State:
    """10 % of the services change their level; in an incident one more line is told."""
    if state.record.incidents:
        return _one_more(state, turn)
    return _wandered(state, turn)


def _one_more(state: State, turn: int) -> State:
    record = state.record
    for number in range(1, turn + 1):
        fact = _happened(number, NOW + number)
        record = remembered(record, Recorded(record.seq + 1, fact, "here", "", 0, "", ""))
    return replace(state, record=record)


def _wandered(state: State, turn: int) -> State:
    words = ("OK", "DEGRADED", "FAILING", "DOWN")
    nodes = list(state.health.nodes)
    from cockpit.core.levels import Shown

    for at in range(0, len(nodes), 10):
        nodes[at] = replace(nodes[at], level=Shown(words[(at // 10 + turn) % 4]))
    health = replace(state.health, nodes=tuple(nodes))
    return replace(state, picture=replace(state.picture, health=health))
