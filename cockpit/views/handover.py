"""A handover: all that who takes over has to know, on one screen and as one paste."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cockpit.core.incident.model import Incident
from cockpit.core.levels import Instant
from cockpit.core.runbook.run import Run
from cockpit.core.state import State
from cockpit.text import age, clean, join_names, plural
from cockpit.views import business, facts, fit
from cockpit.views import update_doing as people
from cockpit.views import update_parts as parts
from cockpit.views.glass import glass_of
from cockpit.views.layout import cut, wrap
from cockpit.views.lines import Line, Span, Tone, line, text_of
from cockpit.views.updates import due_sentence, stale_sentence
from cockpit.views.words_runs import RUN_STATES, glass_told

HIGH: Final = 22
WIDE: Final = 78
LABEL: Final = 11
"""Cells of what stands before each part."""


@dataclass(frozen=True, slots=True)
class Part:
    label: str
    lines: tuple[str, ...]
    least: int = 1
    """So many of its lines are kept, however little room there is."""


def handover(state: State, incident: Incident, now: Instant) -> tuple[str, ...]:
    """At most 22 lines of at most 78 cells, clean; what does not fit is counted."""
    severity, seen = incident.severity or "severity not set yet", parts.as_of(state, now)
    first = _cut(f"HANDOVER {incident.id}  {severity}  {seen}  {parts.quoted(incident.title)}")
    every = [_wrapped(each) for each in _parts(state, incident, now) if each.lines]
    return (first, *(each for part in _shortened(every, HIGH - 1) for each in _drawn(part)))


def text(state: State, incident: Incident, now: Instant) -> str:
    """As it is pasted."""
    return "\n".join(handover(state, incident, now))


def _parts(state: State, incident: Incident, now: Instant) -> Iterator[Part]:
    yield Part("state", tuple(_state(state, incident, now)), 2)
    yield Part("impact", tuple(parts.impacts(state, short=True)) or (_unhurt(state),), 2)
    yield Part("suspected", (*parts.suspected(state), *filter(None, [parts.spread(state, now)])), 2)
    yield Part("think", tuple(people.hypotheses(incident, "confirmed", "")) or ("no hypothesis yet",))
    yield Part("tried", tuple(_tried(state, incident)) or ("nothing yet",), 2)
    yield Part("switches", tuple(people.switched(state)) or ("none is moved",), 2)
    yield Part("pending", tuple(_pending(state, incident)) or ("nothing waits for a decision",), 2)
    yield Part("clean up", tuple(_debts(state, now)) or ("nothing",))
    yield Part("blind", tuple(parts.unseen(state)))
    yield Part("update", tuple(_updates(state, incident, now)))
    yield Part("call", tuple(_contacts(state, incident)))


def _state(state: State, incident: Incident, now: Instant) -> Iterator[str]:
    how = f"open {age(now - incident.declared_at)}"
    if incident.resolved_at is not None:
        how = f"resolved {parts.at(incident.resolved_at)}"
    last = incident.last_update()
    said = f", told last as {last.status}" if last else ""
    yield f"{how}, began {parts.at(incident.began_at)}{said}"
    roles = [f"{who} is {role}" for role, who in incident.roles.items()]
    yield f"{', '.join(roles) or 'nobody has a role'}; in it: {join_names(list(incident.people), 6)}"
    if wrong := parts.wrong_data(state):
        yield wrong


def _unhurt(state: State) -> str:
    seen = not facts.blind(state) and state.health.at is not None
    return "no business capability is hurt" if seen else "none that can be seen, and not all can be seen"


def _tried(state: State, incident: Incident) -> Iterator[str]:
    """Runs that are over or at work and that are part of it, newest first; then what was ruled out."""
    runs = [run for run in state.record.runs.values() if not run.parent and _belongs(run, incident)]
    for run in reversed(runs):
        how = RUN_STATES[run.state] if run.final else people.run_stands(run)
        doubt = ", something may or may not have happened" if run.final and run.unknown else ""
        broke = "".join(f"; {glass_told(each)}" for each in glass_of(state, run))
        yield f"{run.id} {run.runbook.title}, {parts.at(run.started_at)}: {how}{doubt}{broke}"
    yield from people.hypotheses(incident, "ruled out")


def _belongs(run: Run, incident: Incident) -> bool:
    return run.incident == incident.id or (not run.incident and run.started_at >= incident.began_at)


def _pending(state: State, incident: Incident) -> Iterator[str]:
    if offer := incident.pending_handover():
        yield f"{offer.by} offers it to {offer.to or 'whoever takes it'}: not taken over yet"
    for run in people.running(state):
        if people.waits(run):
            yield f"{run.id}: {people.run_stands(run)}"
    fitting = fit.proposals(state)
    if fitting and not people.running(state):
        yield f"proposed and not begun: {fitting[0].title}"
    proposed = state.health.severity
    if proposed and (incident.severity is None or proposed < incident.severity):
        yield f"{proposed} is proposed, {incident.severity or 'no severity'} is set"
    free = [role for role in state.model.incident.roles if not incident.roles.get(role)]
    if free:
        yield f"roles that nobody has: {join_names(free, 4)}"


def _debts(state: State, now: Instant) -> Iterator[str]:
    for debt in state.record.obligations:
        who = f" ({debt.owner})" if debt.owner else ""
        until = f", until {parts.at(debt.expires_at)}" if debt.expires_at is not None else ""
        late = ", overdue" if debt.expires_at is not None and debt.expires_at <= now else ""
        yield f"{debt.title}{who}{until}{late}"


def _updates(state: State, incident: Incident, now: Instant) -> Iterator[str]:
    due, stale = due_sentence(state, incident, now), stale_sentence(state, incident, now)
    last = incident.last_update()
    told = f"last one {parts.at(last.at)} for {last.audience}" if last else "nobody has been told yet"
    yield f"{due or 'no update is due'}; {told}"
    if stale:
        yield stale


def _contacts(state: State, incident: Incident) -> Iterator[str]:
    """Owners of what is suspected, then of what is hurt: who is on call as far as anybody asked."""
    names = [each.service for each in state.health.suspects[:2]]
    names += [node.name for node in business.felt_first(state)[:3]]
    owners = dict.fromkeys(owner for name in names if (owner := facts.declared(state, name).owner))
    for owner in owners:
        seen = state.picture.oncall.get(owner)
        ways = [parts.quoted(seen.text)] if seen and seen.text else []
        ways += filter(None, [facts.reach(state, owner)])
        yield f"{owner}: {', '.join(ways) or 'nobody wrote how to reach it'}"


def drawn(state: State, incident: Incident, now: Instant) -> list[Line]:
    """The same for a screen."""
    first, *others = handover(state, incident, now)
    return [line(first, Tone.TITLE), *(_labelled(each) for each in others)]


def _labelled(text: str) -> Line:
    return Span(text[:LABEL], Tone.DIM), Span(text[LABEL:])


# Into the room there is


def _wrapped(part: Part) -> Part:
    """What does not fit goes on, set in, for one more line."""
    lines: list[str] = []
    for each in part.lines:
        first, *rest = [text_of(piece) for piece in wrap(line(clean(each)), WIDE - LABEL)] or [""]
        lines += [first, f"  {' '.join(rest)}"] if rest else [first]
    return Part(part.label, tuple(lines), part.least)


def _shortened(every: list[Part], room: int) -> list[Part]:
    """The longest gives first; what is left out is counted in its last line."""
    kept = {part.label: min(len(part.lines), 4) for part in every}
    least = {part.label: part.least for part in every}
    while sum(kept.values()) > room:
        longest = max(kept, key=lambda label: (kept[label] - least[label], kept[label]))
        if kept[longest] <= 1:
            break
        kept[longest] -= 1
    return [_first(part, kept[part.label]) for part in every]


def _first(part: Part, most: int) -> Part:
    missing = len(part.lines) - most
    if missing <= 0:
        return part
    more = f" (and {plural(missing, 'more line', 'more lines')})"
    lines = part.lines[:most]
    last = cut(clean(lines[-1]), WIDE - LABEL - len(more))
    return Part(part.label, (*lines[:-1], f"{last}{more}"))


def _drawn(part: Part) -> Iterator[str]:
    for number, each in enumerate(part.lines):
        yield _cut(f"{part.label if number == 0 else '':<{LABEL}}{clean(each)}")


def _cut(text: str) -> str:
    return cut(clean(text), WIDE)
