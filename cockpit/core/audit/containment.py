"""Does a fault stay where it is: unrelated workflows, the critical path, and controls without boundaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cockpit.core.audit.answers import Answer, Answered, Question, sentence
from cockpit.core.audit.survey import Survey
from cockpit.core.health.fallbacks import every_mode
from cockpit.core.levels import Level
from cockpit.core.model import Capability
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.model import Reach, Runbook, Step
from cockpit.core.whatif.every import Everybody, Sources
from cockpit.text import join_names, plural

Workflow: TypeAlias = tuple[str, str]
"""Whom it serves and who owns it: capabilities that share both are related."""
FAILS = Level.FAILING - 1


# Unrelated workflows


def containment(survey: Survey, question: Question) -> Answered:
    flows = workflows(survey)
    if len(flows) < 2:
        told = "No workflow is declared" if not flows else "Only one workflow is declared"
        return Answered(
            question, Answer.UNKNOWN, (f"{told}: capabilities say what the business lives from.",)
        )
    shared = survey.named(shared_by(flows, survey.down))
    if shared:
        evidence = [_shares(survey, name, flows) for name in shared[:3]]
        count = len(survey.model.services)
        evidence.append(
            f"{len(shared):,} of {plural(count, 'service')} can stop workflows that serve different people "
            "or have different owners."
        )
        return Answered(question, Answer.YES, tuple(evidence), survey.worst(shared))
    if doubt := survey.named(shared_by(flows, survey.down_if_confirmed)):
        told = (
            f"By what is confirmed no fault does, but {join_names(doubt)} would if the edges that nobody has "
            "reviewed yet are true."
        )
        return Answered(question, Answer.UNKNOWN, (told,), survey.worst(doubt))
    if unknown := _undeclared(survey, question):
        return unknown
    told = f"No service that goes down makes two of {plural(len(flows), 'unrelated workflow')} fail."
    return Answered(question, Answer.NO, (told, asked(survey)))


def workflows(survey: Survey) -> Mapping[Workflow, list[Capability]]:
    found: defaultdict[Workflow, list[Capability]] = defaultdict(list)
    for capability in survey.model.capabilities:
        found[capability.audience.value, capability.owner].append(capability)
    return found


def shared_by(flows: Mapping[Workflow, Sequence[Capability]], down: Everybody) -> Sources:
    """Services whose failure makes capabilities of more than one workflow fail, with nobody acting."""
    once = twice = 0
    for capabilities in flows.values():
        hit = 0
        for each in capabilities:
            hit |= down.reached[down.graph.index[each.name]][FAILS]
        twice |= once & hit
        once |= hit
    return twice


def stopped(survey: Survey, service: str) -> list[Capability]:
    """The capabilities that fail with it, if nobody acts."""
    hit = set(survey.hit(service))
    return [each for each in survey.model.capabilities if each.name in hit]


def _shares(survey: Survey, name: str, flows: Mapping[Workflow, Sequence[Capability]]) -> str:
    titles = [each.title or each.name for each in stopped(survey, name)]
    return f"With {name} down and nobody acting these fail: {join_names(titles, 4)}."


def asked(survey: Survey) -> str:
    """What an answer that rests on declared edges owes to its reader."""
    if survey.known.trouble:
        why = survey.known.trouble
        return sentence(f"This goes by declared edges; who really calls whom could not be asked: {why}")
    if survey.known.seen is None:
        return "This goes by declared edges; who really calls whom was not asked (--live asks)."
    return "Prometheus was asked who calls whom, and saw no call that nobody declared."


def _undeclared(survey: Survey, question: Question) -> Answered | None:
    seen = survey.known.seen
    if seen is None or not seen.new:
        return None
    shown = join_names([f"{caller} calling {callee}" for caller, callee in seen.new])
    told = (
        f"{plural(len(seen.new), 'call')} seen that nobody declared: {shown}; whether they stop anything "
        "is not known."
    )
    return Answered(question, Answer.UNKNOWN, (told,), survey.worst(caller for caller, _ in seen.new))


# The critical path


def critical_path(survey: Survey, question: Question) -> Answered:
    graph = survey.graph
    roots = [at for at in range(len(graph.names)) if graph.declared(at).tier == 1]
    rest = sum(1 << at for at in range(graph.services) if graph.declared(at).tier != 1)
    if not roots:
        told = "Nothing is marked tier 1, so nobody has said what the critical path is."
        return Answered(question, Answer.UNKNOWN, (told,))
    if not rest:
        return Answered(
            question, Answer.UNKNOWN, ("Every service is tier 1, so there is no rest to live without.",)
        )
    if needed := survey.named(rest & _stopping(survey.down, roots)):
        evidence = [_needs(survey, name) for name in needed[:3]]
        more = f"{len(needed):,} of {plural(rest.bit_count(), 'service')} off the critical path can stop it."
        return Answered(question, Answer.NO, (*evidence, more), survey.worst(needed))
    if doubt := survey.named(rest & _stopping(survey.down_if_confirmed, roots)):
        told = (
            f"By what is confirmed it does, but not if the unreviewed edges to {join_names(doubt)} are true."
        )
        return Answered(question, Answer.UNKNOWN, (told,), survey.worst(doubt))
    if unknown := _undeclared(survey, question):
        return unknown
    told = f"None of {plural(rest.bit_count(), 'other service')} makes anything of tier 1 fail."
    return Answered(question, Answer.YES, (told, asked(survey)))


def _stopping(down: Everybody, roots: Sequence[int]) -> Sources:
    found = 0
    for root in roots:
        found |= down.reached[root][FAILS]
    return found


def _needs(survey: Survey, name: str) -> str:
    hit = [each for each in survey.hit(name) if survey.tier(each) == 1]
    own = survey.tier(name)
    return f"{name} (tier {own}) stops {join_names(hit)} (tier 1), and nothing carries on by itself."


# Controls without boundaries


@dataclass(frozen=True, slots=True)
class Loose:
    """A control that has no boundary."""

    subject: str
    """The service it is about, else the control itself."""
    what: str
    do: str
    file: str = ""


def boundaries(survey: Survey, question: Question) -> Answered:
    model = survey.model
    modes = [mode for _, mode in every_mode(survey.graph)]
    if not (model.kill_switches or modes or model.books):
        told = "No switch, degraded mode or runbook is declared: what people really use is not known here."
        return Answered(question, Answer.UNKNOWN, (told,))
    loose = list(uncontrolled(survey))
    if loose:
        evidence = [f"{each.what}." for each in loose[:3]]
        if len(loose) > len(evidence):
            evidence.append(f"{len(loose) - len(evidence):,} more controls like these.")
        return Answered(question, Answer.YES, tuple(evidence), _services(survey, loose))
    if drafts := sorted(id for id, book in model.books.items() if book.status == "draft"):
        told = (
            f"{plural(len(drafts), 'runbook')} still a draft, which nobody has checked: {join_names(drafts)}."
        )
        return Answered(question, Answer.UNKNOWN, (told,))
    counted = ", ".join(
        (
            plural(len(model.kill_switches), "switch", "switches"),
            plural(len(modes), "degraded mode"),
            plural(len(model.books), "runbook"),
        )
    )
    return Answered(
        question,
        Answer.NO,
        (f"Each has an end, a target, and a second person where it cannot be undone: {counted}.",),
    )


def _services(survey: Survey, loose: Sequence[Loose]) -> tuple[str, ...]:
    return survey.worst(each.subject for each in loose if each.subject in survey.blast)


def uncontrolled(survey: Survey) -> Iterator[Loose]:
    model = survey.model
    used = {mode.flag.key for _, mode in every_mode(survey.graph) if mode.flag}
    for switch in model.kill_switches:
        subject = switch.service or switch.key
        if switch.expires is None:
            yield Loose(subject, f"Kill switch {switch.key} never expires", "give it expires:")
        if not switch.service and switch.key not in used:
            yield Loose(
                subject, f"Kill switch {switch.key} protects nothing that is known", "give it service:"
            )
    for owner, mode in every_mode(survey.graph):
        if mode.max_duration is None and not mode.auto:
            what = f"Degraded mode {mode.name} of {owner} may last for ever"
            yield Loose(owner, what, "give it max_duration: with how long the business can live with it")
    for book in model.books.values():
        if book.status == "ready":
            yield from _unbounded(book)


def _unbounded(book: Runbook) -> Iterator[Loose]:
    subject = book.services[0] if book.services else book.id
    for step in book.steps:
        where = f"{book.id} step '{step.id}'"
        if _runs_anywhere(book, step):
            do = "name a target in metadata or in the step"
            yield Loose(subject, f"{where} changes whatever the shell happens to point at", do, book.file)
        if step.reach is Reach.DESTRUCTIVE and not (step.approval and step.approval.min > 0):
            do = "add approval: {min: 1}"
            yield Loose(subject, f"{where} destroys, and one person alone may do it", do, book.file)


def _runs_anywhere(book: Runbook, step: Step) -> bool:
    return (
        step.reach is not Reach.READ and isinstance(step.action, Command) and not (step.target or book.target)
    )
