"""The whole answer to one question: what if these are at such a level, and everybody else is well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit.core.health.graph import Graph
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.core.whatif.blast import Levels
from cockpit.core.whatif.books import Way, ways
from cockpit.core.whatif.data import DataAtRisk, data_at_risk
from cockpit.core.whatif.gaps import Gap, gaps
from cockpit.core.whatif.noticing import Noticing, noticing
from cockpit.core.whatif.outcome import Outcome, outcome
from cockpit.core.whatif.people import People, people


@dataclass(frozen=True, slots=True)
class Answer:
    graph: Graph = field(repr=False)
    outcome: Outcome
    noticing: Noticing
    people: People
    data: tuple[DataAtRisk, ...]
    ways: tuple[Way, ...]
    gaps: tuple[Gap, ...]


def answer(graph: Graph, chosen: Levels, grades: Mapping[str, BookGrades]) -> Answer:
    """`chosen` in the order in which they were asked for; `grades` by runbook, of what is rehearsed.

    Raises KeyError for a name that nobody declared.
    """
    asked = outcome(graph, chosen)
    noticed, who = noticing(graph, asked), people(graph, asked)
    data, fitting = data_at_risk(graph, asked), ways(graph, asked, grades)
    missing = gaps(graph, asked, noticed, who, data, fitting)
    return Answer(graph, asked, noticed, who, data, fitting, missing)
