"""Whether the servers outside can be reached, since when, and whom to call when not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, TypeAlias

from cockpit.core.events import SourceAnswered, SourceFailed
from cockpit.core.model import Model
from cockpit.core.state import Entry, Picture, SourceState, State
from cockpit.core.update_timeline import told

SourceKind: TypeAlias = Literal["prometheus", "alertmanager", "flags", "recording", "simulation"]
TITLES: dict[SourceKind, str] = {
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "flags": "flag store",
    "recording": "file",
    "simulation": "simulation",
}


def listed(model: Model, mode: str) -> dict[str, SourceState]:
    """Everybody who will be asked, nobody asked yet. A replay asks nobody but the recording."""
    if mode == "replay":
        return {}
    return {source.name: source for source in _declared(model)}


def _declared(model: Model) -> Iterator[SourceState]:
    for server in model.prometheus:
        yield SourceState(server.name, "prometheus", owner=server.owner, runbook=server.runbook)
    for other in model.alertmanager:
        yield SourceState(other.name, "alertmanager", owner=other.owner, runbook=other.runbook)
    for store in model.flags:
        yield SourceState(store.name, "flags", owner=store.owner, runbook=store.runbook)


def relisted(state: State, model: Model) -> dict[str, SourceState]:
    """The table after a reload: who is still there keeps what is known of it."""
    known = state.picture.sources
    fresh = listed(model, state.mode)
    return {
        name: replace(known[name], kind=new.kind, owner=new.owner, runbook=new.runbook)
        if name in known
        else new
        for name, new in fresh.items()
    }


def answered(state: State, event: SourceAnswered) -> Picture:
    old = _known(state, event.source)
    new = replace(
        old,
        reachable=True,
        since=old.since if old.reachable else event.at,
        answered_at=event.at,
        reason="",
        hint="",
        note=event.note,
        skew=old.skew if event.skew is None else event.skew,
        retry_at=None,
    )
    back = old.reachable is False
    return _listed(state.picture, new, *([_entry(new, event.at, "answers again")] if back else []))


def failed(state: State, event: SourceFailed) -> Picture:
    old = _known(state, event.source)
    lost = old.reachable is not False
    new = replace(
        old,
        reachable=False,
        since=event.at if lost else old.since,
        reason=event.reason,
        hint=event.hint,
        retry_at=event.retry_at,
    )
    text = f"cannot be reached: {event.reason}"
    return _listed(state.picture, new, *([_entry(new, event.at, text)] if lost else []))


def _known(state: State, name: str) -> SourceState:
    known = state.picture.sources.get(name)
    if known:
        return known
    return SourceState(name, "recording" if state.mode in ("live", "replay") else "simulation")


def _listed(picture: Picture, source: SourceState, *entries: Entry) -> Picture:
    return told(replace(picture, sources={**picture.sources, source.name: source}), *entries)


def _entry(source: SourceState, at: float, what: str) -> Entry:
    return Entry(at, "source", source.name, f"{TITLES[source.kind]} {source.name} {what}")
