"""Several sources: no mix of blind and failing ones looks better than the worst that is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import given

from cockpit.core.health import advance, fresh, reason
from cockpit.core.health.lens import own_level, part_by, through
from cockpit.core.health.state import Health
from cockpit.core.levels import Integrity, Level, Shown
from cockpit.core.model import MetricServer, Model, Role, Service, Signal
from cockpit.core.poll import Poll, Samples
from cockpit.core.slots import lay_out

from .generated import Choices, any_model
from .generated_polls import Weather
from .settings import a_few_hundred, a_hundred, bytes_of
from .world import BROKEN, DEGRADED, DOWN, Said, World, columns, integrity, level, on, service, signal

NAMES = ("eu", "us", "ap")
BETTER_THAN_UNKNOWN = (Shown.OK, Shown.AT_RISK)


def some_model(choose: Choices) -> Model:
    """Measured by two or three sources; not every signal is known to each of them."""
    model = any_model(choose, services=5, signals=3, quick=choose.chance(70))
    names = NAMES[: choose.pick((2, 2, 3))]

    def placed(one: Signal) -> Signal:
        return replace(one, sources=choose.some(names, 2))

    return replace(
        model,
        prometheus=tuple(MetricServer(name, "", required=not choose.chance(25)) for name in names),
        services=tuple(
            replace(each, signals=tuple(placed(one) for one in each.signals)) for each in model.services
        ),
    )


def some_story(data: bytes, polls: int = 6) -> tuple[Model, list[Poll]]:
    """Sources come and go as a whole, besides what each signal does."""
    choose = Choices(data)
    model = some_model(choose)
    slots = lay_out(model)
    dark = []
    for poll in Weather.over(choose, model).polls(polls):
        gone = choose.some([server.name for server in model.prometheus], 2) if choose.chance(50) else ()
        failed = {each.number for each in slots.templates if each.source in gone}
        kept = {number: samples for number, samples in poll.samples.items() if number not in failed}
        dark.append(replace(poll, samples=kept))
    return model, dark


def told(model: Model, polls: Sequence[Poll]) -> Iterator[Health]:
    health = fresh(model)
    for poll in polls:
        health = advance(health, poll)
        yield health


def sources(model: Model) -> list[frozenset[str]]:
    return [frozenset({server.name}) for server in model.prometheus]


@given(bytes_of(900))
@a_few_hundred
def test_a_service_is_as_bad_as_the_worst_of_its_sources_says(data: bytes) -> None:
    model, polls = some_story(data)
    for health in told(model, polls):
        for at, node in enumerate(health.nodes):
            parts = [part_by(health.graph, health.columns, at, each) for each in sources(model)]
            measured = [part for part in parts if part.own is not None]
            if node.own is None:
                assert not measured
                continue
            worst = max(part.lo for part in measured)
            assert node.own.lo == worst
            if worst >= Level.DEGRADED:
                assert node.level is Shown.of(worst)


@given(bytes_of(900))
@a_few_hundred
def test_a_blind_source_that_is_required_never_leaves_it_fine(data: bytes) -> None:
    model, polls = some_story(data)
    for health in told(model, polls):
        slots, committed, skipped = health.graph.slots.slots, health.columns.committed, health.columns.skipped
        for at, node in enumerate(health.nodes):
            mine = health.graph.slots_of[at]
            blind = [each for each in mine if slots[each].required and committed[each] < 0]
            if any(not skipped[each] for each in blind):
                assert node.own is not None
                assert node.own.hi is Level.DOWN
                assert node.level not in BETTER_THAN_UNKNOWN


@given(bytes_of(900))
@a_few_hundred
def test_through_one_source_nothing_is_better_than_it_knows(data: bytes) -> None:
    model, polls = some_story(data)
    for health in told(model, polls):
        for names in sources(model):
            seen = through(health, names)
            for at, (node, whole) in enumerate(zip(seen.nodes, health.nodes, strict=True)):
                part = part_by(health.graph, health.columns, at, names)
                assert node.own == part.own
                assert (node.integrity is Integrity.BREACHED) is (whole.integrity is Integrity.BREACHED)
                assert node.tainted_by == whole.tainted_by
                if node.level is Shown.OK:
                    assert (node.unknown, node.exposure) == (False, Level.OK)
                if part.own is None:
                    assert node.level is not Shown.OK or at >= health.graph.services
                elif part.lo >= Level.DEGRADED or part.unknown:
                    assert node.level is own_level(part)
                if whole.own and node.own:
                    assert node.own.lo <= whole.own.lo
                assert node.exposure <= whole.exposure


@given(bytes_of(900))
@a_few_hundred
def test_through_all_sources_everything_measured_is_as_it_is(data: bytes) -> None:
    model, polls = some_story(data)
    everybody = frozenset(server.name for server in model.prometheus)
    for health in told(model, polls):
        seen = through(health, everybody)
        for node, whole in zip(seen.nodes, health.nodes, strict=True):
            if whole.own is not None:
                assert replace(node, since=0.0) == replace(whole, since=0.0)
        assert (seen.known, seen.total, seen.exposures) == (health.known, health.total, health.exposures)


@given(bytes_of(900))
@a_few_hundred
def test_what_is_kept_from_poll_to_poll_is_what_would_be_worked_out_anew(data: bytes) -> None:
    model, polls = some_story(data)
    before: dict[frozenset[str], Health] = {}
    for health in told(model, polls):
        health = reason(health)
        for names in sources(model):
            kept = through(health, names, before.get(names))
            anew = through(health, names)
            assert [replace(each, since=0.0) for each in kept.nodes] == [
                replace(each, since=0.0) for each in anew.nodes
            ]
            assert (kept.parts, kept.exposures, kept.sighted) == (anew.parts, anew.exposures, anew.sighted)
            assert (kept.impacts, kept.suspects, kept.severity) == (
                anew.impacts,
                anew.suspects,
                anew.severity,
            )
            before[names] = kept


@given(bytes_of(900))
@a_hundred
def test_what_others_answer_or_do_not_answer_changes_nothing_through_one(data: bytes) -> None:
    """Wrong data apart: that is wrong everywhere."""
    model, polls = some_story(data)
    slots = lay_out(model)
    for one in [server.name for server in model.prometheus]:
        others = {each.number: len(each) for each in slots.templates if each.source != one}
        without = [
            replace(poll, samples={**poll.samples, **{n: Samples.failed(c) for n, c in others.items()}})
            for poll in polls
        ]
        for health, dark in zip(told(model, polls), told(model, without), strict=True):
            if health.latches or dark.latches:
                break
            seen, alone = (through(each, frozenset({one})) for each in (health, dark))
            assert [(each.own, each.exposure, each.level) for each in seen.nodes] == [
                (each.own, each.exposure, each.level) for each in alone.nodes
            ]


@given(bytes_of(900))
@a_hundred
def test_looking_through_a_source_changes_nothing(data: bytes) -> None:
    model, polls = some_story(data)
    health = reason(list(told(model, polls))[-1])
    written = repr(health)
    for names in sources(model):
        through(health, names, through(health, names))
    assert repr(health) == written


# By hand


SERVERS = (MetricServer("eu", ""), MetricServer("us", ""))
EU, US = frozenset({"eu"}), frozenset({"us"})
WORST = level(DOWN)


def cause(name: str, source: str) -> Signal:
    return signal(name, role=Role.CAUSE, sources=(source,))


def in_both(*services: Service) -> World:
    return World.of(*services, prometheus=SERVERS)


def levels(health: Health, *names: str) -> list[str]:
    return [health.node(name).level.value for name in names]


def test_what_is_measured_elsewhere_alone_is_not_watched_here() -> None:
    world = in_both(
        service("db", signals=[signal("x", sources=("us",))]),
        service("api", on("db"), signals=[signal("y")]),
        service("web", on("api"), signals=[]),
    )
    health = world.poll({})
    assert levels(health, "db", "api", "web") == ["OK", "OK", "OK"]
    assert levels(through(health, EU), "db", "api", "web") == ["UNMONITORED", "OK", "UNMONITORED"]
    assert levels(through(health, US), "db", "api", "web") == ["OK", "OK", "UNMONITORED"]


def test_a_cause_stays_one_where_its_symptoms_are_elsewhere() -> None:
    world = in_both(service("a", signals=[signal("x", sources=("eu",)), cause("y", "us")]))
    health = world.poll({"a.y": WORST})
    assert levels(health, "a") == ["AT_RISK"]
    assert levels(through(health, EU), "a") == ["OK"]
    seen = through(health, US).node("a")
    assert (seen.level, seen.idle) == (Shown.UNKNOWN, False)


def test_wrong_data_is_wrong_through_every_source() -> None:
    world = in_both(service("a", signals=[signal("x"), integrity("y", sources=("us",))]))
    health = world.poll({"a.y": WORST})
    assert [through(health, each).node("a").integrity.value for each in (EU, US)] == ["BREACHED"] * 2
    assert levels(through(health, EU), "a") == ["AT_RISK"]


def test_a_signal_of_two_sources_is_each_ones_own() -> None:
    world = in_both(service("a", signals=[signal("x")]))
    world.poll({})
    poll = {
        each.number: columns([Said(level(DEGRADED)) if each.source == "us" else Said(0.5)], partial=False)
        for each in world.health.graph.slots.templates
    }
    health = advance(world.health, Poll(world.at + 60.0, poll))
    assert [levels(each, "a") for each in (health, through(health, EU), through(health, US))] == [
        ["DEGRADED"],
        ["OK"],
        ["DEGRADED"],
    ]
    assert [each.source for each in through(health, US).readings("a")] == ["us"]


def test_before_the_first_poll_nothing_is_green_through_any() -> None:
    world = in_both(service("a", signals=[signal("x")]), service("b", signals=[]))
    assert levels(through(world.health, EU), "a", "b") == ["UNKNOWN", "UNMONITORED"]


def test_a_blind_source_is_told_from_one_that_sees() -> None:
    world = in_both(
        service("a", signals=[signal("x", sources=("eu",)), signal("y", sources=("us",))]), service("b")
    )
    world.poll({})
    health = world.poll({"a.y": BROKEN}, after=90.0)
    assert levels(health, "a", "b") == ["UNKNOWN", "OK"]
    assert levels(through(health, EU), "a", "b") == ["OK", "OK"]
    assert levels(through(health, US), "a", "b") == ["UNKNOWN", "OK"]
