"""Gaps in plain words: what is missing, and why that matters."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.core.levels import Level
from cockpit.core.whatif.answer import Answer
from cockpit.core.whatif.gaps import Gap
from cockpit.text import join_names
from cockpit.views.whatif.words import NAMED, title_of, word


@dataclass(frozen=True, slots=True)
class Lack:
    what: str
    why: str
    key: str = ""
    """A service, capability or runbook that it is about."""


def lacks(answer: Answer, at_most: int | None = None) -> tuple[Lack, ...]:
    return tuple(_lack(answer, gap) for gap in answer.gaps[:at_most])


def _lack(answer: Answer, gap: Gap) -> Lack:
    of, beside = gap.of, join_names(gap.beside, NAMED)
    match gap.missing:
        case "no review":
            which = f"nobody has confirmed that {beside} {'needs' if len(gap.beside) == 1 else 'need'} {of}"
            return Lack(which, "it counts as AT RISK at most, and may be worse", of)
        case "no owner":
            return Lack(f"{of} has no owner", "nobody can be told whom to call", of)
        case "no contact":
            return Lack(f"team {of} has no contact", "nobody wrote down how to reach it")
        case "no signal":
            first = f"it is first seen at {beside}" if gap.beside else "somebody has to call"
            return Lack(f"{of} has no signal that would show it", first, of)
        case "no runbook":
            only = f"there is only a draft: {beside}"
            return Lack(f"{of} has no runbook", only if gap.beside else "whoever comes has to find a way", of)
        case "no rollback":
            return Lack(f"{of} has no rollback for {beside}", "once done, it cannot be taken back", of)
        case "no fallback":
            return Lack(f"{of} has no fallback for {beside}", _tiers(answer, gap), of)
        case "never rehearsed":
            return Lack(f"{of} was never rehearsed", "nobody knows whether its steps work", of)
        case "stale rehearsal":
            return Lack(f"{of} has changed since it was rehearsed", "what was shown then counts no more", of)
        case "only walked":
            return Lack(f"{of} was only walked in a simulation", "its commands were never run", of)
        case "no expected time":
            return Lack(f"{of} has no expected time", f"of {beside} nobody said how long they take", of)
        case "over its time":
            return Lack(f"{of} may miss its time budget", "its own steps are expected to take longer", of)
        case "no time limit":
            return Lack(f"{beside} of {of} has no time limit", "nobody is told when it lasts too long", of)
        case "no integrity signal":
            return Lack(f"{of} has no integrity signal", f"{beside} would read wrong data unnoticed", of)
        case "no workaround":
            level = word(answer.outcome.nobody.get(of, Level.OK))
            why = f"nobody said how people go on while it is {level}"
            return Lack(f"{title_of(answer, of)}: no workaround", why, of)


def _tiers(answer: Answer, gap: Gap) -> str:
    graph = answer.graph
    own = graph.declared(graph.index[gap.of]).tier
    needed = max(graph.declared(graph.index[name]).tier for name in gap.beside)
    return f"tier {own} cannot do without tier {needed}"
