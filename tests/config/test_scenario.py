"""Scenario files: what can be played is taken whole, and nothing in one makes the loader fall over."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config.scenario import scenario_from
from cockpit.config.yaml import parse
from cockpit.core.scenario import Expectation, Point, Reaction, Scenario
from cockpit.core.scenario_course import holds
from cockpit.text import clean

from .scenarios import CONFIG, MODEL, SHOP, lint, service


def test_the_smallest_scenario_is_healthy_all_along() -> None:
    assert lint("") == (
        Scenario("a", seed=1, length=600.0, expect=(Expectation("first_action"),), file="s.yaml"),
        [],
    )


def test_curves_keep_their_turns_and_reactions_have_no_time_of_their_own() -> None:
    scenario, findings = lint(
        "signals: {auth.errors: [{at: 0s, value: 0, noise: 0.1}, {at: 3m, ramp_to: 0.3, over: 90s}]},\n"
        "measures: {place-order: [{at: 1m, absent_for: 4m}]},\n"
        "world: {release: 2},\n"
        "reactions: [{when: world.release == 1, then: {place-order: {step_to: 1.0}}}]"
    )
    assert findings == []
    assert scenario is not None
    assert scenario.signals == {
        ("auth", "errors"): (
            Point(0.0, value=0, noise=0.1),
            Point(180.0, ramp_to=0.3, over=90.0),
        )
    }
    assert scenario.measures == {"place-order": (Point(60.0, absent_for=240.0),)}
    assert scenario.reactions == (Reaction("world.release == 1", {"place-order": Point(0.0, step_to=1.0)}),)


def test_the_signal_is_what_stands_after_the_last_dot() -> None:
    dotted = replace(MODEL, services=(service("eu.checkout", "errors"),))
    scenario, findings = lint("signals: {eu.checkout.errors: [{at: 0s, value: 0}]}", dotted)
    assert findings == []
    assert scenario is not None
    assert list(scenario.signals) == [("eu.checkout", "errors")]


def test_the_shipped_scenarios_play_on_the_shipped_shop() -> None:
    by_id = {scenario.id: scenario for scenario in SHOP.scenarios}
    assert {"demo", "bad-release"} <= set(by_id)
    assert len(by_id) == len(list((CONFIG / "scenarios").glob("*.yaml")))
    for scenario in by_id.values():
        assert (scenario.title != "", scenario.teaches != "", scenario.expect != ()) == (True, True, True)
        assert 0 < scenario.opens_at < scenario.length
        changed = any(
            holds(reaction, {**scenario.world, **command.sets}, scenario.flags)
            for reaction in scenario.reactions
            for command in scenario.commands.values()
        )
        assert changed or not any("world" in reaction.when for reaction in scenario.reactions)


def mutated(document: Any, steps: list[tuple[int, int, Any]]) -> Any:
    """At each step something somewhere is replaced, removed, doubled, renamed or moved."""
    document = copy.deepcopy(document)
    for where, how, what in steps:
        spots = list(containers(document))
        inside, key = spots[where % len(spots)]
        match how:
            case 0:
                inside[key] = copy.deepcopy(what)
            case 1:
                del inside[key]
            case 2 if isinstance(inside, list):
                inside.insert(0, copy.deepcopy(inside[key]))
            case 3 if isinstance(inside, dict):
                inside[str(what)] = inside.pop(key)
            case _:
                other, there = spots[(where * 7 + 3) % len(spots)]
                other[there] = copy.deepcopy(inside[key])
        if not any(True for _ in containers(document)):
            break
    return document


def containers(value: Any) -> Any:
    """Every mapping or list in `value` with each of its keys."""
    stack = [value]
    while stack:
        each = stack.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        for key in keys:
            yield each, key
            stack.append(each[key])


ORIGINALS = [pyyaml.safe_load(file.read_text()) for file in sorted((CONFIG / "scenarios").glob("*.yaml"))]
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["0s", "1w", "99w", "auth", "auth.errors", "world.a", "world", "not " * 400 + "world.a", []]
    ),
    st.builds(dict),
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(ORIGINALS),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 4), odd), min_size=1, max_size=4),
)
def test_no_mutation_of_a_scenario_raises(original: Any, steps: list[tuple[int, int, Any]]) -> None:
    # What JSON writes is YAML, too, and quickly written.
    text = json.dumps(mutated(original, steps), ensure_ascii=False)
    document, refused = parse(text, "s.yaml")
    if document is None:
        assert refused
        return
    scenario, findings = scenario_from(document, SHOP.model)
    assert (scenario is None) is any(each.severity == "error" for each in findings)
    assert all(each.message == clean(each.message) and each.at.line for each in findings)
    for reaction in scenario.reactions if scenario else ():
        assert holds(reaction, {"a": 1}, {"pay-async": True}) in (True, False)
