"""Nobody acts against switches used: as few switches as do all that switches can do."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given

from cockpit.core.health.fallbacks import every_mode
from cockpit.core.levels import Level
from cockpit.core.model import Degradation, Dependency, FlagIs, KillSwitch, Model, Service
from cockpit.core.whatif.blast import blast_radius, by_themselves
from cockpit.core.whatif.outcome import outcome
from tests.core.health.generated import Choices, any_model
from tests.core.health.reference_graph import Edges, every_node
from tests.core.health.settings import a_hundred, bytes_of

from .shop import MODEL, graph_of

BYTES = bytes_of(300)
UNWELL = (Level.AT_RISK, Level.DEGRADED, Level.FAILING, Level.DOWN)


def with_switches(model: Model, choose: Choices) -> Model:
    """A kill switch for most of the flags, some of which set another value than the fallback wants."""
    keys = dict.fromkeys(
        each.flag.key for one in every_node(model) for each in one.degradations if each.flag is not None
    )
    switches = (KillSwitch(key, "files", kill=not choose.chance(20)) for key in keys if not choose.chance(10))
    return replace(model, kill_switches=tuple(switches))


def naive(model: Model, chosen: dict[str, Level], keys: tuple[str, ...]) -> dict[str, Level]:
    """Levels with these switches turned, by trying every rule again."""
    kills = {switch.key: switch.kill for switch in model.kill_switches if switch.key in keys}
    on = {
        (one.name, each.name)
        for one in every_node(model)
        for each in one.degradations
        if each.auto or (each.flag is not None and kills.get(each.flag.key) is each.flag.value)
    }
    own = {node.name: int(chosen.get(node.name, 0)) for node in every_node(model)}
    levels = Edges(model, on).fixpoint(own)
    return {name: Level(level) for name, level in levels.items() if level and name not in chosen}


@given(BYTES)
@a_hundred
def test_the_fewest_switches_that_do_all_that_switches_can(data: bytes) -> None:
    choose = Choices(data)
    model = with_switches(any_model(choose), choose)
    names = [service.name for service in model.services]
    chosen = {choose.pick(names): choose.pick(UNWELL) for _ in range(1 + choose.number() % 2)}
    found = outcome(graph_of(model), chosen)
    keys = tuple(switch.key for switch in model.kill_switches)
    best = naive(model, chosen, keys)
    used = tuple(switch.key for switch in found.switches)
    assert found.nobody == naive(model, chosen, ())
    assert found.acted == best == naive(model, chosen, used)
    enough = (
        few
        for size in range(len(keys) + 1)
        for few in combinations(keys, size)
        if naive(model, chosen, few) == best
    )
    assert len(next(enough)) == len(used)


@given(BYTES)
@a_hundred
def test_switches_never_make_it_worse_and_the_chosen_are_never_listed(data: bytes) -> None:
    choose = Choices(data)
    model = with_switches(any_model(choose), choose)
    name = choose.pick([service.name for service in model.services])
    found = outcome(graph_of(model), {name: choose.pick(UNWELL)})
    assert name not in {*found.nobody, *found.acted}
    assert all(found.nobody.get(each, Level.OK) >= level for each, level in found.acted.items())
    assert Level.OK not in {*found.nobody.values(), *found.acted.values()}


@given(BYTES)
@a_hundred
def test_two_at_once_hurt_at_least_what_each_alone_does(data: bytes) -> None:
    choose = Choices(data)
    model = any_model(choose)
    graph = graph_of(model)
    one, other = model.services[0].name, choose.pick(model.services[1:]).name
    both = blast_radius(graph, {one: Level.DOWN, other: Level.FAILING}, by_themselves(graph))
    for name, level in ((one, Level.DOWN), (other, Level.FAILING)):
        for each, worst in blast_radius(graph, {name: level}, by_themselves(graph)).items():
            assert each in (one, other) or both.get(each, Level.OK) >= worst


def test_what_a_switch_is_good_for() -> None:
    found = outcome(graph_of(MODEL), {"db": Level.DOWN})
    down = {
        "shop": Level.DOWN,
        "front": Level.DOWN,
        "books": Level.DOWN,
        "buy": Level.DOWN,
        "close": Level.DOWN,
    }
    better = {"shop": Level.DEGRADED, "front": Level.DEGRADED, "buy": Level.DEGRADED}
    assert found.nobody == down
    assert found.acted == {**down, **better}
    assert [switch.key for switch in found.switches] == ["later"]
    assert [(each.owner, each.mode.name, each.how, each.whom) for each in found.carried] == [
        ("shop", "orders-later", "switch", ("shop",))
    ]


def test_how_each_fallback_would_come_about() -> None:
    ways = (
        Degradation("itself", Level.DEGRADED, auto=True),
        Degradation("hand", Level.DEGRADED, manual=True),
        Degradation("flag", Level.DEGRADED, flag=FlagIs("elsewhere", True)),
        Degradation("condition", Level.DEGRADED, active_when="promql"),
        Degradation("other value", Level.DEGRADED, flag=FlagIs("turned", True)),
    )
    services = tuple(
        Service(f"s{at}", degradations=(mode,), depends_on=(Dependency(("db",), fallback=mode.name),))
        for at, mode in enumerate(ways)
    )
    switch = KillSwitch("turned", "files", kill=False)
    model = Model(services=(Service("db"), *services), kill_switches=(switch,))
    found = outcome(graph_of(model), {"db": Level.DOWN})
    assert [each.how for each in found.carried] == ["itself", "hand", "flag", "condition", "flag"]
    assert found.switches == ()
    assert found.acted == found.nobody
    assert len(list(every_mode(graph_of(model)))) == len(ways)


def test_a_fallback_that_nobody_needs_here_is_not_told() -> None:
    found = outcome(graph_of(MODEL), {"db": Level.DEGRADED})
    assert found.carried == ()
    assert found.switches == ()
