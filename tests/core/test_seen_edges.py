"""Declared calls against seen ones: what nobody wrote down, what nobody saw, and what nobody could see."""

from cockpit.core.levels import Kind, Level
from cockpit.core.model import Dependency, Model, Query, Service, Signal
from cockpit.core.seen_edges import DeclaredEdge, Difference, SeenEdge, compare, names_seen


def service(name: str, *needs: str, reviewed: bool = True, key: str = "") -> Service:
    query = Query("x", ("service_name",), (key or name,))
    signal = Signal("errors", Kind.ERRORS, query, "above", {Level.FAILING: 0.1})
    edges = tuple(Dependency((need,), reviewed=reviewed) for need in needs)
    return Service(name, signals=(signal,), depends_on=edges)


SHOP = (service("shop", "auth", "search"), service("auth", "db"), service("search"), service("db"))


def test_what_is_declared_and_seen_is_no_news() -> None:
    seen = [SeenEdge("shop", "auth"), SeenEdge("shop", "search"), SeenEdge("auth", "db", "database")]
    assert compare(Model(services=SHOP), seen) == Difference(both=3)


def test_what_was_seen_and_not_declared_is_new_and_silence_counts_only_of_those_who_are_traced() -> None:
    seen = [SeenEdge("shop", "db"), SeenEdge("shop", "auth"), SeenEdge("shop", "shop")]
    assert compare(Model(services=SHOP), seen) == Difference(
        new=(("shop", "db"),),
        unseen=(DeclaredEdge("shop", "search", True),),
        dark=(DeclaredEdge("auth", "db", True),),
        both=1,
    )


def test_services_go_by_the_name_their_metrics_have() -> None:
    shop = Model(
        services=(service("checkout", key="checkout-api"), service("orders-db", key="orders-db:5432"))
    )
    assert names_seen(shop.services)["checkout-api"] == "checkout"
    assert compare(shop, [SeenEdge("checkout-api", "orders-db")]).new == (("checkout", "orders-db"),)


def test_strangers_are_named_and_people_outside_are_none() -> None:
    seen = [SeenEdge("shop", "redis", "database"), SeenEdge("user", "shop", "virtual_node")]
    found = compare(Model(services=SHOP), seen)
    assert (found.new, found.strangers, found.unknown) == ((), (("shop", "redis"),), ("redis",))
