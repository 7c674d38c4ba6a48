"""What is written as evidence is read again as the same evidence, and a wrong line says what is wrong."""

from __future__ import annotations

import json

import pytest

from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.evidence_line import NAMES, line, parsed

DONE = Evidence(
    "restart", "undo:restart", "d" * 64, 1_700_000_000.5, "lena", "sandbox", "failed", "mine", 4.25
)
WRITTEN = {
    "schema": "cockpit.evidence/v1",
    "runbook": "restart",
    "part": "undo:restart",
    "digest": "d" * 64,
    "at": 1_700_000_000.5,
    "by": "lena",
    "mode": "sandbox",
    "scenario": "mine",
    "result": "failed",
    "seconds": 4.25,
}


def test_a_line_holds_all_of_it_in_the_order_of_the_format() -> None:
    assert line(DONE) == WRITTEN
    assert tuple(line(DONE)) == NAMES


@pytest.mark.parametrize("one", [DONE, Evidence("restart", "choose=wait: or not", "d", 0.0, "", "simulated")])
def test_what_is_written_is_read_again(one: Evidence) -> None:
    assert parsed(json.loads(json.dumps(line(one)))) == one


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema": "cockpit.evidence/v2"}, "'schema' is not cockpit.evidence/v1"),
        ({"runbook": None}, "'runbook' is missing"),
        ({"part": ""}, "'part' is empty"),
        ({"digest": 7}, "'digest' is not a text"),
        ({"at": "yesterday"}, "'at' is not a number of seconds"),
        ({"at": True}, "'at' is not a number of seconds"),
        ({"at": float("nan")}, "'at' is not a number of seconds"),
        ({"mode": "dreamt"}, "'mode' is none of simulated, sandbox, live"),
        ({"mode": ["live"]}, "'mode' is none of simulated, sandbox, live"),
        ({"result": None}, "'result' is none of succeeded, failed, unknown"),
        ({"seconds": -1}, "'seconds' is not a number of seconds"),
        ({"scenario": 1}, "'scenario' is not a text"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        parsed({**WRITTEN, **change})


def test_more_than_the_format_has_is_passed_over() -> None:
    assert parsed({**WRITTEN, "host": "ci-3"}) == DONE
