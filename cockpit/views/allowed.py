"""Who may run a runbook or move a switch, and whether that is whoever sits here."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.access import bar, held_by, who_may
from cockpit.core.incident.model import only_open
from cockpit.core.state import State
from cockpit.core.switches import SwitchSeen
from cockpit.views.lines import Line, Tone, line


def barred(state: State, names: Sequence[str]) -> str:
    """Why whoever sits here may not do what only `names` may; empty: they may."""
    if not names or not state.me.name:
        return ""
    known = state.record.incidents
    open_one = known.get(only_open(known.values()))
    held = held_by(open_one.roles, state.me.name) if open_one else ()
    return bar(names, state.me, held)


def told(state: State, names: Sequence[str]) -> Line:
    """Empty where every responder may."""
    if not names:
        return ()
    return line(f"Who may: {who_may(names)}.", Tone.WARNING if barred(state, names) else Tone.DIM)


def barred_from_putting_back(state: State, seen: SwitchSeen) -> str:
    """Who has moved it may always put it back."""
    if seen.standing is not None and seen.standing.actor == state.me.name:
        return ""
    return barred(state, seen.switch.roles)


def sentence(state: State, why: str) -> str:
    """As one; a name at its beginning stays as it is written."""
    is_name = bool(state.me.name) and why.startswith(f"{state.me.name} ")
    return f"{why if is_name else why[:1].upper() + why[1:]}."


def only_for(state: State, runbook: str) -> str:
    """Whom it is for, where that bars whoever sits here; where they may only look, the first line says so."""
    book = state.model.books.get(runbook)
    if book is None or state.readonly or not barred(state, book.roles):
        return ""
    return f"only {who_may(book.roles)}"
