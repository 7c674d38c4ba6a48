"""Where `:` goes: `:svc checkout`, `:bridge`, or just a name. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.core.clusters import told_apart
from cockpit.core.levels import Level
from cockpit.core.state import State
from cockpit.core.whatif.asking import LEVELS, level_named, parted
from cockpit.text import join_names

PLACES: Final = {
    "bridge": "bridge",
    "services": "services",
    "alerts": "alerts",
    "runbooks": "runbooks",
    "switches": "switches",
    "incident": "incident",
    "business": "impact",
    "impact": "impact",
    "what-if": "what-if",
    "readiness": "readiness",
    "audit": "readiness",
    "help": "help",
    "q": "quit",
    "quit": "quit",
}
OPENERS: Final = frozenset({"svc", "service", "cap", "capability"})


@dataclass(frozen=True, slots=True)
class Place:
    """A screen, or that of one node, run, runbook or switch; `complaint` says why there is none."""

    screen: str = ""
    node: str = ""
    run: str = ""
    runbook: str = ""
    switch: str = ""
    update: str = ""
    """Of this incident."""
    handover: str = ""
    what_if: tuple[tuple[str, Level], ...] = ()
    """Which services, and at which level."""
    cluster: str | None = None
    """Shown alone from now on; empty: all of them."""
    complaint: str = ""


def destination(state: State | None, text: str) -> Place:
    words = text.split()
    if not words:
        return Place()
    if len(words) == 1 and words[0] in PLACES:
        return Place(screen=PLACES[words[0]])
    if words[0] == "run":
        return _run(state, " ".join(words[1:]))
    if words[0] in ("update", "handover"):
        return _told(state, words[0], " ".join(words[1:]))
    if words[0] == "what-if":
        return _what_if(state, words[1:])
    if words[0] == "cluster":
        return _cluster(state, " ".join(words[1:]))
    if words[0] == "switch":
        return _switch(state, " ".join(words[1:]))
    wanted = " ".join(words[1:] if words[0] in OPENERS else words)
    found = candidates(state, wanted)
    if wanted in found or len(found) == 1:
        return Place(node=wanted if wanted in found else found[0])
    if found:
        return Place(complaint=f"{len(found)} names hold “{wanted}”: {join_names(found, 6)}")
    if state and wanted in state.model.books:
        return Place(runbook=wanted)
    known = ":services, :runbooks, :switches, :alerts, :run ID or :svc NAME"
    return Place(complaint=f"nothing is called “{wanted}”; try {known}")


def _run(state: State | None, wanted: str) -> Place:
    """A run by its id, the newest without one, or the plan of a runbook."""
    runs = [run.id for run in state.record.runs.values() if not run.parent] if state else []
    if wanted in runs or (wanted in ("", "last") and runs):
        return Place(run=wanted if wanted in runs else runs[-1])
    if state and wanted in state.model.books:
        return Place(runbook=wanted)
    return Place(complaint=f"no run or runbook is called “{wanted}”" if wanted else "there is no run yet")


def _told(state: State | None, what: str, wanted: str) -> Place:
    """The update or the handover of the incident that is named, else of the newest that is open."""
    known = state.record.incidents if state else {}
    open_now = [each.id for each in known.values() if each.is_open]
    found = wanted if wanted in known else open_now[-1] if open_now and not wanted else ""
    if not found:
        return Place(complaint=f"no incident is called “{wanted}”" if wanted else "no incident is open")
    return Place(update=found) if what == "update" else Place(handover=found)


def _what_if(state: State | None, words: Sequence[str]) -> Place:
    """Each word a service, or a part of a name that no other service has; with `=LEVEL` not DOWN."""
    found: dict[str, Level] = {}
    services = {service.name for service in state.model.services} if state else set()
    for word in words:
        wanted, own = parted(word, services)
        names = [name for name in candidates(state, wanted) if name in services]
        level = level_named(own) if own else Level.DOWN
        if wanted not in names and len(names) != 1:
            many = f"{len(names)} services hold “{wanted}”: {join_names(names, 6)}"
            return Place(complaint=many if names else f"no service is called “{wanted}”")
        if level is None:
            return Place(complaint=f"“{own}” is no level: {', '.join(each.name for each in LEVELS)}")
        found[wanted if wanted in names else names[0]] = level
    return Place(what_if=tuple(found.items()))


def _cluster(state: State | None, wanted: str) -> Place:
    """By its whole name; all of them without one."""
    names = told_apart(state) if state else ()
    if not names:
        return Place(complaint="there is only one cluster")
    if wanted and wanted not in names:
        return Place(complaint=f"no cluster is called “{wanted}”; there is {join_names(names, 8)}")
    return Place(cluster=wanted)


def _switch(state: State | None, wanted: str) -> Place:
    """By its key, or by a part that no other has."""
    keys = [switch.key for switch in state.model.kill_switches] if state else []
    found = [key for key in keys if wanted in key]
    if wanted in keys or len(found) == 1:
        return Place(switch=wanted if wanted in keys else found[0])
    if found:
        return Place(screen="switches")
    return Place(complaint=f"no kill switch is called “{wanted}”")


def candidates(state: State | None, text: str) -> Sequence[str]:
    """Names that begin with `text`, then those that hold it."""
    if state is None or not text:
        return ()
    wanted = text.casefold()
    holding = [name for name in state.health.graph.names if wanted in name.casefold()]
    return sorted(holding, key=lambda name: not name.casefold().startswith(wanted))


def suggestions(state: State | None, text: str) -> str:
    """A line that says what could be meant so far."""
    words = text.split()
    is_place = bool(words) and words[0] in PLACES and words[0] != "what-if"
    wanted = words[-1] if words and not is_place else ""
    return "  ".join(candidates(state, wanted)[:8])
