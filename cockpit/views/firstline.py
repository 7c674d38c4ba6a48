"""The line at the very top: how bad, where it goes, what cannot be seen, and what this is a picture of."""

from __future__ import annotations

from cockpit.core.clusters import blind_clusters, cluster_of_source
from cockpit.core.incident.model import open_ones
from cockpit.core.levels import Instant, Shown, Verdict
from cockpit.core.reminders import missing_deadmen, only_while_open
from cockpit.core.runbook.run import Run
from cockpit.core.state import State
from cockpit.core.update_record import needs_somebody
from cockpit.text import age, clock, join_names, plural, remaining
from cockpit.views import approvals, clusters, company, facts, judging, words
from cockpit.views.incident import current
from cockpit.views.layout import fit, join, line_width
from cockpit.views.lines import Line, Span, Tone, line
from cockpit.views.run import asked
from cockpit.views.switch_facts import all_seen, called, is_old, owed, to_do
from cockpit.views.updates import due_sentence, stale_sentence

NOTE = 40
"""Cells for what a source says of itself: a long warning is cut, for a part without room is left out."""
MODE_MARKS = {"live": "", "demo": "DEMO", "replay": "REPLAY", "drill": ""}
REHEARSED = " DRILL "
"""Before everything else, on every screen: what is done here is not done where it counts."""


def firstline(state: State, now: Instant, width: int = 80, only: str = "") -> Line:
    """As many parts as fit `width`, two spaces apart. It is of everything, also where `only` one cluster
    is shown below it: what a filter hides must not be forgotten."""
    shown: Line = ()
    for part in parts(state, now, only):
        longer = join((shown, part))
        if line_width(longer) <= width:
            shown = longer
    return fit(shown, width)


def parts(state: State, now: Instant, only: str = "") -> tuple[Line, ...]:
    """Most important first; a part that does not fit is left out."""
    every = (
        line(REHEARSED if state.mode == "drill" else "", Tone.DRILL),
        _title(state),
        line(f"only {only}" if only else "", Tone.WARNING),
        line(MODE_MARKS[state.mode], Tone.WARNING),
        _worst(state),
        _integrity(state),
        _journal(state),
        line("read-only" if state.readonly else "", Tone.WARNING),
        line(clusters.blind(state), Tone.UNKNOWN),
        _incident(state, now),
        line("nothing can be decided" if state.picture.journal_trouble else "", Tone.WARNING),
        line(approvals.count(judging.answerable(state, now)), Tone.WARNING),
        _runs(state, now),
        _update(state, now),
        _owed(state, now),
        _verdict(state, now),
        _lost(state),
        _blind(state),
        _proposed(state),
        _age(state, now),
        _time(state, now),
        line(company.count(state), Tone.DIM),
        _loading(state),
        _complaints(state),
        _skew(state),
        _notes(state),
        _deadman(state),
        _awake(state),
        _expiring(state, now),
        _killed(state, now),
        _origin(state, now),
    )
    return tuple(part for part in every if part)


def _title(state: State) -> Line:
    return line(state.model.title or state.model.name, Tone.TITLE)


def _worst(state: State) -> Line:
    """OK only when everything that is watched is seen to be OK."""
    if state.health.at is None:
        return (*words.level_spans(Shown.UNKNOWN)[:1], Span(" waiting for the first answer", Tone.DIM))
    node = facts.worst([node for node in state.health.nodes if not node.idle])
    if node is None or node.level is Shown.UNMONITORED:
        glyph, _ = words.level_spans(Shown.UNKNOWN)
        return glyph, Span(" nothing can be judged", Tone.UNKNOWN)
    glyph, word = words.level_spans(node.level)
    return glyph, Span(" "), word


def _verdict(state: State, now: Instant) -> Line:
    if state.health.reasoned_at is None:
        return ()
    spread = state.health.spread
    # That nothing fails is what the level before it says; beside wrong data "clear" would comfort.
    return () if spread.verdict is Verdict.CLEAR else line(words.verdict(spread, now))


def _integrity(state: State) -> Line:
    count = len(facts.breached(state))
    many = f" in {plural(count, 'service')}" if count > 1 else ""
    return line(f"{words.DATA_WRONG}{many}", Tone.BREACHED) if count else ()


def _incident(state: State, now: Instant) -> Line:
    """Which is open, how bad, how long; what is due or no longer true stands beside it."""
    incident = current(state)
    if incident is None or not incident.is_open:
        return ()
    others = len(open_ones(state.record.incidents.values())) - 1
    more = f" +{others}" if others else ""
    severity = f" {incident.severity}" if incident.severity else ""
    open_for = span(now - incident.declared_at)
    return line(f"{incident.id}{severity} {open_for}{more}", Tone.STRONG)


def _update(state: State, now: Instant) -> Line:
    """What people were told last is wrong by now, else by when they are to hear more."""
    incident = current(state)
    if incident is None or not incident.is_open:
        return ()
    if stale_sentence(state, incident, now):
        return line("last update no longer true", Tone.WARNING)
    return line(due_sentence(state, incident, now), Tone.WARNING)


def _proposed(state: State) -> Line:
    """What is proposed, where it is not what a person has said already."""
    proposed, incident = state.health.severity, current(state)
    if proposed is None or (incident and incident.is_open and incident.severity is proposed):
        return ()
    return line(f"{proposed}{' proposed' if incident and incident.is_open else ''}", Tone.STRONG)


def span(seconds: float) -> str:
    """Hours and minutes: "00:14"."""
    minutes = max(0, int(seconds)) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _runs(state: State, now: Instant) -> Line:
    """A run that is not over needs somebody, also when the cockpit that began it is gone."""
    told = judging.roots(judging.answerable(state, now))
    runs = state.record.runs.values()
    unfinished = [run for run in runs if needs_somebody(run) and run.id not in told]
    free = [run for run in unfinished if company.holder(state, run) is None]
    waiting = [run.id for run in free if not _goes_on(state, run)]
    if not waiting:
        busy = f"{join_names([run.id for run in free], 2)} under way" if free else _watched(state, unfinished)
        return line(busy, Tone.DIM)
    return line(f"{join_names(waiting, 2)} {'needs' if len(waiting) == 1 else 'need'} you", Tone.WARNING)


def _goes_on(state: State, run: Run) -> bool:
    """This cockpit works on it and asks nothing, also not in a runbook inside it."""
    live = state.picture.live.get(run.id)
    inside = [each for each in state.record.runs.values() if each.id.startswith(f"{run.id}.")]
    return live is not None and live.ours and not any(map(asked, (run, *inside)))


def _watched(state: State, runs: list[Run]) -> str:
    """Of runs that others look after: the first, and with whom it is."""
    held = [(run.id, each) for run in runs if (each := company.holder(state, run))]
    if not held:
        return ""
    actor = held[0][1].actor
    return f"{actor} runs {join_names([id for id, each in held if each.actor == actor], 2)}"


def _owed(state: State, now: Instant) -> Line:
    """A switch that is in doubt, or should have been put back by now."""
    owing = to_do(state, now)
    if not owing:
        return ()
    more = f" and {len(owing) - 1} more" if len(owing) > 1 else ""
    return line(f"{called(owing[0])} {owed(owing[0], now)}{more}", Tone.WARNING)


def _journal(state: State) -> Line:
    if not state.picture.journal_trouble:
        return ()
    since, shared = state.picture.journal_lost, company.is_team(state)
    return line(
        f"record away since {clock(since)}" if shared and since is not None else "no record", Tone.WARNING
    )


def _lost(state: State) -> Line:
    dark = blind_clusters(state)
    lost = [
        each for each in facts.lost_sources(state) if cluster_of_source(state.model, each.name) not in dark
    ]
    if not lost:
        return ()
    more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
    return line(f"{facts.source_title(lost[0])}{more} unreachable", Tone.WARNING)


def _blind(state: State) -> Line:
    """Of the services that are watched; the same count as `coverage` in JSON."""
    health = state.health
    unseen = health.total - health.known
    return line(f"{unseen} of {health.total} blind", Tone.UNKNOWN) if unseen else ()


def _age(state: State, now: Instant) -> Line:
    """A picture that is older than two polls says so; one without any answer is as old as the last."""
    at = facts.seen_last(state) or state.health.at
    old = now - at if at is not None else 0.0
    return line(f"picture {age(old)} old", Tone.WARNING) if old > 2 * state.model.poll + 1 else ()


def _time(state: State, now: Instant) -> Line:
    """While something is wrong: what else on the screen is a time of day is in UTC too."""
    wrong = any(facts.is_wrong(node) for node in state.health.nodes)
    return line(f"{clock(now)} UTC", Tone.DIM) if wrong else ()


def _loading(state: State) -> Line:
    share = state.picture.history_share
    return line(f"history loading {share * 100:.0f} %", Tone.DIM) if share < 1.0 else ()


def _complaints(state: State) -> Line:
    count = len(state.picture.complaints)
    return line(f"old config in force: {plural(count, 'complaint')}", Tone.WARNING) if count else ()


def _skew(state: State) -> Line:
    skews = [source.skew for source in state.picture.sources.values() if source.skew is not None]
    skews += [state.picture.company.skew] if state.picture.company else []
    largest = max(skews, key=abs, default=0.0)
    return line(f"clock skew {age(abs(largest))}", Tone.WARNING) if abs(largest) > company.SKEW else ()


def _notes(state: State) -> Line:
    """What a source, or the record of a team, says of itself: an insecure connection, warnings."""
    notes = [source.note for source in facts.noted_sources(state)]
    notes += [state.picture.company.note] if state.picture.company else []
    return fit(line(next(filter(None, notes), ""), Tone.WARNING), NOTE)


def _deadman(state: State) -> Line:
    """The alert that always fires does not: whoever should page may be dead."""
    missing = missing_deadmen(state)
    if not missing:
        return ()
    name = missing[0]
    # A Prometheus that fires it is alive; what is broken lies between the two.
    fires = any(alert.name == name for alert in state.health.alerts)
    return line(f"dead-man alert {name} {'does not arrive' if fires else 'is missing'}", Tone.WARNING)


def _awake(state: State) -> Line:
    """With an incident open, who leaves has to know that nobody will remind anybody."""
    if not only_while_open(state) or not open_ones(state.record.incidents.values()):
        return ()
    return line("reminds only while a cockpit is open", Tone.WARNING)


def _expiring(state: State, now: Instant) -> Line:
    """The degraded mode that ends next: a reminder."""
    owners = {owner for owner, _ in state.health.active_since}
    ends = [
        (left, mode.name)
        for owner in owners
        for mode, since in facts.active_modes(state, owner)
        if (left := facts.time_left(mode, since, now)) is not None
    ]
    if not ends:
        return ()
    left, name = min(ends)
    return line(f"{name} ends in {remaining(left)}" if left > 0 else f"{name} is over its time", Tone.WARNING)


def _killed(state: State, now: Instant) -> Line:
    """Nobody should find out by chance that a part of the shop is switched off."""
    killed = [called(each) for each in all_seen(state) if each.killed and not is_old(each, now)]
    return line(f"{join_names(killed, 1)} killed" if killed else "", Tone.WARNING)


def _origin(state: State, now: Instant) -> Line:
    origin = state.model.origin
    if not origin.commit:
        return ()
    old = f" {age(now - origin.committed_at)} old" if origin.committed_at is not None else ""
    changed = " + local changes" if origin.dirty else ""
    return line(f"config {origin.commit[:7]}{old}{changed}", Tone.DIM)
