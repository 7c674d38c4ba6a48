"""What is felt at once: by whom, how badly, and what carries on by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cockpit.core.health.impact import Throughput, loss_per_minute
from cockpit.core.levels import Level, Shown
from cockpit.core.model import Audience
from cockpit.core.whatif.answer import Answer
from cockpit.views import words
from cockpit.views.business import cannot
from cockpit.views.whatif.words import Told, by_level, capability_of, carries, span_of, terms

AUDIENCES: Final = list(Audience)


def hurt(answer: Answer, expected: Mapping[str, float]) -> Iterator[Told]:
    hurt = answer.outcome.nobody
    capabilities = [(name, level) for name, level in hurt.items() if capability_of(answer, name)]
    for name, level in sorted(capabilities, key=lambda each: _felt(answer, *each)):
        yield Told("hurt", _feels(answer, name, level, expected), 0.0, opens="node", key=name)
    services = {name: level for name, level in hurt.items() if not capability_of(answer, name)}
    if services:
        yield Told("hurt", f"Should be hurt by it: {by_level(services)}.", 0.0)
    if not hurt:
        yield Told("hurt", "Nobody else should be hurt.", 0.0)
    for each in answer.outcome.carried:
        if each.how == "itself":
            text = f"By itself {carries(each)}{terms(each)}."
            yield Told("hurt", text, 0.0, opens="node", key=each.owner)


def _felt(answer: Answer, name: str, level: Level) -> tuple[int, int, int]:
    """Customers first, then as the audiences are declared; of one the worst."""
    capability = capability_of(answer, name)
    assert capability is not None
    return AUDIENCES.index(capability.audience), -level, capability.tier


def _feels(answer: Answer, name: str, level: Level, expected: Mapping[str, float]) -> str:
    capability = capability_of(answer, name)
    assert capability is not None
    loss = loss_per_minute(capability, Shown.of(level), Throughput(None, expected.get(name)))
    how = can(capability.title or name, level)
    audience = words.AUDIENCES[capability.audience]
    whose = "" if how.startswith(audience) else f"{audience}: "
    said = f"{whose}{how}; {words.loss_a_minute(loss)}"
    if capability.workaround:
        way = capability.workaround
        who = f" ({way.who})" if way.who else ""
        limit = f", for {span_of(way.good_for)}" if way.good_for else ""
        said += f"; meanwhile: {way.what}{who}{limit}"
    if capability.deadline_text:
        said += f"; it matters by {capability.deadline_text}"
    return f"{said}."


def can(title: str, level: Level) -> str:
    """What is left of what the business can do."""
    match level:
        case Level.DOWN:
            return cannot(title, "cannot", "DOWN")
        case Level.FAILING:
            return cannot(title, "often cannot", "FAILING")
        case Level.DEGRADED:
            return f"{title}, but worse than agreed"
        case _:
            return f"{title}, but it is at risk"
