"""What to fix first: every kind is found, ranked by whom it hurts, how much that matters, how wide it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from cockpit.core.audit.answers import Audit, Finding, Score, Severity
from cockpit.core.audit.auditing import audit
from cockpit.core.audit.fixing import GAPS
from cockpit.core.levels import Level
from cockpit.core.model import KillSwitch, Model, Service
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.seen_edges import Difference
from cockpit.core.whatif.blast import blast_radius, by_themselves
from cockpit.errors import Place
from tests.core.health.generated import Choices, any_model
from tests.core.health.settings import a_hundred, bytes_of

from .world import (
    ERRORS,
    FIX,
    LATENCY,
    book,
    done,
    known,
    needs,
    ready,
    step,
    with_service,
)


def found(model: Model, *evidence: Evidence, **more: object) -> tuple[Finding, ...]:
    told = known(model, evidence, **more) if evidence else known(model, **more)  # type: ignore[arg-type]
    return audit(told).fix_first


def test_where_all_is_well_nothing_is_to_fix_of_what_matters() -> None:
    assert [each.subject for each in found(ready())] == ["desk"]  # tier 2, and without a runbook


def first(kind: str, *given: Finding) -> Finding:
    return next(each for each in given if each.kind == kind)


CASES = {
    "rollback-impossible": (ready(books={}), (), {}),
    "rollback-unproven": (ready(), done(FIX, "mara", mode="simulated"), {}),
    "shared": (with_service("desk", depends_on=needs("web")), (), {}),
    "hard-edge": (with_service("web", depends_on=needs("recommender")), (), {}),
    "unowned": (with_service("web", owner=""), (), {}),
    "unmeasured": (with_service("web", signals=()), (), {}),
    "no-integrity": (with_service("web", feeds=("desk",)), (), {}),
    "cycle": (
        replace(
            with_service("recommender", depends_on=needs("desk")),
            services=(
                ready().services[0],
                replace(ready().services[1], depends_on=needs("desk")),
                replace(ready().services[2], depends_on=needs("recommender")),
            ),
        ),
        (),
        {},
    ),
    "undeclared": (ready(), (), {"seen": Difference(new=(("web", "desk"),))}),
    "unbounded": (ready(kill_switches=(KillSwitch("off", "files", "web"),)), (), {}),
    "one-person": (ready(), done(FIX, "mara"), {}),
    "stale": (ready(), done(replace(FIX, steps=(step(digest="old"),)), "mara", "leo"), {}),
}


def test_there_is_a_case_for_each_kind() -> None:
    assert set(CASES) == set(GAPS)


@pytest.mark.parametrize("kind", CASES)
def test_every_kind_says_what_and_why_and_what_to_do(kind: str) -> None:
    model, evidence, more = CASES[kind]
    one = first(kind, *found(model, *evidence, **more))
    assert one.score.gap == GAPS[kind]
    assert one.what
    assert one.why.endswith(".")
    assert one.do.endswith(".")


def test_a_finding_in_full() -> None:
    places = {"web": Place("shop.yaml", 4, 11)}
    assert first("shared", *found(with_service("desk", depends_on=needs("web")), places=places)) == Finding(
        "shared",
        "web",
        "web is shared by 2 capabilities that are not related",
        "One fault in it and these fail together: Customers can buy and Support finds orders.",
        "Give each workflow a fallback of its own, or a copy that fails alone.",
        Severity.HIGH,
        Score(blast=4, tier=8, gap=3),
        Place("shop.yaml", 4, 11),
    )


def test_what_hurts_more_people_comes_first() -> None:
    services = (
        Service("api", tier=1, owner="a", signals=(ERRORS, LATENCY), depends_on=needs("big", "small")),
        Service("page", tier=1, owner="a", signals=(ERRORS, LATENCY), depends_on=needs("big")),
        Service("big", tier=1, signals=(ERRORS, LATENCY), type="external"),
        Service("small", tier=1, signals=(ERRORS, LATENCY), type="external"),
    )
    unowned = [each for each in found(Model(services=services), *done(FIX, "mara")) if each.kind == "unowned"]
    assert [(each.subject, each.score) for each in unowned] == [
        ("big", Score(3, 8, 3)),
        ("small", Score(2, 8, 3)),
    ]


def test_a_hard_edge_counts_whom_what_it_leans_on_would_hurt() -> None:
    one = first("hard-edge", *found(with_service("web", depends_on=needs("recommender"))))
    assert (one.subject, one.score) == ("web", Score(blast=3, tier=8, gap=3))


def test_a_wider_gap_and_a_higher_tier_come_first() -> None:
    model = with_service("recommender", owner="", signals=())
    scores = [each.score.value for each in found(model)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("tier", "severity"), [(1, "high"), (2, "medium"), (3, "low"), (4, "low"), (9, "low")]
)
def test_the_severity_goes_by_tier_and_gap(tier: int, severity: str) -> None:
    one = first("unowned", *found(with_service("web", owner="", tier=tier)))
    assert one.severity == severity


def test_a_severity_and_worse() -> None:
    assert Severity.HIGH.is_at_least(Severity.LOW)
    assert not Severity.LOW.is_at_least(Severity.MEDIUM)
    one = Finding("stale", "web", "w", "w", "d", Severity.MEDIUM, Score(1, 1, 1))
    assert [Audit((), (one,)).has(each) for each in Severity] == [False, True, True]
    assert not Audit((), ()).has(Severity.LOW)


def test_a_runbook_of_no_service_stands_for_itself() -> None:
    alone = book("tidy-up", (), step(digest="new"), file="runbooks/tidy-up.yaml")
    old = done(book("tidy-up", (), step(digest="old")), "mara", "leo")
    one = first("stale", *found(ready(books={FIX.id: FIX, alone.id: alone}), *old))
    assert (one.subject, one.score.blast, one.at) == ("tidy-up", 1, Place("runbooks/tidy-up.yaml"))


@given(bytes_of(200))
@settings(a_hundred, max_examples=50)
def test_the_blast_is_whom_it_would_hurt_and_itself(data: bytes) -> None:
    model = any_model(Choices(data))
    told = known(model, ())
    modes = by_themselves(told.graph)
    for each in audit(told).fix_first:
        if each.kind != "hard-edge" and each.subject in {service.name for service in model.services}:
            hurt = blast_radius(told.graph, {each.subject: Level.DOWN}, modes)
            assert each.score.blast == 1 + sum(level >= Level.DEGRADED for level in hurt.values())
