"""Can the ways of failing be told apart: which kinds of signals each service has, and which it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.audit.answers import Answer, Answered, Question
from cockpit.core.audit.recovery import nothing_declared
from cockpit.core.audit.survey import EXTERNAL, Survey
from cockpit.core.levels import FailureClass, Kind, Level
from cockpit.core.model import Criticality, Service, Signal
from cockpit.text import join_names, plural

WORDS: Final = {
    FailureClass.UNAVAILABLE: "unavailability",
    FailureClass.DEGRADATION: "degradation",
    FailureClass.DELAY: "delay",
    FailureClass.CORRUPTION: "corruption",
    FailureClass.RETRY_STORM: "retries",
}
DELAYS: Final = (Kind.LATENCY, Kind.LAG, Kind.FRESHNESS)
SHOWN = 3


def failure_classes(survey: Survey, question: Question) -> Answered:
    if not survey.critical:
        return nothing_declared(survey, question)
    lacking = {service.name: missing(service) for service in survey.critical}
    short = survey.worst_first(name for name, classes in lacking.items() if classes)
    total = plural(len(survey.critical), survey.critical_words + "service")
    if short:
        evidence = [f"At {name} nobody could see {_joined(lacking[name])}." for name in short[:SHOWN]]
        evidence.append(
            f"{len(short):,} of {total} {'lacks' if len(short) == 1 else 'lack'} signals for this."
        )
        return Answered(question, Answer.NO, tuple(evidence), survey.worst(short))
    if dark := [service.name for service in survey.critical if service.name in (survey.known.blind or ())]:
        told = f"The signals are declared, but nothing can be seen now of {join_names(dark)}."
        return Answered(question, Answer.UNKNOWN, (told,), survey.worst(dark))
    evidence = [f"Each of {total} has a signal for every way in which it can fail."]
    if survey.known.blind is None:
        evidence.append("This goes by what is declared; whether the signals bring data now was not asked.")
    return Answered(question, Answer.YES, tuple(evidence))


def missing(service: Service) -> list[FailureClass]:
    """Ways in which it can fail and that none of its signals would show."""
    seen = set(_seen(service))
    return [failure for failure in _wanted(service) if failure not in seen]


def _wanted(service: Service) -> Iterator[FailureClass]:
    yield FailureClass.UNAVAILABLE
    yield FailureClass.DELAY
    if service.type not in ("database", "queue"):
        yield FailureClass.DEGRADATION
    if writes_data(service):
        yield FailureClass.CORRUPTION
    calls = any(edge.criticality is not Criticality.NONE for edge in service.depends_on)
    if calls and service.type != EXTERNAL:
        yield FailureClass.RETRY_STORM


def writes_data(service: Service) -> bool:
    """Others read what it writes, or it says itself how its data is put right again."""
    return bool(service.feeds or service.reconciled_when)


def _seen(service: Service) -> Iterator[FailureClass]:
    for signal in service.signals:
        if signal.kind in (Kind.ERRORS, Kind.TRAFFIC):
            yield FailureClass.DEGRADATION
        if signal.kind is Kind.PROBE or (signal.kind is Kind.ERRORS and _sees_down(signal)):
            yield FailureClass.UNAVAILABLE
        if signal.kind in DELAYS:
            yield FailureClass.DELAY
        if signal.kind is Kind.INTEGRITY:
            yield FailureClass.CORRUPTION
        if signal.kind is Kind.RETRIES:
            yield FailureClass.RETRY_STORM


def _sees_down(signal: Signal) -> bool:
    return Level.DOWN in signal.thresholds


def _joined(classes: list[FailureClass]) -> str:
    return join_names([WORDS[each] for each in classes], 5)
