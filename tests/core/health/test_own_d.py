"""Rules D: what a service's own signals say together, and whether its data can be trusted."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.core.levels import FailureClass, Integrity, Kind
from cockpit.core.model import MetricServer, Role, Signal

from .world import (
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    NOTHING,
    TOO_FEW,
    World,
    integrity,
    level,
    own,
    service,
    signal,
)

BAD, WORSE, WORST = level(DEGRADED), level(FAILING), level(DOWN)


def cause(name: str = "full", **fields: Any) -> Signal:
    return signal(name, Kind.SATURATION, role=Role.CAUSE, **fields)


def test_the_worst_known_signal_is_the_lower_bound() -> None:
    world = World.of(service("a", signals=[signal("x"), signal("y")]))
    assert own(world.poll({"a.x": BAD, "a.y": WORSE}), "a") == ("FAILING", "FAILING")


def test_a_required_signal_that_is_unknown_leaves_everything_possible() -> None:
    world = World.of(service("a", signals=[signal("x"), signal("y")]))
    assert own(world.poll({"a.x": BROKEN}, after=90), "a") == ("OK", "DOWN")
    assert world.levels("a") == ["UNKNOWN"]
    assert own(world.poll({"a.y": BAD}), "a") == ("DEGRADED", "DOWN")
    assert (world.levels("a"), world.health.node("a").unknown) == (["DEGRADED"], False)


def test_a_signal_that_is_not_required_may_be_unknown() -> None:
    world = World.of(service("a", signals=[signal("x"), signal("y", required=False)]))
    assert own(world.poll({"a.y": BROKEN}), "a") == ("OK", "OK")


def test_without_a_known_symptom_there_is_no_evidence() -> None:
    world = World.of(service("a", signals=[signal(required=False), cause()]))
    assert own(world.poll({"a.errors": BROKEN}), "a") == ("OK", "DOWN")


def test_a_cause_weighs_at_most_at_risk_beside_a_symptom_and_in_full_alone() -> None:
    beside = World.of(service("a", signals=[signal(), cause()]))
    assert own(beside.poll({"a.full": WORST}), "a") == ("AT_RISK", "AT_RISK")
    alone = World.of(service("a", signals=[cause()]))
    assert own(alone.poll({"a": WORST}), "a") == ("DOWN", "DOWN")


def test_a_cause_beside_a_symptom_that_cannot_be_seen_is_unknown() -> None:
    world = World.of(service("a", signals=[signal(), cause()]))
    health = world.poll({"a.full": WORST, "a.errors": BROKEN})
    assert (own(health, "a"), world.levels("a")) == (("AT_RISK", "DOWN"), ["UNKNOWN"])


def test_an_integrity_signal_is_a_symptom_whatever_was_written() -> None:
    world = World.of(service("a", signals=[integrity(role=Role.CAUSE)]))
    assert own(world.poll({"a": BAD}), "a") == ("DEGRADED", "DEGRADED")


def test_no_requests_at_night_is_idle_and_not_ok() -> None:
    world = World.of(service("a", signals=[signal("x", min_volume=5.0), cause("y")]))
    health = world.poll({"a.x": TOO_FEW})
    node = health.node("a")
    assert (node.level.value, own(health, "a"), node.idle) == ("UNKNOWN", ("OK", "DOWN"), True)
    assert health.spread.coverage == 0.0


def test_quiet_signals_are_left_out_beside_one_that_sees() -> None:
    world = World.of(service("a", signals=[signal("x", min_volume=5.0), signal("y")]))
    health = world.poll({"a.x": TOO_FEW})
    assert (own(health, "a"), health.node("a").idle) == (("OK", "OK"), False)


def test_a_service_is_not_idle_while_one_of_its_symptoms_cannot_be_seen() -> None:
    world = World.of(service("a", signals=[signal("x", min_volume=5.0), signal("y", required=False)]))
    assert not world.poll({"a.x": TOO_FEW, "a.y": BROKEN}).node("a").idle


def test_a_level_from_busier_times_still_counts_in_a_quiet_moment() -> None:
    world = World.of(service("a", signals=[signal(min_volume=5.0)]))
    world.poll({"a": BAD})
    assert own(world.poll({"a": TOO_FEW}), "a") == ("DEGRADED", "DEGRADED")


def test_two_sources_count_as_two_and_only_a_required_one_blinds() -> None:
    servers = (MetricServer("eu", ""), MetricServer("us", "", required=False))
    world = World.of(
        service("a", signals=[signal("x", sources=("eu",)), signal("y", sources=("us",))]), prometheus=servers
    )
    assert own(world.poll({"a.y": BROKEN}), "a") == ("OK", "OK")
    assert own(world.poll({"a.x": BROKEN}, after=90), "a") == ("OK", "DOWN")


@pytest.mark.parametrize(
    ("kind", "value", "classes"),
    [
        (Kind.ERRORS, WORSE, ["DEGRADATION"]),
        (Kind.ERRORS, WORST, ["UNAVAILABLE"]),
        (Kind.PROBE, BAD, ["UNAVAILABLE"]),
        (Kind.LATENCY, WORST, ["DELAY"]),
        (Kind.LAG, BAD, ["DELAY"]),
        (Kind.FRESHNESS, BAD, ["DELAY"]),
        (Kind.INTEGRITY, BAD, ["CORRUPTION"]),
        (Kind.RETRIES, BAD, ["RETRY_STORM"]),
        (Kind.THROTTLE, BAD, ["THROTTLED"]),
        (Kind.TRAFFIC, BAD, ["DEGRADATION"]),
        (Kind.SATURATION, BAD, []),
    ],
)
def test_the_kind_of_a_signal_above_ok_is_the_class(kind: Kind, value: float, classes: list[str]) -> None:
    world = World.of(service("a", signals=[signal("x", kind)]))
    assert [each.value for each in world.poll({"a": value}).node("a").classes] == classes


def test_classes_come_most_urgent_first_and_blind_last() -> None:
    kinds = {"slow": Kind.LATENCY, "wrong": Kind.ERRORS, "retried": Kind.RETRIES, "limited": Kind.THROTTLE}
    signals = [signal(name, kind) for name, kind in kinds.items()] + [integrity("doubled"), signal("lost")]
    world = World.of(service("a", signals=signals))
    node = world.poll({"a": BAD, "a.wrong": WORST, "a.lost": BROKEN}).node("a")
    assert node.classes == tuple(each for each in FailureClass if each is not FailureClass.DEGRADATION)
    assert node.failure_class is FailureClass.CORRUPTION


def test_a_service_without_signals_has_no_class() -> None:
    world = World.of(service("a", signals=[]))
    assert world.poll().node("a").failure_class is None


@pytest.mark.parametrize(
    ("answer", "axis", "interval"),
    [
        (0.5, Integrity.OK, ("OK", "OK")),
        (BAD, Integrity.SUSPECT, ("DEGRADED", "DEGRADED")),
        (WORSE, Integrity.BREACHED, ("FAILING", "FAILING")),
        (BROKEN, Integrity.UNKNOWN, ("OK", "DOWN")),
        (TOO_FEW, Integrity.OK, ("OK", "OK")),
    ],
    ids=["ok", "bad", "worse", "failed", "quiet"],
)
def test_integrity_is_an_axis_of_its_own(answer: float, axis: Integrity, interval: tuple[str, str]) -> None:
    world = World.of(service("a", signals=[signal(), integrity(min_volume=5.0)]))
    health = world.poll({"a.duplicates": answer})
    assert (health.node("a").integrity, own(health, "a")) == (axis, interval)


def test_a_breach_outlives_its_signal_until_it_is_reconciled() -> None:
    world = World.of(service("a", signals=[integrity()], reconciled_when="promql"))
    first = world.poll({"a": WORSE})
    world.poll()
    assert world.poll(reconciled=["a"]).node("a").integrity is Integrity.BREACHED, "still FAILING"
    last = world.at
    health = world.poll({"a": 0.5})
    assert (health.node("a").integrity, own(health, "a"), world.levels("a")) == (
        Integrity.BREACHED,
        ("OK", "OK"),
        ["AT_RISK"],
    )
    assert (health.latches["a"].first, health.latches["a"].last) == (first.at, last)
    health = world.poll(reconciled=["a"])
    assert (health.node("a").integrity, world.levels("a"), dict(health.latches)) == (Integrity.OK, ["OK"], {})


def test_a_breach_may_be_reconciled_blind() -> None:
    world = World.of(service("a", signals=[integrity()]))
    world.poll({"a": WORSE})
    assert world.poll({"a": NOTHING}).node("a").integrity is Integrity.BREACHED
    world.poll({"a": NOTHING}, after=100)
    assert world.poll(reconciled=["a"]).node("a").integrity is Integrity.UNKNOWN


def test_who_reads_breached_data_is_tainted_also_through_others() -> None:
    world = World.of(
        service("a", signals=[integrity()], feeds=("b",)),
        service("b", feeds=("c",)),
        service("c", signals=[integrity()]),
        service("d"),
    )
    health = world.poll({"a": WORSE, "c": BROKEN})
    seen = {node.name: (node.integrity.value, node.tainted_by) for node in health.nodes}
    assert seen == {
        "a": ("BREACHED", ()),
        "b": ("SUSPECT", ("a",)),
        "c": ("SUSPECT", ("a",)),
        "d": ("OK", ()),
    }
    assert (own(health, "b"), world.levels("b", "c", "d")) == (("OK", "OK"), ["AT_RISK", "UNKNOWN", "OK"])
    world.poll({"a": 0.5, "c": 0.5})
    assert world.levels("a", "b", "c") == ["AT_RISK"] * 3
    world.poll(reconciled=["a"])
    assert world.levels("a", "b", "c") == ["OK"] * 3


def test_suspect_data_taints_nobody() -> None:
    world = World.of(service("a", signals=[integrity()], feeds=("b",)), service("b"))
    assert world.poll({"a": BAD}).node("b").integrity is Integrity.OK


def test_onset_is_the_earliest_break_free_moment_among_signals_that_count() -> None:
    world = World.of(service("a", signals=[signal("x"), signal("y"), cause("z")]))
    world.poll({"a.z": WORST})
    began = world.poll({"a.x": BAD}).at
    later = world.poll({"a.x": WORSE, "a.y": BAD})
    assert (later.node("a").onset, own(later, "a")) == (began, ("FAILING", "FAILING"))
    again = world.poll({"a.x": 0.5})
    assert again.node("a").onset == later.at
    assert world.poll({"a.y": 0.5}).node("a").onset is None


def test_unknown_breaks_an_onset() -> None:
    world = World.of(service("a"))
    world.poll({"a": BAD})
    world.poll({"a": BROKEN}, after=100)
    assert world.poll({"a": BAD}).node("a").onset == world.at
