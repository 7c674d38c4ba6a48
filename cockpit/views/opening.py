"""Where `cockpit --alert NAME` leads: to the service that it is about, or to the alerts, and why."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.core.alert_past import AlertPast
from cockpit.core.alerts import Known, known_alerts, runbook_of, whom_of
from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.text import join_names
from cockpit.views.alerts import DAY, is_known, lost, moment


@dataclass(frozen=True, slots=True)
class Opening:
    """The screen of a service, else that of alerts with a filter; `note` says why, in one line."""

    node: str = ""
    filter: str = ""
    note: str = ""


def opening_now(state: State, name: str) -> Opening | None:
    """By what fires or is about to; None: nothing of that name, so that the past is worth a look."""
    mine = [alert for alert in known_alerts(state) if alert.name == name]
    services = sorted({alert.service for alert in mine})
    if not mine:
        return None
    if len(services) > 1:
        named = join_names([each or "nobody by name" for each in services])
        return Opening(filter=name, note=f"{name} is there {len(mine)} times: for {named}.")
    if services[0]:
        return Opening(services[0])
    book, service = _by_runbook(state, mine[0])
    if service:
        return Opening(service, note=f"{name} names no service; runbook {book} answers it here.")
    return Opening(filter=name)


def opening_then(state: State, name: str, past: AlertPast, now: Instant) -> Opening:
    """By what is remembered, where nothing of that name fires."""
    whom = whom_of(state)
    if past.fired:
        at = past.fired[0].at
        when = f"at {moment(at, now)} UTC" if at is not None and now - at < DAY else "within the last day"
        service = next((found for each in past.fired if (found := whom(each.labels))), "")
        return Opening(service, note=f"{name} does not fire any more; it last did {when}.")
    blank = Known(name, "pending", {}, {}, None, (), name)
    service = next((found for each in past.rules if (found := whom(each))), "")
    service = service or _by_runbook(state, blank)[1]
    # No filter: one that leaves nothing would only hide the others.
    return Opening(service, note=_nothing(state, name, past))


def _nothing(state: State, name: str, past: AlertPast) -> str:
    if not is_known(state):
        return f"Whether {name} fires is not known: nobody who could tell has answered."
    if past.trouble or lost(state):
        return f"{name} is not seen to fire; {past.trouble or join_names(lost(state)) + ' cannot be asked'}."
    if past.rules:
        return f"{name} does not fire, and has not fired in the last day."
    return (
        f"Nothing is known of an alert {name}: it does not fire, has not in a day, and no rule has its name."
    )


def _by_runbook(state: State, alert: Known) -> tuple[str, str]:
    """(runbook, the first service that it is for), as far as anybody wrote it down."""
    known = state.health.graph.index
    id = runbook_of(state.model, alert)
    card = next((each for each in state.model.runbooks if each.id == id), None)
    named = (*card.fits_services, *card.services) if card else ()
    return id, next((each for each in named if each in known), "")
