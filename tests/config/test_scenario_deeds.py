"""What people do in a scenario is held against the model: names, times, and whether it can be done at all."""

from __future__ import annotations

import re

import pytest

from cockpit.config.answers_file import answers_from
from cockpit.config.scenario import scenario_from
from cockpit.config.yaml import parse
from cockpit.core.scenario import Deed
from cockpit.errors import ConfigError

from .scenarios import SHOP, lint, told


def answers(*deeds: str, kind: str = "good") -> str:
    return f"answers: {{{kind}: [{', '.join(deeds)}]}}"


def test_deeds_are_read_in_the_order_of_time() -> None:
    scenario, findings = lint(
        answers(
            "{at: 2m, flip: pay-async, reason: it throttles}",
            "{at: 1m, run: checkout-rollback, answers: {undo: y}}",
            "{at: 3m, undo_all: checkout-rollback}",
        )
    )
    assert findings == []
    assert scenario is not None
    assert scenario.answers == {
        "good": (
            Deed(60.0, run="checkout-rollback", answers={"undo": "y"}),
            Deed(120.0, flip="pay-async", reason="it throttles"),
            Deed(180.0, undo_all="checkout-rollback"),
        )
    }


@pytest.mark.parametrize(
    ("deed", "complaint"),
    [
        ("{at: 1m, run: checkout-rolback}", "S01 runbook 'checkout-rolback' is not defined"),
        ("{at: 1m, flip: pay-asnc}", "S01 kill switch 'pay-asnc' is not defined"),
        ("{at: 1m, flip: cache-only}", "S01 kill switch 'cache-only' is not defined"),
        ("{at: 1m, ack: chekout-api}", "S01 service 'chekout-api' is not defined"),
        ("{at: 1m, attest: nobody}", "S01 service 'nobody' is not defined"),
        ("{at: 1m, mark: cached}", "S01 'cached' is no degraded mode"),
        ("{at: 1m, mark: shop.chached}", "S01 'shop' has no degradation 'chached'"),
        ("{at: 1m, mark: shop.cached}", "S04 'cached' cannot be marked by hand"),
        ("{at: 11m, ack: auth}", "S02 'at' is after the end of the scenario"),
        ("{at: 1m, undo: checkout-rollback}", "S04 'checkout-rollback' is taken back, and was"),
        ("{at: 1m, note: it is slow}", "S04 'note' belongs to an incident"),
        ("{at: 1m}", "has neither run nor"),
        ("{at: 1m, run: checkout-rollback, ack: auth}", "has both run and ack"),
        ("{at: 1m, ack: auth, answers: {undo: y}}", "has `answers` but runs nothing"),
        ("{at: 1m, ack: auth, shout: loud}", "shout"),
    ],
)
def test_what_cannot_be_done_is_told(deed: str, complaint: str) -> None:
    found = [re.sub(r"s[.]yaml:2:\d+: ", "", each) for each in told(answers(deed))]
    assert any(complaint in each for each in found), found


def test_wrong_turns_have_names_of_their_own() -> None:
    assert told(answers("{at: 1m, ack: auth}", kind="wrong-guess")) == []
    assert "Write good, wrong, or wrong- and a name" in told(answers("{at: 1m, ack: auth}", kind="best"))[0]


def test_questions_that_a_runbook_never_asks_are_told() -> None:
    text = (
        "{apiVersion: cockpit/v1, kind: Scenario, metadata: {id: a}, seed: 1, expect: [{what: declared}],\n"
        "answers: {good: [{at: 1m, run: orders-db-failover, answers: "
        "{promote: y, hold:promote: retry, pre:1: seen, pre:2: y, prmote: y, undo:nothing: y}}]}}\n"
    )
    document, _ = parse(text, "s.yaml")
    assert document is not None
    _, findings = scenario_from(document, SHOP.model)
    assert [each.message for each in findings] == [
        "'orders-db-failover' has no check 2",
        "step 'prmote' is not defined",
        "step 'nothing' is not defined",
    ]


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        ("{what: flag_set}", "'flag_set' is expected, but not of what. Add flag:"),
        ("{what: flag_set, flag: pay-asnc}", "flag 'pay-asnc' is not defined"),
        ("{what: integrity}", "'integrity' is expected, but not of what. Add service:"),
        ("{what: not_worse, service: silent}", "has no signals, so nobody can see it not_worse"),
        ("{what: used}", "'used' is expected, but not of what. Add runbook:"),
    ],
)
def test_an_expectation_says_of_what(expected: str, complaint: str) -> None:
    text = (
        "{apiVersion: cockpit/v1, kind: Scenario, metadata: {id: a}, seed: 1, length: 10m,\n"
        f"expect: [{expected}]}}\n"
    )
    from .scenarios import MODEL

    document, _ = parse(text, "s.yaml")
    assert document is not None
    _, findings = scenario_from(document, MODEL)
    assert any(complaint in str(each) for each in findings), findings


def test_a_file_of_answers_that_is_not_there_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match="cannot be read"):
        answers_from(tmp_path / "nothing.yaml", SHOP.model)
