"""Can we get back: fast and with the data, without particular people, by plan and not by discovery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.core.audit.answers import Answer, Answered, Question, has, sentence
from cockpit.core.audit.survey import Survey
from cockpit.core.audit.ways_back import Proof, WayBack, way_back
from cockpit.core.levels import Kind
from cockpit.core.model import Service
from cockpit.core.runbook.model import Runbook
from cockpit.text import join_names, plural

SHOWN = 3


def nothing_declared(survey: Survey, question: Question) -> Answered:
    told = "What matters most is run by others" if survey.critical else "No service is declared"
    return Answered(question, Answer.UNKNOWN, (f"{told}, so there is nothing to judge.",))


# Rolling back


def rollback(survey: Survey, question: Question) -> Answered:
    if not survey.ours:
        return nothing_declared(survey, question)
    ways = {service.name: way_back(survey, service.name) for service in survey.ours}
    none = [name for name, way in ways.items() if way.proof is Proof.NONE]
    if none:
        evidence = [
            *_told(survey, none, ways),
            _counted(survey, len(none), "no way back that is whole and fast"),
        ]
        return Answered(question, Answer.NO, tuple(evidence), survey.worst(none))
    unproven = [name for name, way in ways.items() if way.proof is not Proof.PROVEN]
    if unproven:
        evidence = [
            *_told(survey, unproven, ways),
            _counted(survey, len(unproven), "no proven and timed way back"),
        ]
        return Answered(question, Answer.UNKNOWN, tuple(evidence), survey.worst(unproven))
    blind = [service.name for service in survey.ours if service.feeds and not watches_data(service)]
    if blind:
        told = (
            f"The ways back are proven, but nobody would see lost data at {join_names(blind)}: others read "
            "it, and no signal watches it."
        )
        return Answered(question, Answer.UNKNOWN, (told,), survey.worst(blind))
    first = survey.worst_first(ways)
    return Answered(
        question,
        Answer.YES,
        (
            f"All {plural(len(ways), survey.critical_words + 'service')} of ours have a proven way back.",
            *_told(survey, first, ways),
        ),
    )


def watches_data(service: Service) -> bool:
    return any(signal.kind is Kind.INTEGRITY for signal in service.signals)


def _told(survey: Survey, names: Sequence[str], ways: dict[str, WayBack]) -> list[str]:
    return [sentence(f"{name}: {ways[name].text}") for name in survey.worst_first(names)[:SHOWN]]


def _counted(survey: Survey, count: int, what: str) -> str:
    total = plural(len(survey.ours), survey.critical_words + "service")
    return f"{count:,} of {total} of ours {has(count)} {what}."


# People


def people(survey: Survey, question: Question) -> Answered:
    if not survey.ours:
        return nothing_declared(survey, question)
    needs = {service.name: list(_needing_somebody(survey, service)) for service in survey.ours}
    bound = survey.worst_first(name for name, whys in needs.items() if whys)
    if bound:
        evidence = [sentence(f"{name}: {needs[name][0]}") for name in bound[:SHOWN]]
        total = plural(len(survey.ours), survey.critical_words + "service")
        evidence.append(
            f"{len(bound):,} of {total} of ours {'depends' if len(bound) == 1 else 'depend'} on who is there."
        )
        return Answered(question, Answer.YES, tuple(evidence), survey.worst(bound))
    nobody = survey.worst_first(
        service.name for service in survey.ours if not people_who_did(survey, service.name)
    )
    if nobody:
        told = (
            f"Nothing on record says that anybody has ever recovered {join_names(nobody)}: not for real, and "
            "not in a drill."
        )
        return Answered(question, Answer.UNKNOWN, (told,), survey.worst(nobody))
    first = survey.worst_first(service.name for service in survey.ours)[:SHOWN]
    evidence = [f"{name}: done by {join_names(people_who_did(survey, name), 4)}." for name in first]
    return Answered(question, Answer.NO, tuple(evidence))


def _needing_somebody(survey: Survey, service: Service) -> Iterator[str]:
    books = survey.books_of(service.name)
    if not books:
        yield "nothing is written down, so it takes somebody who knows"
    if not service.owner:
        yield "nobody owns it, so somebody has to be found first"
    for book in books:
        if said := _one_approver(book):
            yield said
    done = people_who_did(survey, service.name)
    if len(done) == 1:
        yield f"only {done[0]} has ever done any of {join_names([book.id for book in books])}"


def _one_approver(book: Runbook) -> str:
    for step in book.steps:
        approval = step.approval
        if approval and approval.by and len(approval.by) <= approval.min:
            return f"'{step.id}' of {book.id} waits for {join_names(approval.by)} and nobody else"
    return ""


def people_who_did(survey: Survey, service: str) -> list[str]:
    """Who has done any of its runbooks, for real or in a drill."""
    found: dict[str, None] = {}
    for book in survey.books_of(service):
        grades = survey.grades_of(book)
        found |= dict.fromkeys((*grades.people, *grades.rehearsed_by))
    return sorted(found)


# Planned or discovered


def planned(survey: Survey, question: Question) -> Answered:
    critical = survey.critical
    if not critical:
        return nothing_declared(survey, question)
    unplanned = survey.worst_first(service.name for service in critical if not _plans(survey, service.name))
    hit = list(_discovered(survey))
    total = plural(len(critical), survey.critical_words + "service")
    if unplanned or hit:
        names, count = join_names(unplanned), len(unplanned)
        none = f"{count:,} of {total} {has(count)} no runbook, no fallback and no scenario: {names}."
        evidence = (*[none] * bool(unplanned), *hit[:SHOWN])
        return Answered(question, Answer.NO, evidence, survey.worst(unplanned or _hit_names(survey)))
    untried = survey.worst_first(service.name for service in critical if not _rehearsed(survey, service.name))
    if untried:
        told = f"There is a plan for each, but nobody has rehearsed it for {join_names(untried, 4)}."
        return Answered(question, Answer.UNKNOWN, (told,), survey.worst(untried))
    return Answered(
        question, Answer.YES, (f"For each of {total} there is a plan that was rehearsed as it stands.",)
    )


def _plans(survey: Survey, name: str) -> list[str]:
    """What was thought of beforehand for its failure."""
    found = [book.id for book in survey.books_of(name)]
    found += [card.id for card in survey.model.scenarios if name in card.about]
    at = survey.graph.index[name]
    for dependent in survey.graph.dependents[at]:
        edges = (edge for edge in survey.graph.edges[dependent] if at in edge.members)
        found += [edge.fallback[1].name for edge in edges if edge.fallback]
    return found


def _rehearsed(survey: Survey, name: str) -> bool:
    """Some runbook for it was done as it stands, or a scenario about it was played."""
    if any(survey.grades_of(book).is_rehearsed for book in survey.books_of(name)):
        return True
    return any(card.id in survey.drilled for card in survey.model.scenarios if name in card.about)


def _discovered(survey: Survey) -> Iterator[str]:
    for incident in survey.known.incidents:
        hit = [name for name in incident.touched if name in survey.blast and not _plans(survey, name)]
        if hit:
            yield f"{incident.id} hit {join_names(hit)}, for which there was no plan, and there is none now."


def _hit_names(survey: Survey) -> list[str]:
    touched = (name for incident in survey.known.incidents for name in incident.touched)
    return [name for name in touched if name in survey.blast and not _plans(survey, name)]
