"""What to fix first: every gap, by whom it would hurt, how much that matters, and how wide it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.audit.answers import Finding, Score, Severity, sentence
from cockpit.core.audit.containment import Loose, shared_by, stopped, uncontrolled, workflows
from cockpit.core.audit.recovery import people_who_did, watches_data
from cockpit.core.audit.sight import writes_data
from cockpit.core.audit.survey import EXTERNAL, MATTERS, Survey
from cockpit.core.audit.ways_back import Proof, takes_a_release_back, way_back
from cockpit.core.health.cycles import cycles
from cockpit.core.health.graph import Edge
from cockpit.core.model import Capability, Criticality, Service
from cockpit.core.rehearsal.evidence import played_in_sandbox
from cockpit.core.runbook.model import Runbook
from cockpit.errors import Place
from cockpit.text import join_names, plural

GAPS: Final = {
    "rollback-impossible": 4,
    "shared": 3,
    "hard-edge": 3,
    "unowned": 3,
    "unmeasured": 3,
    "no-integrity": 3,
    "rollback-unproven": 2,
    "cycle": 2,
    "undeclared": 2,
    "unbounded": 2,
    "one-person": 2,
    "stale": 1,
}
"""How wide each kind of gap is."""
URGENT: Final = {1: 8, 2: 4, 3: 2, 4: 1}
"""By tier, for the severity: it does not move with weights that somebody tunes for something else."""
HIGH: Final = 24
MEDIUM: Final = 8


def fix_first(survey: Survey) -> tuple[Finding, ...]:
    """What matters most first; of equals those that were declared first."""
    found = [
        *_edges(survey),
        *_shared(survey),
        *_cycles(survey),
        *_services(survey),
        *_stale(survey),
        *_loose(survey),
        *_undeclared(survey),
    ]
    return tuple(sorted(found, key=lambda each: -each.score.value))


def _found(
    survey: Survey,
    kind: str,
    subject: str,
    what: str,
    why: str,
    do: str,
    file: str = "",
    failing: str = "",
) -> Finding:
    """`failing`: whose failure would hurt through it, where that is not its subject."""
    gap = GAPS[kind]
    blast = survey.blast.get(failing or subject, 1)
    score = Score(blast, survey.tier_weight(subject), gap)
    place = survey.known.places.get(subject)
    at = Place(file) if file else place
    return Finding(kind, subject, what, why, do, _severity(survey.tier(subject), gap), score, at)


def _severity(tier: int, gap: int) -> Severity:
    urgency = URGENT.get(tier, URGENT[3]) * gap
    return Severity.HIGH if urgency >= HIGH else Severity.MEDIUM if urgency >= MEDIUM else Severity.LOW


# The graph


def _edges(survey: Survey) -> Iterator[Finding]:
    """Of alternatives, the best that are needed count."""
    for node, edges in enumerate(survey.graph.edges):
        own = survey.graph.declared(node)
        for edge in edges:
            if found := _leaning_down(survey, own, edge):
                yield found


def _leaning_down(survey: Survey, own: Service | Capability, edge: Edge) -> Finding | None:
    declared = edge.dependency
    if declared.criticality is not Criticality.HARD or declared.fallback or declared.need > len(edge.members):
        return None
    ranked = sorted((survey.graph.declared(each).tier, survey.graph.names[each]) for each in edge.members)
    tier, name = ranked[declared.need - 1]
    if tier <= own.tier:
        return None
    return _found(
        survey,
        "hard-edge",
        own.name,
        f"{own.name} (tier {own.tier}) cannot do without {name} (tier {tier})",
        f"With {name} down and nobody acting, {own.name} is down as well: no better than what it leans on.",
        "Add a fallback, make the edge soft, or raise the tier of what is needed.",
        failing=name,
    )


def _shared(survey: Survey) -> Iterator[Finding]:
    for name in survey.named(shared_by(workflows(survey), survey.down)):
        titles = [each.title or each.name for each in stopped(survey, name)]
        yield _found(
            survey,
            "shared",
            name,
            f"{name} is shared by {plural(len(titles), 'capability', 'capabilities')} that are not related",
            f"One fault in it and these fail together: {join_names(titles, 4)}.",
            "Give each workflow a fallback of its own, or a copy that fails alone.",
        )


def _cycles(survey: Survey) -> Iterator[Finding]:
    edges = {
        service.name: tuple(dict.fromkeys(name for edge in service.depends_on for name in edge.members))
        for service in survey.model.services
    }
    for circle in cycles(edges):
        shown = circle if len(circle) <= 6 else [*circle[:3], f"{len(circle) - 5} more", *circle[-2:]]
        yield _found(
            survey,
            "cycle",
            survey.worst_first(circle)[0],
            f"Services depend on each other in a circle: {' -> '.join(shown)}",
            "When one fails nobody can tell which was first, and none of them can start alone.",
            "Remove the edge that is not needed, or make it soft.",
        )


# Services


def _services(survey: Survey) -> Iterator[Finding]:
    for service in survey.model.services:
        if not service.owner:
            yield _found(
                survey,
                "unowned",
                service.name,
                f"{service.name} has no owner",
                "Nobody is called when it fails, and nobody decides.",
                "Add owner: with the team to call.",
            )
        if not service.signals:
            yield _found(
                survey,
                "unmeasured",
                service.name,
                f"{service.name} is not measured",
                "When it fails, only those who need it show it: nobody can tell cause from symptom.",
                "Add signals:, as in signals: [{use: otel-http}].",
            )
        if writes_data(service) and not watches_data(service):
            readers = f" {join_names(service.feeds)} would go on with it." if service.feeds else ""
            yield _found(
                survey,
                "no-integrity",
                service.name,
                f"No signal watches the data that {service.name} writes",
                f"Wrong data would be found by whoever reads it.{readers}",
                "Add a signal of kind integrity: duplicates, gaps, or a balance that must be zero.",
            )
        if service.type != EXTERNAL and service.tier <= MATTERS:
            yield from _back(survey, service)


def _back(survey: Survey, service: Service) -> Iterator[Finding]:
    way = way_back(survey, service.name)
    if way.proof is Proof.NONE:
        yield _found(
            survey,
            "rollback-impossible",
            service.name,
            f"{service.name} has no way back that is whole and fast",
            sentence(way.text),
            "Write a runbook whose every step can be undone, and rehearse it in a sandbox.",
        )
    elif way.proof is not Proof.PROVEN:
        yield _found(
            survey,
            "rollback-unproven",
            service.name,
            f"The way back of {service.name} is not proven",
            sentence(way.text),
            _prove(survey.model.books[way.runbook]),
        )
    done = people_who_did(survey, service.name)
    if len(done) == 1:
        yield _found(
            survey,
            "one-person",
            service.name,
            f"Only {done[0]} has ever recovered {service.name}",
            "When that person is away, the first to try learns it in the incident.",
            "Let somebody else do the next drill of it.",
        )


def _prove(book: Runbook) -> str:
    """How its way back gets proven: where only flags or requests lead back, no sandbox shows it."""
    undo = not takes_a_release_back(book)
    ways = [step for step in book.steps if not undo or (step.rollback and step.rollback.action)]
    if any(played_in_sandbox(step, undo=undo) for step in ways):
        return "Take it back for real once, in a quiet hour: no sandbox has flags, requests or silences."
    return f"Rehearse it in a sandbox: cockpit drill --runbook {book.id} --target NAME."


# Runbooks, controls, and what is seen


def _stale(survey: Survey) -> Iterator[Finding]:
    for book in survey.model.books.values():
        stale = [part.part.id for part in survey.grades_of(book).parts if part.stale]
        if stale:
            yield _found(
                survey,
                "stale",
                _subject(survey, book),
                f"{book.id} has changed since it was rehearsed: {join_names(stale)}",
                "What was proven was another command; how this one behaves nobody has seen.",
                f"Rehearse it again: cockpit drill --runbook {book.id}.",
                book.file,
            )


def _subject(survey: Survey, book: Runbook) -> str:
    """The service that hurts most of those it is for."""
    known = [name for name in book.services if name in survey.blast]
    return survey.worst_first(known)[0] if known else book.id


def _loose(survey: Survey) -> Iterator[Finding]:
    for each in uncontrolled(survey):
        yield _loosely(survey, each)


def _loosely(survey: Survey, each: Loose) -> Finding:
    why = "A control without an end or a limit becomes the next incident."
    return _found(survey, "unbounded", each.subject, each.what, why, sentence(each.do), each.file)


def _undeclared(survey: Survey) -> Iterator[Finding]:
    seen = survey.known.seen
    for caller, callee in seen.new if seen else ():
        yield _found(
            survey,
            "undeclared",
            caller,
            f"{caller} was seen calling {callee}, and nobody declared it",
            f"A fault of {callee} reaches {caller} on a way that no picture shows.",
            "Declare the edge, hard or soft: `cockpit discover` prints it.",
            failing=callee,
        )
