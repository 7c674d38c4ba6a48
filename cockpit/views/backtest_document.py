"""A back-test for machines."""

from __future__ import annotations

from typing import Any, Final

from cockpit.core.backtest.model import Backtest, Calmer, Episode, Flapping, Spent
from cockpit.core.model import Model
from cockpit.views.backtest import LEVELS, sentence, unknown_share
from cockpit.views.status import number as finite

SCHEMA: Final = "cockpit.backtest/v1"


def document(model: Model, found: Backtest) -> dict[str, Any]:
    """The contract of `cockpit backtest --json`; key order is part of it, new keys come last."""
    seen = found.seen
    return {
        "schema": SCHEMA,
        "name": model.name,
        "asked": {"from": found.asked[0], "to": found.asked[1]} if found.asked else None,
        "from": seen.begin,
        "to": seen.end,
        "step": found.step,
        "polls": seen.polls,
        "unknown_share": unknown_share(seen),
        "episodes": [_episode(each) for each in seen.episodes],
        "flaps": [_flap(each) for each in seen.flapping],
        "services": {name: _spent(each) for name, each in seen.services.items()},
        "capabilities": {name: _spent(each) for name, each in seen.capabilities.items()},
        "gaps": [{"from": gap.begin, "to": gap.end} for gap in seen.gaps],
        "calmer": [_calmer(each) for each in found.calmer],
        "not_calmer": found.not_calmer,
        "notes": list(found.notes),
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "from": episode.begin,
        "last_hurt": episode.last,
        "to": episode.end,
        "ended": episode.ended,
        "counts": episode.counts,
        "serious_at": episode.serious_at,
        "severity": episode.severity.value,
        "worst_at": episode.worst_at,
        "headline": list(episode.headline),
        "services": {name: level.name for name, level in episode.services.items()},
        "capabilities": {name: level.name for name, level in episode.capabilities.items()},
        "suspects": list(episode.suspects),
        "data": list(episode.data),
    }


def _flap(flapping: Flapping) -> dict[str, Any]:
    return {
        "owner": flapping.owner,
        "signal": flapping.signal,
        "source": flapping.source,
        "count": flapping.count,
        "worst": flapping.worst.name,
        "longest": flapping.longest,
    }


def _spent(spent: Spent) -> dict[str, float]:
    """Seconds by level."""
    return {level: spent[level] for level in LEVELS if spent.get(level)}


def _calmer(of: Calmer) -> dict[str, Any]:
    def by_level(which: int) -> dict[str, Any]:
        return {level.name: finite(pair[which]) for level, pair in of.limits.items()}

    return {
        "owner": of.owner,
        "signal": of.signal,
        "what": of.what,
        "direction": of.direction,
        "now": by_level(0) if of.wait is None else of.wait[0],
        "suggested": by_level(1) if of.wait is None else of.wait[1],
        "flaps": of.flaps,
        "longest": of.longest,
        "quiet_p99": None if of.quiet != of.quiet else finite(of.quiet),
        "keeps": list(of.keeps),
        "later": of.later,
        "why": sentence(of),
    }
