"""What is to go wrong is named by step; what cannot go wrong is refused with what can."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.config import load, shop
from cockpit.core.rehearsal.injecting import Injected, NotInjectable, injected, with_faults
from cockpit.core.scenario import Fault, Scenario

BOOKS = load(shop(), environ={}, now=0.0).model.books


def test_a_step_is_that_of_every_runbook_that_has_one_or_of_one_that_is_named() -> None:
    wanted = ["restart=hang", "undo:checkout-rollback.undo=failure", "approver_absent", "flags_down"]
    everywhere = {id: "hang" for id, book in BOOKS.items() if book.step("restart")}
    assert len(everywhere) > 1
    assert injected(wanted, BOOKS) == Injected(
        {
            **{f"{id}.restart": outcome for id, outcome in everywhere.items()},
            "undo:checkout-rollback.undo": "failure",
        },
        approver_absent=True,
        down=("flags_down",),
    )
    assert injected(["restart=hang"], BOOKS, "search-restart").outcomes == {"search-restart.restart": "hang"}


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ("restart", "'restart' cannot be injected"),
        ("restart=explode", "'restart=explode' cannot be injected"),
        ("restrat=hang", "there is no step 'restrat'"),
        ("freeze=hang", "nothing is done at step 'freeze'"),
        ("undo:restart=hang", "nothing is done at step 'restart'"),
    ],
)
def test_what_cannot_go_wrong_is_refused(wanted: str, complaint: str) -> None:
    with pytest.raises(NotInjectable, match=complaint) as raised:
        injected([wanted], BOOKS)
    assert raised.value.hint


def test_what_is_down_is_down_from_the_start_to_the_end() -> None:
    scenario = Scenario("mine", length=60.0, faults=(Fault(5.0, "journal_full"),))
    down = with_faults(scenario, Injected(down=("prometheus_down",)))
    assert down == replace(scenario, faults=(Fault(5.0, "journal_full"), Fault(0.0, "prometheus_down", 61.0)))
    assert with_faults(scenario, Injected()) == scenario
