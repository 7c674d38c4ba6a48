"""What an update claims, when it stops being true, and what nobody may say while it cannot be seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.incident import words
from cockpit.core.incident.claims import AUDIENCES, claims, refusal
from cockpit.core.incident.due import no_longer_true
from cockpit.core.incident.model import Update
from cockpit.core.levels import Severity
from cockpit.core.model import Capability, Dependency, Model
from cockpit.core.update import initial
from tests.views.shop import HEALTHY, calm, incident, now, play, shop
from tests.views.telling import ID, declared, one, put, scene, told

BAD = {**HEALTHY, "orders-db": 0.9, "checkout-api": 0.3, "place-order": 0.39}
TEXTS = st.text(max_size=8)


def with_staff() -> Model:
    """Beside customers somebody else who can do something."""
    model = shop()
    staff = Capability("close", "Finance closes", model.capabilities[0].audience.FINANCE, tier=2)
    needs = Capability("close", staff.title, staff.audience, tier=2, requires=(Dependency(("orders-db",)),))
    return shop(capabilities=(*model.capabilities, needs))


def test_each_audience_is_told_what_concerns_it() -> None:
    state = declared(play(calm(model=with_staff()), BAD, 120.0))
    assert claims(state, "customers", one(state)) == {"place-order": "FAILING"}
    upstairs = {
        "place-order": "FAILING",
        "close": "DOWN",
        "severity": "SEV1",
        "data": "not known to be wrong",
    }
    assert claims(state, "leadership", one(state)) == upstairs
    assert claims(state, "internal", one(state)) == {
        **upstairs,
        "suspects": "orders-db",
        "spread": state.health.spread.verdict.value,
    }


def test_without_a_severity_none_is_claimed() -> None:
    state = declared(incident(120.0), severity=None)
    assert "severity" not in claims(state, "leadership", one(state))


def test_customers_hear_nothing_of_what_is_merely_at_risk() -> None:
    state = declared(play(calm(), {**HEALTHY, "storefront": 0.3, "place-order": 1.0}, 120.0))
    fine = claims(state, "customers", one(state))
    assert fine == {"place-order": "OK"}
    assert fine == claims(declared(calm()), "customers")


def test_an_update_is_true_until_what_it_said_changes() -> None:
    state = told(scene())
    last = one(state).updates[-1]
    assert no_longer_true(last, claims(state, "customers", one(state))) == {}
    worse = play(state, {**BAD, "place-order": 0.01}, 300.0)
    assert no_longer_true(last, claims(worse, "customers", one(worse))) == {
        "place-order": ("FAILING", "DOWN")
    }


def test_what_nobody_can_see_any_more_is_no_longer_true() -> None:
    state = told(scene())
    blind = play(state, {}, 600.0)
    last = one(state).updates[-1]
    assert no_longer_true(last, claims(blind, "customers", one(blind))) == {
        "place-order": ("FAILING", "UNKNOWN")
    }


@given(st.dictionaries(TEXTS, TEXTS), st.dictionaries(TEXTS, TEXTS))
def test_an_update_is_no_longer_true_for_exactly_what_would_be_said_otherwise(
    said: dict[str, str], now: dict[str, str]
) -> None:
    update = Update("op", 0.0, "mara", "", "internal", "investigating", "", said)
    changed = no_longer_true(update, now)
    assert set(changed) <= set(said)
    for subject, before in said.items():
        after = now.get(subject, "unknown")
        assert changed.get(subject) == ((before, after) if before != after else None)
    assert no_longer_true(update, said) == {}


# Over


def test_it_is_not_called_over_while_the_evidence_is_unknown() -> None:
    state = scene()
    assert refusal(state, one(state), "resolved") == ""
    blind = play(state, {}, 600.0)
    said = refusal(blind, one(blind), "resolved")
    assert said.startswith("“resolved” is not said while nobody can see how it is: Customers can buy")
    assert [refusal(blind, one(blind), each) for each in ("investigating", "identified", "monitoring")] == [
        "",
        "",
        "",
    ]


def test_before_anything_was_seen_it_is_not_called_over() -> None:
    state = scene()
    nothing = initial(state.model, record=state.record)
    assert refusal(nothing, one(state), "resolved").endswith("nothing has been seen so far")


def test_every_audience_can_be_told_before_anything_was_seen() -> None:
    nothing = initial(shop())
    for audience in AUDIENCES:
        assert claims(nothing, audience)["place-order"] == "UNKNOWN"


def test_a_severity_that_is_changed_makes_the_last_word_on_it_untrue() -> None:
    state = told(scene(), "leadership")
    state = put(state, words.severity(ID, Severity.SEV2, Severity.SEV1, "smaller", "mara", now(state)))
    last = one(state).updates[-1]
    assert no_longer_true(last, claims(state, "leadership", one(state))) == {"severity": ("SEV1", "SEV2")}
