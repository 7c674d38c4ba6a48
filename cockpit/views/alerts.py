"""Alerts as people need them: what waits for somebody first, what is kept quiet by whom, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.core.alerts import Known, acknowledged, known_alerts
from cockpit.core.clusters import elsewhere, told_apart
from cockpit.core.levels import Instant
from cockpit.core.poll import Silenced
from cockpit.core.silences import Quieting, quieting, standing
from cockpit.core.state import SourceState, State
from cockpit.text import age, clock, join_names, plural, remaining, short_age
from cockpit.views import facts
from cockpit.views.layout import choose
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

NEEDS, TAKEN, COMING, QUIET = "Needs somebody", "Somebody has it", "About to fire", "Kept quiet"
SILENCES: Final = "Silences"
UNASSIGNED: Final = "unassigned"
COLUMNS: Final = (
    Column(least=14, most=32),
    Column(least=10, most=24),
    Column(),
    Column(right=True),
    Column(drop=2, most=24),
    Column(least=16, most=120, grow=True, drop=1),
)
"""Of the note the end is cut before a name is."""
CLUSTER: Final = Column(least=4, most=16)
"""Behind the service, where there are several clusters."""
SILENCE_COLUMNS: Final = (
    Column(least=24, most=60),
    Column(),
    Column(drop=1),
    Column(drop=2, most=24),
    Column(least=20, most=120, grow=True),
)
DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class AlertsView:
    remarks: tuple[Line, ...]
    """What cannot be told."""
    sections: tuple[Section, ...]


def alerts_view(state: State, now: Instant, only: str = "") -> AlertsView:
    """`only`: of one cluster, and what nobody says of which it is."""
    known, quiet = alerts_of(state, only), quieting(state)
    columns = (*COLUMNS[:2], CLUSTER, *COLUMNS[2:]) if told_apart(state) else COLUMNS
    parts: dict[str, list[Row]] = {NEEDS: [], TAKEN: [], COMING: [], QUIET: []}
    for alert in sorted(known, key=lambda each: (not each.service, each.service, each.name, each.key)):
        parts[part_of(state, alert)].append(_row(state, alert, quiet, now))
    sections = [Section(title, columns, tuple(rows)) for title, rows in parts.items() if rows]
    if not parts[NEEDS]:
        sections.insert(0, Section(NEEDS, columns, (), line(nothing(state, bool(known), only), Tone.DIM)))
    silences = silence_rows(state, now, only)
    if silences:
        sections.append(Section(SILENCES, SILENCE_COLUMNS, silences))
    return AlertsView(tuple(_remarks(state, only)), tuple(sections))


def alerts_of(state: State, only: str) -> tuple[Known, ...]:
    return tuple(each for each in known_alerts(state) if not only or each.is_of(only))


def silences_of(state: State, only: str) -> Iterator[tuple[Silenced, tuple[str, ...]]]:
    """Silences with those who have them; `only` those of one cluster, or of one that serves all."""
    others = elsewhere(state.model, only) if only else frozenset()
    for silence, sources in standing(state):
        if not others.issuperset(sources):
            yield silence, sources


def filtered(state: State, only: str, width: int) -> Line:
    """That only one cluster is shown, and how many wait for somebody elsewhere; in one line."""
    here = Span(f"Only {only} is shown.", Tone.STRONG)
    hidden = [each for each in known_alerts(state) if not each.is_of(only)]
    wanting = sum(part_of(state, each) == NEEDS for each in hidden)
    unseen = [facts.source_title(each) for each in _lost(state, "") if each not in _lost(state, only)]
    told = f"{plural(wanting, 'more alert')} elsewhere need{'s' if wanting == 1 else ''} somebody"
    if not wanting:
        told = (
            f"{plural(len(hidden), 'alert')} elsewhere, none needs somebody" if hidden else "None elsewhere"
        )
    dark = f"; {join_names(unseen, 1)} cannot be asked" if unseen else ""
    ways = ((here, Span(f" {each}.", Tone.WARNING)) for each in (f"{told}{dark}", told))
    return choose(ways, width) or (here,)


def of_service(state: State, name: str, now: Instant) -> Section:
    """Those that concern one service, what fires first."""
    mine = [each for each in known_alerts(state) if each.service == name] if state.health.alerts else []
    order = [NEEDS, TAKEN, COMING, QUIET]
    mine.sort(key=lambda each: (order.index(part_of(state, each)), each.name, each.key))
    quiet = quieting(state)
    rows = tuple(_cells(state, each, quiet, now, own=True) for each in mine)
    columns = (COLUMNS[0], CLUSTER, *COLUMNS[2:]) if told_apart(state) else (COLUMNS[0], *COLUMNS[2:])
    return Section("Alerts", columns, tuple(Row(cells[:1] + cells[2:]) for cells in rows))


def part_of(state: State, alert: Known) -> str:
    if alert.is_quiet:
        return QUIET
    if alert.state == "pending":
        return COMING
    return TAKEN if acknowledged(state, alert) else NEEDS


def with_key(state: State, key: str) -> Known | None:
    return next((each for each in known_alerts(state) if each.key == key), None)


# What cannot be told


def is_known(state: State, only: str = "") -> bool:
    """Whether somebody who would know has answered."""
    kinds = ("prometheus", "alertmanager", "recording", "simulation")
    asked = _asked(state, only)
    return any(each.kind in kinds and each.reachable for each in asked)


def _asked(state: State, only: str) -> list[SourceState]:
    others = elsewhere(state.model, only) if only else frozenset()
    return [each for each in state.picture.sources.values() if each.name not in others]


def _lost(state: State, only: str) -> list[SourceState]:
    asked = {each.name for each in _asked(state, only)}
    return [each for each in facts.lost_sources(state) if each.name in asked]


def lost(state: State, only: str = "") -> list[str]:
    """Servers that might know of alerts and do not answer."""
    return [
        facts.source_title(each) for each in _lost(state, only) if each.kind in ("prometheus", "alertmanager")
    ]


def nothing(state: State, others: bool, only: str = "") -> str:
    """Instead of alerts that need somebody."""
    if not is_known(state, only):
        return "Alerts are not known."
    if gone := lost(state, only):
        return f"Nothing is known to fire, but {join_names(gone)} cannot be asked."
    return "Nothing waits for anybody." if others else "No alert is firing."


def _remarks(state: State, only: str) -> Iterator[Line]:
    for source in _lost(state, only):
        if source.kind == "alertmanager":
            since = f"since {clock(source.since)} UTC" if source.since is not None else "now"
            yield line(
                f"Alertmanager {source.name} cannot be asked {since} ({source.reason}): alerts that only it "
                "has are not shown, what is quiet is not marked, and its silences are from before.",
                Tone.WARNING,
            )
        elif source.kind == "prometheus":
            yield line(
                f"Prometheus {source.name} cannot be asked: alerts that only it has are not shown.",
                Tone.WARNING,
            )


# Rows


def _row(state: State, alert: Known, quiet: Quieting, now: Instant) -> Row:
    return Row(_cells(state, alert, quiet, now), alert.key, "alert")


def _cells(
    state: State, alert: Known, quiet: Quieting, now: Instant, *, own: bool = False
) -> tuple[Line, ...]:
    """`own`: on the screen of its service, which tells by itself who has it."""
    wants = part_of(state, alert) == NEEDS
    since = short_age(now - alert.since) if alert.since is not None else ""
    notes = [*_why_quiet(alert, quiet, now), *([] if own else _who_has(state, alert, now))]
    return (
        line(alert.name, Tone.STRONG if wants else Tone.PLAIN),
        line(alert.service or UNASSIGNED, Tone.PLAIN if alert.service else Tone.DIM),
        *([line(", ".join(alert.clusters), Tone.DIM)] if told_apart(state) else []),
        line(alert.state, Tone.WARNING if wants else Tone.DIM),
        line(since, Tone.DIM),
        line(", ".join(alert.seen), Tone.DIM),
        tuple(_joined([*notes, line(summary(alert))])),
    )


def summary(alert: Known) -> str:
    told = alert.annotations
    return told.get("summary") or told.get("description") or alert.value


def _joined(parts: Sequence[Line]) -> Iterator[Span]:
    for number, part in enumerate(each for each in parts if each):
        if number:
            yield Span("; ", Tone.DIM)
        yield from part


def _why_quiet(alert: Known, quiet: Quieting, now: Instant) -> Iterator[Line]:
    if alert.quiet_in:
        yield line(f"quiet in {join_names(alert.quiet_in)} only", Tone.WARNING)
    if alert.state == "silenced":
        silence = quiet.silence(alert)
        yield line(_until(silence, now) if silence else "by a silence that is not known here", Tone.STRONG)
    if alert.state == "inhibited":
        names = quiet.inhibitors(alert)
        fires = f"{join_names(names)} {'fires' if len(names) == 1 else 'fire'}" if names else "another fires"
        yield line(f"because {fires}", Tone.STRONG)


def _until(silence: Silenced, now: Instant) -> str:
    return f"until {moment(silence.ends, now)} by {silence.author or 'somebody'}: {silence.comment}"


def moment(at: Instant, now: Instant) -> str:
    """A time of day; what is further away than a day is told by how far."""
    if abs(at - now) < DAY:
        return clock(at)
    return f"{age(at - now)} from now" if at > now else f"{age(now - at)} ago"


def _who_has(state: State, alert: Known, now: Instant) -> Iterator[Line]:
    if ack := acknowledged(state, alert):
        yield line(f"{ack.actor} has it {age(now - ack.at)}", Tone.STRONG)


def silence_rows(state: State, now: Instant, only: str = "") -> tuple[Row, ...]:
    """Every silence that stands or is about to, the one that ends first on top."""
    return tuple(_silence(each, sources, now) for each, sources in silences_of(state, only))


def _silence(silence: Silenced, sources: tuple[str, ...], now: Instant) -> Row:
    if silence.pending:
        when = f"from {moment(silence.starts, now)} until {moment(silence.ends, now)}"
    elif silence.ends <= now:
        when = f"over at {moment(silence.ends, now)}"
    else:
        when = f"until {moment(silence.ends, now)}"
    left = silence.ends - now
    cells = (
        line(", ".join(silence.matchers)),
        line(when, Tone.STRONG),
        line(f"{remaining(left)} left" if left > 0 and not silence.pending else "", Tone.DIM),
        line(", ".join(sources), Tone.DIM),
        line(f"{silence.author or 'somebody'}: {silence.comment}", Tone.DIM),
    )
    return Row(cells, silence_key(silence), "silence")


def silence_key(silence: Silenced) -> str:
    return f"{silence.source} {silence.id}"


def silence_with(state: State, key: str) -> Silenced | None:
    return next((each for each, _ in standing(state) if silence_key(each) == key), None)
