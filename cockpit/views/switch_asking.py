"""What a kill switch asks before it is moved: what it costs, in which environment, and why."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.core.switches import SwitchSeen, environments, kill_warnings, restore_objection, restore_warnings
from cockpit.text import age, clock, join_names
from cockpit.views import allowed, facts, headline, words
from cockpit.views.asking import Asking, Option
from cockpit.views.lines import Line, Tone, line
from cockpit.views.switch_facts import hurt, in_the_way, is_awaited, is_old, modes
from cockpit.views.switch_lines import value

WHY = "why, for the record"
LONGEST = 120
"""Cells of a reason that is proposed."""
CANCEL = "Leave it as it is"


def killing(state: State, seen: SwitchSeen, now: Instant) -> Asking:
    told = (*_costs(state, seen), *_stored(seen, now), *_only_here(state, seen), *_kill_warnings(seen))
    return Asking(f"Kill {_called(seen)}?", told, (kill_option(state, seen, now),), CANCEL)


def restoring(state: State, seen: SwitchSeen, now: Instant) -> Asking:
    told = (*_before(seen, now), *_stored(seen, now), *_only_here(state, seen), *_still_wrong(state, seen))
    option = restore_option(state, seen, now)
    # The option has one line, and a reason may be longer.
    warnings = [f"Not possible now: {option.why_not}."] if option.why_not else restore_warnings(seen)
    told = (*told, *(_warning(each) for each in warnings))
    return Asking(f"Put {_called(seen)} back?", told, (option,), CANCEL)


def choosing(state: State, seen: SwitchSeen, now: Instant) -> Asking:
    """Both ways, for who has not made up their mind."""
    told = (*_costs(state, seen), *_stored(seen, now), *_only_here(state, seen), *_kill_warnings(seen))
    options = (kill_option(state, seen, now), restore_option(state, seen, now))
    return Asking(f"{_called(seen)}: what now?", told, options, CANCEL)


def kill_option(state: State, seen: SwitchSeen, now: Instant) -> Option:
    why_not = in_the_way(state) or allowed.barred(state, seen.switch.roles)
    if is_awaited(seen, now):
        why_not = why_not or "it has just been moved, and the answer is awaited"
    return _option("kill", f"Kill it in {seen.env}", why_not, seen, _reason(state, now))


def restore_option(state: State, seen: SwitchSeen, now: Instant) -> Option:
    why_not = in_the_way(state) or restore_objection(seen)
    if not why_not and seen.standing is None:
        why_not = "it is not killed"
    barred = allowed.barred_from_putting_back(state, seen)
    why_not = in_the_way(state) or barred or why_not
    if seen.doubtful and not in_the_way(state) and not barred:
        why_not = "whether it was moved is not known: p looks for it, or kill it again"
    return _option("restore", f"Put it back in {seen.env}", why_not, seen, "")


def _option(name: str, words: str, why_not: str, seen: SwitchSeen, reason: str) -> Option:
    """First why, then the phrase where it has to be typed."""
    then = Option(name, words, phrase=seen.phrase) if seen.phrase else None
    return Option(name, words, why_not, WHY, text=reason, then=then)


def _called(seen: SwitchSeen) -> str:
    return f"“{seen.switch.key}” in {seen.env}"


def _reason(state: State, now: Instant) -> str:
    """The first sentence of the headline, while something is wrong."""
    if state.health.at is None or not any(facts.is_wrong(node) for node in state.health.nodes):
        return ""
    return headline.sentences(state, now)[0].rstrip(".")[:LONGEST]


def _costs(state: State, seen: SwitchSeen) -> Iterator[Line]:
    switch = seen.switch
    effect = switch.effect or "nobody wrote what"
    yield line(
        f"It protects {switch.service} and costs: {effect}." if switch.service else f"It costs: {effect}."
    )
    if switch.roles:
        yield allowed.told(state, switch.roles)
    for mode in modes(state, switch):
        if mode.lost:
            yield line(f"Lost meanwhile: {mode.lost}.")
    if switch.data_risk:
        yield line(f"Data: {switch.data_risk}.", Tone.WARNING)
    if switch.expires is not None:
        yield line(
            f"After {age(switch.expires)} somebody is reminded; it does not turn itself back.", Tone.DIM
        )


def _stored(seen: SwitchSeen, now: Instant) -> Iterator[Line]:
    """A look that is old is said to be: what is moved is compared with it."""
    if seen.stored is None or seen.at is None:
        return
    tone = Tone.WARNING if is_old(seen, now) else Tone.PLAIN
    stored, asked = value(seen.stored.value), f"asked {age(now - seen.at)} ago"
    if seen.killed:
        yield line(f"Stored now: {stored}, which is killed ({asked}).", tone)
    else:
        yield line(f"Stored now: {stored}; killed is {value(seen.switch.kill)} ({asked}).", tone)


def _only_here(state: State, seen: SwitchSeen) -> Iterator[Line]:
    others = [env for env in environments(state.model, seen.switch) if env != seen.env]
    if others:
        stay = "stays as it is" if len(others) == 1 else "stay as they are"
        yield line(f"Only {seen.env} is moved; {join_names(others, 4)} {stay}.", Tone.STRONG)


def _kill_warnings(seen: SwitchSeen) -> Iterator[Line]:
    return map(_warning, kill_warnings(seen))


def _warning(text: str) -> Line:
    return line(f"{text[:1].upper()}{text[1:].removesuffix('.')}.", Tone.WARNING)


def _before(seen: SwitchSeen, now: Instant) -> Iterator[Line]:
    stands = seen.standing
    if stands is None or stands.before is None:
        return
    since = f"before {stands.actor} moved it at {clock(stands.at)} UTC, {age(now - stands.at)} ago"
    why = f" ({stands.reason})" if stands.reason else ""
    yield line(f"Put back is {value(stands.before.value)}, exactly what stood there {since}{why}.")


def _still_wrong(state: State, seen: SwitchSeen) -> Iterator[Line]:
    name = seen.switch.service
    if name in hurt(state):
        word = words.state_span(state.health.node(name)).text
        yield line(f"{name} is still {word}.", Tone.WARNING)
