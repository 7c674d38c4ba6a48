"""What checks saw from here: shown beside the levels, and never one of them."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.core.levels import Instant
from cockpit.core.poll import Look
from cockpit.core.state import State
from cockpit.text import join_names, short_age
from cockpit.views import facts
from cockpit.views.lines import Column, Row, Section, Tone, line

COLUMNS = (Column(least=16, most=60), Column(least=12, most=80, grow=True), Column(right=True, drop=1))
NOTE = "From this machine, because metrics are blind; no level follows from it."
MOST = 3


def section(state: State, name: str, now: Instant) -> Section:
    looks = state.picture.looks.get(name, ())
    rows = tuple(
        Row(
            (
                line(look.what),
                line(_said(look), Tone.PLAIN if look.good else Tone.WARNING),
                line(f"{short_age(now - look.at)} ago", Tone.DIM),
            )
        )
        for look in looks
    )
    return Section("Seen from here", COLUMNS, rows, line(NOTE, Tone.DIM) if rows else ())


def sentence(state: State) -> str:
    """ "Seen from here: checkout-api refuses connections, storefront answers 200."; empty: nobody looked."""
    seen = {name: looks for name, looks in state.picture.looks.items() if looks}
    if not seen:
        return ""
    bad = [f"{_called(state, name)} {_first(looks).text}" for name, looks in seen.items() if not _good(looks)]
    good = [f"{_called(state, name)} {looks[0].text}" for name, looks in seen.items() if _good(looks)]
    return f"Seen from here: {join_names([*bad, *good], MOST)}."


def _called(state: State, name: str) -> str:
    return facts.called(state, name)


def _good(looks: Iterable[Look]) -> bool:
    return all(look.good for look in looks)


def _first(looks: tuple[Look, ...]) -> Look:
    """Of those that are not as they should be."""
    return next(look for look in looks if not look.good)


def _said(look: Look) -> str:
    """That it answers is no promise that it is fine; that an answer is the wrong one has to be said."""
    wrong = not look.good and look.text.startswith("answers")
    return f"{look.text}, which is not what was expected" if wrong else look.text
