"""What must hold whatever happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given

from cockpit.core.health import advance, carry_over, fresh, reason
from cockpit.core.health.state import Health
from cockpit.core.levels import Integrity, Kind, Level, Shown
from cockpit.core.model import Capability, Criticality, Dependency, Model, Service, Signal
from cockpit.core.poll import FAILED, PRESENT, Poll

from .generated import Choices, any_model
from .generated_polls import Weather
from .reference_graph import edges_of, every_node
from .reference_run import differences, picture_of
from .settings import a_few_hundred, a_hundred, bytes_of
from .world import AT_RISK, DEGRADED, DOWN, FAILING, Said, World, any_of, columns, level, on, service

WEAKER = {Criticality.HARD: Criticality.SOFT, Criticality.SOFT: Criticality.NONE}


def some_story(data: bytes, polls: int = 8) -> tuple[Model, list[Poll]]:
    choose = Choices(data)
    model = any_model(choose, services=5, signals=2, quick=choose.chance(50))
    return model, Weather.over(choose, model).polls(polls)


def play(model: Model, polls: Iterable[Poll]) -> Health:
    health = fresh(model)
    for poll in polls:
        health = advance(health, poll)
    return reason(health)


@given(bytes_of(700))
@a_few_hundred
def test_nothing_is_green_while_unknown_exposed_or_tainted(data: bytes) -> None:
    model, polls = some_story(data)
    health = fresh(model)
    assert all(node.level in (Shown.UNKNOWN, Shown.UNMONITORED) for node in health.nodes)
    for poll in polls:
        health = advance(health, poll)
        for node in health.nodes:
            if node.level is Shown.OK:
                assert (node.unknown, node.exposure, node.tainted_by) == (False, Level.OK, ())
                assert node.integrity is not Integrity.BREACHED


@given(bytes_of(700))
@a_hundred
def test_a_picture_is_never_written_to_again(data: bytes) -> None:
    model, polls = some_story(data)
    health = fresh(model)
    for poll in polls:
        before, asked = repr(health), repr(poll)
        after = advance(health, poll)
        assert (repr(health), repr(poll)) == (before, asked)
        written = repr(after)
        reason(after)
        carry_over(after, model)
        assert repr(after) == written
        health = after


@given(bytes_of(700))
@a_hundred
def test_reasoning_changes_nothing_that_comes_later(data: bytes) -> None:
    model, polls = some_story(data)
    health = fresh(model)
    for poll in polls:
        health = reason(advance(health, poll))
    assert repr(play(model, polls)) == repr(health)


@given(bytes_of(700))
@a_hundred
def test_answers_may_come_in_any_order(data: bytes) -> None:
    model, polls = some_story(data)
    turned = [replace(poll, samples=dict(reversed(list(poll.samples.items())))) for poll in polls]
    assert picture_of(play(model, turned)) == picture_of(play(model, polls))


@given(bytes_of(700))
@a_few_hundred
def test_a_reload_of_the_same_model_forgets_nothing(data: bytes) -> None:
    """It also computes everything anew, so what was kept from poll to poll was right."""
    model, polls = some_story(data)
    undisturbed = reloaded = fresh(model)
    for poll in polls:
        undisturbed = reason(advance(undisturbed, poll))
        reloaded = reason(advance(carry_over(reloaded, model), poll))
        assert differences(picture_of(reloaded), picture_of(undisturbed)) == []
        assert (reloaded.latches, reloaded.active_since, reloaded.changes, reloaded.moments) == (
            undisturbed.latches,
            undisturbed.active_since,
            undisturbed.changes,
            undisturbed.moments,
        )
        assert [node.degradation for node in reloaded.nodes] == [
            node.degradation for node in undisturbed.nodes
        ]
        assert [node.contradiction for node in reloaded.nodes] == [
            node.contradiction for node in undisturbed.nodes
        ]


@given(bytes_of(700))
@a_hundred
def test_what_has_settled_does_not_move_under_equal_polls(data: bytes) -> None:
    model, polls = some_story(data, polls=6)
    last = polls[-1]
    health = play(model, polls)
    seen = []
    for number in range(10):
        # Five polls let every window pass; five more must change nothing.
        health = advance(health, replace(last, at=last.at + 400.0 * (number + 1), changes=()))
        seen.append([node.level for node in health.nodes])
    assert seen[5:] == seen[4:5] * 5


def staircase(model: Model) -> Model:
    """Every signal committing at once, with levels at 1, 2, 3 and 4 (integrity from 2 on)."""
    above = {AT_RISK: 1.0, DEGRADED: 2.0, FAILING: 3.0, DOWN: 4.0}

    def plain(signal: Signal) -> Signal:
        limits = {each: above[each] for each in above if each > 1 or signal.kind is not Kind.INTEGRITY}
        return replace(signal, direction="above", thresholds=limits, for_=0.0, min_volume=None, max_age=None)

    return replace(
        model,
        services=tuple(
            replace(each, signals=tuple(plain(signal) for signal in each.signals)) for each in model.services
        ),
        capabilities=tuple(
            replace(each, measure=plain(each.measure) if each.measure else None)
            for each in model.capabilities
        ),
    )


def one_poll(model: Model, said: dict[tuple[str, str, str], int], like: Poll) -> Health:
    """`said`: a level by slot, or -1 where the question failed."""
    health = fresh(model)
    slots = health.graph.slots
    rows = {
        template.number: columns(
            (
                Said(said[slot.key] + 0.5, answer=FAILED if said[slot.key] < 0 else PRESENT)
                for slot in slots.of(template)
            ),
            partial=False,
        )
        for template in slots.templates
    }
    return advance(health, replace(like, samples=rows, reconciled=frozenset()))


def no_better(worse: Health, before: Health) -> None:
    """No node improved. UNKNOWN is no level, so it can neither win nor lose a comparison."""
    for now, then in zip(worse.nodes, before.nodes, strict=True):
        assert now.exposure >= then.exposure
        assert not (now.own and then.own) or now.own.lo >= then.own.lo
        if now.level.level is not None and then.level.level is not None:
            assert now.level.level >= then.level.level, now.name
        assert not (now.level is Shown.UNKNOWN and (then.level.level or 0) >= Level.DEGRADED)


def with_edges(model: Model, at: int, edges: tuple[Dependency, ...]) -> Model:
    nodes: list[Service | Capability] = list(every_node(model))
    node = nodes[at]
    nodes[at] = (
        replace(node, depends_on=edges) if isinstance(node, Service) else replace(node, requires=edges)
    )
    return replace(
        model,
        services=tuple(each for each in nodes if isinstance(each, Service)),
        capabilities=tuple(each for each in nodes if isinstance(each, Capability)),
    )


@given(bytes_of(700))
@a_few_hundred
def test_worsening_anything_never_improves_anything(data: bytes) -> None:
    choose = Choices(data)
    model = staircase(any_model(choose, services=5, signals=2, quick=True))
    like = Weather.over(choose, model).polls(1)[0]
    keys = [slot.key for slot in fresh(model).graph.slots.slots]
    said = {key: choose.pick((0, 0, 1, 2, 3, 4, -1)) for key in keys}
    before = one_poll(model, said, like)
    for key in keys:
        if 0 <= said[key] < Level.DOWN:
            no_better(one_poll(model, {**said, key: said[key] + 1}, like), before)
    for at, node in enumerate(every_node(model)):
        edges = edges_of(node)
        for number, edge in enumerate(edges):
            if edge.fallback:
                lost = replace(edge, fallback=None)
                worse = with_edges(model, at, (*edges[:number], lost, *edges[number + 1 :]))
                no_better(one_poll(worse, said, like), before)
            if edge.criticality in WEAKER:
                weaker = replace(edge, criticality=WEAKER[edge.criticality])
                better = with_edges(model, at, (*edges[:number], weaker, *edges[number + 1 :]))
                no_better(before, one_poll(better, said, like))


def test_worse_may_be_better_known_and_that_is_all_it_may_be() -> None:
    """UNKNOWN is no level: rule G calls an alternative known once one member of it is measured bad."""
    world = World.of(service("a", any_of("b", "c"), signals=[]), service("b"), service("c"))
    failed = Said(answer=FAILED)
    world.poll({"b": failed, "c": failed})
    assert world.levels("a") == ["UNKNOWN"]
    world.poll({"b": level(DEGRADED)})
    assert world.levels("a", "b", "c") == ["AT_RISK", "DEGRADED", "UNKNOWN"]


def test_a_new_model_keeps_the_past_of_what_both_know() -> None:
    world = World.of(service("a"), service("b"))
    world.poll({"a": level(DOWN)})
    fell = world.at
    world.poll()
    world.model = Model(services=(service("new"), service("a", on("new")), service("c")))
    world.health = carry_over(world.health, world.model)
    health = world.poll(after=25)
    assert [(node.name, node.level.value, node.since) for node in health.nodes] == [
        ("new", "OK", world.at),
        ("a", "DOWN", fell),
        ("c", "OK", world.at),
    ]
    assert (health.node("a").onset, health.spread.verdict.value) == (fell, "TOO_EARLY")
