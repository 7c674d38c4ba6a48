"""What is seen from here stands beside the levels, and changes none; a blind picture says how old it is."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.events import LooksSeen, PollReplayed, RecordGrew, SourceFailed, WatchSeen
from cockpit.core.incident import words
from cockpit.core.journal import Recorded
from cockpit.core.levels import Severity
from cockpit.core.model import MetricServer
from cockpit.core.poll import Look, Poll
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views.firstline import firstline
from cockpit.views.headline import sentences
from cockpit.views.lines import text_of
from cockpit.views.service import service
from cockpit.views.status import document, exit_code

from .drawn import cells
from .shop import HEALTHY, now, play, shop

REFUSES = Look("tcp orders-db:5432", 10.0, False, "refuses connections")
ANSWERS = Look("GET https://shop/healthz", 10.0, True, "answers 200")
BUSY = Look("GET https://api/healthz", 10.0, False, "answers 503")


def blind(minutes: float = 5.0) -> State:
    """All was well, then Prometheus was gone for so long."""
    state = play(initial(shop(prometheus=(MetricServer("eu", "http://eu"),))), {**HEALTHY}, 600.0)
    at = now(state)
    for number in range(1, int(minutes * 12) + 1):
        state, _ = update(state, SourceFailed("eu", at + 5.0 * number, "connection refused"))
        state, _ = update(state, PollReplayed(Poll(at + 5.0 * number)))
    return state


def levels(state: State) -> list[str]:
    return [node.level.value for node in state.health.nodes]


def test_a_look_changes_no_level_and_no_exit_code() -> None:
    before = blind()
    good = {name: (ANSWERS,) for name in before.health.graph.names}
    after, actions = update(before, LooksSeen(good))
    assert (after.health, actions) == (before.health, ())
    assert set(levels(after)) == {"UNKNOWN", "UNMONITORED"}
    assert exit_code(after) == exit_code(before) == 3


def test_it_stands_on_the_service_in_the_headline_and_in_json() -> None:
    state, _ = update(
        blind(),
        LooksSeen({"storefront": (ANSWERS,), "orders-db": (ANSWERS, REFUSES), "checkout-api": (BUSY,)}),
    )
    assert sentences(state, now(state))[-1] == (
        "Seen from here: orders-db refuses connections, checkout-api answers 503 and storefront answers 200."
    )
    view = service(state, "checkout-api", 14.0)
    assert view is not None
    section = next(each for each in view.sections if each.title == "Seen from here")
    assert cells(section) == [
        ["GET https://api/healthz", "answers 503, which is not what was expected", "4s ago"]
    ]
    assert "no level follows from it" in text_of(section.note)
    told = document(state, now(state))["services"]
    assert list(told["orders-db"])[-1] == "seen_from_here"
    assert told["orders-db"]["seen_from_here"][1] == {
        "what": "tcp orders-db:5432",
        "at": 10.0,
        "good": False,
        "text": "refuses connections",
    }
    assert told["search"]["seen_from_here"] is None


def test_nobody_who_did_not_look_says_what_is_seen() -> None:
    state = blind()
    view = service(state, "checkout-api", now(state))
    assert view is not None
    assert [each.title for each in view.sections if each.title == "Seen from here"] == []
    assert not any("Seen from here" in each for each in sentences(state, now(state)))


def test_a_blind_picture_keeps_its_last_values_with_their_age_and_is_never_green() -> None:
    state = blind(minutes=30.0)
    view = service(state, "checkout-api", now(state))
    assert view is not None
    signals = next(each for each in view.sections if each.title == "Signals")
    (row,) = cells(signals)
    assert row[:3] == ["? errors", "UNKNOWN", "was 0.1 %"]
    assert row[5:] == ["30m", "eu", "could not be asked"]
    assert "picture 30 min old" in text_of(firstline(state, now(state), 200))
    assert "OK" not in levels(state)


def test_what_answers_again_is_no_longer_told_from_memory() -> None:
    state = play(blind(), HEALTHY, 60.0)
    view = service(state, "checkout-api", now(state))
    assert view is not None
    (row,) = cells(next(each for each in view.sections if each.title == "Signals"))
    assert (row[2], row[5]) == ("0.1 %", "2s")
    assert "old" not in text_of(firstline(state, now(state), 200))


def test_hostile_words_of_a_look_are_clean() -> None:
    look = replace(BUSY, text="answers\x1b[2J 200\n")
    state, _ = update(blind(), LooksSeen({"search": (look,)}))
    assert "\x1b" not in "".join(sentences(state, now(state)))


def test_with_an_incident_open_and_nobody_awake_the_first_line_says_so() -> None:
    state = play(initial(shop()), HEALTHY, 60.0)
    declared = words.declared("INC-1", "Nobody can buy", Severity.SEV3, "mara", now(state))
    opened, _ = update(state, RecordGrew((Recorded(1, declared, "here", "b", 0, "", ""),)))
    told = "reminds only while a cockpit is open"

    def says(one: State, runs: bool | None) -> bool:
        after = one if runs is None else update(one, WatchSeen(runs))[0]
        return told in text_of(firstline(after, now(after), 300))

    assert [says(opened, runs) for runs in (None, False, True)] == [False, True, False]
    assert not says(state, False)
