"""What stores said of the kill switches; what was asked later counts, in whatever order answers come."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.events import SwitchesSeen
from cockpit.core.state import Picture, State
from cockpit.core.switches import SwitchLook, every, place_of


def looked(state: State, event: SwitchesSeen) -> Picture:
    picture, known = state.picture, state.picture.switches
    if event.trouble:
        none = SwitchLook(trouble=event.trouble)
        return replace(picture, switches={place_of(*each): none for each in every(state.model)})
    news = {place: look for place, look in event.looks.items() if _is_newer(look, known.get(place))}
    return replace(picture, switches={**known, **news}) if news else picture


def _is_newer(look: SwitchLook, known: SwitchLook | None) -> bool:
    return known is None or known.at is None or (look.at is not None and look.at >= known.at)
