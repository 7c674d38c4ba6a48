"""The words that its sentences share: names, levels, times, and what a fallback carries."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Level, Seconds, Shown
from cockpit.core.model import Capability
from cockpit.core.whatif.answer import Answer
from cockpit.core.whatif.outcome import Carried
from cockpit.text import join_names
from cockpit.views import words

Phase: TypeAlias = Literal[
    "hurt", "noticed", "called", "decided", "switched", "run", "data", "sealed", "over"
]
Base: TypeAlias = Literal["start", "notice", "switch", "run"]
Opens: TypeAlias = Literal["", "node", "switch", "runbook"]

NAMED: Final = 4
"""Names that are spelt out in one sentence."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happens. Times are seconds from `base`; `until` where only a range is known."""

    phase: Phase
    text: str
    after: Seconds | None = None
    until: Seconds | None = None
    base: Base = "start"
    opens: Opens = ""
    key: str = ""


def question(answer: Answer) -> str:
    """ "orders-db is DOWN, search is DEGRADED, and everybody else is well"."""
    chosen = [f"{name} is {word(level)}" for name, level in answer.outcome.chosen.items()]
    return f"{', '.join(chosen)}, and everybody else is well"


def word(level: Level) -> str:
    return words.level_word(Shown.of(level))


def span_of(seconds: Seconds, whole: Callable[[float], int] = math.ceil) -> str:
    """Rounded up, unless told otherwise, so never less than it takes: "55 s", "6 min", "4 h", "2 d"."""
    size, unit = 86_400, "d"
    for finer, name, most in ((1, "s", 120), (60, "min", 7200), (3600, "h", 172_800)):
        if seconds < most:
            size, unit = finer, name
            break
    for coarser, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if coarser > size and seconds and seconds % coarser == 0:
            size, unit = coarser, name
            break
    return f"{whole(seconds / size)} {unit}"


def between(soonest: Seconds, latest: Seconds) -> str:
    """ "35 s to 55 s", rounded apart; once where both read alike."""
    one, other = span_of(soonest, math.floor), span_of(latest)
    return one if one == other else f"{one} to {other}"


def capability_of(answer: Answer, name: str) -> Capability | None:
    declared = answer.graph.declared(answer.graph.index[name])
    return declared if isinstance(declared, Capability) else None


def title_of(answer: Answer, name: str) -> str:
    """A capability by its title, a service by its name."""
    capability = capability_of(answer, name)
    return capability.title or name if capability else name


def by_level(levels: Mapping[str, Level]) -> str:
    """ "checkout-api and 2 more DOWN, storefront DEGRADED"."""
    parts = []
    for level in sorted(set(levels.values()), reverse=True):
        names = [name for name, each in levels.items() if each is level]
        parts.append(f"{join_names(names, NAMED)} {word(level)}")
    return "; ".join(parts)


def carries(each: Carried) -> str:
    """ "checkout-api goes on in its mode pay-later-queue"; its level is told beside it."""
    if each.whom == (each.owner,):
        return f"{each.owner} goes on in its mode {each.mode.name}"
    verb = "go" if len(each.whom) > 1 else "goes"
    return f"{join_names(each.whom, NAMED)} {verb} on thanks to {each.mode.name} of {each.owner}"


def terms(each: Carried) -> str:
    """Its level, for how long from when it is turned on, what works under it and what does not."""
    limit = each.mode.max_duration
    lasts = f", for at most {span_of(limit)}" if limit is not None and each.how != "itself" else ""
    return f", at most {word(each.mode.level)}{lasts}{_costs(each)}"


def _costs(each: Carried) -> str:
    said = (("works", each.mode.works), ("lost", each.mode.lost), ("to clean up", each.mode.data_debt))
    parts = [f"{label}: {text}" for label, text in said if text]
    return f" ({'; '.join(parts)})" if parts else ""
