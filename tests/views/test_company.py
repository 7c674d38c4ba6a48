"""Who is there is told as what it is: known, not asked, or not to be known."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.events import JournalFailed
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views.company import section

from .shop import shop


def shared(**journal: str) -> State:
    return initial(replace(shop(), journal=journal), "live", readonly=True)


def note(state: State) -> str:
    found = section(state)
    assert found is not None
    return "".join(span.text for span in found.note)


def test_who_did_not_ask_does_not_say_that_the_record_is_away() -> None:
    state = shared(postgres="postgresql:///cockpit")
    assert note(state) == "Not known from here; `cockpit who` tells."
    away, _ = update(state, JournalFailed("no answer", 1.0))
    assert note(away) == "The record is away: nobody can tell who is here."


def test_on_one_machine_nobody_is_told_of_others() -> None:
    assert section(shared(sqlite="default")) is None
