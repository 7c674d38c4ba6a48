"""Whatever happens, poll by poll, the program says what design/health.md says."""

from __future__ import annotations

from hypothesis import given

from cockpit.core.health import advance, fresh, reason
from cockpit.core.model import Model
from cockpit.core.poll import Poll

from .generated import Choices, any_model
from .generated_polls import Weather, any_flipping
from .reference_run import Reference, differences, picture_of
from .settings import a_few_hundred, bytes_of


def disagreements(model: Model, polls: list[Poll]) -> list[str]:
    """Of the first poll after which the program and the text are apart."""
    health, reference = fresh(model), Reference(model)
    for number, poll in enumerate(polls):
        health = reason(advance(health, poll))
        found = differences(picture_of(health), reference.poll(poll))
        if found:
            return [f"poll {number}", *found]
    return []


@given(bytes_of(700))
@a_few_hundred
def test_a_few_services_over_an_hour_are_judged_by_the_text(data: bytes) -> None:
    choose = Choices(data)
    model = any_model(choose, services=2, signals=2)
    assert disagreements(model, Weather.over(choose, model).polls(25)) == []


@given(bytes_of(900))
@a_few_hundred
def test_a_graph_of_services_is_judged_by_the_text(data: bytes) -> None:
    choose = Choices(data)
    model = any_model(choose, services=6, signals=2, quick=True)
    assert disagreements(model, Weather.over(choose, model).polls(12)) == []


@given(bytes_of(300))
@a_few_hundred
def test_one_restless_signal_is_judged_by_the_text(data: bytes) -> None:
    assert disagreements(*any_flipping(Choices(data))) == []
