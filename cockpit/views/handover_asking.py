"""What is asked before an incident changes hands: to whom, and whether who takes it has read it."""

from __future__ import annotations

from cockpit.core.incident import words
from cockpit.core.incident.model import Incident
from cockpit.core.incident.objections import objection
from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.text import clock
from cockpit.views.asking import Asking, Option
from cockpit.views.composing import no_record
from cockpit.views.lines import Tone, line


def offering(state: State, incident: Incident) -> Asking:
    told = [line("Nothing changes hands until somebody takes it over.")]
    if offer := incident.pending_handover():
        told.append(line(f"It is offered to {offer.to or 'whoever takes it'} already.", Tone.WARNING))
    option = Option(
        "offer",
        "Offer it",
        no_record(state) or ("" if incident.is_open else "it is over"),
        wants="to whom, by the name they log in with; empty for whoever takes it",
        optional=True,
    )
    return Asking(f"Offer {incident.id} to somebody?", tuple(told), (option,))


def accepting(state: State, incident: Incident, actor: str, now: Instant) -> Asking:
    offer = incident.pending_handover()
    told = []
    if offer is not None:
        told.append(line(f"{offer.by} offered it at {clock(offer.at)} UTC."))
    told.append(line(f"Then {actor} is in command, and answers for what stands above."))
    fact = words.accepted(incident.id, actor, now)
    why_not = no_record(state) or objection(state.record.incidents, state.model.incident, fact) or ""
    option = Option("accept", "Take it over", why_not, phrase=incident.id)
    return Asking(f"Take {incident.id} over?", tuple(told), (option,))
