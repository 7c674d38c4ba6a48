"""A post-mortem for machines: `cockpit.postmortem/v1`; what is not known is null."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict

from cockpit.core.incident.model import Update
from cockpit.text import clean, whole
from cockpit.views.export import losses
from cockpit.views.export.losses import Hurt
from cockpit.views.export.postmortem import Postmortem
from cockpit.views.export.series import Series
from cockpit.views.export.summary import sentences
from cockpit.views.export.telling import Line

SCHEMA = "cockpit.postmortem/v1"


def document(it: Postmortem) -> dict[str, object]:
    """Times are Unix seconds UTC; numbers that are not finite are "NaN", "+Inf", "-Inf"; texts are clean."""
    found: dict[str, object] = {
        "schema": SCHEMA,
        "made_at": it.made_at,
        "demo": it.demo,
        "place": it.place,
        "incident": {
            "id": it.id,
            "title": it.title,
            "open": it.open,
            "severity": it.severity,
            "proposed": it.proposed,
            "severities": [asdict(each) for each in it.severities],
            "resolution": it.resolution or None,
            "resolved_by": it.resolved_by or None,
            "reopened": it.reopened,
        },
        "summary": list(sentences(it)),
        "stages": [
            {"name": each.name.lower(), "at": each.at, "after": each.after, "what": each.what}
            for each in it.stages
        ],
        "lasted": it.lasted,
        "impact": [_hurt(each) for each in it.impact],
        "dependencies": {
            "nodes": [asdict(each) for each in it.picture.parts],
            "edges": [{"from": each.of, "to": each.on, "kind": each.kind} for each in it.picture.needs],
            "left_out": it.picture.left_out,
        },
        "signals": {
            "trouble": it.charts.trouble or None,
            "step": it.charts.step or None,
            "left_out": list(it.charts.left_out),
            "series": [_series(each) for each in it.charts.series],
        },
        "acts": [asdict(each) for each in it.frame.marks],
        "timeline": [_line(each) for each in it.timeline],
        "hypotheses": [asdict(each) for each in it.hypotheses],
        "decisions": [asdict(each) for each in it.decisions],
        "runs": [asdict(each) for each in it.tried],
        "undone": list(it.undone),
        "data_wrong": list(it.wrong),
        "switches": [_line(each) for each in it.switches],
        "updates": [_update(each) for each in it.updates],
        "handovers": [asdict(each) for each in it.handovers],
        "left_at_resolve": list(it.left),
        "to_clean_up": list(it.owed),
        "people": [asdict(each) for each in it.people],
        "not_seen": list(it.unseen),
        "questions": list(it.questions),
        "head": it.head.fields(),
    }
    return {name: _settled(each) for name, each in found.items()}


def _hurt(one: Hurt) -> dict[str, object]:
    loss = one.loss
    return {
        "capability": one.name,
        "title": one.title,
        "audience": one.audience,
        "worst": one.worst,
        "since": one.since,
        "until": one.until,
        "seconds_at": dict(one.levels),
        "loss": None
        if loss is None
        else {
            "kind": loss.kind,
            "low": loss.low,
            "high": None if loss.kind == "unknown" else loss.high,
            "unit": loss.unit,
            "currency": loss.currency or None,
            "how": losses.why(one),
        },
        "workaround": one.workaround or None,
    }


def _series(one: Series) -> dict[str, object]:
    return {
        "owner": one.owner,
        "signal": one.signal,
        "unit": one.unit,
        "source": one.source,
        "direction": one.direction,
        "thresholds": {level.name: limit for level, limit in one.thresholds.items()},
        "points": [[at, value] for at, value in one.points],
    }


def _line(one: Line) -> dict[str, object]:
    return {
        "at": one.at,
        "kind": one.kind,
        "who": one.who or None,
        "text": one.text,
        "evidence": one.evidence or None,
        "seq": one.seq or None,
    }


def _update(one: Update) -> dict[str, object]:
    told = asdict(one)
    return {**told, "outcome": one.outcome or "unknown"}


def _settled(part: object) -> object:
    """In values that JSON has."""
    match part:
        case str():
            return clean(whole(part), multiline=True)
        case float() if math.isnan(part):
            return "NaN"
        case float() if math.isinf(part):
            return "+Inf" if part > 0 else "-Inf"
        case Mapping():
            return {clean(str(name)): _settled(each) for name, each in part.items()}
        case list() | tuple():
            return [_settled(each) for each in part]
    return part
