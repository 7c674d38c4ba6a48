from __future__ import annotations

from dataclasses import replace

from cockpit.tui.jump import Place, destination, suggestions

from .acting import failover
from .scenes import shop


def test_a_place_or_a_node_by_name() -> None:
    assert destination(shop(), "bridge") == Place(screen="bridge")
    assert destination(shop(), "svc orders-db") == Place(node="orders-db")
    assert destination(shop(), "cap place-order") == Place(node="place-order")


def test_part_of_a_name_is_enough_when_it_is_the_only_one() -> None:
    assert destination(shop(), "ady") == Place(node="adyen")
    assert destination(shop(), "svc FULFIL") == Place(node="fulfilment")


def test_an_exact_name_wins_over_longer_ones() -> None:
    assert destination(shop(), "search").node == "search"


def test_what_cannot_be_meant_is_said() -> None:
    assert "nothing is called “zzz”" in destination(shop(), "zzz").complaint
    assert "names hold" in destination(shop(), "orders").complaint
    assert destination(None, "svc x").complaint
    assert destination(shop(), "   ") == Place()


def test_suggestions_begin_with_what_begins_like_it() -> None:
    assert suggestions(shop(), "svc or").split()[0] == "orders-db"
    assert suggestions(shop(), "services") == ""


def test_a_run_or_the_plan_of_a_runbook() -> None:
    assert destination(shop(), "run").complaint == "there is no run yet"
    assert destination(shop(), "run R-9").complaint == "no run or runbook is called “R-9”"
    state = replace(shop(), model=replace(shop().model, books={"orders-db-failover": failover()}))
    assert destination(state, "run orders-db-failover") == Place(runbook="orders-db-failover")
    assert destination(shop(), "runbooks") == Place(screen="runbooks")
