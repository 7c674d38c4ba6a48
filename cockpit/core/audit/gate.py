"""May this be released now: what has to be so beforehand, and for each whether it is, or nobody can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.core.audit.answers import Answer, sentence
from cockpit.core.audit.recovery import watches_data
from cockpit.core.audit.sight import writes_data
from cockpit.core.audit.survey import Known, Survey
from cockpit.core.audit.ways_back import Proof, way_back
from cockpit.core.health.graph import Graph
from cockpit.core.health.state import Node
from cockpit.core.incident.model import open_ones
from cockpit.core.levels import Instant, Integrity, Level, Shown
from cockpit.core.model import Capability, Criticality, Service
from cockpit.core.poll import Change
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.runbook.model import Runbook
from cockpit.core.state import State
from cockpit.text import age, clock, join_names, plural

BURN: Final = "slo-burn/"
"""Where the signals of that preset come from."""


@dataclass(frozen=True, slots=True)
class Check:
    id: str
    title: str
    """What has to be so; yes is good."""
    answer: Answer
    evidence: tuple[str, ...]
    """Plain sentences, never empty."""


@dataclass(frozen=True, slots=True)
class Gate:
    service: str
    checks: tuple[Check, ...]

    @property
    def is_open(self) -> bool:
        """What nobody can tell is no pass."""
        return all(each.answer is Answer.YES for each in self.checks)

    @property
    def in_the_way(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if each.answer is not Answer.YES)


@dataclass(frozen=True)
class Look:
    """The world at one moment, and where in it the release would go."""

    state: State
    service: Service
    now: Instant
    lost_record: str
    """Why the record cannot be read; empty: it was."""
    survey: Survey
    needed: tuple[str, ...]
    """All that it needs, however far; edges that hurt nobody left out."""
    needing: tuple[str, ...]
    """All that needs it, capabilities too."""

    def nodes(self, names: Iterable[str]) -> list[Node]:
        return [self.state.health.node(name) for name in names]

    @property
    def is_blind(self) -> bool:
        """Nobody has answered."""
        return self.state.health.at is None


Judged = tuple[Answer, Sequence[str]]


def gate(state: State, service: str, now: Instant, lost_record: str = "") -> Gate:
    """Raises KeyError for a name that is no service."""
    graph = state.health.graph
    at = graph.index[service]
    declared = graph.declared(at)
    if not isinstance(declared, Service):
        raise KeyError(service)
    look = Look(
        state,
        declared,
        now,
        lost_record,
        Survey(Known(graph, grades_of(state))),
        _walk(graph, at, _needs),
        _walk(graph, at, _needed_by),
    )
    return Gate(service, tuple(Check(id, title, *_settled(judge(look))) for id, title, judge in CHECKS))


def _settled(judged: Judged) -> tuple[Answer, tuple[str, ...]]:
    return judged[0], tuple(judged[1])


def _walk(graph: Graph, start: int, following: Callable[[Graph, int], Iterable[int]]) -> tuple[str, ...]:
    found = {start: None}
    for node in (queue := [start]):
        for each in following(graph, node):
            if each not in found:
                found[each] = None
                queue.append(each)
    return tuple(graph.names[node] for node in found if node != start)


def _needs(graph: Graph, node: int) -> Iterable[int]:
    edges = (edge for edge in graph.edges[node] if edge.dependency.criticality is not Criticality.NONE)
    return (member for edge in edges for member in edge.members)


def _needed_by(graph: Graph, node: int) -> Iterable[int]:
    return (each for each in graph.dependents[node] if node in set(_needs(graph, each)))


# One after the other


def _incident(look: Look) -> Judged:
    if look.lost_record:
        return Answer.UNKNOWN, [sentence(f"The record cannot be read: {look.lost_record}")]
    scope = {look.service.name, *look.needed}
    found = open_ones(look.state.record.incidents.values())
    touching = [each for each in found if scope & set(each.touched)]
    if touching:
        told = (f"{each.id} ({each.title}) touches {_within(scope, each.touched)}." for each in touching)
        return Answer.NO, list(told)
    if vague := [each for each in found if not each.touched]:
        told = (f"{each.id} ({each.title}) is open, and nobody can tell what it touches." for each in vague)
        return Answer.UNKNOWN, list(told)
    if found:
        return Answer.YES, [f"{join_names([each.id for each in found])} is open and touches none of it."]
    return Answer.YES, ["No incident is open."]


def _within(scope: Iterable[str], names: Sequence[str]) -> str:
    wanted = set(scope)
    return join_names([name for name in names if name in wanted])


def _rollback(look: Look) -> Judged:
    if look.lost_record and not look.state.model.evidence:
        return Answer.UNKNOWN, [sentence(f"What was done is not known: {look.lost_record}")]
    way = way_back(look.survey, look.service.name)
    proven = way.proof in (Proof.PROVEN, Proof.UNTIMED)
    return (Answer.YES if proven else Answer.NO), [sentence(way.text)]


def _health(look: Look) -> Judged:
    (node,) = look.nodes([look.service.name])
    if look.is_blind or node.level is Shown.UNKNOWN:
        return Answer.UNKNOWN, [f"Nobody can see how {node.name} is now."]
    if node.own is None:
        return Answer.UNKNOWN, [f"{node.name} is not measured, so nobody would see the release go wrong."]
    if node.level is not Shown.OK:
        return Answer.NO, [f"{node.name} is {_word(node)} now."]
    return Answer.YES, [f"{node.name} is OK now."]


def _dependents(look: Look) -> Judged:
    if not look.needing:
        return Answer.YES, ["Nothing that is declared needs it."]
    if look.is_blind:
        return Answer.UNKNOWN, ["Nobody can see how they are now."]
    nodes = look.nodes(look.needing)
    hurt = [node for node in nodes if (node.level.level or Level.OK) > Level.OK]
    if hurt:
        return Answer.NO, [f"{join_names([f'{node.name} is {_word(node)}' for node in hurt])} now."]
    dark = [node.name for node in nodes if node.level is Shown.UNKNOWN and not node.idle]
    if dark:
        return Answer.UNKNOWN, [
            f"Nobody can see how {join_names(dark)} {'is' if len(dark) == 1 else 'are'} now."
        ]
    return Answer.YES, [f"All {plural(len(nodes), 'node')} that need it are well."]


def _word(node: Node) -> str:
    return node.level.value.replace("_", " ")


def _budget(look: Look) -> Judged:
    judged = [*_agreed(look), *_burning(look)]
    if not judged:
        return Answer.YES, ["No error budget is agreed for it or for what needs it, so none can be spent."]
    return _worst_of(judged)


def _worst_of(judged: Sequence[tuple[Answer, str]]) -> Judged:
    for answer in (Answer.NO, Answer.UNKNOWN, Answer.YES):
        if found := [text for each, text in judged if each is answer]:
            return answer, found
    raise AssertionError("something was judged")


def _agreed(look: Look) -> list[tuple[Answer, str]]:
    """The clocks of the capabilities that need it."""
    found = []
    for name in look.needing:
        declared = look.survey.graph.declared(look.survey.graph.index[name])
        if isinstance(declared, Capability) and declared.sla:
            found.append(_clock(look, declared))
    return found


def _clock(look: Look, capability: Capability) -> tuple[Answer, str]:
    title = capability.title or capability.name
    past = look.state.picture.past.get(capability.name)
    budget = past.budget if past else None
    if budget is None:
        why = f": {past.trouble}" if past and past.trouble else ""
        return Answer.UNKNOWN, sentence(f"{title}: how much of its budget is left is not known{why}")
    if budget.left <= 0:
        return Answer.NO, f"{title}: its budget of {age(budget.allowed)} is spent."
    if budget.left <= budget.unknown:
        unseen = f"if nothing was wrong in the {age(budget.unknown)} that nobody saw"
        return Answer.UNKNOWN, f"{title}: {age(budget.left)} left, {unseen}."
    return Answer.YES, f"{title}: {age(budget.left)} of {age(budget.allowed)} left."


def _burning(look: Look) -> list[tuple[Answer, str]]:
    found = []
    for name in (look.service.name, *look.needing):
        for reading in look.state.health.readings(name):
            if not reading.signal.query.template.startswith(BURN):
                continue
            told = f"{name}: {reading.signal.name}"
            if reading.level is None:
                found.append((Answer.UNKNOWN, f"{told} cannot be told."))
            elif reading.level > Level.OK:
                found.append((Answer.NO, f"{told} says that the budget burns too fast."))
            else:
                found.append((Answer.YES, f"{told} says that the budget does not burn."))
    return found


def _integrity(look: Look) -> Judged:
    if look.is_blind:
        return Answer.UNKNOWN, ["Nobody can see how the data is now."]
    services = [name for name in (*look.needed, *look.needing) if name in look.survey.blast]
    nodes = look.nodes([look.service.name, *services])
    wrong = [
        node.name
        for node in nodes
        if node.integrity is Integrity.BREACHED or node.name in look.state.health.latches
    ]
    if wrong:
        return Answer.NO, [f"The data of {join_names(wrong)} is still to be reconciled."]
    doubt = [node for node in nodes if node.integrity is Integrity.SUSPECT or node.tainted_by]
    if doubt:
        return Answer.NO, [f"The data of {join_names([node.name for node in doubt])} cannot be trusted now."]
    dark = [node.name for node in nodes if node.integrity is Integrity.UNKNOWN]
    if dark:
        return Answer.UNKNOWN, [f"Nobody can tell whether the data of {join_names(dark)} is right."]
    if writes_data(look.service) and not watches_data(look.service):
        return Answer.UNKNOWN, [
            f"Others read what {look.service.name} writes, and no signal watches that it is right."
        ]
    declared = [look.survey.graph.declared(look.survey.graph.index[node.name]) for node in nodes]
    watched = sum(isinstance(each, Service) and watches_data(each) for each in declared)
    counted = f"{watched} of {plural(len(nodes), 'service')} around it"
    return Answer.YES, [f"Nothing is breached, latched or tainted; a signal watches the data of {counted}."]


def _no_return(look: Look) -> Judged:
    mine = sorted(
        (each for each in look.state.health.changes if each.service == look.service.name),
        key=lambda each: each.at,
    )
    if mine and (why := _past_return(mine[-1], look.now)):
        return Answer.NO, [why]
    books = look.survey.books_of(look.service.name)
    if not books:
        return Answer.UNKNOWN, ["No runbook is for it, so nobody has written down where it lies."]
    points = [told for book in books for told in _points(book)]
    limit = (
        [f"{mine[-1].what} can be taken back until {clock(mine[-1].until)}."]
        if mine and mine[-1].until
        else []
    )
    return Answer.YES, [*limit, *(points or ["No runbook for it has a point of no return."])]


def _past_return(change: Change, now: Instant) -> str:
    """Why the newest change cannot be taken back; empty: it can, or nobody said."""
    over = change.until is not None and change.until <= now
    if change.reversible is not False and not over:
        return ""
    since = f" since {clock(change.until)}" if over else ""
    why = f" ({change.point_of_no_return})" if change.point_of_no_return else ""
    return f"{change.what} can no longer be taken back{since}{why}: a rollback of what comes next ends there."


def _points(book: Runbook) -> Iterator[str]:
    for step in book.steps:
        if (point := step.point_of_no_return) is not None:
            yield sentence(f"{book.id}: from '{step.id}' on there is no way back: {point.reason}")


CHECKS: Final[tuple[tuple[str, str, Callable[[Look], Judged]], ...]] = (
    ("incident", "No open incident touches it or what it needs", _incident),
    ("rollback", "A way back is proven", _rollback),
    ("health", "It is measured, and well now", _health),
    ("dependents", "Nothing that needs it is at risk now", _dependents),
    ("budget", "No agreed error budget is spent", _budget),
    ("integrity", "No data around it is in doubt", _integrity),
    ("point-of-no-return", "What was done so far can be taken back", _no_return),
)
