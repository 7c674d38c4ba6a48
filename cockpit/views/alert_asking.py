"""What is asked before alerts are kept quiet and before they are heard again: what it hides, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cockpit.core.alerts import Known, known_alerts
from cockpit.core.levels import Instant, Seconds
from cockpit.core.poll import Silenced
from cockpit.core.promql_text import quote
from cockpit.core.silences import hidden, matchers_of, quieting, standing
from cockpit.core.state import State
from cockpit.text import age, join_names, plural
from cockpit.views import words
from cockpit.views.alerts import UNASSIGNED, moment, silence_with, with_key
from cockpit.views.asking import Asking, Option
from cockpit.views.lines import Line, Row, Tone, line
from cockpit.views.switch_facts import in_the_way

WHY: Final = "why, for all who read it"
LASTS: Final[tuple[tuple[str, Seconds], ...]] = (("30 min", 1800.0), ("2 h", 7200.0), ("8 h", 28_800.0))
ALL: Final = "all"
"""Begins the name of an option that is about every alert of that name."""
MOST_SHOWN: Final = 5
CANCEL: Final = "Leave it as it is"


def silencing(state: State, alert: Known) -> Asking:
    """This one for a while, or every alert of its name for the shorter times."""
    alerts = known_alerts(state)
    named = hidden(matchers(alert, ALL), alerts)
    why_not = against(state)
    told = (
        line("Nobody is paged meanwhile, here or by others; it goes on firing and stays on this screen."),
        *preview(state, hidden(matchers(alert, ""), alerts)),
    )
    options = [Option(f"{lasts:g}", f"Quiet for {said}", why_not, WHY) for said, lasts in LASTS]
    if len(named) > 1:
        said, lasts = LASTS[1]
        every = f"Every {alert.name} quiet for {said}: hides {plural(len(named), 'alert')}"
        options.append(Option(f"{ALL} {lasts:g}", every, why_not, WHY))
    return Asking(f"Keep {alert.name} of {alert.service or UNASSIGNED} quiet?", told, tuple(options), CANCEL)


def chosen(alert: Known, name: str) -> tuple[tuple[str, ...], Seconds]:
    """(matchers, how long) of the option called `name`."""
    scope, _, lasts = name.rpartition(" ")
    return matchers(alert, scope), float(lasts)


def matchers(alert: Known, scope: str) -> tuple[str, ...]:
    return (f"alertname={quote(alert.name)}",) if scope == ALL else matchers_of(alert)


def against(state: State) -> str:
    """Why nothing can be silenced from here now; empty: it can."""
    # The demo has one of its own.
    there = state.model.alertmanager or state.mode == "demo"
    return in_the_way(state) or ("" if there else "no Alertmanager is configured")


def preview(state: State, alerts: Sequence[Known]) -> Iterator[Line]:
    """What would be hidden, what of it hurts now first."""
    if not alerts:
        yield line("It hides nothing that is known now.", Tone.WARNING)
        return
    yield line(f"It hides {plural(len(alerts), 'alert')} that {'is' if len(alerts) == 1 else 'are'} known:")
    firing = sorted(alerts, key=lambda each: (each.state != "firing", each.service, each.name))
    for alert in firing[:MOST_SHOWN]:
        there = f" in {join_names(alert.clusters)}" if alert.clusters else ""
        whom = alert.service or UNASSIGNED
        yield line(f"  {alert.name} of {whom}{there}, {alert.state}{_level(state, alert)}")
    if len(firing) > MOST_SHOWN:
        others = sorted({each.service or UNASSIGNED for each in firing[MOST_SHOWN:]})
        yield line(f"  and {len(firing) - MOST_SHOWN} more, of {join_names(others)}")


def _level(state: State, alert: Known) -> str:
    if alert.service not in state.health.graph.index:
        return ""
    return f"; {alert.service} is {words.state_span(state.health.node(alert.service)).text}"


def silence_under(state: State, row: Row) -> Silenced | None:
    """The silence that a row is, or the last to end of the alert that it is."""
    if row.opens == "silence":
        return silence_with(state, row.key)
    alert = with_key(state, row.key) if row.opens == "alert" else None
    return quieting(state).silence(alert) if alert else None


def ending(state: State, silence: Silenced, now: Instant) -> Asking:
    """Whoever made it; what it keeps quiet now is heard again."""
    sources = next((where for each, where in standing(state) if each.id == silence.id), ())
    quiet = [each for each in known_alerts(state) if silence.id in each.silenced_by]
    heard = f"{plural(len(quiet), 'alert')} {'is' if len(quiet) == 1 else 'are'} heard again"
    told = (
        line(", ".join(silence.matchers)),
        line(f"{silence.author or 'Somebody'} made it until {moment(silence.ends, now)}: {silence.comment}"),
        line(f"In {join_names(sources)}, for {age(silence.ends - now)} more. If it ends now, {heard}."),
    )
    why_not = against(state)
    end = Option("end", "End it now", why_not, WHY, optional=True)
    return Asking("End this silence?", told, (end,), CANCEL)
