"""What is asked before something is said of an incident: how bad, who, whether it is over."""

from __future__ import annotations

from cockpit.core.incident.closing import obstacles
from cockpit.core.incident.model import Incident, Note
from cockpit.core.incident.noticing import began_at
from cockpit.core.levels import Instant, Severity
from cockpit.core.state import Obligation, State
from cockpit.text import age, clock
from cockpit.views import business
from cockpit.views.asking import Asking, Option
from cockpit.views.lines import Line, Tone, line

MEANT = {
    Severity.SEV1: "customers cannot do what they came for, or data is wrong",
    Severity.SEV2: "something important works badly, or it spreads",
    Severity.SEV3: "everything else that is worse than agreed",
}
MOST_SHOWN = 8


def declaring(state: State, now: Instant) -> Asking:
    """The proposed severity first; a title stands there already, to be changed."""
    proposed, began = state.health.severity, began_at(state)
    told: list[Line] = []
    if began is not None:
        told.append(line(f"It began at {clock(began)} UTC, {age(now - began)} ago, as far as can be seen."))
    else:
        told.append(line("Nothing is seen to be wrong now; an incident can be declared all the same."))
    told.append(line("Everything done from now on goes into its timeline by itself.", Tone.DIM))
    ranked = sorted(Severity, key=lambda each: (each is not proposed, each))
    options = tuple(
        Option(
            each,
            f"Declare {each}{' (proposed)' if each is proposed else ''}: {MEANT[each]}",
            wants="what it is, in plain words",
            text=proposed_title(state),
        )
        for each in ranked
    )
    return Asking("Declare an incident?", tuple(told), options)


def proposed_title(state: State) -> str:
    """What is felt first, in the words of the business; empty when nothing is."""
    felt = business.felt_first(state)
    return business.sentence(state, felt[0]).partition(":")[0] if felt else ""


def severities(state: State, incident: Incident) -> Asking:
    options = tuple(
        Option(
            each,
            f"{each}: {MEANT[each]}",
            "it is that already" if each is incident.severity else "",
            wants="why",
        )
        for each in Severity
    )
    proposed = state.health.severity
    told = line(f"{proposed} is proposed by what can be seen." if proposed else "", Tone.DIM)
    return Asking(f"How bad is {incident.id}?", (told,) if told else (), options)


def roles(state: State, incident: Incident, actor: str) -> Asking:
    """Who does what; the name of whoever asks stands there already."""
    options = tuple(
        Option(
            name,
            f"{name} (now {incident.roles.get(name) or 'nobody'})",
            wants="who; empty for nobody",
            text=actor,
            optional=True,
        )
        for name in state.model.incident.roles
    )
    return Asking(f"Who does what in {incident.id}?", (), options)


def judging(note: Note) -> Asking:
    """What became of a hypothesis."""
    options = (
        Option(
            "confirmed", "It is so", "" if note.verdict != "confirmed" else "it is confirmed", wants="why"
        ),
        Option(
            "ruled out", "It is not so", "" if note.verdict != "ruled out" else "it is ruled out", wants="why"
        ),
        Option("", "Nobody knows", "" if note.verdict else "it is open", wants="why"),
    )
    return Asking(f"Hypothesis {note.number}", (line(note.text),), options)


def cleaning_up(debt: Obligation) -> Asking:
    option = Option("done", "It has been cleaned up", wants="how")
    return Asking("Cleaned up?", (line(debt.title),), (option,))


def resolving(state: State, incident: Incident) -> Asking:
    """What stands in the way is told, and goes on record with whoever calls it over all the same."""
    found = obstacles(state, incident)
    if not found:
        option = Option("resolve", "It is over", wants="what ended it")
        return Asking(f"Is {incident.id} over?", (line("Everything that is seen is fine."),), (option,))
    told = [line("This stands in the way:", Tone.WARNING)]
    told += [line(f"  {each.text}") for each in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        told.append(line(f"  and {len(found) - MOST_SHOWN} more", Tone.DIM))
    told.append(line("Whoever calls it over all the same leaves it like that, on record.", Tone.DIM))
    again = Option("leave", "", phrase=incident.id)
    option = Option("leave", "Call it over all the same", wants="why it can be left like that", then=again)
    return Asking(f"Is {incident.id} over?", tuple(told), (option,))


def reopening(incident: Incident) -> Asking:
    option = Option("reopen", "It goes on", wants="why")
    return Asking(f"Reopen {incident.id}?", (line(incident.title),), (option,))
