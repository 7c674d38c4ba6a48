"""Updates about an incident: written from what is known, compared with the last one, and when one is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from cockpit.core.incident.claims import AUDIENCES, DATA, SEVERITY, SPREAD, SUSPECTS, claims
from cockpit.core.incident.due import no_longer_true, prepare_from, update_due
from cockpit.core.incident.model import Incident, Status, Update
from cockpit.core.levels import Instant, Shown, Verdict
from cockpit.core.state import State
from cockpit.text import age, clean
from cockpit.views import facts, words
from cockpit.views.update_drafts import DRAFTS, ONE_LINES

MOST_COMPARED: Final = 400
"""Lines of a text that are compared with another."""


def draft(state: State, incident: Incident, audience: str, now: Instant, status: Status) -> str:
    """The text for `audience` as it would be true now; several lines, clean, without a last newline."""
    lines = DRAFTS[audience](state, incident, now, status)
    return clean("\n".join(lines), multiline=True)


def one_line(state: State, incident: Incident, audience: str, now: Instant, status: Status) -> str:
    """The same in one line, for where there is no room: a status board, a text message."""
    return clean(" ".join(ONE_LINES[audience](state, incident, now, status)))


# What is new since the last one


@dataclass(frozen=True, slots=True)
class Changed:
    mark: Literal["new", "gone", "same"]
    text: str


def changed_since(last: Update | None, draft: str) -> list[Changed]:
    """`draft` line by line against the text that was sent last; without one, all of it is new."""
    new = draft.split("\n")
    if last is None:
        return [Changed("new", each) for each in new]
    old = clean(last.text, multiline=True).split("\n")[:MOST_COMPARED]
    found: list[Changed] = []
    matched = SequenceMatcher(None, old, new[:MOST_COMPARED], autojunk=False)
    for what, old_from, old_to, new_from, new_to in matched.get_opcodes():
        if what == "equal":
            found += [Changed("same", each) for each in new[new_from:new_to]]
        else:
            found += [Changed("gone", each) for each in old[old_from:old_to]]
            found += [Changed("new", each) for each in new[new_from:new_to]]
    return found + [Changed("new", each) for each in new[MOST_COMPARED:]]


# For the first line


def due_sentence(state: State, incident: Incident, now: Instant) -> str:
    """ "update due in 12 min", "update ready, due in 4 min", "update 3 min overdue"; empty: none is due."""
    rules = state.model.incident
    due, every = update_due(incident, rules), rules.every(incident.severity)
    if due is None or every is None:
        return ""
    if now >= due:
        return f"update {age(now - due)} overdue"
    if now >= prepare_from(due, every):
        return f"update ready, due in {age(due - now)}"
    return f"update due in {age(due - now)}"


def stale_sentence(state: State, incident: Incident, now: Instant) -> str:
    """ "last update no longer true: Customers can buy is FAILING"; empty: as far as anybody sees it is."""
    if state.health.at is None or not incident.is_open:
        return ""
    newest = incident.last_update()
    for update in reversed(incident.updates):
        if update.audience not in AUDIENCES or update is not incident.last_update(update.audience):
            continue
        if changed := no_longer_true(update, claims(state, update.audience, incident)):
            whom = "" if update is newest else f" for {update.audience}"
            return f"last update{whom} no longer true: {_now(state, changed)}"
    return ""


def untrue(state: State, incident: Incident, said: Mapping[str, str], audience: str) -> list[str]:
    """Each of the claims `said` that is no longer so, as it is now; the worst first."""
    is_now = claims(state, audience, incident)
    changed = {
        each: is_now.get(each, "unknown") for each in said if is_now.get(each, "unknown") != said[each]
    }
    return [
        _claim(state, each, changed[each]) for each in sorted(changed, key=lambda one: _rank(one, changed))
    ]


def _now(state: State, changed: Mapping[str, tuple[str, str]]) -> str:
    is_now = {subject: now for subject, (_, now) in changed.items()}
    first, *others = sorted(is_now, key=lambda each: _rank(each, is_now))
    more = f" and {len(others)} more" if others else ""
    return f"{_claim(state, first, is_now[first])}{more}"


def _rank(subject: str, is_now: Mapping[str, str]) -> tuple[int, int]:
    order = (DATA, SEVERITY, SPREAD, SUSPECTS)
    if subject in order:
        return 1 + order.index(subject), 0
    level = next((each for each in Shown if each.value == is_now[subject]), Shown.UNKNOWN)
    return 0, -words.BADNESS[level]


def _claim(state: State, subject: str, value: str) -> str:
    match subject:
        case "severity":
            return f"it is {value}"
        case "data":
            return f"data is {value}"
        case "suspects":
            return f"suspected is {value}"
        case "spread":
            verdict = next((each for each in Verdict if each.value == value), Verdict.CANNOT_TELL)
            return f"now {words.VERDICTS[verdict]}"
    return f"{facts.called(state, subject)} is {words.readable(value)}"
