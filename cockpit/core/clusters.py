"""Which clusters there are, who tells of each, and the picture as one of them alone gives it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from cockpit.core.health.lens import own_level, part_by, through
from cockpit.core.health.rules import UNKNOWN
from cockpit.core.health.state import Health, Part
from cockpit.core.levels import Shown
from cockpit.core.model import AlertServer, MetricServer, Model
from cockpit.core.same import Same
from cockpit.core.state import SourceState, State

LABEL: Final = "cluster"


def cluster_of(server: MetricServer | AlertServer) -> str:
    """Its label `cluster`, else the name of a Prometheus.

    Empty for an Alertmanager without the label: one that serves several is the rule, so it speaks for all.
    """
    return server.labels.get(LABEL) or (server.name if isinstance(server, MetricServer) else "")


def clusters(model: Model) -> tuple[str, ...]:
    """As declared, each once."""
    return tuple(dict.fromkeys(name for name in map(cluster_of, servers(model)) if name))


def servers(model: Model) -> tuple[MetricServer | AlertServer, ...]:
    """All that know of services and alerts."""
    return *model.prometheus, *model.alertmanager


def several(model: Model) -> tuple[str, ...]:
    """The clusters where there is more than one; nothing where nobody has to tell them apart."""
    return _several(Same(model))


@lru_cache(maxsize=4)
def _several(model: Same[Model]) -> tuple[str, ...]:
    names = clusters(model.it)
    return names if len(names) > 1 else ()


def told_apart(state: State) -> tuple[str, ...]:
    """The same, but none in a replay: a recording has one value of a signal, and not whose it was."""
    return () if state.mode == "replay" else several(state.model)


def cluster_of_source(model: Model, name: str) -> str:
    """Empty for what speaks for all or for none."""
    return next((cluster_of(server) for server in servers(model) if server.name == name), "")


def measuring(model: Model, cluster: str) -> frozenset[str]:
    """Names of the Prometheus servers of a cluster."""
    return _measuring(Same(model), cluster)


@lru_cache(maxsize=64)
def _measuring(model: Same[Model], cluster: str) -> frozenset[str]:
    return frozenset(server.name for server in model.it.prometheus if cluster_of(server) == cluster)


def elsewhere(model: Model, cluster: str) -> frozenset[str]:
    """Names of the sources that tell of other clusters alone."""
    return frozenset(server.name for server in servers(model) if cluster_of(server) not in ("", cluster))


# How each of them is


@dataclass(frozen=True, slots=True)
class InCluster:
    """How a service or capability is by the signals of one cluster."""

    cluster: str
    level: Shown
    """UNMONITORED: no signal of it comes from there."""
    part: Part


def in_clusters(state: State, name: str) -> tuple[InCluster, ...]:
    """For each cluster, as declared; nothing where there is only one."""
    graph = state.health.graph
    node = graph.index[name]
    found = []
    for cluster in told_apart(state):
        part = part_by(graph, state.health.columns, node, measuring(state.model, cluster))
        found.append(InCluster(cluster, own_level(part), part))
    return tuple(found)


def lost_in(state: State, cluster: str) -> tuple[SourceState, ...]:
    """Sources of it that cannot be reached, those that measure first."""
    names = (server.name for server in servers(state.model) if cluster_of(server) == cluster)
    sources = (state.picture.sources.get(name) for name in names)
    return tuple(source for source in sources if source and source.reachable is False)


def blind_clusters(state: State) -> tuple[str, ...]:
    """Those of several of which nothing can be known now: nobody there answers, or with nothing known."""
    return tuple(cluster for cluster in told_apart(state) if _is_blind(state, cluster))


def _is_blind(state: State, cluster: str) -> bool:
    sources = measuring(state.model, cluster)
    if not sources:
        return bool(lost_in(state, cluster))
    asked = [state.picture.sources[name].reachable for name in sources if name in state.picture.sources]
    if not asked:
        return False  # it is not looked at: a filter leaves it out
    if all(reachable is False for reachable in asked):
        return True
    return state.health.at is not None and _nothing_known(state.health, sources)


def _nothing_known(health: Health, sources: frozenset[str]) -> bool:
    """Of signals that are asked there. Too little traffic to judge by is no blindness."""
    columns = health.columns
    own = [number for number, slot in enumerate(health.graph.slots.slots) if slot.source in sources]
    known = (columns.committed[slot] != UNKNOWN or columns.skipped[slot] for slot in own)
    return any(not columns.unruled[slot] for slot in own) and not any(known)


# One of them alone


def seen_in(state: State, cluster: str, before: State | None = None) -> State:
    """`state` as the signals of one cluster alone tell it; to be looked at, never to go on from.

    The record stays whole. `before`: what this gave for the last state, so that what did not change keeps
    its objects.
    """
    picture = state.picture
    known = before.picture.health if before else None
    if before and before.model is not state.model:
        known = None
    hidden = elsewhere(state.model, cluster)
    sources = {name: source for name, source in picture.sources.items() if name not in hidden}
    health = through(picture.health, measuring(state.model, cluster), known)
    return replace(state, picture=replace(picture, health=health, sources=sources, past={}))
