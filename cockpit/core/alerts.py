"""One alert, whoever tells of it: what Prometheus and Alertmanager say together, and whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from cockpit.core.clusters import LABEL, cluster_of, servers, several
from cockpit.core.levels import Instant
from cockpit.core.model import Model
from cockpit.core.poll import Alert
from cockpit.core.promql_text import quote
from cockpit.core.same import Same
from cockpit.core.state import Acknowledgement, State

Standing: TypeAlias = Literal["firing", "pending", "silenced", "inhibited"]
Labels: TypeAlias = Mapping[str, str]
NO_LABELS: Final[Labels] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """One alert. Its labels are those an Alertmanager gives it, where one has it."""

    name: str
    state: Standing
    labels: Labels
    annotations: Labels
    since: Instant | None
    seen: tuple[str, ...]
    """Names of the servers that show it."""
    key: str
    """Tells it from every other."""
    service: str = ""
    """Whom it concerns; empty: nobody is named by it."""
    value: str = ""
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    quiet_in: tuple[str, ...] = ()
    """Alertmanagers that keep it quiet while others tell of it."""
    clusters: tuple[str, ...] = ()
    """Where it fires, of several: its own label `cluster` where that names one of them, else those of who
    tells of it; none: nobody says, so it may be of any."""

    def is_of(self, cluster: str) -> bool:
        return not self.clusters or cluster in self.clusters

    @property
    def is_quiet(self) -> bool:
        """Nobody is told of it."""
        return self.state in ("silenced", "inhibited")


def known_alerts(state: State) -> tuple[Known, ...]:
    """Every alert once, by name and labels; quick to ask again as long as nobody told anything new."""
    return _together(Same(state.health.alerts), Same(state.model), Same(state.health.graph.index))


@lru_cache(maxsize=2)
def _together(
    alerts: Same[tuple[Alert, ...]], model: Same[Model], known: Same[Mapping[str, int]]
) -> tuple[Known, ...]:
    managers = frozenset(server.name for server in model.it.alertmanager)
    whom = _whom(model.it, known.it)
    gathered = _Gathering(managers, {name: labels for name, labels in _outer(model.it)})
    where = _where(model.it)
    found = [
        replace(_known(key, told, managers, whom), clusters=where(told[0].labels, told))
        for key, told in gathered.of(alerts.it).items()
    ]
    return tuple(sorted(found, key=lambda each: (each.name, each.key)))


def _outer(model: Model) -> Iterator[tuple[str, Labels]]:
    """What the configuration says of each server, as far as it tells alerts of one from those of another."""
    for server in model.prometheus:
        yield server.name, server.labels
    for other in model.alertmanager:
        # Copies of one Alertmanager may differ in whatever else, and have the same alerts.
        yield other.name, {LABEL: other.labels[LABEL]} if LABEL in other.labels else NO_LABELS


def _where(model: Model) -> Callable[[Labels, Sequence[Alert]], tuple[str, ...]]:
    """The clusters of an alert by its labels and by who tells of it."""
    known = frozenset(several(model))
    of_source = {server.name: cluster_of(server) for server in servers(model) if known}

    def where(labels: Labels, told: Sequence[Alert]) -> tuple[str, ...]:
        if labels.get(LABEL) in known:
            return (labels[LABEL],)
        named = (of_source.get(alert.source, "") for alert in told)
        return tuple(sorted({name for name in named if name}))

    return where


@dataclass
class _Gathering:
    """Who tells of the same alert.

    Prometheus does not show the external labels that it sends along, so what it shows is a part of what
    an Alertmanager has: of several that fit, the one with the fewest labels more.
    """

    managers: frozenset[str]
    outer: Mapping[str, Labels]
    """What the configuration says of each server: of a Prometheus usually its external labels."""
    told: dict[str, list[Alert]] = field(default_factory=dict)
    theirs: dict[str, Labels] = field(default_factory=dict)
    """Labels of those that an Alertmanager has, with what is said of it."""
    by_label: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)

    def of(self, alerts: Iterable[Alert]) -> Mapping[str, Sequence[Alert]]:
        everything = list(alerts)
        for alert in everything:
            if alert.source in self.managers:
                self._begin(alert)
        others = [alert for alert in everything if alert.source not in self.managers]
        # The most particular first: what has fewer labels could be a part of several.
        for alert in sorted(others, key=lambda each: -len(each.labels)):
            outer = self.outer.get(alert.source, NO_LABELS)
            key = self._home(alert, outer) or written({**outer, **alert.labels})
            self.taken.add((key, alert.source))
            self.told.setdefault(key, []).append(alert)
        return self.told

    def _begin(self, alert: Alert) -> None:
        labels = {**self.outer.get(alert.source, NO_LABELS), **alert.labels}
        key = written(labels)
        if key not in self.told:
            self.theirs[key] = labels
            for pair in labels.items():
                self.by_label.setdefault(pair, []).append(key)
        self.told.setdefault(key, []).append(alert)

    def _home(self, alert: Alert, outer: Labels) -> str:
        rows = [self.by_label.get(pair, []) for pair in alert.labels.items()]
        fitting = [
            (len(theirs), key)
            for key in min(rows, key=len, default=[])
            if (key, alert.source) not in self.taken
            and _is_part(alert.labels, theirs := self.theirs[key])
            and all(theirs.get(label, value) == value for label, value in outer.items())
        ]
        return min(fitting, default=(0, ""))[1]


def _is_part(some: Labels, all_: Labels) -> bool:
    return some.items() <= all_.items()


def written(labels: Labels) -> str:
    """`Slow{service="search"}`"""
    pairs = sorted(labels.items())
    rest = ",".join(f"{name}={_quoted(value)}" for name, value in pairs if name != "alertname")
    return f"{labels.get('alertname', '')}{{{rest}}}"


def _quoted(value: str) -> str:
    """Most values need no look at each of their letters."""
    return f'"{value}"' if value.replace("-", "").isalnum() else quote(value)


def _known(key: str, told: Sequence[Alert], managers: frozenset[str], whom: Callable[[Labels], str]) -> Known:
    theirs = [alert for alert in told if alert.source in managers]
    first = (theirs or told)[0]
    since = [alert.since for alert in told if alert.since is not None]
    quiet = [alert for alert in theirs or told if alert.silenced_by or alert.inhibited_by]
    return Known(
        first.name,
        _state(told, theirs or told),
        first.labels,
        {name: text for alert in reversed(told) for name, text in alert.annotations.items()},
        min(since, default=None),
        tuple(dict.fromkeys(alert.source for alert in sorted(told, key=lambda each: each in theirs))),
        key,
        whom(first.labels),
        next((alert.value for alert in told if alert.value), ""),
        tuple(dict.fromkeys(id for alert in quiet for id in alert.silenced_by)),
        tuple(dict.fromkeys(id for alert in quiet for id in alert.inhibited_by)),
        tuple(alert.source for alert in quiet) if len(quiet) < len(theirs or told) else (),
    )


def _state(told: Sequence[Alert], deciding: Sequence[Alert]) -> Standing:
    """Quiet only where everybody who would tell of it keeps quiet: one that does not is enough to page."""
    if all(alert.silenced_by or alert.inhibited_by for alert in deciding):
        return "silenced" if any(alert.silenced_by for alert in deciding) else "inhibited"
    return "firing" if any(alert.state == "firing" for alert in told) else "pending"


# Whom it concerns


def whom_of(state: State) -> Callable[[Labels], str]:
    """Which service or capability the labels of an alert name; empty: none.

    A service's own labels come first, then the labels in configured order.
    """
    return _whom(state.model, state.health.graph.index)


def _whom(model: Model, known: Mapping[str, int]) -> Callable[[Labels], str]:
    order = model.alert_labels
    own = [(each.name, each.alert_labels) for each in model.services if each.alert_labels]

    def whom(labels: Labels) -> str:
        named = next((name for name, wanted in own if _is_part(wanted, labels)), "")
        values = (labels.get(label, "") for label in order)
        return named or next((value for value in values if value in known), "")

    return whom


def acknowledged(state: State, alert: Known) -> Acknowledgement | None:
    """Who has what it concerns."""
    return state.record.acknowledged.get(alert.service)


def runbook_of(model: Model, alert: Known) -> str:
    """The id of the runbook for it; empty: none that is known.

    Label `runbook`, then the end of `runbook_url`, then annotation `runbook`, then who names the alert.
    """
    known = {card.id for card in model.runbooks}
    named = next((id for id in _named(alert) if id in known), "")
    return named or next((card.id for card in model.runbooks if alert.name in card.alerts), "")


def _named(alert: Known) -> Iterator[str]:
    yield alert.labels.get("runbook", "")
    try:
        url = urlsplit(alert.annotations.get("runbook_url", ""))
    except ValueError:
        url = urlsplit("")
    yield unquote(url.fragment)
    yield unquote(url.path.rstrip("/").rpartition("/")[2])
    yield alert.annotations.get("runbook", "")
