"""What keeps alerts quiet: the silences that stand, and what a new one would hide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.core.alerts import Known, Labels
from cockpit.core.poll import Silenced
from cockpit.core.promql_text import quote
from cockpit.core.runbook.matchers import Matcher, matcher
from cockpit.core.state import State

_otherwise: Final = re.compile(r"\[:\^?\w+:\]|\{,")
"""Of an expression: classes by name, and a repetition without a beginning."""


def standing(state: State) -> tuple[tuple[Silenced, tuple[str, ...]], ...]:
    """Each silence once, with the Alertmanagers that have it; the one that ends first stands first."""
    found: dict[str, tuple[Silenced, tuple[str, ...]]] = {}
    configured = {server.name for server in state.model.alertmanager}
    for source, silences in sorted(state.picture.silences.items()):
        if configured and source not in configured:  # one that a reload has taken away
            continue
        for each in silences:
            first, sources = found.get(each.id, (each, ()))
            found[each.id] = (first, (*sources, source))
    return tuple(sorted(found.values(), key=lambda each: (each[0].ends, each[0].id)))


@dataclass(frozen=True, slots=True)
class Quieting:
    """What keeps alerts quiet, to be looked up for many of them."""

    silences: Mapping[str, Silenced]
    """By id."""
    names: Mapping[str, str]
    """Of alerts, by fingerprint."""

    def silence(self, alert: Known) -> Silenced | None:
        """The one of its silences that ends last; None: none of them is known."""
        mine = [self.silences[id] for id in alert.silenced_by if id in self.silences]
        return max(mine, key=lambda each: each.ends, default=None)

    def inhibitors(self, alert: Known) -> tuple[str, ...]:
        """Names of the alerts that make it not worth a page, as far as they are known."""
        return tuple(dict.fromkeys(self.names[id] for id in alert.inhibited_by if id in self.names))


def quieting(state: State) -> Quieting:
    names = {each.fingerprint: each.name for each in state.health.alerts if each.fingerprint}
    return Quieting({each.id: each for each, _ in standing(state)}, names)


def quieted_by(silences: Iterable[Silenced], labels: Labels) -> tuple[str, ...]:
    """Ids of those that stand and hold for `labels`, as an Alertmanager tells them."""
    standing = (each for each in silences if not each.pending)
    return tuple(each.id for each in standing if all(holds(matcher(one), labels) for one in each.matchers))


def matchers_of(alert: Known) -> tuple[str, ...]:
    """Those that hold for it and, as far as its labels tell, for nothing else."""
    said = [(f"{name}={quote(value)}", name, value) for name, value in sorted(alert.labels.items()) if value]
    return tuple(text for text, name, value in said if _means(text, name, value))


def _means(text: str, name: str, value: str) -> bool:
    """Not so for a label called `x!`, as newer servers allow: that would say that x is something else."""
    try:
        return matcher(text) == Matcher(name, "=", value)
    except ValueError:
        return False


def hidden(matchers: Sequence[str], alerts: Iterable[Known]) -> tuple[Known, ...]:
    """Which of them a silence with these matchers would keep quiet. Raises ValueError for what is none."""
    wanted = [matcher(each) for each in matchers]
    for each in wanted:
        holds(each, {})  # also where there is no alert to try it on
    return tuple(alert for alert in alerts if all(holds(each, alert.labels) for each in wanted))


def holds(wanted: Matcher, labels: Labels) -> bool:
    """As an Alertmanager matches: all of a value, and a label that is missing is an empty one.

    Its expressions know digits and letters of ASCII alone, ours those of all the world; where that makes a
    difference it holds, since nobody may be kept quiet unseen. Raises ValueError for an expression that is
    none, or that means something else there.
    """
    value = labels.get(wanted.name, "")
    if not wanted.is_regex:
        return (value == wanted.value) is wanted.is_equal
    if other := _otherwise.search(wanted.value):
        raise ValueError(f"{other[0]!r} means something else there than here; write it out, as in [a-z]")
    try:
        same = {bool(re.fullmatch(wanted.value, value, how)) for how in (re.ASCII, re.UNICODE)}
    except (re.error, RecursionError, OverflowError):
        raise ValueError(f"{wanted.value!r:.60} is no regular expression") from None
    return wanted.is_equal in same
