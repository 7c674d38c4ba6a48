"""Which label tells services apart best: how many it names, times the share of series that carry it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from cockpit.config.proposal.shape import Choice
from cockpit.core.known import ALIVE, LABELS, REQUESTS, THINGS, Carrier
from cockpit.text import percent, plural

_TIERS: Final = (
    (REQUESTS, "series that count requests"),
    (THINGS, "series of deployments"),
    (ALIVE, "scraped targets"),
)
"""Who answers requests is a service; everything that is scraped carries a job and says less."""


def choose(carriers: Sequence[Carrier], wanted: str = "") -> Choice | None:
    """`wanted` is what a person has said; None where no series carries any such label."""
    counts = {label: len(values(carriers, label)) for label in (*LABELS, *([wanted] if wanted else []))}
    if wanted:
        if not counts[wanted]:
            return Choice(wanted, "asked for", 0, _others(counts, wanted))
        return Choice(wanted, "asked for", counts[wanted], _others(counts, wanted))
    for metrics, what in _TIERS:
        telling = [each for each in carriers if each.metric in metrics]
        if best := _best(telling):
            label, named, share = best
            why = f"it names {plural(named, 'service')} on {percent(share)} of the {what}"
            return Choice(label, why, counts[label], _others(counts, label))
    return None


def values(carriers: Iterable[Carrier], label: str) -> list[str]:
    """What it names, in order."""
    return sorted({each.labels[label] for each in carriers if label in each.labels})


def told_others(choice: Choice) -> str:
    return ", ".join(f"{label} ({count})" for label, count in choice.others)


def _best(telling: Sequence[Carrier]) -> tuple[str, int, float] | None:
    """The label, how many it names, and the share of series that carry it; the first of equals."""
    total = sum(each.series for each in telling)
    names: dict[str, set[str]] = defaultdict(set)
    series: dict[str, int] = defaultdict(int)
    for each in telling:
        for label, value in each.labels.items():
            names[label].add(value)
            series[label] += each.series
    found = [(label, len(names[label]), series[label] / total) for label in LABELS if label in names]
    return max(found, key=lambda each: each[1] * each[2], default=None)


def _others(counts: dict[str, int], chosen: str) -> tuple[tuple[str, int], ...]:
    return tuple((label, count) for label, count in counts.items() if count and label != chosen)
