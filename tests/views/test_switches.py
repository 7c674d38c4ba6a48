"""What the screen of kill switches says and asks: unknown is unknown, each environment stands for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cockpit.core.events import RecordGrew, SwitchesSeen
from cockpit.core.flagd_edit import same
from cockpit.core.flips import Kind
from cockpit.core.frozen import to_json
from cockpit.core.journal import Fact
from cockpit.core.model import FlagStore, KillSwitch, Scalar
from cockpit.core.runbook.work import FlagCapabilities, FlagOutcome, FlagState
from cockpit.core.state import State
from cockpit.core.switches import SwitchLook, SwitchSeen
from cockpit.core.update import update
from cockpit.views import headline, switch_asking
from cockpit.views.asking import Asking
from cockpit.views.bridge import bridge
from cockpit.views.firstline import firstline
from cockpit.views.layout import line_width
from cockpit.views.lines import Tone, text_of
from cockpit.views.switch_facts import ANSWER, OLD, all_seen, called, named, standing, word
from cockpit.views.switches import Order, about, switches_view
from tests.flips import sealed_in_order

from .drawn import cells, drawn
from .shop import calm, incident, now

PAY = KillSwitch(
    "pay-async", "files", "checkout-api", True, "charges later", "drain the queue", 4 * 3600.0, "type"
)
GUEST = KillSwitch("guest", "own", "search", True, "nobody logs in")
STORES = (FlagStore("files", "flagd-file"), FlagStore("own", "unleash", environments=("dev", "prod")))
OWN = {"dev": ("own", "dev", "guest"), "prod": ("own", "prod", "guest")}
FILES = ("files", "default", "pay-async")


def scene(state: State | None = None) -> State:
    state = state or incident()
    return replace(state, model=replace(state.model, flags=STORES, kill_switches=(PAY, GUEST)))


def looked(state: State, values: Mapping[tuple[str, str, str], Scalar], at: float, **more: object) -> State:
    looks = {
        place: SwitchLook(at, FlagState(place[2], place[1], value, **more), can=FlagCapabilities(True))  # type: ignore[arg-type]
        for place, value in values.items()
    }
    return update(state, SwitchesSeen(looks))[0]


def all_off(state: State) -> State:
    return looked(state, dict.fromkeys((FILES, *OWN.values()), False), now(state))


def moved(
    state: State, kind: Kind, outcome: FlagOutcome | None, at: float, *, expires: float | None = None
) -> State:
    """pay-async, by mara; `outcome` None: the answer never came."""
    about = {"op_id": f"{kind}{at}", "key": "pay-async", "provider": "files", "env": "default"}
    before = to_json(FlagState("pay-async", "default", kind == "restore"))
    asked = {**about, "kind": kind, "want": kind == "kill", "before": before, "reason": "the bank is away"}
    facts = [Fact("flag.requested", at, "mara", {**asked, "expires_at": expires})]
    if outcome is not None:
        facts.append(Fact("flag.settled", at, "mara", {**about, "outcome": str(outcome)}))
    records = [replace(each, seq=each.seq + state.record.seq) for each in sealed_in_order(facts)]
    return update(state, RecordGrew(tuple(records)))[0]


def pay(state: State) -> SwitchSeen:
    found = named(state, "pay-async@default")
    assert found is not None
    return found


def rows(state: State, at: float, order: Order | None = None) -> dict[str, list[list[str]]]:
    view = switches_view(state, at, order or Order())
    return {each.title: [[cell.strip() for cell in row] for row in cells(each)] for each in view.sections}


def told(state: State, at: float) -> dict[str, str]:
    """By label; of several with one label the last."""
    found: dict[str, str] = {}
    label = ""
    for each in map(text_of, about(state, pay(state), at, 200)):
        label = each[1:10].strip() or label
        found[label] = each[10:]
    return found


# How it stands


def test_before_anybody_asked_nothing_is_known_and_nothing_is_called_fine() -> None:
    state = scene()
    assert [each.killed for each in all_seen(state)] == [None, None, None]
    assert {word(each, now(state)).tone for each in all_seen(state)} == {Tone.UNKNOWN}
    assert rows(state, now(state))["Kill switches"][0] == [
        "not known",
        "pay-async@default",
        "charges later",
        "",
    ]
    assert told(state, now(state))["stored"] == "not known: its store has not been asked yet"


def test_each_environment_stands_for_itself() -> None:
    state = looked(scene(), {OWN["dev"]: True, OWN["prod"]: False}, now(scene()))
    assert rows(state, now(state))["Kill switches"][1:] == [
        ["KILLED", "guest@dev", "nobody logs in", "not by us"],
        ["not killed", "guest@prod", "nobody logs in", ""],
    ]
    assert text_of(standing(state, GUEST, now(state))) == "dev KILLED"


def test_a_poll_that_knows_one_environment_says_nothing_of_two() -> None:
    state = scene()
    state = replace(
        state, picture=replace(state.picture, health=replace(state.health, flags={"guest": True}))
    )
    assert [each.killed for each in all_seen(state) if each.switch is GUEST] == [None, None]


def test_the_newer_of_look_and_poll_counts() -> None:
    state = looked(scene(), {FILES: True}, now(scene()) - 1)
    polled = replace(state.health, flags={"pay-async": False})
    state = replace(state, picture=replace(state.picture, health=polled))
    assert pay(state).killed is False
    assert pay(looked(state, {FILES: True}, now(state) + 1)).killed is True
    assert same(True, pay(looked(state, {FILES: True}, now(state) + 1)).stored.value)  # type: ignore[union-attr]


def test_what_was_seen_long_ago_is_not_known_by_now() -> None:
    state = all_off(scene())
    late = now(state) + OLD + 1
    assert word(pay(state), late - 1).text == "not killed"
    assert (word(pay(state), late).text, word(pay(state), late).tone) == ("was not killed", Tone.UNKNOWN)
    assert told(state, late)["stored"].startswith("not known by now; it was false")
    assert "3 not known" in text_of(switches_view(state, late, Order()).remarks[0])


def test_a_request_waits_for_its_answer_and_becomes_a_doubt() -> None:
    at = now(scene())
    state = moved(looked(scene(), {FILES: True}, at), "kill", None, at)
    assert word(pay(state), at + 1).text == "no answer yet"
    assert word(pay(state), at + ANSWER + 1).text == "unknown"
    assert told(state, at + ANSWER + 1)["!"].startswith("the last change may or may not")
    assert text_of(firstline(state, at + ANSWER + 1, 200)).split("  ")[2] == (
        "pay-async@default may or may not have been moved"
    )


@pytest.mark.parametrize("outcome", [None, FlagOutcome.UNKNOWN])
def test_a_doubt_is_never_shown_as_killed_or_not(outcome: FlagOutcome | None) -> None:
    for stored in (True, False):
        at = now(scene())
        state = moved(looked(scene(), {FILES: stored}, at), "kill", outcome, at - 60)
        assert word(pay(state), at).text == "unknown"
        assert "killed:" not in told(state, at)["stored"]


def test_who_killed_it_why_and_until_when() -> None:
    at = now(scene())
    state = moved(
        looked(scene(), {FILES: True}, at), "kill", FlagOutcome.APPLIED, at - 720, expires=at + 7200
    )
    assert rows(state, at)["Kill switches"][0][3] == "mara 12m ago, 2 h left"
    assert told(state, at)["last"].endswith("(the bank is away): applied")
    assert told(state, at)["ends"] == "2 h left; nothing turns itself back"
    assert told(state, at)["back"] == "u puts back false, exactly as it stood before"
    late = at + 7200 + 3600
    state = looked(state, {FILES: True}, late)
    assert rows(state, late)["Kill switches"][0][3].endswith("overdue 1 h")
    assert cells(bridge(state, late).next)[0] == ["s", "pay-async@default", "to be put back, overdue 1 h", ""]


def test_what_was_killed_elsewhere_is_not_ours_to_put_back() -> None:
    state = looked(scene(), {FILES: True}, now(scene()))
    assert told(state, now(state))["back"].startswith("not from here: it is killed, and not by anybody")
    assert "not from here" not in told(all_off(state), now(state))["back"]


def test_those_of_the_service_come_first_then_those_of_what_fails() -> None:
    state = all_off(scene())
    order = Order("search", frozenset({"checkout-api", "search"}))
    assert list(rows(state, now(state), order)) == ["For search", "For what fails now"]
    assert list(rows(state, now(state), Order("orders-db"))) == ["For orders-db", "Other kill switches"]
    none = switches_view(state, now(state), Order("orders-db")).sections[0]
    assert text_of(none.note) == "No kill switch protects orders-db."


@pytest.mark.parametrize("width", [58, 78, 118])
def test_key_and_environment_are_never_cut(width: int) -> None:
    at = now(scene())
    state = all_off(moved(scene(), "kill", FlagOutcome.APPLIED, at - 720, expires=at + 7200))
    for section in switches_view(state, at, Order("search")).sections:
        for each in drawn(section, width):
            assert len(each) <= width
            assert any(called(seen) in each.split() for seen in all_seen(state))
    assert all(line_width(each) <= width for each in about(state, pay(state), at, width))


def test_the_bridge_shows_one_of_each_kind_first() -> None:
    next_rows = cells(bridge(all_off(scene()), now(scene())).next)
    assert [row[0] for row in next_rows[:2]] == ["r", "s"]
    assert next_rows[1] == ["s", "pay-async", "charges later", "not killed"]


def test_calm_and_nothing_killed_says_nothing_of_switches() -> None:
    state = all_off(scene(calm()))
    assert "pay-async" not in text_of(firstline(state, now(state), 300))
    killed = looked(state, {FILES: True}, now(state))
    assert "pay-async@default killed" in text_of(firstline(killed, now(state), 300))


# What is asked


def said(asking: Asking) -> str:
    return " ".join(map(text_of, asking.told))


def test_a_kill_says_what_it_costs_and_what_can_defeat_it() -> None:
    state = looked(scene(), {FILES: False}, now(scene()), hazards=("targeting rules",))
    asking = switch_asking.killing(state, pay(state), now(state))
    assert asking.title == "Kill “pay-async” in default?"
    text = said(asking)
    for part in (
        "It protects checkout-api and costs: charges later.",
        "Data: drain the queue.",
        "Targeting rules.",
    ):
        assert part in text
    (option,) = asking.options
    assert (option.name, option.wants, option.why_not) == ("kill", "why, for the record", "")
    assert option.text == headline.sentences(state, now(state))[0].rstrip(".")
    assert option.text.startswith("Customers often cannot buy")
    assert option.then is not None
    assert option.then.phrase == "pay-async@default"
    assert option.refuses(" ") == "why, for the record: it cannot be empty"


def test_one_environment_is_named_and_the_others_are_said_to_stay() -> None:
    state = all_off(scene())
    seen = named(state, "guest@prod")
    assert seen is not None
    asking = switch_asking.killing(state, seen, now(state))
    assert "Only prod is moved; dev stays as it is." in said(asking)
    assert [each.words for each in asking.options] == ["Kill it in prod"]
    assert asking.options[0].then is None  # a key will do there


def test_while_all_is_well_no_reason_is_proposed() -> None:
    state = all_off(scene(calm()))
    (option,) = switch_asking.killing(state, pay(state), now(state)).options
    assert option.text == ""


def test_putting_back_says_to_what_and_that_the_service_still_fails() -> None:
    at = now(scene())
    state = moved(looked(scene(), {FILES: True}, at), "kill", FlagOutcome.APPLIED, at - 720)
    asking = switch_asking.restoring(state, pay(state), at)
    assert "Put back is false, exactly what stood there before mara moved it" in said(asking)
    assert "checkout-api is still FAILING." in said(asking)
    assert asking.options[0].why_not == ""


def test_what_stands_in_the_way_is_said_and_refused() -> None:
    at = now(scene())
    state = all_off(scene())
    assert switch_asking.restore_option(state, pay(state), at).why_not == "it is not killed"
    doubt = moved(state, "kill", FlagOutcome.UNKNOWN, at - 60)
    assert "is not known: p looks for it" in switch_asking.restore_option(doubt, pay(doubt), at).why_not
    assert switch_asking.kill_option(doubt, pay(doubt), at).why_not == ""  # a kill may be pressed again
    awaited = moved(state, "kill", None, at)
    assert "the answer is awaited" in switch_asking.kill_option(awaited, pay(awaited), at).why_not
    readonly = replace(state, readonly=True)
    full = replace(state, picture=replace(state.picture, journal_trouble="the disk is full"))
    for each, why in ((readonly, "read-only"), (full, "no record, so nothing is moved")):
        for option in switch_asking.choosing(each, pay(each), at).options:
            assert why in option.why_not
            assert option.refuses("because")
