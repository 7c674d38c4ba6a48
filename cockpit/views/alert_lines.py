"""Alerts and silences in plain text and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cockpit.core.alerts import Known, acknowledged, runbook_of
from cockpit.core.clusters import told_apart
from cockpit.core.levels import Instant
from cockpit.core.poll import Silenced
from cockpit.core.silences import Quieting, quieting
from cockpit.core.state import State
from cockpit.views.alerts import (
    NEEDS,
    alerts_of,
    alerts_view,
    filtered,
    is_known,
    lost,
    part_of,
    silences_of,
)
from cockpit.views.layout import draw_section, wrap
from cockpit.views.lines import text_of


def lines(state: State, now: Instant, width: int, only: str = "") -> Iterator[str]:
    """Everything on the screen of alerts; silences with the ids by which they are ended."""
    view = alerts_view(state, now, only)
    if only:
        yield text_of(filtered(state, only, width))
    for remark in view.remarks:
        yield from (text_of(part) for part in wrap(remark, width))
    for section in view.sections:
        yield section.title
        for drawn, row in draw_section(section, width - 2):
            yield f"  {text_of(drawn)}".rstrip()
            if row and row.opens == "silence":
                yield f"    cockpit alerts expire {row.key.partition(' ')[2]}"


def document(state: State, now: Instant, only: str = "") -> dict[str, object]:
    """`cockpit.alerts/v1`. What is not known is null; `cluster` is there when it is limited to one."""
    quiet = quieting(state)
    return {
        "schema": "cockpit.alerts/v1",
        "at": state.health.at,
        "known": is_known(state, only),
        "unreachable": lost(state, only),
        "alerts": [_alert_document(state, each, quiet) for each in alerts_of(state, only)],
        "silences": [_silence_document(each, sources) for each, sources in silences_of(state, only)],
        **({"cluster": only} if only else {}),
    }


def _alert_document(state: State, alert: Known, quiet: Quieting) -> Mapping[str, object]:
    ack = acknowledged(state, alert)
    return {
        "name": alert.name,
        "state": alert.state,
        "service": alert.service or None,
        "since": alert.since,
        "seen": list(alert.seen),
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "silenced_by": list(alert.silenced_by),
        "inhibited_by": list(quiet.inhibitors(alert) or alert.inhibited_by),
        "acknowledged": {"by": ack.actor, "at": ack.at} if ack else None,
        "runbook": runbook_of(state.model, alert) or None,
        "needs_somebody": part_of(state, alert) == NEEDS,
        **({"clusters": list(alert.clusters)} if told_apart(state) else {}),
    }


def _silence_document(silence: Silenced, sources: Sequence[str]) -> Mapping[str, object]:
    return {
        "id": silence.id,
        "sources": list(sources),
        "matchers": list(silence.matchers),
        "starts": silence.starts,
        "ends": silence.ends,
        "by": silence.author,
        "comment": silence.comment,
        "pending": silence.pending,
    }
