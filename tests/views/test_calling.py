"""Who to call: how, who is next and since when; what a page says, and why there is none."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.events import OncallSeen, RecordGrew
from cockpit.core.incident import words
from cockpit.core.journal import Recorded
from cockpit.core.levels import Severity
from cockpit.core.model import EscalationStep, Model, Team
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views.calling import beginning, no_page, paging, proposed, section, teams_of
from cockpit.views.lines import Row, text_of

from .drawn import cells
from .shop import HEALTHY, calm, incident, now, play, shop

ESCALATION = (
    EscalationStep("", "oncall"),
    EscalationStep("mara", "user", 600.0),
    EscalationStep("platform", "team", 1200.0),
)
PAYMENTS = Team(
    "payments",
    phone="+49 30 1",
    chat="#pay",
    email="pay@shop.example",
    lookup=("./bin/oncall", "payments"),
    escalation=ESCALATION,
    page="https://pager.example/hooks/secret",
)
TEAMS = (PAYMENTS, Team("platform", phone="+49 30 2"), Team("web", chat="https://chat.example/web"))


def staffed(**fields: object) -> Model:
    return shop(teams=TEAMS, **fields)


def failing(seconds: float = 60.0) -> State:
    return play(
        calm(model=staffed()),
        {**HEALTHY, "orders-db": 0.9, "checkout-api": 0.3, "place-order": 0.39},
        seconds,
    )


def told(state: State, *names: str, later: float = 0.0) -> list[list[str]]:
    return cells(section(state, names, now(state) + later))


def row(state: State, name: str, label: str) -> Row:
    found = section(state, (name,), now(state)).rows
    return next(each for each in found if text_of(each.cells[0]) == label)


def test_ways_to_reach_it_then_who_is_next_and_when() -> None:
    state = failing()
    onset = state.health.node("checkout-api").onset
    assert onset is not None
    later = onset + 700.0 - now(state)
    assert told(state, "checkout-api", later=later) == [
        ["payments", "who is on call has not been asked yet (O)"],
        ["phone", "+49 30 1"],
        ["chat", "#pay"],
        ["email", "pay@shop.example"],
        ["page", "by webhook: P, or cockpit incident page payments"],
        ["then", "mara", "their turn since 22:38 UTC"],
        ["then", "team platform, +49 30 2", "in 8 min (22:48 UTC)"],
    ]
    note = section(state, ("checkout-api",), now(state)).note
    assert text_of(note) == "Counted from 22:28 UTC, when it began to fail."


def test_what_a_lookup_said_is_shown_with_its_age_and_never_as_more() -> None:
    state = failing()
    at = now(state)
    said, _ = update(state, OncallSeen("payments", "Ines\n+49 171 5", at))
    assert told(said, "payments", later=180.0)[0] == ["payments", "Ines +49 171 5 (asked 3 min ago)"]
    assert told(said, "payments", later=9 * 3600.0)[0] == [
        "payments",
        "Ines +49 171 5 (asked 9 h ago, which may have changed)",
    ]
    lost, _ = update(said, OncallSeen("payments", "", at + 60, trouble="it ended with 3"))
    assert told(lost, "payments")[0] == ["payments", "nobody knows who is on call: it ended with 3"]


def test_what_is_copied_is_the_number_alone_and_a_web_address_is_a_link() -> None:
    state = failing()
    phone, chat = row(state, "checkout-api", "phone"), row(state, "search", "chat")
    assert (phone.key, phone.opens) == ("+49 30 1", "contact")
    assert (chat.key, chat.opens) == ("https://chat.example/web", "link")


def test_only_web_addresses_are_links() -> None:
    hostile = Team("web", chat="javascript:alert(1)", email="file:///etc/passwd")
    state = calm(model=shop(teams=(hostile,)))
    assert {row(state, "search", label).opens for label in ("chat", "email")} == {"contact"}


def test_without_a_failure_it_is_counted_from_the_declaration_and_else_from_nothing() -> None:
    state = calm(model=staffed())
    at = now(state)
    assert beginning(state, ("checkout-api",)) is None
    assert told(state, "payments")[-2:] == [
        ["then", "mara", "after 10 min"],
        ["then", "team platform, +49 30 2", "after 20 min"],
    ]
    evidence = {"levels": {"checkout-api": "FAILING"}}
    fact = words.declared("INC-1", "x", Severity.SEV1, "mara", at, evidence=evidence)
    state, _ = update(state, RecordGrew((Recorded(1, fact, "here", "b", 0, "", ""),)))
    assert beginning(state, ("payments",)) == (at, "when INC-1 was declared")
    assert beginning(state, ("search",)) is None


def test_each_team_once_and_nobody_is_said_to_be_nobody() -> None:
    state = failing()
    assert teams_of(state, ("storefront", "search", "checkout-api")) == ("web", "payments")
    assert [each[0] for each in told(state, "storefront", "search", "checkout-api")][:3] == [
        "web",
        "chat",
        "payments",
    ]
    nobody = section(state, ("legacy",), now(state))
    assert (nobody.rows, text_of(nobody.note)) == (
        (),
        "Nobody is named as owner, so nobody can be told whom to call.",
    )
    gone = calm(model=shop(teams=()))
    assert told(gone, "search") == [["web", "is no team of this configuration"]]


def test_a_team_that_nobody_can_reach_is_said_to_be_that() -> None:
    state = calm(model=shop(teams=(Team("web"),)))
    assert told(state, "search") == [["web", "nobody said how to reach it"]]


def test_why_nobody_is_paged_is_said_in_plain_words() -> None:
    state = failing()
    assert no_page(state, "payments") == ""
    assert no_page(state, "platform") == "platform has no webhook for pages; reach it by +49 30 2"
    assert no_page(state, "") == "nobody is named as its owner"
    assert no_page(replace(state, readonly=True), "payments").startswith("this cockpit is read-only")


def test_the_page_says_what_it_is_about_and_not_what_is_secret_in_its_address() -> None:
    state = failing()
    asking = paging(state, "payments", "checkout-api", now(state))
    assert asking.title == "Page payments?"
    shown = " ".join(text_of(each) for each in asking.told)
    assert "pager.example" in shown
    assert "secret" not in shown
    assert asking.options[0].text == proposed(state, "checkout-api", now(state))
    assert asking.options[0].text.startswith("checkout-api FAILING: Customers ")
    assert asking.options[0].refuses("  ") == "what to tell them: it cannot be empty"


def test_hostile_contacts_are_clean_on_screen() -> None:
    state = initial(shop(teams=(Team("web", phone="\x1b[2J1"),)))
    assert "\x1b" not in "".join(map("".join, cells(section(state, ("search",), 0.0))))


def test_a_failing_shop_without_details_still_says_the_team() -> None:
    state = incident()
    assert cells(section(state, ("checkout-api",), now(state))) == [["payments", "on call"], ["chat", "#pay"]]


def test_what_others_run_is_reached_by_its_own_contact() -> None:
    services = tuple(
        replace(each, contact="https://support.example") if each.name == "search" else each
        for each in shop().services
    )
    state = calm(model=staffed(services=services))
    contact = row(state, "search", "contact")
    assert (contact.key, contact.opens) == ("https://support.example", "link")
    assert told(state, "search", "storefront")[-1] == ["contact", "https://support.example", "for search"]
