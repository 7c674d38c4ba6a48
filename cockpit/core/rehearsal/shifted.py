"""Facts of one drill among those of all drills: each begins with R-1 and INC-1, and there they go on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cockpit.core.incident.model import number_of
from cockpit.core.journal import Fact

_RUN: Final = re.compile(r"R-(\d{1,9})(?=$|\.)")
_INCIDENT: Final = re.compile(r"INC-(\d{1,9})$")


@dataclass(frozen=True, slots=True)
class Shift:
    """Which number each has there; `drill` tells its uids from those of every other drill."""

    drill: str
    runs: Mapping[int, int] = field(default_factory=dict)
    incidents: Mapping[int, int] = field(default_factory=dict)


def shifted(fact: Fact, shift: Shift) -> Fact:
    """The same fact under the numbers that it has among all drills. Texts that only mention one stay."""
    return replace(
        fact,
        uid=f"{shift.drill}-{fact.uid}",
        run=_named(fact.run, shift),
        incident=_named(fact.incident, shift),
        body=_everywhere(fact.body, shift),
    )


def run_number(id: str) -> int:
    """Of a run or of the one around it; 0 for what is none."""
    found = _RUN.match(id)
    return int(found[1]) if found else 0


def incident_number(id: str) -> int:
    return number_of(id)


def _everywhere(value: Any, shift: Shift) -> Any:
    match value:
        case str():
            return _named(value, shift)
        case Mapping():
            return {name: _everywhere(each, shift) for name, each in value.items()}
        case list() | tuple():
            return [_everywhere(each, shift) for each in value]
    return value


def _named(text: str, shift: Shift) -> str:
    if found := _RUN.match(text):
        return f"R-{shift.runs.get(int(found[1]), found[1])}{text[found.end() :]}"
    if found := _INCIDENT.match(text):
        return f"INC-{shift.incidents.get(int(found[1]), found[1])}"
    return text
