"""Who would be hurt: against an independent fixpoint over all nodes, and what holds for any model."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from cockpit.core.health.graph import Graph, compile_graph
from cockpit.core.levels import Level
from cockpit.core.model import Capability, Criticality, Degradation, Dependency, Model, Service
from cockpit.core.slots import lay_out
from cockpit.core.whatif.blast import blast_radius, by_themselves
from cockpit.core.whatif.every import everybody
from tests.core.health.generated import Choices, any_model
from tests.core.health.reference_graph import Edges, every_node
from tests.core.health.settings import a_hundred, bytes_of

BYTES = bytes_of(300)
UNWELL = (Level.AT_RISK, Level.DEGRADED, Level.FAILING, Level.DOWN)


def graph_of(model: Model) -> Graph:
    return compile_graph(model, lay_out(model))


def naive(model: Model, chosen: dict[str, Level], modes: set[tuple[str, str]]) -> dict[str, Level]:
    own = {node.name: int(chosen.get(node.name, 0)) for node in every_node(model)}
    levels = Edges(model, modes).fixpoint(own)
    return {name: Level(level) for name, level in levels.items() if level and name not in chosen}


@given(BYTES)
@a_hundred
def test_it_is_the_exposure_with_everybody_else_well(data: bytes) -> None:
    choose = Choices(data)
    model = any_model(choose)
    graph = graph_of(model)
    names = [service.name for service in model.services]
    chosen = {choose.pick(names): choose.pick(UNWELL) for _ in range(1 + choose.number() % 2)}
    automatic = {(one.name, each.name) for one in every_node(model) for each in one.degradations if each.auto}
    assert by_themselves(graph) == automatic
    found = blast_radius(graph, chosen, automatic)
    assert found == naive(model, chosen, automatic)
    assert not set(found) & set(chosen)


@given(BYTES)
@a_hundred
def test_all_at_once_gives_what_each_alone_gives(data: bytes) -> None:
    choose = Choices(data)
    model = any_model(choose)
    graph, level = graph_of(model), choose.pick(UNWELL)
    modes = by_themselves(graph)
    every = everybody(graph, modes, level)
    alone = [blast_radius(graph, {service.name: level}, modes) for service in model.services]
    assert [every.radius(service.name) for service in model.services] == alone
    for least in UNWELL:
        hurt = [[name for name, worst in each.items() if worst >= least] for each in alone]
        assert every.sizes(least) == [len(each) for each in hurt]
        weights = [sum(graph.index[name] for name in each) for each in hurt]
        assert every.weighed(lambda node: node, least) == weights


@given(BYTES)
@a_hundred
def test_worse_never_hurts_fewer_or_less(data: bytes) -> None:
    choose = Choices(data)
    model = any_model(choose)
    graph = graph_of(model)
    name = choose.pick([service.name for service in model.services])
    before: dict[str, Level] = {}
    for level in UNWELL:
        after = blast_radius(graph, {name: level}, by_themselves(graph))
        assert all(after.get(each, Level.OK) >= worst for each, worst in before.items())
        before = after


@given(BYTES)
@a_hundred
def test_one_more_fallback_never_hurts_more(data: bytes) -> None:
    choose = Choices(data)
    model = any_model(choose)
    name = choose.pick([service.name for service in model.services])
    before = blast_radius(graph_of(model), {name: Level.DOWN}, by_themselves(graph_of(model)))
    calmer = with_a_fallback(model, choose)
    after = blast_radius(graph_of(calmer), {name: Level.DOWN}, by_themselves(graph_of(calmer)))
    assert all(before.get(each, Level.OK) >= level for each, level in after.items())


def with_a_fallback(model: Model, choose: Choices) -> Model:
    """One service gets an automatic mode that carries an edge of it which had none."""
    at = choose.number() % len(model.services)
    service = model.services[at]
    mode = Degradation("more", choose.pick(UNWELL), auto=True)
    edges = list(service.depends_on)
    for number, edge in enumerate(edges):
        if edge.fallback is None:
            edges[number] = replace(edge, fallback="more")
            break
    changed = replace(service, degradations=(*service.degradations, mode), depends_on=tuple(edges))
    return replace(model, services=(*model.services[:at], changed, *model.services[at + 1 :]))


def test_what_may_be_expected_of_a_small_shop() -> None:
    model = Model(
        services=(
            Service("db"),
            Service("replica"),
            Service(
                "shop",
                degradations=(Degradation("read only", Level.DEGRADED, manual=True),),
                depends_on=(Dependency(("db",), fallback="read only"),),
            ),
            Service("front", depends_on=(Dependency(("shop",)), Dependency(("db",), Criticality.SOFT))),
            Service("reports", depends_on=(Dependency(("db", "replica"), any_of=True),)),
            Service("guess", depends_on=(Dependency(("db",), reviewed=False),)),
            Service("apart"),
        ),
        capabilities=(Capability("buy", requires=(Dependency(("front",)),)),),
    )
    graph = graph_of(model)
    hurt = {"front": Level.DOWN, "reports": Level.AT_RISK, "guess": Level.AT_RISK, "buy": Level.DOWN}
    assert blast_radius(graph, {"db": Level.DOWN}, frozenset()) == {"shop": Level.DOWN, **hurt}
    calmer = {"shop": Level.DEGRADED, **hurt, "front": Level.DEGRADED, "buy": Level.DEGRADED}
    assert blast_radius(graph, {"db": Level.DOWN}, {("shop", "read only")}) == calmer
    assert blast_radius(graph, {"db": Level.AT_RISK}, frozenset()) == {}
    both = {"db": Level.DOWN, "replica": Level.FAILING}
    assert blast_radius(graph, both, frozenset())["reports"] is Level.FAILING
