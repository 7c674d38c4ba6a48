"""Who notices, who is called, and who decides."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.whatif.answer import Answer
from cockpit.core.whatif.noticing import Notice
from cockpit.text import join_names
from cockpit.views.whatif.words import NAMED, Told, span_of


def noticed(answer: Answer) -> Iterator[Told]:
    found = answer.noticing
    own, others = found.own[:1], found.others[:1]
    if own:
        yield _notice(own[0], f"Noticed at {own[0].node}")
    else:
        names = join_names(list(answer.outcome.chosen), NAMED)
        unseen = f"No signal of {names} would show it"
        if others:
            yield _notice(others[0], f"{unseen}; first seen at {others[0].node}", "if the prediction holds")
        else:
            yield Told("noticed", f"{unseen}, nor any of what it hurts: somebody has to call.")
    if own and others and others[0].latest < own[0].latest:
        yield _notice(others[0], f"Before that perhaps at {others[0].node}", "if the prediction holds")
    if found.silent_after is not None and own:
        text = "If it takes its metrics along, it turns UNKNOWN instead."
        yield Told("noticed", text, found.silent_after)
    if found.alerts:
        which = join_names(found.alerts, NAMED)
        verb = "names" if len(found.alerts) == 1 else "name"
        yield Told("noticed", f"Alert {which} {verb} it; how long that takes, its own rule says.")


def _notice(notice: Notice, where: str, only: str = "if it shows there") -> Told:
    how = "its alerts in Prometheus" if notice.is_alert else f"signal {notice.signal.name}"
    back = f", whose query looks back over {span_of(notice.window)}" if notice.window else ""
    text = f"{where} by {how}{back}, {only}."
    return Told("noticed", text, notice.soonest, notice.latest, opens="node", key=notice.node)


# Called


def called(answer: Answer) -> Iterator[Told]:
    for name in answer.people.unowned:
        yield Told("called", f"Nobody is called: {name} has no owner.", opens="node", key=name)
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
