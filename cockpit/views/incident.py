"""One incident as a screen shows it: what is due, how it stands, what people think, and what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cockpit.core.incident.closing import obstacles
from cockpit.core.incident.model import Incident, Note, Told, open_ones
from cockpit.core.incident.rules import COMMANDER
from cockpit.core.levels import Instant
from cockpit.core.state import Obligation, State
from cockpit.text import age, clock, join_names, remaining
from cockpit.views import business, calling, company, facts
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.updates import due_sentence, stale_sentence

MOST_TOLD: Final = 300
"""Lines of a story that a screen shows; the filter looks at all of them, and an export holds all."""
MOST_CALLED: Final = 2
"""Suspects whose owners are worth a call."""
TODO_COLUMNS: Final = (Column(), Column(most=120, grow=True), Column(most=40, drop=1))
NOTE_COLUMNS: Final = (Column(), Column(), Column(most=100, grow=True), Column(drop=1))
ROLE_COLUMNS: Final = (Column(), Column(most=60, grow=True))
STORY_COLUMNS: Final = (Column(), Column(most=16, drop=1), Column(most=160, grow=True))
OPENS: Final = {"run": "run", "switch": "switch", "debt": "debt", "data": "node"}
"""What Enter opens of an obstacle that is to be done something about; the others are told together."""
FILTERS: Final = {
    "everything": frozenset[str](),
    "what people did": frozenset(
        {"run", "flag", "decision", "severity", "update", "declared", "resolved", "reopened", "handover"}
        | {"role", "joined", "ack", "silence", "page", "debt", "degradation", "integrity", "did"}
    ),
    "what people said": frozenset({"note", "hypothesis", "decision", "update", "handover"}),
    "how things were": frozenset({"level", "spread", "change", "integrity", "source"}),
}
"""Of the timeline, by name: the kinds of lines that are shown; nothing: all."""
TONES: Final = {
    "decision": Tone.STRONG,
    "hypothesis": Tone.STRONG,
    "update": Tone.STRONG,
    "run": Tone.STRONG,
    "flag": Tone.STRONG,
    "declared": Tone.STRONG,
    "resolved": Tone.STRONG,
    "level": Tone.PLAIN,
}


@dataclass(frozen=True, slots=True)
class IncidentView:
    """All of it but the timeline, which may be long and is drawn only when there is more of it."""

    headline: tuple[Line, ...]
    sections: tuple[Section, ...]


def incident_view(state: State, incident: Incident, now: Instant) -> IncidentView:
    return IncidentView(
        headline=tuple(_headline(state, incident, now)),
        sections=(
            to_do(state, incident, now),
            _thoughts(incident),
            business.section(state, now),
            _roles(state, incident, now),
            *([here] if (here := company.section(state)) else []),
            *_to_call(state, incident, now),
        ),
    )


def _to_call(state: State, incident: Incident, now: Instant) -> tuple[Section, ...]:
    """Whoever owns what is wrong with data, or suspected first."""
    names = [node.name for node in facts.breached(state)]
    names += [suspect.service for suspect in state.health.suspects[:MOST_CALLED]]
    if not names or not incident.is_open:
        return ()
    return (calling.section(state, dict.fromkeys(names), now),)


def current(state: State, id: str = "") -> Incident | None:
    """The one that is named, else the worst that is open; None: none is."""
    known = state.record.incidents
    if id in known:
        return known[id]
    found = open_ones(known.values())
    return min(found, key=lambda each: (str(each.severity or "SEV9"), each.number), default=None)


def _headline(state: State, incident: Incident, now: Instant) -> Iterator[Line]:
    severity = str(incident.severity or "no severity yet")
    title = (Span(f"{incident.id} ", Tone.TITLE), Span(severity, Tone.STRONG), Span(f"  {incident.title}"))
    yield title
    if incident.resolved_at is not None:
        how_long = age(incident.resolved_at - incident.began_at)
        yield line(
            f"Resolved {clock(incident.resolved_at)} UTC by {incident.resolved_by} after {how_long}: "
            f"{incident.resolution}"
        )
        return
    began = f"Began {clock(incident.began_at)} UTC, declared {clock(incident.declared_at)}"
    commander = incident.commander or "nobody"
    yield line(
        f"{began} by {incident.declared_by}, open {age(now - incident.declared_at)}; "
        f"{commander} is in command."
    )
    if here := company.in_short(state):
        yield here


def to_do(state: State, incident: Incident, now: Instant) -> Section:
    """What somebody has to do before it is over, the most urgent first."""
    rows = tuple(_to_do(state, incident, now)) if incident.is_open else tuple(_left(state))
    calm = (
        "Nothing is left to do." if not incident.is_open else "Nothing stands in the way of calling it over."
    )
    return Section("To do", TODO_COLUMNS, rows, line(calm, Tone.DIM) if not rows else ())


def _to_do(state: State, incident: Incident, now: Instant) -> Iterator[Row]:
    if due := due_sentence(state, incident, now):
        yield _row("u", due, "", tone=Tone.STRONG if "overdue" in due else Tone.PLAIN)
    if stale := stale_sentence(state, incident, now):
        yield _row("u", stale, "", tone=Tone.STRONG)
    proposed = state.health.severity
    if proposed and (incident.severity is None or proposed < incident.severity):
        was = incident.severity or "not set"
        yield _row("S", f"{proposed} is proposed", f"it is {was}", tone=Tone.STRONG)
    if not incident.commander:
        yield _row("O", "nobody is in command", f"take {COMMANDER}, or give it to somebody")
    if offer := incident.pending_handover():
        yield _row("H", f"{offer.by} hands it over to {offer.to or 'whoever takes it'}", "not taken over yet")
    debts = {each.key: each for each in state.record.obligations}
    found = obstacles(state, incident)
    for each in found:
        if each.kind in OPENS:
            debt = debts.get(each.subject) if each.kind == "debt" else None
            yield _row("", each.text, _when(debt, now), each.subject, OPENS[each.kind])
    if seen := [each for each in found if each.kind not in OPENS]:
        hurt = join_names([each.subject for each in seen if each.kind == "hurt"], 3)
        blind = join_names([each.subject for each in seen if each.kind == "unknown"], 2)
        told = "; ".join(
            ([f"not fine yet: {hurt}"] if hurt != "none" else [])
            + ([f"nobody can see: {blind}"] if blind != "none" else [])
        )
        yield _row("", told, "", seen[0].subject, "node")


def _left(state: State) -> Iterator[Row]:
    for debt in state.record.obligations:
        yield _row("", f"to clean up: {debt.title}", debt.owner, debt.key, "debt")


def _when(debt: Obligation | None, now: Instant) -> str:
    if debt is None or debt.expires_at is None:
        return ""
    left = debt.expires_at - now
    return f"{remaining(left)} left" if left > 0 else f"{age(-left)} overdue"


def _row(key: str, text: str, why: str, subject: str = "", opens: str = "", tone: Tone = Tone.PLAIN) -> Row:
    cells = (line(key, Tone.KEY), line(text, tone), line(why, Tone.DIM))
    return Row(cells, subject or text, opens or "todo")  # type: ignore[arg-type]  # one of the words of Row


def _thoughts(incident: Incident) -> Section:
    """Hypotheses that are open first, then decisions, then what was ruled out."""
    open_first = sorted(incident.of("hypothesis"), key=lambda note: bool(note.verdict))
    rows = [_thought(note, note.verdict or "open?", "hypothesis") for note in open_first]
    rows += [_thought(note, "decided", "") for note in incident.of("decision")]
    note = line("h writes down what you think the cause is, d what was decided.", Tone.DIM)
    return Section("Hypotheses and decisions", NOTE_COLUMNS, tuple(rows), note if not rows else ())


def _thought(note: Note, verdict: str, opens: str) -> Row:
    tone = Tone.WARNING if verdict == "open?" else Tone.STRONG if verdict == "confirmed" else Tone.DIM
    cells = (
        line(clock(note.at), Tone.DIM),
        line(verdict, tone),
        line(note.text),
        line(note.said_by or note.actor, Tone.DIM),
    )
    return Row(cells, f"{note.kind}-{note.number}", opens)  # type: ignore[arg-type]  # as above


def _roles(state: State, incident: Incident, now: Instant) -> Section:
    rows = [
        Row((line(name), line(incident.roles.get(name) or "nobody", _tone(incident, name))), name, "role")
        for name in state.model.incident.roles
    ]
    others = join_names(list(incident.people), 8)
    return Section("Who", ROLE_COLUMNS, tuple(rows), line(f"In it: {others}.", Tone.DIM))


def _tone(incident: Incident, name: str) -> Tone:
    return Tone.PLAIN if incident.roles.get(name) else Tone.DIM


def story(state: State, incident: Incident, chosen: str = "everything", words: str = "") -> Section:
    """Newest first by when it happened.

    `chosen`: which of `FILTERS` it shows; `words`: only lines that hold them.
    """
    kinds = FILTERS.get(chosen, frozenset())
    wanted = words.casefold()
    found = list(_newest(incident.story, kinds, wanted))
    # Nearly sorted already: only what was pasted happened earlier than it was written down.
    found.sort(key=lambda told: -told.at)
    rows = tuple(_told(state, told) for told in found[:MOST_TOLD])
    title = "What happened (UTC)" + (f": {chosen}" if kinds else "") + (f" with “{words}”" if words else "")
    hints: list[Line] = []
    if len(found) > MOST_TOLD:
        hints.append(line("Earlier lines: narrow with / or t, or export all of them with e.", Tone.DIM))
    if incident.told > len(incident.story):
        hints.append(line("The rest of it is read for an export.", Tone.DIM))
    note = line("Nothing of that kind.", Tone.DIM) if not rows else ()
    return Section(title, STORY_COLUMNS, rows, note, hints=tuple(hints))


def _newest(lines: tuple[Told, ...], kinds: frozenset[str], wanted: str) -> Iterator[Told]:
    """One more than is shown, so that it can be said whether there are more."""
    fitting = (
        told
        for told in reversed(lines)
        if (not kinds or told.kind in kinds) and (not wanted or wanted in _searched(told))
    )
    return islice(fitting, MOST_TOLD + 1)


def _searched(told: Told) -> str:
    return f"{told.kind} {told.actor} {told.subject} {told.text}".casefold()


def _told(state: State, told: Told) -> Row:
    tone = TONES.get(told.kind, Tone.PLAIN)
    what = told.text
    if told.subject and what.startswith(f"{told.subject}: "):
        # Nobody knows a capability by its machine name.
        what = f"{facts.called(state, told.subject)}{what.removeprefix(told.subject)}"
    text: Line = (Span(what, tone),)
    if told.evidence:
        text += (Span(f"  [{told.evidence}]", Tone.DIM),)
    if told.kind in ("note", "hypothesis", "decision"):
        # Not in a column of its own: that one is left out where there is no room.
        text = (Span(f"{told.actor}: ", Tone.DIM), *text)
    cells = (line(clock(told.at), Tone.DIM), line(told.kind, Tone.DIM), text)
    return Row(cells, f"{told.seq}-{told.at}-{told.subject}", "told")


def none_open(state: State, now: Instant) -> IncidentView:
    """What to do where there is none: declare one, or look at one that is over."""
    proposed = state.health.severity
    told = f"{proposed} is proposed." if proposed else "Nothing is seen that calls for one."
    past = sorted(state.record.incidents.values(), key=lambda each: -each.number)
    rows = tuple(
        Row(
            (
                line(each.id, Tone.STRONG),
                line(each.title),
                line(f"resolved {clock(each.resolved_at)} UTC", Tone.DIM),
            ),
            each.id,
            "incident",
        )
        for each in past[:50]
    )
    known = (
        line("No incident is open.", Tone.STRONG),
        (Span("D", Tone.KEY), Span(f" declares one. {told}")),
    )
    return IncidentView(
        headline=(line(f"Whether one is open is not known. {company.away(state)}", Tone.WARNING),)
        if state.picture.journal_trouble
        else known,
        sections=(
            business.section(state, now),
            Section("What was", TODO_COLUMNS, rows, line("None yet.", Tone.DIM) if not rows else ()),
        ),
    )
