"""The screen of readiness: seven answers first, then what to fix, what is rehearsed, what can be drilled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.audit.answers import Answer, Answered, Audit, Finding, Severity
from cockpit.core.audit.standing import basis_of
from cockpit.core.levels import Instant
from cockpit.core.model import RunbookCard, ScenarioCard
from cockpit.core.rehearsal.drilled import LastDrill, last_drills
from cockpit.core.rehearsal.grades import Grade
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.state import State
from cockpit.text import age, join_names, plural
from cockpit.views.audit.told import mark, scored, summary, verdict
from cockpit.views.layout import wrap
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.rehearsed import rehearsed, short_of, who

QUESTIONS, FIX, BOOKS, SCENARIOS = (
    "Seven questions",
    "Fix first",
    "Runbooks",
    "Scenarios: `cockpit drill ID` plays one",
)
MOST: Final = 100
"""Findings on the screen; `cockpit audit --json` has all of them."""
ASKED: Final = (Column(), Column(least=20, most=90, chooses=True), Column(drop=1))
FOUND: Final = (Column(), Column(right=True, drop=1), Column(least=20, most=200, grow=True))
GRADED: Final = (Column(least=20, most=48), Column(most=40), Column(least=20, most=80, drop=1))
PLAYED: Final = (Column(least=30, most=70), Column(least=18, most=70), Column(most=40))
SHORT: Final = {"failure-classes": "Can we tell the ways of failing apart?"}
"""Where the question itself is too long for its line."""
TONES: Final = {Severity.HIGH: Tone.WARNING, Severity.MEDIUM: Tone.STRONG, Severity.LOW: Tone.DIM}
GRADES: Final = {Grade.NEVER: "never rehearsed", Grade.WALKED: "only walked", Grade.PROVEN: "proven"}
WORKING: Final = "It is being worked out …"
CONCERNS: Final = {
    "containment": ("shared", "undeclared"),
    "rollback": ("rollback-impossible", "rollback-unproven", "no-integrity"),
    "critical-path": ("hard-edge", "undeclared"),
    "failure-classes": ("unmeasured", "no-integrity"),
    "people": ("one-person", "unowned", "rollback-impossible"),
    "planned": ("stale", "rollback-unproven", "rollback-impossible", "cycle"),
    "boundaries": ("unbounded",),
}
"""By question: the kinds of findings that speak against it."""


def headline(state: State) -> Line:
    audited = state.picture.audited
    if audited is None:
        return line(f"How ready all is: {WORKING}", Tone.DIM)
    said = Span(f"{summary(audited.audit)}. ", Tone.STRONG)
    if audited.basis != basis_of(state):
        return said, Span("From before the last change; it is worked out anew.", Tone.WARNING)
    return said, Span("w what if, enter the details.", Tone.DIM)


def sections(state: State, now: Instant) -> tuple[Section, ...]:
    audited = state.picture.audited
    audit = audited.audit if audited else None
    return (
        _questions(audit),
        _fixes(audit),
        _books(state),
        _scenarios(state, now),
    )


def _questions(audit: Audit | None) -> Section:
    if audit is None:
        return Section(QUESTIONS, note=line(WORKING, Tone.DIM))
    return Section(QUESTIONS, ASKED, tuple(_question(each) for each in audit.answers))


def _question(each: Answered) -> Row:
    text = SHORT.get(each.question.id, "")
    should = line("as it should be" if each.is_good else f"should be {each.question.good}", Tone.DIM)
    cells = (_answer(each), line(each.question.text), should)
    return Row(cells, f"question:{each.question.id}", "question", (line(text),) if text else ())


def _answer(each: Answered) -> Line:
    tone = Tone.UNKNOWN if each.answer is Answer.UNKNOWN else Tone.OK if each.is_good else Tone.DOWN
    return (Span(f"{mark(each)} {each.answer}", tone),)


def _fixes(audit: Audit | None) -> Section:
    if audit is None:
        return Section(FIX, note=line(WORKING, Tone.DIM))
    if not audit.fix_first:
        return Section(FIX, note=line("Nothing was found.", Tone.DIM))
    more = len(audit.fix_first) - MOST
    note = line(f"{more:,} more: `cockpit audit --json` has all of them", Tone.DIM) if more > 0 else ()
    rows = tuple(_fix(each) for each in audit.fix_first[:MOST])
    return Section(f"{FIX} ({len(audit.fix_first):,})", FOUND, rows, note)


def _fix(found: Finding) -> Row:
    cells = (
        line(found.severity.value, TONES[found.severity]),
        line(f"{found.score.value:,.0f}", Tone.DIM),
        line(found.what),
    )
    return Row(cells, f"finding:{found.key}", "finding")


# Runbooks and scenarios


def _books(state: State) -> Section:
    cards = sorted(state.model.runbooks, key=lambda card: card.id)
    if not cards:
        return Section(BOOKS, note=line("No runbooks: write runbooks/NAME.yaml beside the rest.", Tone.DIM))
    return Section(BOOKS, GRADED, tuple(_book(state, card) for card in cards))


def _book(state: State, card: RunbookCard) -> Row:
    if card.status == "draft":
        return Row((line(card.id), line("draft: not checked", Tone.WARNING)), card.id, "runbook")
    word, tone = short_of(state, card.id)
    told = rehearsed(state).get(card.id)
    return Row(
        (line(card.id), line(word, tone), line(who(told.grades) if told else "", Tone.DIM)),
        card.id,
        "runbook",
    )


def _scenarios(state: State, now: Instant) -> Section:
    if not state.model.scenarios:
        return Section(
            SCENARIOS, note=line("No scenarios: write scenarios/NAME.yaml beside the rest.", Tone.DIM)
        )
    drills = last_drills(state)
    rows = tuple(_scenario(card, drills.get(card.id), now) for card in state.model.scenarios)
    return Section(SCENARIOS, PLAYED, rows)


def _scenario(card: ScenarioCard, last: LastDrill | None, now: Instant) -> Row:
    cells = (
        line(card.title or card.id),
        line(result(last, now), Tone.DIM if last is None else _came_out(last)),
        line(card.id, Tone.KEY),
    )
    return Row(cells, card.id, "scenario")


def _came_out(last: LastDrill) -> Tone:
    return Tone.WARNING if last.failed or last.passed is False else Tone.PLAIN


def result(last: LastDrill | None, now: Instant) -> str:
    if last is None:
        return "no drill on record"
    whose = f"{last.by or 'somebody'}, {age(now - last.at)} ago"
    if last.passed is not None:
        return f"{'passed' if last.passed else 'FAILED'}; {whose}"
    said = [f"{last.well} went well"]
    said += [f"{last.failed} failed"] * bool(last.failed)
    said += [f"{last.unknown} unclear"] * bool(last.unknown)
    return f"{', '.join(said)}; {whose}"


# What the cursor is on


def about(state: State, row: Row | None, width: int) -> list[Line]:
    """Below the list: the evidence, or why it matters and what to do."""
    return [part for each in _about(state, row) for part in wrap(each, width)] if row else []


def _about(state: State, row: Row | None) -> Iterator[Line]:
    opens, key = (row.opens, row.key) if row else ("", "")
    if opens == "question" and (answered := question_of(state, key)):
        yield line(verdict(answered), Tone.STRONG)
        yield from (line(each) for each in answered.evidence)
    elif opens == "finding" and (found := finding_of(state, key)):
        yield Span("why  ", Tone.DIM), Span(found.why)
        yield Span("do   ", Tone.DIM), Span(found.do)
        yield line(_score(found), Tone.DIM)
    elif opens == "runbook":
        yield from _parts(state, key)
    elif opens == "scenario" and (card := scenario_of(state, key)):
        yield line(f"Teaches: {card.teaches}" if card.teaches else card.title)
        if card.about:
            yield line(f"About {join_names(card.about, 6)}.", Tone.DIM)
        yield (
            Span("To play it, in a world of its own: ", Tone.DIM),
            Span(f"cockpit drill {card.id}", Tone.KEY),
        )


def _score(found: Finding) -> str:
    where = f"; {found.at}" if found.at else ""
    return f"score {scored(found.score)} (who is hurt x tier x gap){where}"


def _parts(state: State, id: str) -> Iterator[Line]:
    grades = grades_of(state).get(id)
    if grades is None:
        yield line("It has mistakes: `cockpit lint` says which.", Tone.WARNING)
        return
    for grade in (Grade.NEVER, Grade.WALKED, Grade.PROVEN):
        found = [each.part.id for each in grades.parts if each.grade is grade]
        if found:
            yield Span(f"{GRADES[grade]}: ", Tone.DIM), Span(join_names(found, 8))
    if changed := [each.part.id for each in grades.parts if each.stale]:
        yield Span("changed since it was done: ", Tone.WARNING), Span(join_names(changed, 8))
    if failed := [each.part.id for each in grades.parts if each.failed]:
        yield Span("failed when last done: ", Tone.WARNING), Span(join_names(failed, 8))


def question_of(state: State, key: str) -> Answered | None:
    audited = state.picture.audited
    answers = audited.audit.answers if audited else ()
    return next((each for each in answers if f"question:{each.question.id}" == key), None)


def finding_of(state: State, key: str) -> Finding | None:
    audited = state.picture.audited
    found = audited.audit.fix_first if audited else ()
    return next((each for each in found if f"finding:{each.key}" == key), None)


def scenario_of(state: State, id: str) -> ScenarioCard | None:
    return next((card for card in state.model.scenarios if card.id == id), None)


# One of them in full


def page(state: State, key: str) -> tuple[Line, tuple[Section, ...]]:
    """(headline, parts) of a question or a finding; that it is gone, once it is."""
    if answered := question_of(state, key):
        return (*_answer(answered), Span(f"  {answered.question.text}", Tone.STRONG)), _of_question(
            state, answered
        )
    if found := finding_of(state, key):
        head = Span(found.severity.value, TONES[found.severity]), Span(f"  {found.what}", Tone.STRONG)
        return head, _of_finding(state, found)
    return line("This is no longer so, or is being worked out anew; esc goes back", Tone.WARNING), ()


def _of_question(state: State, answered: Answered) -> tuple[Section, ...]:
    kinds = CONCERNS[answered.question.id]
    audited = state.picture.audited
    found = [each for each in (audited.audit.fix_first if audited else ()) if each.kind in kinds]
    parts = [Section(verdict(answered), hints=tuple(line(each) for each in answered.evidence))]
    if answered.worst:
        parts.append(_nodes(state, "The worst", answered.worst))
    if found:
        shown = tuple(_fix(each) for each in found[:MOST])
        parts.append(Section(f"{plural(len(found), 'finding')} about this", FOUND, shown))
    return tuple(parts)


def _of_finding(state: State, found: Finding) -> tuple[Section, ...]:
    parts = [
        Section("Why it matters", hints=(line(found.why),)),
        Section("What to do", hints=(line(found.do),)),
        Section("How much it matters", hints=(line(_score(found)),)),
    ]
    if found.subject in state.health.graph.index:
        parts.append(_nodes(state, "About", (found.subject,)))
    elif found.subject in state.model.books:
        parts.append(Section("About", rows=(Row((line(found.subject),), found.subject, "runbook"),)))
    return tuple(parts)


def _nodes(state: State, title: str, names: tuple[str, ...]) -> Section:
    known = [name for name in names if name in state.health.graph.index]
    rows = tuple(
        Row((line(name, Tone.STRONG), line(_owner(state, name), Tone.DIM)), name, "node") for name in known
    )
    return Section(title, (Column(), Column(most=60, grow=True)), rows)


def _owner(state: State, name: str) -> str:
    graph = state.health.graph
    declared = graph.declared(graph.index[name])
    return f"tier {declared.tier}, {declared.owner or 'nobody owns it'}"
