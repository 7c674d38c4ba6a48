"""`cockpit.whatif/v1`: the answer for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cockpit.core.whatif.answer import Answer
from cockpit.core.whatif.blast import Levels
from cockpit.views.whatif.missing import lacks
from cockpit.views.whatif.told import sentence, told
from cockpit.views.whatif.words import Told

SCHEMA: Final = "cockpit.whatif/v1"


def document(answer: Answer, expected: Mapping[str, float]) -> dict[str, object]:
    """Key order is part of it. `also`: what was chosen beside `service`; null: what is not known."""
    asked, story = answer.outcome, told(answer, expected)
    (service, level), *others = asked.chosen.items()
    return {
        "schema": SCHEMA,
        "service": service,
        "level": level.name,
        **_levels(answer, asked.nobody),
        "with_switches": {
            **_levels(answer, asked.acted),
            "switches": [switch.key for switch in asked.switches],
        },
        "next": [sentence(answer, each) for each in story],
        "gaps": [{"what": each.what, "why": each.why} for each in lacks(answer)],
        "also": {name: other.name for name, other in others},
        "severity": answer.people.severity.value if answer.people.severity else None,
        "timeline": [_moment(each) for each in story],
    }


def _levels(answer: Answer, levels: Levels) -> dict[str, object]:
    graph = answer.graph
    services = {name: level.name for name, level in levels.items() if graph.index[name] < graph.services}
    return {
        "services": services,
        "capabilities": {name: level.name for name, level in levels.items() if name not in services},
    }


def _moment(each: Told) -> dict[str, object]:
    return {
        "phase": each.phase,
        "after": each.after,
        "until": each.until,
        "counted_from": each.base,
        "what": each.text,
    }
