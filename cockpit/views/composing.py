"""The composer: for whom, how it stands, where it goes; what is new in it, and what is asked before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast, get_args

from cockpit.core.incident.claims import AUDIENCES, refusal
from cockpit.core.incident.closing import obstacles
from cockpit.core.incident.model import Incident, Status, Update
from cockpit.core.incident.objections import LONGEST
from cockpit.core.incident.story import SENT
from cockpit.core.levels import Instant, Seconds
from cockpit.core.state import State
from cockpit.text import age, clock
from cockpit.views.asking import Asking, Option
from cockpit.views.layout import join
from cockpit.views.lines import Line, Span, Tone, line
from cockpit.views.updates import Changed, changed_since, draft, due_sentence, one_line, untrue

CALLED: Final[Mapping[str, str]] = {
    "internal": "internal update",
    "customers": "update for customers",
    "leadership": "update for leadership",
}
STATUSES: Final = cast("tuple[Status, ...]", get_args(Status))
COPY: Final = ""
"""The channel that is none: it is copied, and sent by hand."""
ON_ITS_WAY: Final[Seconds] = 15.0
"""So long the answer to a send is awaited before the same text may be asked for again."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is chosen beside the text."""

    audience: str
    status: Status
    to: str = COPY
    short: bool = False
    """In one line."""


@dataclass(frozen=True, slots=True)
class Written:
    """The text as it is now, and what the draft behind it claimed."""

    text: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)
    edited: bool = False


def begun(state: State, incident: Incident) -> Form:
    """As the last one was: the same audience, status and channel."""
    last = incident.last_update()
    status: Status = last.status if last else "investigating"
    if not incident.is_open:
        status = "resolved"
    audience = last.audience if last and last.audience in AUDIENCES else AUDIENCES[0]
    return with_audience(state, incident, Form(audience, status), audience)


def with_audience(state: State, incident: Incident, form: Form, audience: str) -> Form:
    """Goes where the last one for `audience` went, else to the first channel there is."""
    channels = channels_of(state)
    last = incident.last_update(audience)
    to = last.to if last and last.to in channels else channels[0]
    return replace(form, audience=audience, to=to)


def channels_of(state: State) -> tuple[str, ...]:
    return (*(each.name for each in state.model.incident.notify), COPY)


def after(all_of_them: Sequence[str], one: str) -> str:
    """The next of a few, from the last one back to the first."""
    return (
        all_of_them[(all_of_them.index(one) + 1) % len(all_of_them)] if one in all_of_them else all_of_them[0]
    )


def drafted(state: State, incident: Incident, form: Form, now: Instant) -> str:
    write = one_line if form.short else draft
    return write(state, incident, form.audience, now, form.status)


# What stands above the text


def headline(
    state: State, incident: Incident, form: Form, written: Written, now: Instant
) -> tuple[Line, ...]:
    severity = incident.severity or "severity not set yet"
    choice = (
        (Span(f"{incident.id} {severity}  ", Tone.DIM), Span(CALLED[form.audience], Tone.STRONG)),
        line(form.status, Tone.STRONG),
        line(f"to {form.to}" if form.to else "to be sent by hand", Tone.STRONG),
        line("in one line" if form.short else "", Tone.STRONG),
        line("your words" if written.edited else "", Tone.DIM),
    )
    warnings = (line(each, Tone.WARNING) for each in _warnings(state, incident, form, written))
    return (join(choice, ", "), line(_due(state, incident, form, now), Tone.DIM), *warnings)


def _due(state: State, incident: Incident, form: Form, now: Instant) -> str:
    last = incident.last_update(form.audience)
    said = f"last one {clock(last.at)} UTC, {age(now - last.at)} ago: {_came_of(last)}" if last else ""
    due = due_sentence(state, incident, now)
    return "; ".join(filter(None, (due, said or f"no {CALLED[form.audience]} so far")))


def _came_of(update: Update) -> str:
    to = f" to {update.to}" if update.to else ""
    return f"{SENT.get(update.outcome, SENT['unknown'])}{to}"


def _warnings(state: State, incident: Incident, form: Form, written: Written) -> Iterator[str]:
    if why := refusal(state, incident, form.status):
        yield f"{why}."
    last = incident.last_update(form.audience)
    if last and (wrong := untrue(state, incident, last.claims, form.audience)):
        yield f"The last one is no longer true: {_few(wrong)}."
    if meanwhile := untrue(state, incident, written.claims, form.audience):
        yield f"Since this was drafted: {_few(meanwhile)}; n drafts it anew."


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - 2} more" if len(texts) > 2 else ""
    return f"{', '.join(texts[:2])}{more}"


def difference(incident: Incident, form: Form, text: str) -> tuple[str, tuple[Line, ...]]:
    """(title, lines): what is new and what is gone since the last one; what is the same is counted."""
    last = incident.last_update(form.audience)
    if last is None:
        return f"all of it is new: the first {CALLED[form.audience]}", ()
    changed = changed_since(last, text)
    moved = [each for each in changed if each.mark != "same" and each.text.strip()]
    same = sum(each.mark == "same" and bool(each.text.strip()) for each in changed)
    rest = line(
        f"{same} of its lines say the same." if same else "None of its lines says the same.", Tone.DIM
    )
    return f"new since the one of {clock(last.at)} UTC", (*map(_marked, moved), rest)


def _marked(changed: Changed) -> Line:
    if changed.mark == "gone":
        return Span("gone ", Tone.DIM), Span(changed.text, Tone.DIM)
    return Span("new  ", Tone.KEY), Span(changed.text, Tone.STRONG)


# Before it is sent


def sending(state: State, incident: Incident, form: Form, written: Written, now: Instant) -> Asking:
    text = written.text.strip()
    told = [line(f"The {CALLED[form.audience]}, status {form.status}; {_size(text)}.")]
    told += [line(each, Tone.WARNING) for each in _warnings(state, incident, form, written)]
    if form.status == "resolved":
        hurt = [each.text for each in obstacles(state, incident) if each.kind in ("hurt", "data")]
        told += [line(f"“Resolved”, although {_few(hurt)}.", Tone.WARNING)] if hurt else []
    told += [line(each, Tone.WARNING) for each in _before(incident, form, text)]
    told += [line("Word for word it goes on record; nothing is sent twice by itself.", Tone.DIM)]
    where = f"Send it to {form.to}" if form.to else "Copy it; on record it is told by hand"
    option = Option("send", where, why_not(state, incident, form, text, now))
    return Asking(f"{'Send' if form.to else 'Copy'} this update of {incident.id}?", tuple(told), (option,))


def _size(text: str) -> str:
    return f"{len(text.splitlines())} lines" if "\n" in text else f"{len(text)} characters"


def _before(incident: Incident, form: Form, text: str) -> Iterator[str]:
    """The same words went the same way already, or may have."""
    same = [each for each in incident.updates if (each.text, each.to) == (text, form.to) and each.counts]
    if same:
        yield f"These very words: {clock(same[-1].at)} UTC, it {_came_of(same[-1])}."


def why_not(state: State, incident: Incident, form: Form, text: str, now: Instant) -> str:
    """Why it may not be sent now; empty: it may."""
    if not text:
        return "there is not a word in it"
    if len(text) > LONGEST:
        return f"it is longer than {LONGEST:,} characters"
    if why := no_record(state):
        return why
    waiting = [each for each in incident.updates if not each.outcome and now - each.at < ON_ITS_WAY]
    if any((each.text, each.to) == (text, form.to) for each in waiting):
        return "the same is on its way, and its answer is awaited"
    return refusal(state, incident, form.status)


def no_record(state: State) -> str:
    if state.readonly:
        return state.why_readonly
    if state.picture.journal_trouble:
        return f"no record, so nothing is sent: {state.picture.journal_trouble}"
    return ""


def leaving() -> Asking:
    told = (line("What you have written is not kept."),)
    return Asking("Leave this update?", told, (Option("leave", "Leave it unsent"),), "Go on writing")
