"""Lint S: what cannot be played is told with its place, and what to write instead."""

from __future__ import annotations

import pytest

from cockpit.config.scenario import scenario_from
from cockpit.config.yaml import parse

from .scenarios import HEAD, MODEL, told


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "signals: {chekout-api.errors: [{at: 0s, value: 0}]}",
            "s.yaml:2:11: service 'chekout-api' is not defined. Did you mean 'checkout-api'?",
        ),
        (
            "signals: {checkout-api.eror: [{at: 0s, value: 0}]}",
            "s.yaml:2:11: service 'checkout-api' has no signal 'eror'. Did you mean 'errors'?",
        ),
        (
            "signals: {errors: [{at: 0s, value: 0}]}",
            "s.yaml:2:11: 'errors' is no signal of a service. Write service.signal",
        ),
        (
            "measures: {buy: [{at: 0s, value: 0}]}",
            "s.yaml:2:12: capability 'buy' is not defined. Defined are place-order and work",
        ),
        (
            "measures: {work: [{at: 0s, value: 0}]}",
            "s.yaml:2:12: capability 'work' has no measure. Give it one, or leave this out",
        ),
        (
            "changes: [{at: 0s, service: auht, what: x}]",
            "s.yaml:2:29: service 'auht' is not defined. Did you mean 'auth'?",
        ),
        (
            "changes: [{at: 0s, service: auth, what: x, rollback: checkout-rolback}]",
            "s.yaml:2:54: runbook 'checkout-rolback' is not defined. Did you mean 'checkout-rollback'?",
        ),
        (
            "integrity: {auht: {reconciled_at: 1m}}",
            "s.yaml:2:13: service 'auht' is not defined. Did you mean 'auth'?",
        ),
        (
            "degradations: {auht: {m: {from: 0s, until: 1m}}}",
            "s.yaml:2:16: service 'auht' is not defined. Did you mean 'auth'?",
        ),
        (
            "degradations: {auth: {m: {from: 0s, until: 1m}}}",
            "s.yaml:2:23: service 'auth' has no degradation 'm'. No degradation is defined",
        ),
        (
            "flags: {pay-asinc: true}",
            "s.yaml:2:9: flag 'pay-asinc' is not defined. Did you mean 'pay-async'?",
        ),
        (
            "commands: {checkout-rolback.undo: {}}",
            "s.yaml:2:12: runbook 'checkout-rolback' is not defined. Did you mean 'checkout-rollback'?",
        ),
        (
            "commands: {undo: {}}",
            "s.yaml:2:12: 'undo' is no step of a runbook. Write runbook.step",
        ),
        (
            "world: {a: 1}, reactions: [{when: world.a == 1, then: {auth.eror: {step_to: 0}}}]",
            "s.yaml:2:56: service 'auth' has no signal 'eror'. Did you mean 'errors'?",
        ),
        (
            "answers: {wrong: [{at: 1m, run: checkout-rolback}]}",
            "s.yaml:2:33: runbook 'checkout-rolback' is not defined. Did you mean 'checkout-rollback'?",
        ),
    ],
)
def test_s01_a_name_that_leads_nowhere(rest: str, expected: str) -> None:
    assert told(rest) == [f"S01 {expected}"]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "signals: {auth.errors: []}",
            "s.yaml:2:24: the curve of 'auth.errors' has no point. Write one, as in {at: 0s, value: 1}",
        ),
        (
            "signals: {auth.errors: [{at: 2m, value: 0}, {at: 1m, value: 1}]}",
            "s.yaml:2:50: 'at' is before that of the point above. Put points in the order of time",
        ),
        (
            "measures: {place-order: [{at: 601s, value: 0}]}",
            "s.yaml:2:31: 'at' is after the end of the scenario. Mend it, or raise length",
        ),
        (
            "alerts: [{at: 11m, name: A}]",
            "s.yaml:2:15: 'at' is after the end of the scenario. Mend it, or raise length",
        ),
        (
            "changes: [{at: 11m, service: auth, what: x}]",
            "s.yaml:2:16: 'at' is after the end of the scenario. Mend it, or raise length",
        ),
        (
            "faults: [{at: 11m, kind: prometheus_down}]",
            "s.yaml:2:15: 'at' is after the end of the scenario. Mend it, or raise length",
        ),
        (
            "integrity: {auth: {reconciled_at: 11m}}",
            "s.yaml:2:35: 'reconciled_at' is after the end of the scenario. Mend it, or raise length",
        ),
        (
            "opens_at: 11m",
            "s.yaml:2:11: 'opens_at' is after the end of the scenario. Mend it, or raise length",
        ),
        (
            "degradations: {shop: {cached: {from: 2m, until: 1m}}}",
            "s.yaml:2:49: 'until' is not after its 'from'. Write the later time last",
        ),
    ],
)
def test_s02_a_curve_or_time_that_cannot_be(rest: str, expected: str) -> None:
    assert told(rest) == [f"S02 {expected}"]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "world: {release: 1}, reactions: [{when: world.relase == 2, then: {auth.errors: {step_to: 0}}}]",
            "s.yaml:2:41: the condition asks for world 'relase', which nothing sets. Did you mean 'release'?",
        ),
        (
            "reactions: [{when: 'flags[\"pay-asinc\"] == true', then: {auth.errors: {step_to: 0}}}]",
            "s.yaml:2:20: the condition asks for flags 'pay-asinc', which nothing sets."
            " Did you mean 'pay-async'?",
        ),
        (
            "reactions: [{when: 1 == 1, then: {auth.errors: {step_to: 0}}}]",
            "s.yaml:2:20: the condition asks for nothing that could change."
            " Ask for a value, as in world.release == '1.41'",
        ),
        (
            "world: {a: 1}, reactions: [{when: world.a == 1, then: {}}]",
            "s.yaml:2:55: 'then' is empty, so nothing follows. Write service.signal: ...",
        ),
        (
            "world: {a: 1}, faults: [{at: 1m, kind: flags_down}],\n"
            "reactions: [{when: world.a == 1, mends: [prometheus_down]}]",
            "s.yaml:3:41: 'prometheus_down' is mended, and never happens here."
            " Add it to faults:, or leave this out",
        ),
    ],
)
def test_s03_a_reaction_without_effect_is_a_warning(rest: str, expected: str) -> None:
    assert told(rest) == [f"S03 warning {expected}"]


def test_a_reaction_may_do_nothing_but_end_what_troubles_cockpit_itself() -> None:
    rest = (
        "world: {a: 1}, faults: [{at: 1m, kind: prometheus_down}],\n"
        "reactions: [{when: world.a == 2, mends: [prometheus_down]}]"
    )
    assert told(rest) == []


def test_a_command_may_set_what_a_reaction_waits_for() -> None:
    rest = (
        "commands: {checkout-rollback.undo: {sets: {release: '1.41'}}},\n"
        "reactions: [{when: world.release == '1.41', then: {auth.errors: {step_to: 0}}}]"
    )
    assert told(rest) == []


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "expect: []",
            "s.yaml:1:1: the scenario expects nothing, so nothing can be learned from it."
            " Write expect: with what must come true",
        ),
        (
            "expect: [{what: detected, within: 1m}]",
            "s.yaml:2:10: 'detected' is expected, but not of what. Add service:",
        ),
        (
            "expect: [{what: recovered}]",
            "s.yaml:2:10: 'recovered' is expected, but not of what. Add capability: or service:",
        ),
        (
            "expect: [{what: undo_used}]",
            "s.yaml:2:10: 'undo_used' is expected, but not of what. Add runbook:",
        ),
        (
            "expect: [{what: detected, service: silent}]",
            "s.yaml:2:36: service 'silent' has no signals, so nobody can see it detected."
            " Expect it of one that is measured",
        ),
        (
            "expect: [{what: first_action, within: 11m}]",
            "s.yaml:2:39: 'within' allows more time than the scenario lasts. Lower it, or raise length",
        ),
    ],
)
def test_s04_an_expectation_that_is_missing_or_impossible(rest: str, expected: str) -> None:
    text = f"{HEAD.replace(', expect: [{what: first_action}]', '')},\n{rest}}}\n"
    document, _ = parse(text, "s.yaml")
    assert document is not None
    scenario, findings = scenario_from(document, MODEL)
    assert scenario is None
    assert [f"{each.code} {each.severity} {each}" for each in findings] == [f"S04 error {expected}"]


@pytest.mark.parametrize(
    ("rest", "column"),
    [
        ("signals: {auth.errors: [{at: 0s, value: 0}, {at: 1s, value: 0, noise: 0.1}]}", 71),
        ("measures: {place-order: [{at: 0s, value: 0, noise: 0.1}]}", 52),
        ("world: {a: 1}, reactions: [{when: world.a == 2, then: {auth.errors: {value: 0, noise: 0.1}}}]", 87),
    ],
)
def test_s05_noise_needs_a_seed(rest: str, column: int) -> None:
    document, _ = parse(f"{HEAD.replace('seed: 1, ', '')},\n{rest}}}\n", "s.yaml")
    assert document is not None
    scenario, findings = scenario_from(document, MODEL)
    assert scenario is None
    assert [f"{each.code} {each}" for each in findings] == [
        f"S05 s.yaml:2:{column}: noise, but the scenario has no seed: it would go differently each time."
        " Write seed: and a whole number"
    ]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "reactions: [{when: release is 2, then: {place-order: {step_to: 1}}}]",
            "C04 s.yaml:2:20: the condition asks for 'release', and knows only flags, world",
        ),
        (
            "reactions: [{when: world.release =, then: {place-order: {step_to: 1}}}]",
            "C04 s.yaml:2:20: the condition is not an expression such as world.release == '1.41'",
        ),
        (
            "signals: {auth.errors: [{at: 0s}]}",
            "C04 s.yaml:2:25: an entry of 'auth.errors' has neither value nor ramp_to nor step_to"
            " nor absent_for nor nan_for nor failed_for nor frozen_for. Write value or ramp_to or step_to"
            " or absent_for or nan_for or failed_for or frozen_for",
        ),
        (
            "signals: {auth.errors: [{at: 0s, step_to: 1, over: 1m}]}",
            "C04 s.yaml:2:52: an entry of 'auth.errors' has `over` but no ramp_to."
            " Write ramp_to, or drop over",
        ),
        (
            "faults: [{at: 0s, kind: prometheus_gone}]",
            "C04 s.yaml:2:25: 'kind' cannot be 'prometheus_gone'. Did you mean prometheus_down?",
        ),
        ("singals: {}", "C01 s.yaml:2:1: unknown key 'singals'. Did you mean 'signals'?"),
    ],
)
def test_what_is_wrong_in_any_file_is_told_in_the_common_words(rest: str, expected: str) -> None:
    assert told(rest) == [expected]


def test_everything_wrong_is_told_at_once_from_top_to_bottom() -> None:
    codes = [
        line.split()[0]
        for line in told(
            "signals: {auth.eror: [{at: 11m, value: 0}]},\n"
            "changes: [{at: 0s, service: auht, what: x}],\n"
            "reactions: [{when: world.a, then: {auth.errors: {step_to: 0}}}],\n"
            "expect: [{what: detected}], singals: 1"
        )
        if not line.startswith("C02")
    ]
    assert codes == ["S01", "S02", "S01", "S03", "S04", "C01"]


def test_flags_are_known_from_switches_and_from_degradations() -> None:
    assert told("flags: {pay-async: true, cache-only: false}") == []


def test_what_nobody_could_wait_for_is_no_scenario() -> None:
    def said(length: str) -> list[str]:
        document, _ = parse(f"{HEAD.replace('length: 10m', f'length: {length}')}}}\n", "s.yaml")
        assert document is not None
        return [f"{each.code} {each.message}" for each in scenario_from(document, MODEL)[1]]

    assert said("7d") == []
    assert said("8d") == ["S02 a scenario of more than a week"]
