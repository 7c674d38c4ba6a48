"""Presets: what a service gets for `use`, and that nothing it writes can break out of a query."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config.presets import shipped_names
from cockpit.config.texts import cut
from cockpit.core import promql
from cockpit.core.levels import Level
from cockpit.core.model import Query
from tests.config.files import SHOP, TEAM, loaded, said, service, signals

OWN = """\
apiVersion: cockpit/v1
kind: Preset
metadata: {name: %s}
key: {service: app, zone: zone}
parameters:
  window: {default: $rate}
  path: {}
  zone: {default: eu}
signals:
  - name: slow
    kind: latency
    expr: 'max by (app, zone) (rate(x{path="${path}",$match}[${window}]))'
    above: {DEGRADED: 1}
  - name: full
    kind: saturation
    expr: 'max by (app, zone) (full{$match})'
    below: {AT_RISK: 5, FAILING: 1}
    for: 5m
"""


def own(folder: Path, use: str, preset: str = OWN % "own", **more: str) -> dict[str, str]:
    start = "services:\n  - name: api\n    owner: ops\n"
    return {
        "presets/own.yaml": preset,
        "cockpit.yaml": SHOP + TEAM + start + f"    signals: [{use}]\n",
    } | more


def test_all_that_ship_say_whom_they_tell_apart_and_how_old_they_are(tmp_path: Path) -> None:
    for name in shipped_names():
        for signal in signals(tmp_path, f"[{{use: {name}}}]").values():
            assert signal.query.template == f"{name}/{signal.name}"
            assert signal.query.by
            assert "${" not in signal.query.expr
            assert promql.check(signal.query.expr) is None


def test_key_labels_tell_services_apart_and_the_query_is_shared(tmp_path: Path) -> None:
    use = "{use: own, path: /buy, service: shop-api}"
    slow, full = loaded(tmp_path, own(tmp_path, use)).model.services[0].signals
    assert slow.query == Query(
        expr='max by (app, zone) (rate(x{path="/buy",$match}[1m]))',
        by=("app", "zone"),
        key=("shop-api", "eu"),
        freshness='max by (app, zone) (timestamp(x{path="/buy",$match}))',
        template="own/slow",
    )
    assert (full.direction, full.reduce, full.for_, full.hold) == ("below", "min", 300.0, 120.0)
    assert full.thresholds == {Level.AT_RISK: 5, Level.FAILING: 1}


def test_windows_follow_the_scrape_interval(tmp_path: Path) -> None:
    slow = signals(tmp_path, "[{use: otel-http}]", "defaults: {scrape: 30s}\n")["errors"]
    assert "[2m]" in slow.query.expr


def test_one_service_may_differ(tmp_path: Path) -> None:
    found = signals(
        tmp_path, "[{use: otel-http, traffic: false, for: 5s, latency: {above: {DEGRADED: 0.5}, for: 1m}}]"
    )
    assert list(found) == ["errors", "latency"]
    assert found["latency"].thresholds == {Level.DEGRADED: 0.5}
    assert (found["errors"].for_, found["latency"].for_) == (5.0, 60.0)


def test_only_some_signals(tmp_path: Path) -> None:
    assert list(signals(tmp_path, "[{use: otel-http, only: [latency]}]")) == ["latency"]


def test_a_prefix_lets_a_preset_be_used_twice(tmp_path: Path) -> None:
    found = signals(tmp_path, "[{use: up}, {use: up, job: other, prefix: other-}]")
    assert {name: signal.query.key for name, signal in found.items()} == {
        "down": ("api",),
        "other-down": ("other",),
    }


def test_the_same_use_in_two_services_differs_in_the_key_alone(tmp_path: Path) -> None:
    text = "services:\n" + "".join(
        f"  - {{name: {name}, owner: ops, signals: [{{use: up}}]}}\n" for name in ("a", "b")
    )
    first, second = (
        each.signals[0] for each in loaded(tmp_path, {"c.yaml": SHOP + TEAM + text}).model.services
    )
    assert (first.query.expr, first.query.key) == (second.query.expr, ("a",))
    assert second.query.key == ("b",)


def test_a_required_parameter_is_asked_for(tmp_path: Path) -> None:
    assert said(tmp_path, own(tmp_path, "{use: own}")) == [
        "C04 cockpit.yaml:8:21: preset 'own' needs 'path'. Add path: ..."
    ]


def test_one_s_own_preset_wins_over_a_shipped_one_and_that_is_said(tmp_path: Path) -> None:
    files = own(tmp_path, "{use: up, path: x}", OWN % "up")
    found = loaded(tmp_path, files)
    assert [signal.name for signal in found.model.services[0].signals] == ["slow", "full"]
    assert [note.replace(f"{tmp_path}/", "") for note in found.notes] == [
        "presets/own.yaml replaces the shipped preset 'up'"
    ]


def test_a_preset_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    files = own(tmp_path, "{use: own, path: x}")
    files["presets/z.yaml"] = OWN % "own"
    assert said(tmp_path, files) == [
        "C02 presets/z.yaml:3:18: preset 'own' is defined twice, first at presets/own.yaml:3:18."
        " Rename or remove one of them"
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "${path}",
            "${pth}",
            "C03 presets/own.yaml:12:11: signal 'slow' uses ${pth}, which is no parameter.",
        ),
        (
            "[${window}]",
            "[10s]",
            "C07 presets/own.yaml:12:11: rate() over 10s holds fewer than 4 scrapes of 15s.",
        ),
        ("max by (app, zone) (rate", "max by (rate", "C06 presets/own.yaml:12:11: not valid PromQL: "),
        ("FAILING: 1", "FAILING: 9", "C05 presets/own.yaml:17:34: signal 'full' is FAILING below 9, but "),
        ("for: 5m", "on_no_data: ok", "C08 presets/own.yaml:18:17: signal 'full' takes no data for OK"),
        ("name: full", "name: slow", "C02 presets/own.yaml:14:11: signal 'slow' is defined twice."),
        (
            "name: full",
            "name: path",
            "C02 presets/own.yaml:14:11: signal 'path' has the name of a parameter.",
        ),
        ("  zone: {default", "  hold: {default", "C02 presets/own.yaml:8:3: the parameter 'hold' is also "),
    ],
)
def test_a_mistake_in_a_preset_is_shown_in_the_preset_and_once(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    files = own(tmp_path, "{use: own, path: x}", (OWN % "own").replace(old, new))
    found = [line for line in said(tmp_path, files) if "presets/" in line]
    assert [line[: len(complaint)] for line in found][:1] == [complaint]
    assert len(found) == 1


def test_a_parameter_may_hold_any_text_between_quotes(tmp_path: Path) -> None:
    hostile = r"""{use: own, path: '"} or vector(1) # \'}"""
    slow = loaded(tmp_path, own(tmp_path, hostile)).model.services[0].signals[0]
    assert slow.query.expr.startswith(r'max by (app, zone) (rate(x{path="\"} or vector(1) # \\",$match}')
    assert promql.freshness(slow.query.expr) == r'max (timestamp(x{path="\"} or vector(1) # \\",$match}))'


@given(st.text(), st.sampled_from(['x{a="%s"}', "x{a='%s'}", "x{a=`%s`}", "rate(x[%s])", "sum by (%s) (x)"]))
def test_no_value_breaks_out_of_its_place(value: str, pattern: str) -> None:
    text = cut(pattern % "${v}")
    filled = text.fill({"v": value})
    before, after = pattern.split("%s")
    assert filled.startswith(before)
    assert filled.endswith(after)
    inside = filled[len(before) : len(filled) - len(after)]
    quote = before[-1] if before[-1] in "\"'`" else ""
    if not quote:
        assert all(
            character.isascii() and (character.isalnum() or character in "_:.") for character in inside
        )
    elif quote == "`":
        assert "`" not in inside
    else:
        assert quote not in inside.replace("\\\\", "").replace(f"\\{quote}", "")
        assert not inside.replace("\\\\", "").endswith("\\")


@given(st.text(min_size=1, max_size=40))
def test_a_filled_selector_reads_back_the_value(value: str) -> None:
    filled = cut('x{a="${v}"}').fill({"v": value})
    assert promql.freshness(filled) == f"max (timestamp(x{{a={promql.quote(value)}}}))"


def test_sources_hold_for_all_signals_of_a_preset(tmp_path: Path) -> None:
    servers = "prometheus: [{name: eu, url: https://eu.example}, {name: us, url: https://us.example}]\n"
    found = service(tmp_path, "    signals: [{use: up, sources: [us]}]\n", servers)
    assert [signal.sources for signal in found.signals] == [("us",)]
