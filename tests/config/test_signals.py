"""Signals and measures as the evaluator gets them."""

from __future__ import annotations

from pathlib import Path

from cockpit.core.levels import Kind, Level
from cockpit.core.model import Criticality, Dependency, OnNoData, Query, Role, Signal
from tests.config.files import SHOP, TEAM, loaded, service, signals


def test_an_expression_of_one_s_own_with_nothing_but_the_necessary(tmp_path: Path) -> None:
    found = signals(
        tmp_path, "[{name: errors, kind: errors, expr: sum(bad), above: {FAILING: 1, DEGRADED: 0.5}}]"
    )
    assert found["errors"] == Signal(
        name="errors",
        kind=Kind.ERRORS,
        query=Query("sum(bad)", freshness="max (timestamp(bad{}))", template="own expression"),
        direction="above",
        thresholds={Level.DEGRADED: 0.5, Level.FAILING: 1.0},
        max_age=60.0,
    )
    assert list(found["errors"].thresholds) == [Level.DEGRADED, Level.FAILING]


def test_everything_that_can_be_said_of_a_signal(tmp_path: Path) -> None:
    more = "prometheus: [{name: eu, url: https://eu.example}]\n"
    text = """[{name: lag, kind: lag, expr: max by (app) (lag), by: app, key: {app: shop},
      below: {AT_RISK: 3},
      role: cause, required: false, reduce: avg, for: 1m, hold: 2m, stale_after: 3m, idle_after: 4m,
      volume: rps, min_volume: 2, max_age: 5m, on_no_data: ok, requires: up, freshness: time(),
      unit: messages, sources: [eu]}]"""
    assert signals(tmp_path, text, more)["lag"] == Signal(
        name="lag",
        kind=Kind.LAG,
        query=Query("max by (app) (lag)", ("app",), ("shop",), "rps", "time()", "up", "own expression"),
        direction="below",
        thresholds={Level.AT_RISK: 3.0},
        role=Role.CAUSE,
        required=False,
        reduce="avg",
        for_=60.0,
        hold=120.0,
        stale_after=180.0,
        idle_after=240.0,
        min_volume=2.0,
        max_age=300.0,
        on_no_data=OnNoData.OK,
        unit="messages",
        sources=("eu",),
    )


def test_patience_is_the_defaults_unless_the_signal_says_otherwise(tmp_path: Path) -> None:
    more = "defaults: {scrape: 1m, signal: {for: 1s, hold: 2s, stale_after: 3s, idle_after: 4s}}\n"
    text = "[{name: e, kind: errors, expr: x, above: {DOWN: 1}, hold: 9s}]"
    found = signals(tmp_path, text, more)["e"]
    assert (found.for_, found.hold, found.stale_after, found.idle_after) == (1.0, 9.0, 3.0, 4.0)
    assert found.max_age == 240.0


def test_a_grouped_query_looks_for_the_name_of_the_service(tmp_path: Path) -> None:
    text = "[{name: e, kind: errors, expr: 'sum by (a, b) (x)', by: [a, b], key: {b: z}, above: {DOWN: 1}}]"
    found = signals(tmp_path, text)["e"]
    assert (found.query.by, found.query.key) == (("a", "b"), ("api", "z"))
    assert found.query.freshness == "max by (a, b) (timestamp(x{}))"


class TestAge:
    """What tells how old an answer is, where nobody said."""

    def of(self, tmp_path: Path, expr: str, more: str = "") -> Signal:
        return signals(tmp_path, f"[{{name: e, kind: errors, expr: '{expr}', above: {{DOWN: 1}}{more}}}]")[
            "e"
        ]

    def test_nothing_where_nothing_is_read(self, tmp_path: Path) -> None:
        found = self.of(tmp_path, "vector(0)")
        assert (found.query.freshness, found.max_age) == (None, None)

    def test_no_limit_where_the_series_may_rightly_be_missing(self, tmp_path: Path) -> None:
        found = self.of(tmp_path, "sum(bad) or vector(0)")
        assert (found.query.freshness, found.max_age) == ("max (timestamp(bad{}))", None)

    def test_the_required_series_tells_it_as_well(self, tmp_path: Path) -> None:
        found = self.of(tmp_path, "sum(bad) or vector(0)", ", requires: all_")
        assert found.max_age == 60.0
        assert "bad{}" in str(found.query.freshness)
        assert "all_{}" in str(found.query.freshness)

    def test_who_says_it_is_believed(self, tmp_path: Path) -> None:
        assert self.of(tmp_path, "sum(bad) or vector(0)", ", max_age: 5m").max_age == 300.0


MEASURE = "measure: {actual: 'sum(rate(made[5m]))*60', expected: 'avg_over_time(made[10m] offset 1w)'%s}"


def measure(tmp_path: Path, more: str = "") -> Signal:
    text = f"capabilities:\n  - name: buy\n    owner: ops\n    {MEASURE % more}\n"
    (found,) = loaded(tmp_path, {"cockpit.yaml": SHOP + TEAM + text}).model.capabilities
    assert found.measure is not None
    return found.measure


def test_a_measure_is_actual_against_expected(tmp_path: Path) -> None:
    assert measure(tmp_path) == Signal(
        name="measure",
        kind=Kind.TRAFFIC,
        query=Query(
            "sum(rate(made[5m]))*60",
            volume="avg_over_time(made[10m] offset 1w)",
            freshness="max (timestamp(made{}))",
            template="buy/measure",
        ),
        direction="below",
        thresholds={Level.DEGRADED: 0.85, Level.FAILING: 0.5, Level.DOWN: 0.1},
        reduce="min",
        min_volume=20.0,
        max_age=60.0,
        unit="of expected",
    )


def test_thresholds_of_a_measure_replace_the_usual_ones(tmp_path: Path) -> None:
    found = measure(tmp_path, ", min_expected: 5, below: {FAILING: 0.2}")
    assert (found.thresholds, found.min_volume) == ({Level.FAILING: 0.2}, 5.0)


def test_edges_and_their_fallbacks(tmp_path: Path) -> None:
    text = """\
    degradations: [{name: queued, level: DEGRADED, auto: true}]
    dependsOn:
      - {to: db, fallback: queued}
      - {to: cache, criticality: soft, fallback: cold}
      - {any_of: [db, cache], need: 2, criticality: none, unreviewed: true}
  - {name: db, owner: ops}
  - {name: cache, owner: ops, degradations: [{name: cold, level: AT_RISK, auto: true}]}
capabilities:
  - name: buy
    owner: ops
    requires: [{to: api, fallback: queued}, {to: api, fallback: paper}]
    degradations: [{name: paper, level: DEGRADED, manual: true, max_duration: 2h}]
"""
    assert service(tmp_path, text).depends_on == (
        Dependency(("db",), fallback="queued"),
        Dependency(("cache",), Criticality.SOFT, fallback="cold", fallback_of="cache"),
        Dependency(("db", "cache"), Criticality.NONE, 2, any_of=True, reviewed=False),
    )
    (buy,) = loaded(tmp_path, {}).model.capabilities
    assert buy.requires == (
        Dependency(("api",), fallback="queued", fallback_of="api"),
        Dependency(("api",), fallback="paper"),
    )


def test_tiers_are_written_with_quotes_or_without(tmp_path: Path) -> None:
    text = "services: [{name: a, owner: ops, tier: '2'}, {name: b, owner: ops, tier: 2}, {name: c}]\n"
    tiers = 'defaults: {tiers: {"2": {weight: 5, update_every: 15m}}}\n'
    model = loaded(tmp_path, {"cockpit.yaml": SHOP + TEAM + tiers + text}).model
    assert [each.tier for each in model.services] == [2, 2, 3]
    assert (model.weight(1), model.weight(2), model.tiers[2].update_every) == (8, 5, 900.0)
