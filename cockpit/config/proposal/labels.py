"""Which label tells services apart best: the one under whose names most can be seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from cockpit.config.proposal.shape import Choice
from cockpit.core.known import LABELS, REQUESTS, THINGS, Carrier, Known

BY_NAME: Final = ("otel-http", "kubernetes-deployment", "kafka-consumer", "slo-burn")
"""Presets whose key is the name of a service."""
LEAST: Final = "up"
_MEASURED, _TELLING, _SCRAPED = 1.0, 0.5, 0.1


class _Seen(NamedTuple):
    """How many names a label has, and under how many of them what can be seen; each counts once."""

    label: str
    names: int
    measured: int
    """By a preset that says how it is."""
    telling: int
    """They count requests or are deployments, and no preset reads that."""
    scraped: int
    """All that is known is whether a process answers; exporters have that, too."""

    @property
    def score(self) -> float:
        # That there is a name at all decides only where nothing else does.
        seen = _MEASURED * self.measured + _TELLING * self.telling + _SCRAPED * self.scraped
        return seen + self.names / 1e6

    @property
    def why(self) -> str:
        if self.measured:
            return f"presets measure {self.measured:,} of its {self.names:,} names"
        if self.telling:
            return f"{self.telling:,} of its {self.names:,} names answer requests or are deployments"
        return f"{self.scraped:,} of its {self.names:,} names are scraped"


def choose(known: Known, wanted: str = "") -> Choice | None:
    """`wanted` is what a person has said; None where no series carries any such label."""
    every = {label: _seen(known, label) for label in (*LABELS, *([wanted] if wanted else []))}
    there = [seen for seen in every.values() if seen.names]
    best = every[wanted] if wanted else max(there, key=lambda seen: seen.score, default=None)
    if best is None:
        return None
    others = tuple((seen.label, seen.names) for seen in there if seen.label != best.label)
    return Choice(best.label, "asked for" if wanted else best.why, best.names, others)


def values(carriers: Iterable[Carrier], label: str) -> list[str]:
    """What it names, in order."""
    return sorted({each.labels[label] for each in carriers if label in each.labels})


def measured(known: Known) -> frozenset[str]:
    """Names that a preset answers for."""
    return frozenset().union(*(known.keys.get(preset, frozenset()) for preset in BY_NAME))


def told_others(choice: Choice) -> str:
    return ", ".join(f"{label} ({count})" for label, count in choice.others)


def _seen(known: Known, label: str) -> _Seen:
    names = set(values(known.carriers, label))
    good = names & measured(known)
    telling = (
        set(values((each for each in known.carriers if each.metric in (*REQUESTS, *THINGS)), label)) - good
    )
    scraped = (names & known.keys.get(LEAST, frozenset())) - good - telling
    return _Seen(label, len(names), len(good), len(telling), len(scraped))
