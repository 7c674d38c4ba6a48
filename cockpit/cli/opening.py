"""What `--alert NAME` is about, found out once the first alerts are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.core.alert_past import AlertPast

if TYPE_CHECKING:
    from cockpit.engine import Engine
    from cockpit.views.opening import Opening


async def opened_on(engine: Engine, name: str) -> Opening | None:
    """None when the engine ended before it had judged anything."""
    from cockpit.views.opening import opening_now, opening_then

    async for state in engine.follow():
        if found := opening_now(state, name):
            return found
        past = AlertPast()
        if state.mode == "live":  # everywhere else nobody outside is asked
            from cockpit.adapters.alert_past import alert_past

            past = await alert_past(state.model.prometheus, name)
        # It may have begun meanwhile.
        return opening_now(engine.state, name) or opening_then(engine.state, name, past, engine.now())
    return None
