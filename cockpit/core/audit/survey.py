"""What all questions go by, worked out once: who hurts whom, what matters most, which runbook is for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from cockpit.core.audit.answers import WORST
from cockpit.core.health.graph import Graph
from cockpit.core.incident.model import Incident
from cockpit.core.levels import Level
from cockpit.core.model import Model, Service
from cockpit.core.rehearsal.drilled import LastDrill
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.core.runbook.model import Runbook
from cockpit.core.seen_edges import Difference
from cockpit.core.whatif.blast import by_themselves
from cockpit.core.whatif.every import Everybody, Sources, everybody
from cockpit.errors import Place

EXTERNAL = "external"
MATTERS = 2
"""The lowest tier that can count as critical."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to go by, from outside of the model as well."""

    graph: Graph
    grades: Mapping[str, BookGrades] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    """All of it, for what was done of each scenario."""
    drills: Mapping[str, LastDrill] = field(default_factory=dict)
    """By scenario: how the last drill on record here came out."""
    incidents: tuple[Incident, ...] = ()
    seen: Difference | None = None
    """Who calls whom in fact, against what is declared; None: nobody was asked, or could say."""
    trouble: str = ""
    """Why nobody could say."""
    blind: frozenset[str] | None = None
    """Services that nobody can see now; None: nobody looked."""
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """Parts are worked out when they are first asked for."""

    known: Known

    @property
    def model(self) -> Model:
        return self.known.graph.model

    @property
    def graph(self) -> Graph:
        return self.known.graph

    # Who hurts whom

    @cached_property
    def down(self) -> Everybody:
        """With one service down and nobody acting."""
        return everybody(self.graph, by_themselves(self.graph))

    @cached_property
    def down_if_confirmed(self) -> Everybody:
        """The same, if every edge that nobody has reviewed yet were true."""
        if all(edge.dependency.reviewed for edges in self.graph.edges for edge in edges):
            return self.down
        edges = tuple(
            tuple(replace(edge, dependency=replace(edge.dependency, reviewed=True)) for edge in each)
            for each in self.graph.edges
        )
        graph = replace(self.graph, edges=edges)
        return everybody(graph, by_themselves(graph))

    @cached_property
    def blast(self) -> Mapping[str, int]:
        """By service: how many nodes would be DEGRADED or worse with it down, itself included."""
        sizes = self.down.sizes(Level.DEGRADED)
        return {name: 1 + size for name, size in zip(self.graph.names, sizes, strict=False)}

    def hit(self, service: str, least: Level = Level.FAILING) -> list[str]:
        """Who would be at `least` or worse with it down, in declared order."""
        bit = 1 << self.graph.index[service]
        return [
            name
            for name, sets in zip(self.graph.names, self.down.reached, strict=True)
            if sets[least - 1] & bit and name != service
        ]

    def named(self, sources: Sources) -> list[str]:
        """The services in a set, those that would hurt most first."""
        bits = format(sources, "b")[::-1]
        names = [self.graph.names[at] for at, bit in enumerate(bits) if bit == "1"]
        return self.worst_first(names)

    def worst_first(self, names: Iterable[str]) -> list[str]:
        return sorted(dict.fromkeys(names), key=lambda name: (-self.weight(name), name))

    def worst(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.worst_first(names)[:WORST])

    def weight(self, name: str) -> float:
        """Blast radius by tier weight; 0 for what is no service."""
        return self.weights.get(name, 0.0)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        return {name: size * self.tier_weight(name) for name, size in self.blast.items()}

    def tier_weight(self, name: str) -> float:
        at = self.graph.index.get(name)
        return self.model.weight(self.graph.declared(at).tier) if at is not None else self.model.weight(3)

    def tier(self, name: str) -> int:
        at = self.graph.index.get(name)
        return self.graph.declared(at).tier if at is not None else 3

    # What matters most

    @cached_property
    def critical(self) -> tuple[Service, ...]:
        """Services of the best tier, if that is one of the first two; else nobody said what matters most."""
        best = min((service.tier for service in self.model.services), default=MATTERS + 1)
        if best > MATTERS:
            return self.model.services
        return tuple(service for service in self.model.services if service.tier == best)

    @property
    def critical_words(self) -> str:
        """What to call them."""
        best = min((service.tier for service in self.critical), default=MATTERS + 1)
        return f"tier-{best} " if best <= MATTERS else ""

    @cached_property
    def ours(self) -> tuple[Service, ...]:
        """Of those that matter, what we run ourselves: nobody rolls back somebody else's service."""
        return tuple(service for service in self.critical if service.type != EXTERNAL)

    # Runbooks

    @cached_property
    def books(self) -> Mapping[str, tuple[Runbook, ...]]:
        """By service: the runbooks that are for it, drafts left out."""
        found: defaultdict[str, dict[str, Runbook]] = defaultdict(dict)
        ready = {id: book for id, book in self.model.books.items() if book.status == "ready"}
        for id, book in ready.items():
            for name in book.services:
                found[name][id] = book
        for card in self.model.runbooks:
            for name in card.fits_services if card.id in ready else ():
                found[name][card.id] = ready[card.id]
        for service in self.model.services:
            for id in (*service.runbooks, *(mode.runbook for mode in service.degradations)):
                if id in ready:
                    found[service.name][id] = ready[id]
        return {name: tuple(books.values()) for name, books in found.items()}

    def books_of(self, service: str) -> tuple[Runbook, ...]:
        return self.books.get(service, ())

    def grades_of(self, book: Runbook) -> BookGrades:
        return self.known.grades.get(book.id) or BookGrades(book.id)

    @cached_property
    def drilled(self) -> frozenset[str]:
        """Scenarios whose last drill passed, or in which something was done successfully."""
        passed = (scenario for scenario, last in self.known.drills.items() if last.passed)
        done = (each.scenario for each in self.known.evidence if each.result == "succeeded")
        return frozenset((*passed, *done)) - {""}
