"""What people have to be reminded of now, and which of it is news: pure, so a restart repeats nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from cockpit.core.incident.due import prepare_from, update_due
from cockpit.core.incident.model import open_ones
from cockpit.core.levels import Instant, Seconds, Shown
from cockpit.core.model import Capability, Degradation
from cockpit.core.reminded import Said
from cockpit.core.runbook.approvals import lacks
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import RunState
from cockpit.core.state import State
from cockpit.core.update_sources import TITLES
from cockpit.text import age, plural, remaining

AGAIN: Final[Seconds] = 900.0
"""Between two reminders of the same thing, as long as it lasts."""
SOON: Final[Seconds] = 900.0
"""Before a limit, when there is still time to act."""
DEADLINE_SOON: Final[Seconds] = 3600.0
SELDOM: Final = 4
"""What is about the sight of the cockpit itself is said again so many times less often."""
SETTLES: Final[Seconds] = 300.0
"""What has been gone for so long is over; a flicker is not said again, and a restart looks first."""
BLIND_AFTER: Final[Seconds] = 60.0
DOUBT_AFTER: Final[Seconds] = 60.0
"""A change whose answer may still come is no doubt yet."""
HURT: Final = frozenset({Shown.DEGRADED, Shown.FAILING, Shown.DOWN, Shown.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Reminder:
    key: str
    """What it is about: as long as it lasts it has the same one."""
    text: str
    again: Seconds | None = None
    """None: once is enough."""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What to say now, and what a watch keeps in mind until the next look."""

    news: tuple[tuple[Reminder, int], ...] = ()
    """Each with how often it is said by then."""
    over: tuple[str, ...] = ()
    said: Mapping[str, Said] = field(default_factory=dict)
    gone: Mapping[str, Instant] = field(default_factory=dict)
    """Since when what was said is no longer so."""


def turn(
    reminders: tuple[Reminder, ...], said: Mapping[str, Said], gone: Mapping[str, Instant], now: Instant
) -> Turn:
    """`said`: by record and by memory; `gone`: as of the look before."""
    due = {each.key: each for each in reminders}
    news = tuple((each, count) for each in due.values() if (count := _count(each, said.get(each.key), now)))
    missing = {key: gone.get(key, now) for key in said if key not in due}
    over = tuple(key for key, since in missing.items() if now - since >= SETTLES)
    after = {key: one for key, one in said.items() if key not in over}
    after |= {each.key: Said(count, now) for each, count in news}
    return Turn(news, over, after, {key: since for key, since in missing.items() if key not in over})


def _count(reminder: Reminder, said: Said | None, now: Instant) -> int:
    """Which time it is to be said now; 0: not now."""
    if said is None:
        return 1
    return said.count + 1 if reminder.again is not None and now - said.at >= reminder.again else 0


def only_while_open(state: State) -> bool:
    """Whether nobody is reminded once this cockpit is closed: no `cockpit watch` holds its lock here.

    False as well where nobody can tell, and in demo and replay, where there is nothing to be reminded of.
    """
    return state.mode == "live" and state.picture.watched is False


def reminders(state: State, now: Instant, again: Seconds = AGAIN) -> tuple[Reminder, ...]:
    """Everything that is so now, most important first; each key once."""
    found = (
        *_updates(state, now, again),
        *_runs(state, again),
        *_debts(state, now, again),
        *_switches(state, now, again),
        *_limits(state, now, again),
        *_deadlines(state, now),
        *_own_sight(state, now, again * SELDOM),
    )
    return tuple({each.key: each for each in reversed(found)}.values())[::-1]


def _updates(state: State, now: Instant, again: Seconds) -> Iterator[Reminder]:
    rules = state.model.incident
    for incident in open_ones(state.record.incidents.values()):
        due, every = update_due(incident, rules), rules.every(incident.severity)
        if due is None or every is None or now < prepare_from(due, every):
            continue
        named = f"{incident.id} ({incident.title})"
        if now < due:
            text = f"{named}: the next update is due in {age(due - now)}"
            yield Reminder(f"update-soon:{incident.id}:{due:.0f}", text, None, incident.id)
        else:
            text = f"{named}: the update is {_late(now - due)}"
            yield Reminder(f"update:{incident.id}:{due:.0f}", text, again, incident.id)


def _late(seconds: Seconds) -> str:
    return f"{age(seconds)} overdue" if seconds >= 60 else "due now"


def _runs(state: State, again: Seconds) -> Iterator[Reminder]:
    for run in state.record.runs.values():
        if not run.final and not run.parent and (why := _waits(run)):
            text = f"{run.id} ({run.runbook.title}) waits for somebody: {why}"
            yield Reminder(f"run:{run.id}:{run.at_step}:{run.visit}", text, again, run.incident)


def _waits(run: Run) -> str:
    """Empty: it goes on by itself, or its operator is at it."""
    if any(_lacks_approval(run, one) for one in run.executions):
        return "a second person has to approve a step"
    if run.state is RunState.HELD:
        return run.hold.reason if run.hold else "it is held"
    return ""


def _lacks_approval(run: Run, one: Execution) -> bool:
    step = run.step(one.key.step)
    if not one.approval or one.settled or one.intent is not None or step is None or step.approval is None:
        return False
    return lacks(run, step, one)


def _debts(state: State, now: Instant, again: Seconds) -> Iterator[Reminder]:
    for debt in state.record.obligations:
        if debt.expires_at is None or now < debt.expires_at - SOON:
            continue
        who = f" ({debt.owner})" if debt.owner else ""
        yield _limit("debt", debt.key, f"to clean up: {debt.title}{who}", debt.expires_at - now, again)


def _limit(kind: str, key: str, what: str, left: Seconds, again: Seconds) -> Reminder:
    if left > 0:
        return Reminder(f"{kind}-soon:{key}", f"{what}, {remaining(left)} left")
    return Reminder(f"{kind}:{key}", f"{what}, {_late(-left)}", again)


def _switches(state: State, now: Instant, again: Seconds) -> Iterator[Reminder]:
    """Those that no obligation reminds of."""
    owed = [debt.title for debt in state.record.obligations if debt.expires_at is not None]
    for story in state.record.flips.open():
        flip = story.standing or story.last
        if flip is None:
            continue
        name = f"{flip.key}@{flip.env}"
        key = f"{flip.provider}:{name}:{flip.op_id}"
        if story.doubtful and story.last is not None and now - story.last.at > DOUBT_AFTER:
            yield Reminder(f"doubt:{key}", f"{name} may or may not have been moved: look again", again)
            continue
        if flip.expires_at is None or now < flip.expires_at - SOON or any(name in title for title in owed):
            continue
        what = f"{name} was switched by {flip.actor} and is to be put back"
        yield _limit("switch", key, what, flip.expires_at - now, again)


def _limits(state: State, now: Instant, again: Seconds) -> Iterator[Reminder]:
    """Fallbacks and workarounds that stop carrying."""
    for (owner, name), since in state.health.active_since.items():
        mode = _mode(state, owner, name)
        if mode is not None and mode.max_duration is not None and not mode.auto:
            left = since + mode.max_duration - now
            if left <= SOON:
                yield _limit("fallback", f"{owner}:{name}", f"fallback {name} of {owner}", left, again)
    for capability in _hurt(state):
        impact = state.health.impacts.get(capability.name)
        workaround = capability.workaround
        if workaround is None or workaround.good_for is None or impact is None or impact.since is None:
            continue
        left = impact.since + workaround.good_for - now
        if left <= SOON:
            what = f"{_title(capability)}: the workaround ({workaround.what})"
            yield _limit("workaround", capability.name, what, left, again)


def _mode(state: State, owner: str, name: str) -> Degradation | None:
    graph = state.health.graph
    if owner not in graph.index:
        return None
    declared = graph.declared(graph.index[owner])
    return next((each for each in declared.degradations if each.name == name), None)


def _deadlines(state: State, now: Instant) -> Iterator[Reminder]:
    for capability in _hurt(state):
        due = next((moment for moment in capability.deadlines if moment >= now), None)
        if due is not None and due - now <= DEADLINE_SOON:
            level = state.health.node(capability.name).level.value.replace("_", " ")
            text = f"{_title(capability)}: deadline in {age(due - now)}, and it is {level}"
            yield Reminder(f"deadline:{capability.name}:{due:.0f}", text)


def _hurt(state: State) -> Iterator[Capability]:
    """Capabilities that are measurably hurt, or that nobody can see."""
    for capability in state.model.capabilities:
        if capability.name in state.health.graph.index:
            node = state.health.node(capability.name)
            if node.level in HURT and not node.idle:
                yield capability


def _title(capability: Capability) -> str:
    return capability.title or capability.name


def _own_sight(state: State, now: Instant, again: Seconds) -> Iterator[Reminder]:
    """What nobody would be told of otherwise: whoever tells is blind, or dead."""
    for source in state.picture.sources.values():
        since = source.since if source.reachable is False else None
        if since is not None and now - since > 2 * state.model.poll:
            owner = f"; owner {source.owner}" if source.owner else ""
            why = f" ({source.reason})" if source.reason else ""
            title = TITLES[source.kind]
            text = f"{title[:1].upper()}{title[1:]} {source.name} unreachable{why}{owner}"
            yield Reminder(f"source:{source.name}", text, again)
    if _is_blind(state, now):
        total = state.health.total
        what = f"none of the {total:,} watched services" if total > 1 else "the one watched service"
        yield Reminder("blind", f"blind: {what} can{'not' if total == 1 else ''} be seen", again)
    for name in missing_deadmen(state):
        text = f"dead-man alert {name} is missing: whoever should page may be dead"
        yield Reminder(f"deadman:{name}", text, again)
    if state.picture.journal_trouble:
        text = f"the record cannot be kept, so nothing is decided: {state.picture.journal_trouble}"
        yield Reminder("journal", text, again)
    if state.picture.complaints:
        count = plural(len(state.picture.complaints), "complaint")
        yield Reminder("config", f"changed configuration is not in force: {count}", again)


def _is_blind(state: State, now: Instant) -> bool:
    """Nothing that is watched has been seen for a while; at a start that is only not known yet."""
    health = state.health
    if health.at is None or not health.total or health.known or state.picture.history_share < 1.0:
        return False
    unseen = [node.since for node in health.services() if node.level is Shown.UNKNOWN and not node.idle]
    return bool(unseen) and now - max(unseen) >= BLIND_AFTER


def missing_deadmen(state: State) -> tuple[str, ...]:
    """Alerts that always have to fire, and that their Alertmanager, which answers, does not have."""
    judged = state.health.at
    found = []
    for server in state.model.alertmanager:
        source = state.picture.sources.get(server.name)
        if not server.deadman or source is None or not source.reachable or judged is None:
            continue
        # What it answered has to be what is judged by: a poll that is under way is not yet.
        if source.since is None or source.since > judged:
            continue
        if (server.deadman, server.name) not in {(each.name, each.source) for each in state.health.alerts}:
            found.append(server.deadman)
    return tuple(sorted(set(found)))
