"""Who notices, who is called, and who decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.whatif.answer import Answer
from cockpit.core.whatif.noticing import Notice
from cockpit.text import join_names
from cockpit.views.whatif.words import NAMED, Told, span_of, title_of

PREDICTED: Final = "if the prediction holds"


def noticed(answer: Answer) -> Iterator[Told]:
    found = answer.noticing
    if found.shown:
        yield from (_notice(answer, each, "Noticed at", "if it shows there") for each in found.shown)
        yield from _sooner(answer)
    else:
        names = join_names(list(answer.outcome.chosen), NAMED)
        if found.others:
            lead = f"No signal of {names} would show it; first seen at"
            yield _notice(answer, found.others[0], lead, PREDICTED)
        else:
            text = f"No signal of {names} would show it, nor any of what it hurts: somebody has to call."
            yield Told("noticed", text)
    if found.silent_after is not None and found.shown:
        text = "If it takes its metrics along, it turns UNKNOWN instead."
        yield Told("noticed", text, found.silent_after)
    if found.alerts:
        which = join_names(found.alerts, NAMED)
        verb = "names" if len(found.alerts) == 1 else "name"
        yield Told("noticed", f"Alert {which} {verb} it; how long that takes, its own rule says.")


def _sooner(answer: Answer) -> Iterator[Told]:
    """Where it hurts somebody who is asked about more often, or over a shorter window."""
    found = answer.noticing
    if found.others and found.first and found.others[0].latest < found.first.latest:
        yield _notice(answer, found.others[0], "Before that perhaps at", PREDICTED)


def _notice(answer: Answer, notice: Notice, lead: str, only: str) -> Told:
    how = "its alerts in Prometheus" if notice.is_alert else f"signal {notice.signal.name}"
    back = f", whose query looks back over {span_of(notice.window)}" if notice.window else ""
    text = f"{lead} {title_of(answer, notice.node)} by {how}{back}, {only}."
    return Told("noticed", text, notice.soonest, notice.latest, opens="node", key=notice.node)


# Called


def called(answer: Answer) -> Iterator[Told]:
    for name in answer.people.unowned:
        yield Told("called", f"Nobody is called: {name} belongs to no team.", opens="node", key=name)
    for each in answer.people.called:
        how = f": {each.reach}" if each.reach else ""
        owner = f" (for {join_names(each.of, NAMED)})" if len(answer.outcome.chosen) > 1 and each.of else ""
        text = f"When nobody answers, {each.who} is next{owner}{how}."
        if not each.after:
            text = f"Call {each.who}{owner}{how or ', and nobody said how'}."
        yield Told("called", text, each.after, base="notice")


def decided(answer: Answer) -> Iterator[Told]:
    who = answer.people
    if who.severity is None:
        yield Told("decided", "No severity would be suggested.")
        return
    role = f"; the {who.decides.replace('-', ' ')} decides" if who.decides else ""
    updates = f", and people are told every {span_of(who.update_every)}" if who.update_every else ""
    yield Told("decided", f"{who.severity} would be suggested{role}{updates}.", 0.0, base="notice")
