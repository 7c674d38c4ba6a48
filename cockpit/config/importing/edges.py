"""Who needs whom in a catalog, and what each is called here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cockpit.config.importing import kinds
from cockpit.config.importing.entities import Catalog, Entity, Ref, is_hole, ref_of
from cockpit.config.importing.loose import texts
from cockpit.config.writing import Value, guessed


@dataclass(frozen=True, slots=True)
class Present:
    """What the configuration has already, so that an overlay can be laid over it."""

    services: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Names, with what each needs."""
    others: Collection[str] = ()
    """Capabilities: they share the names of services."""
    teams: Collection[str] = ()
    presets: Collection[str] = ()
    is_there: bool = False


class Edge(NamedTuple):
    to: tuple[str, ...]
    """One service, or those that provide the same API."""
    soft: bool = False
    because: str = ""
    """Why it is a guess."""


class Edges:
    """Made of a whole catalog at once; what cannot be said in an entry becomes a note above it."""

    def __init__(self, catalog: Catalog, present: Present) -> None:
        self.catalog, self.present = catalog, present
        self.skipped: list[str] = []
        running = [each for each in catalog.entities if each.ref.kind in ("component", "resource")]
        self.running = [each for each in running if self._runs(each)]
        self.names = _names(self.running, present.services)
        self._taken = frozenset(self.names.values())
        self._here = {each.lower(): each for each in present.services}
        self.stubs: dict[str, Ref] = {}
        """Services that are only ever named."""
        self.edges: dict[str, list[Edge]] = {}
        self.notes: dict[str, list[str]] = {}
        self._providers = self._providing()
        for entity in self.running:
            self._edges_of(entity)

    def needs(self, name: str) -> list[Value]:
        return [_needs(each) for each in self.edges.get(name, ())]

    def note(self, name: str, said: str) -> None:
        notes = self.notes.setdefault(name, [])
        if said not in notes:
            notes.append(said)

    def _runs(self, entity: Entity) -> bool:
        """What does not, or cannot be named, is told."""
        if not kinds.runs(entity.ref.kind, entity.says("type")):
            self.skipped.append(f"{entity.ref}: a {entity.says('type')} does not run by itself")
            return False
        return True

    def _providing(self) -> dict[Ref, list[str]]:
        found: dict[Ref, list[str]] = {}
        for entity in self.running:
            for ref in entity.refs("providesApis", "api"):
                found.setdefault(ref, []).append(self.names[entity.ref])
        return found

    def _edges_of(self, entity: Entity) -> None:
        own = self.names[entity.ref]
        soft = set(_annotated(entity, "soft-deps", "component"))
        for key in ("dependsOn", "dependencyOf", "consumesApis"):
            for said in filter(is_hole, texts(entity.spec.get(key))):
                self.note(own, f"{key} holds {said[:80]}, which a template was to fill in.")
        for ref in entity.refs("dependsOn", "component"):
            self._edge(own, ref, soft=_is_among(ref, soft))
        for ref in entity.refs("dependencyOf", "component"):
            if (other := self._service(ref, own)) is not None:
                self._add(other, Edge((own,)))
        for ref in entity.refs("consumesApis", "api"):
            self._edge(own, ref, soft=_is_among(ref, soft))
        for ref in _annotated(entity, "soft-deps", "component"):
            if not any(_is_among(each, {ref}) for each in self._said(entity)):
                self._edge(own, ref, soft=True)

    def _said(self, entity: Entity) -> Iterator[Ref]:
        yield from entity.refs("dependsOn", "component")
        yield from entity.refs("consumesApis", "api")

    def _edge(self, own: str, ref: Ref, *, soft: bool) -> None:
        if ref.kind == "api":
            self._through_api(own, ref, soft)
        elif (to := self._service(ref, own)) is not None:
            self._add(own, Edge((to,), soft))

    def _through_api(self, own: str, ref: Ref, soft: bool) -> None:
        providers = [each for each in dict.fromkeys(self._providers.get(ref, ())) if each != own]
        if providers:
            why = "all of them provide the API, and one is enough" if len(providers) > 1 else ""
            self._add(own, Edge(tuple(providers), soft, why))
        elif ref not in self._providers:
            self.note(own, f"It uses {ref}, which nothing in these files provides: who does?")

    def _service(self, ref: Ref, own: str) -> str | None:
        """What a reference is called here; a service that is only ever named gets an entry of its own."""
        if ref.kind not in ("component", "resource"):
            self.note(own, f"The catalog also names {ref} here, which is no component and no resource.")
            return None
        if ref in self.names:
            return self.names[ref]
        if self.catalog.get(ref) is not None:
            self.note(own, f"It also needs {ref}, which is left out because it does not run by itself.")
            return None
        name = self._here.get(ref.name, ref.name)
        if name in self._taken or (name in self.stubs and self.stubs[name] != ref):
            name = str(ref)
        if name in self.present.others:
            self.note(own, f"It also needs {ref}; here a capability has that name.")
            return None
        if name not in self.present.services:
            self.stubs[name] = ref
        return name

    def _add(self, own: str, edge: Edge) -> None:
        if own in edge.to or own in self.present.others:
            return
        edges = self.edges.setdefault(own, [])
        if all(each.to != edge.to for each in edges):
            edges.append(edge)


def _names(running: Iterable[Entity], present: Iterable[str]) -> dict[Ref, str]:
    """As they are written, here or there; where two have one name, the second is called by its reference."""
    here = {each.lower(): each for each in present}
    found: dict[Ref, str] = {}
    taken: set[str] = set()
    for entity in running:
        plain = entity.name.lower()
        name = here.get(plain, entity.name) if plain not in taken else str(entity.ref)
        taken.add(name.lower())
        found[entity.ref] = name
    return found


def _needs(edge: Edge) -> Value:
    who: dict[str, Value] = {"to": edge.to[0]} if len(edge.to) == 1 else {"any_of": list(edge.to)}
    entry = {**who, "criticality": "soft" if edge.soft else "hard", "unreviewed": True}
    return guessed(entry, edge.because) if edge.because else entry


def _annotated(entity: Entity, name: str, kind: str) -> Iterator[Ref]:
    for each in split(entity.annotations.get(f"cockpit.dev/{name}", "")):
        if (ref := ref_of(each, kind, entity.ref.namespace)) is not None:
            yield ref


def _is_among(ref: Ref, refs: Collection[Ref]) -> bool:
    """The kind may be left out there."""
    return any(ref == each or (ref.namespace, ref.name) == (each.namespace, each.name) for each in refs)


def split(said: str) -> list[str]:
    return [each for each in re.split(r"[,\s]+", said) if each]
