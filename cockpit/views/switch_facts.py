"""Small questions about kill switches that several views ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from cockpit.core.flagd_edit import same
from cockpit.core.flips import Flip
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Degradation, KillSwitch
from cockpit.core.runbook.work import FlagState
from cockpit.core.state import State
from cockpit.core.switches import SwitchSeen, environments, every, seen_in
from cockpit.text import age, remaining, short_age
from cockpit.views import facts
from cockpit.views.layout import join
from cockpit.views.lines import Line, Span, Tone
from cockpit.views.switch_lines import state_word

OLD: Final[Seconds] = 60.0
"""A look that is older says how it was, and no longer how it is."""
ANSWER: Final[Seconds] = 15.0
"""So long a request without an answer is one that is awaited; then it is a doubt."""


def seen(state: State, switch: KillSwitch, env: str) -> SwitchSeen:
    """What its store said last, or the poll where that is newer or nobody asked the store."""
    found = seen_in(state.model, state.picture.switches, state.record.flips, switch, env)
    polled, at = state.health.flags.get(switch.key), state.health.at
    if polled is None or at is None or len(environments(state.model, switch)) > 1:
        return found
    if found.at is not None and found.at >= at:
        return found
    if found.stored is not None and same(found.stored.value, polled):
        return replace(found, at=at)
    return replace(found, stored=FlagState(switch.key, env, polled), trouble="", at=at)


def all_seen(state: State) -> list[SwitchSeen]:
    return [seen(state, switch, env) for switch, env in every(state.model)]


def named(state: State, name: str) -> SwitchSeen | None:
    """By what `called` makes of it."""
    return next((each for each in all_seen(state) if called(each) == name), None)


def called(seen: SwitchSeen) -> str:
    return f"{seen.switch.key}@{seen.env}"


def is_old(seen: SwitchSeen, now: Instant) -> bool:
    return seen.at is not None and now - seen.at > OLD


def is_awaited(seen: SwitchSeen, now: Instant) -> bool:
    """A change was asked for a moment ago, and its answer may still come."""
    last = seen.story.last
    return last is not None and last.outcome is None and now - last.at <= ANSWER


def in_doubt(seen: SwitchSeen, now: Instant) -> bool:
    return seen.doubtful and not is_awaited(seen, now)


def word(seen: SwitchSeen, now: Instant) -> Span:
    """How it stands, as far as anybody knows: what is not known is never shown as fine."""
    if seen.doubtful and is_awaited(seen, now):
        return Span("no answer yet", Tone.WARNING)
    if seen.doubtful or seen.killed is None:
        asked = seen.doubtful or seen.at is not None
        return Span(state_word(seen) if asked else "not known", Tone.UNKNOWN)
    if is_old(seen, now):
        return Span(f"was {state_word(seen)}", Tone.UNKNOWN)
    return Span("KILLED", Tone.WARNING) if seen.killed else Span("not killed", Tone.DIM)


def standing(state: State, switch: KillSwitch, now: Instant) -> Line:
    """The same over all environments: "not killed", or those that differ: "prod KILLED, dev not readable"."""
    told = [(env, word(seen(state, switch, env), now)) for env in environments(state.model, switch)]
    if len({span for _, span in told}) == 1:
        return (told[0][1],)
    apart = [(env, span) for env, span in told if span.tone is not Tone.DIM]
    return join(((Span(f"{env} "), span) for env, span in apart), ", ")


def to_do(state: State, now: Instant) -> list[SwitchSeen]:
    """Those that somebody has to look after: in doubt, or to be put back by now; the oldest first."""
    found = [each for each in all_seen(state) if in_doubt(each, now) or each.overdue(now)]
    return sorted(found, key=lambda each: each.story.last.at if each.story.last else 0.0)


def owed(seen: SwitchSeen, now: Instant) -> str:
    """What somebody has to do about it."""
    if seen.doubtful:
        return "may or may not have been moved"
    return f"to be put back, {left(seen.standing, now)}" if seen.standing else ""


def since(seen: SwitchSeen, now: Instant) -> str:
    """Who moved it and when, and how long until somebody is reminded: "mara 12m ago, 3 h left"."""
    flip = seen.standing or (seen.story.last if seen.doubtful else None)
    if flip is None:
        return "not by us" if seen.killed else ""
    return ", ".join(filter(None, (f"{flip.actor} {short_age(now - flip.at)} ago", left(flip, now))))


def left(flip: Flip, now: Instant) -> str:
    if flip.expires_at is None:
        return ""
    rest = flip.expires_at - now
    return f"{remaining(rest)} left" if rest > 0 else f"overdue {age(-rest)}"


def in_the_way(state: State) -> str:
    """Why nothing can be moved from here now; empty: it can."""
    if state.readonly:
        return state.why_readonly
    if state.picture.journal_trouble:
        return f"no record, so nothing is moved: {state.picture.journal_trouble}"
    return ""


def modes(state: State, switch: KillSwitch) -> Iterator[Degradation]:
    """Degraded modes that killing it brings into force."""
    if switch.service in state.health.graph.index:
        for mode in facts.declared(state, switch.service).degradations:
            if mode.flag and mode.flag.key == switch.key and same(mode.flag.value, switch.kill):
                yield mode


def hurt(state: State) -> frozenset[str]:
    """Services whose kill switches are worth a look: they fail, or their data is wrong."""
    failing = {node.name for node in state.health.services() if facts.is_failing(node)}
    return frozenset(failing | {node.name for node in facts.breached(state)})
