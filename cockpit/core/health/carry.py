"""A replaced model keeps the past of what both know: levels, onsets, breaches; the rest starts unknown."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.health.advance import fresh
from cockpit.core.health.columns import copy_columns
from cockpit.core.health.graph import Graph
from cockpit.core.health.own import measure
from cockpit.core.health.shown import sight
from cockpit.core.health.state import Health
from cockpit.core.model import Model


def carry_over(health: Health, model: Model) -> Health:
    """The picture for `model`, nothing polled yet by its questions.

    A signal whose thresholds or question changed is another signal: what it was committed to was said
    about something else, so it starts unknown.
    """
    new = fresh(model)
    pairs = _same_slots(health.graph, new.graph)
    columns = copy_columns(new.columns)
    for before, after in pairs:
        for name in (
            "committed",
            "since",
            "bad_since",
            "run_verdict",
            "run_first",
            "run_last",
            "first",
            "until",
        ):
            getattr(columns, name)[after] = getattr(health.columns, name)[before]
        for name in ("skipped", "unruled", "flapping", "steady", "runs", "commits"):
            getattr(columns, name)[after] = getattr(health.columns, name)[before]
    graph = new.graph
    parts = tuple(measure(graph, columns, node) for node in range(len(graph.names)))
    known = {node.name: node for node in health.nodes}
    names = set(graph.names)
    last = health.moments[-1].at if health.moments else 0.0
    return replace(
        new,
        columns=columns,
        parts=parts,
        sighted=sight(graph, parts),
        nodes=tuple(known.get(node.name, replace(node, since=last)) for node in new.nodes),
        latches={name: latch for name, latch in health.latches.items() if name in names},
        active_since={mode: since for mode, since in health.active_since.items() if mode[0] in names},
        changes=health.changes,
        alerts=health.alerts,
        moments=tuple(
            replace(each, failing={name: level for name, level in each.failing.items() if name in names})
            for each in health.moments
        ),
        impacts={name: impact for name, impact in health.impacts.items() if name in names},
        started_at=health.started_at,
    )


def _same_slots(old: Graph, new: Graph) -> list[tuple[int, int]]:
    """(old slot, new slot) of every signal that is still judged by the same question and limits."""
    return [
        (old.slots.index[slot.key], number)
        for number, slot in enumerate(new.slots.slots)
        if slot.key in old.slots.index and old.slots.slots[old.slots.index[slot.key]].signal == slot.signal
    ]
