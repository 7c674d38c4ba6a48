"""Updates and handovers by keyboard alone: drafted, changed, sent after one more question, taken over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from cockpit.core.incident import words
from cockpit.core.incident.rules import Channel, IncidentRules
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.runbook.work import Answered, HttpAnswer
from cockpit.text import first_hidden
from cockpit.tui.screens.composer import Composer
from cockpit.tui.screens.write import Writing

from .acting import Acted
from .conftest import screen_text
from .payloads import PAYLOADS
from .scenes import NOW
from .test_runs import keys, seen

SIZES = [(80, 24), (120, 36)]
RULES = IncidentRules(
    notify=(
        Channel("chat", "https://chat.example/x"),
        Channel("board", "https://board.example/x", format="json"),
    )
)
SEND = ("S", "down", "enter")
"""Past Cancel."""


async def acted(*facts: Fact, readonly: bool = False) -> Acted:
    """An incident of a minute ago is on record, and what else was said of it."""
    one = Acted(more={"incident": RULES}, readonly=readonly)
    declared = words.declared("INC-1", "Orders fail", Severity.SEV1, "leo", NOW - 60)
    await one.stage.journal.append([declared, *facts])
    return one


@asynccontextmanager
async def opened(
    one: Acted, place: str = "update", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:
    async with one.app().run_test(size=size) as pilot:
        await seen(pilot, "Customers cannot buy")
        await seen(pilot, "INC-1")  # on record by now
        title = "internal update" if place == "update" else "HANDOVER INC-1"
        await keys(pilot, "colon", *place, "enter", until=title)
        yield pilot


def told(one: Acted) -> list[tuple[str, object]]:
    """What was put on record since the incident was declared."""
    facts = [each.fact for each in one.stage.journal.records]
    return [
        (each.kind, each.body.get("outcome") or each.body.get("phase"))
        for each in facts
        if each.kind.startswith("incident.") and each.kind != "incident.declared"
    ]


SENT = [("incident.update_requested", None), ("incident.update_settled", "sent")]


def flat(text: str) -> str:
    """However it is wrapped."""
    return " ".join(text.split())


@pytest.mark.parametrize("size", SIZES)
async def test_a_draft_is_there_at_once_and_says_where_it_goes(size: tuple[int, int]) -> None:
    async with opened(await acted(), size=size) as pilot:
        text = flat(await seen(pilot, "CONDITIONS"))
        for said in (
            "INC-1 SEV1 internal update, investigating, to chat",
            "min; no internal update so far",
            "all of it is new: the first internal update",
            "INC-1, SEV1, investigating: Orders fail. As of",
            "- Customers cannot buy: 80-100 % lost (estimated as of",
            "S send",
        ):
            assert said in text
        lines = screen_text(pilot)
        assert len(lines) == size[1]
        assert max(map(len, lines)) <= size[0]


async def test_audience_status_channel_and_length_are_a_key_each() -> None:
    async with opened(await acted()) as pilot:
        text = await keys(pilot, "w", until="update for customers")
        assert "We are looking into a problem." in text
        assert "checkout-api" not in text.split("We are looking")[1]
        text = await keys(pilot, "s", until="identified")
        assert "We have found what causes a problem" in text
        await keys(pilot, "t", until="to board")
        await keys(pilot, "t", until="to be sent by hand")
        await keys(pilot, "t", until="to chat")
        await keys(pilot, "w", until="update for leadership")
        text = await keys(pilot, "l", until="in one line")
        assert "INC-1 SEV1 identified." in text


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_sent_is_what_stands_there_and_only_after_one_more_question(
    size: tuple[int, int],
) -> None:
    one = await acted()
    async with opened(one, size=size) as pilot:
        await keys(pilot, "w", "e", until="you are writing")
        await keys(pilot, *"Dear: 1q?", "enter", until="Dear: 1q?")
        text = await keys(pilot, "escape", "S", until="Send this update of INC-1?")
        assert "▌ Cancel" in text  # the way out has the focus
        assert told(one) == []
        await keys(pilot, "enter", until="your words")
        assert told(one) == []
        await keys(pilot, *SEND, until="update of INC-1 was sent")
        text = await seen(pilot, "new since the one of")
        assert "of its lines say the same" in text
    ((call, _),) = one.stage.http.sent
    assert call.url == "https://chat.example/x"
    assert str(call.json["text"]).startswith("Dear: 1q?\nWe are looking into a problem.")  # type: ignore[index,call-overload]
    assert told(one) == SENT
    fact = one.stage.journal.records[1].fact
    assert (fact.actor, fact.body["audience"]) == ("mara", "customers")
    assert fact.body["claims"] == {"place-order": "DOWN"}


@pytest.mark.parametrize(
    "pressed", [("S", "enter"), ("S", "escape"), ("S", "S", "enter"), ("y", "enter"), ("enter", "enter")]
)
async def test_a_key_too_many_sends_nothing(pressed: tuple[str, ...]) -> None:
    one = await acted()
    async with opened(one) as pilot:
        await keys(pilot, *pressed, until="S send")
        await pilot.pause(0.2)
    assert (one.stage.http.sent, told(one)) == ([], [])


async def test_the_same_is_not_sent_twice_by_a_hand_that_trembles() -> None:
    one = await acted()
    async with opened(one) as pilot:
        await keys(pilot, *SEND, *SEND, *SEND, until="INC-1")
        await pilot.pause(0.5)
    assert len(one.stage.http.sent) == 1


async def test_an_answer_that_is_lost_is_said_to_be_and_the_same_words_are_warned_of() -> None:
    one = await acted()
    one.stage.http.answer = HttpAnswer(Answered.UNKNOWN, reason="no answer")
    async with opened(one) as pilot:
        await keys(pilot, *SEND, until="update of INC-1 may or may not have been sent: no answer")
        text = await seen(pilot, lambda text: "may or may not have been sent to chat" in flat(text))
        assert "was sent" not in text
    assert told(one)[-1] == ("incident.update_settled", "unknown")


async def test_what_was_sent_is_what_the_next_one_is_compared_with() -> None:
    earlier = words.update_requested(
        "INC-1",
        "op1",
        "It is bad.\nNext update by 22:13 UTC.",
        "leo",
        NOW - 30,
        to="board",
        audience="customers",
        status="identified",
        claims={"place-order": "OK"},
    )
    settled = words.update_settled("INC-1", "op1", "sent", "", "leo", NOW - 29)
    async with (await acted(earlier, settled)).app().run_test(size=(80, 24)) as pilot:
        await seen(pilot, "INC-1")
        text = await keys(pilot, "colon", *"update", "enter", until="gone It is bad.")
        for said in (
            "update for customers, identified, to board",
            "The last one is no longer true: Customers can buy is DOWN.",
            "new - Customers cannot buy.",
            "was sent to board",
        ):
            assert said in text


async def test_copying_asks_as_well_and_goes_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    one, copied = await acted(), list[str]()
    async with opened(one) as pilot:
        pilot.app._copy = copied.append  # type: ignore[attr-defined]
        await keys(pilot, "w", "y", until="Copy this update of INC-1?")
        await keys(pilot, "down", "enter", until="copied to be sent by hand")
    assert [each.startswith("We are looking into a problem.") for each in copied] == [True]
    assert told(one) == [SENT[0], ("incident.update_settled", "copied")]
    assert one.stage.http.sent == []


async def test_what_somebody_wrote_is_not_lost_by_a_key() -> None:
    async with opened(await acted()) as pilot:
        await keys(pilot, "e", *"mine", until="you are writing")
        await keys(pilot, "escape", "w", until="your text stays as it is")
        await seen(pilot, "mineINC-1, SEV1")
        await keys(pilot, "escape", until="Leave this update?")
        await keys(pilot, "enter", until="mineINC-1, SEV1")
        await keys(pilot, "escape", "down", "enter", until="Do next")


async def test_a_draft_anew_takes_the_place_of_what_was_written() -> None:
    async with opened(await acted()) as pilot:
        await keys(pilot, "e", *"mine", "escape", until="mineINC-1")
        await keys(pilot, "n", until=" INC-1, SEV1")


@pytest.mark.parametrize("which", range(0, len(PAYLOADS), 3))
async def test_hostile_notes_and_pastes_stay_text(which: int) -> None:
    hostile = PAYLOADS[which]
    one = await acted(
        words.noted("INC-1", "hypothesis", hostile, hostile[:20] or "x", NOW - 20),
        words.role("INC-1", "scribe", hostile, "leo", NOW - 10),
    )
    async with opened(one, size=(100, 30)) as pilot:
        await keys(pilot, "e", until="you are writing")
        composer = pilot.app.screen
        assert isinstance(composer, Composer)
        composer.area.post_message(Paste(hostile))
        await pilot.pause(0.1)
        assert first_hidden(composer.area.text) == ""
        assert first_hidden("".join(screen_text(pilot))) == ""
        await keys(pilot, "escape", *SEND, until="was sent")
        assert first_hidden("".join(screen_text(pilot))) == ""
    for call, _ in one.stage.http.sent:
        assert first_hidden(str(call.json["text"])) == ""  # type: ignore[index,call-overload]


async def test_what_is_pasted_into_a_note_is_clean_before_it_is_drawn() -> None:
    async with (await acted()).app().run_test(size=(80, 24)) as pilot:
        await seen(pilot, "INC-1")
        await keys(pilot, "i", "n", until="A note")
        writing = pilot.app.screen.query_one(Writing)
        writing.post_message(Paste("a\x1b]0;owned\x07\x1b[2Jb"))
        await seen(pilot, "ab")
        assert first_hidden(writing.text + "".join(screen_text(pilot))) == ""


async def test_read_only_drafts_and_sends_nothing() -> None:
    one = await acted(readonly=True)
    async with opened(one) as pilot:
        text = await keys(pilot, "S", until="not possible")
        assert "this cockpit is read-only" in text
        await keys(pilot, "down", "enter", "escape", until="S send")
        await keys(pilot, "y", until="copied, and not on record")
    assert (one.stage.http.sent, told(one)) == ([], [])


# Handover


@pytest.mark.parametrize("size", SIZES)
async def test_a_handover_is_one_screen(size: tuple[int, int]) -> None:
    async with opened(await acted(), "handover", size) as pilot:
        text = "\n".join(screen_text(pilot))
        for label in ("state", "impact", "suspected", "tried", "switches", "pending", "update", "call"):
            assert f"\n {label} " in text
        assert "o offer  T take over" in text


async def test_it_is_offered_to_somebody_with_the_paste_on_record() -> None:
    one = await acted()
    async with opened(one, "handover") as pilot:
        await keys(pilot, "o", until="Offer INC-1 to somebody?")
        await keys(pilot, "enter", until="HANDOVER INC-1")  # Cancel has the focus
        assert told(one) == []
        await keys(pilot, "o", "down", "enter", until="to whom")
        await keys(pilot, *"kim", "enter", until="mara offers it to kim: not taken over yet")
        text = await keys(pilot, "T", until="Take INC-1 over?")
        assert "who hands it over cannot take it over" in text
    assert told(one) == [("incident.handover", "offered")]
    assert str(one.stage.journal.records[1].fact.body["text"]).startswith("HANDOVER INC-1")


async def test_it_is_taken_over_by_typing_its_id() -> None:
    one = await acted(words.offered("INC-1", "mara", "the paste", "leo", NOW - 20))
    async with opened(one, "handover") as pilot:
        await keys(pilot, "T", "down", "enter", until="type exactly: INC-1")
        await keys(pilot, *"INC", "enter", until="type exactly: INC-1")
        assert told(one) == [("incident.handover", "offered")]
        await keys(pilot, "minus", "1", "enter", until="mara is incident-commander")
    assert told(one) == [("incident.handover", "offered"), ("incident.handover", "accepted")]


async def test_the_paste_is_copied_whole() -> None:
    one, copied = await acted(), list[str]()
    async with opened(one, "handover") as pilot:
        pilot.app._copy = copied.append  # type: ignore[attr-defined]
        await keys(pilot, "y", until="copied: paste it where it belongs")
    assert copied[0].startswith("HANDOVER INC-1")
    assert len(copied[0].split("\n")) <= 22


async def test_read_only_hands_nothing_over() -> None:
    one = await acted(words.offered("INC-1", "mara", "the paste", "leo", NOW - 20), readonly=True)
    async with opened(one, "handover") as pilot:
        for key, asked in (("o", "Offer INC-1"), ("T", "Take INC-1 over?")):
            text = await keys(pilot, key, until=asked)
            assert "this cockpit is read-only" in text
            await keys(pilot, "escape", until="o offer")
    assert told(one) == [("incident.handover", "offered")]


async def test_offering_what_somebody_else_commands_is_not_called_giving_away_ones_own() -> None:
    async with opened(await acted(), "handover") as pilot:
        text = flat(await keys(pilot, "o", until="Offer INC-1"))
        assert "Nothing changes hands until somebody takes it over." in text
        assert "yours" not in text
