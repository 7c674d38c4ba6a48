"""Entities of a Backstage catalog: what a file holds, how they refer to each other, what is no entity.

Source of the form: backstage.io/docs/features/software-catalog/descriptor-format.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from cockpit.config.importing.loose import Loose, documents, mapping, text, texts
from cockpit.config.importing.secrets import without_secrets

MOST_TEXT: Final = 180
_HOLES: Final = ("${{", "{{", "{%", "<%")


class Ref(NamedTuple):
    """Who is meant; in lower case, as Backstage compares them."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        there = "" if self.namespace == "default" else f"{self.namespace}/"
        return f"{self.kind}:{there}{self.name}"


@dataclass(frozen=True, slots=True)
class Entity:
    """One document of a catalog."""

    ref: Ref
    name: str
    """As it is written."""
    title: str
    place: str
    """file:line."""
    annotations: Mapping[str, str]
    labels: Mapping[str, str]
    links: tuple[Mapping[str, Any], ...]
    spec: Mapping[str, Any]

    def says(self, field: str) -> str:
        return short(self.spec.get(field))

    def refs(self, field: str, kind: str) -> Iterator[Ref]:
        """Whom the list under `field` names; `kind` where that is not said."""
        for each in texts(self.spec.get(field)):
            if (ref := ref_of(each, kind, self.ref.namespace)) is not None:
                yield ref


@dataclass(slots=True)
class Catalog:
    """Everything in some files, and what was passed over."""

    by_ref: dict[Ref, Entity] = field(default_factory=dict)
    """In the order in which they were read."""
    skipped: list[str] = field(default_factory=list)

    @property
    def entities(self) -> Collection[Entity]:
        return self.by_ref.values()

    def of(self, kind: str) -> list[Entity]:
        return [each for each in self.entities if each.ref.kind == kind]

    def get(self, ref: Ref) -> Entity | None:
        return self.by_ref.get(ref)

    def read(self, content: str, file: str) -> None:
        """The same entity twice is told; the first stays."""
        read = documents(content, file)
        for line, value in read.found:
            self._take(value, f"{file}:{line}")
        if read.trouble:
            self.skipped.append(f"{read.trouble}; what stood before it was read")

    def _take(self, value: Loose, place: str) -> None:
        if value is None:
            return
        entity = _entity(mapping(value), place)
        if isinstance(entity, str):
            self.skipped.append(f"{place}: {entity}")
            return
        first = self.by_ref.setdefault(entity.ref, entity)
        if first is not entity:
            self.skipped.append(f"{place}: {entity.ref} is there twice, first at {first.place}")


def ref_of(said: str, kind: str, namespace: str = "default") -> Ref | None:
    """`[kind:][namespace/]name`; None for what names nobody."""
    if is_hole(said):
        return None
    before, colon, rest = said.partition(":")
    kind, rest = (before, rest) if colon else (kind, said)
    there, slash, name = rest.partition("/")
    namespace, name = (there, name) if slash else (namespace, rest)
    parts = (kind.strip().lower(), namespace.strip().lower(), name.strip().lower())
    return Ref(*parts) if all(parts) and len(parts[2]) <= MOST_TEXT else None


def is_hole(said: str) -> bool:
    """Whether it waits for a template to fill it in."""
    return any(hole in said for hole in _HOLES)


def short(value: Loose) -> str:
    """For a line of ours: no secret, no template, no longer than it helps."""
    said = without_secrets(text(value))
    if is_hole(said):
        return ""
    return said if len(said) <= MOST_TEXT else f"{said[: MOST_TEXT - 1]}…"


def _entity(value: Mapping[str, Any], place: str) -> Entity | str:
    """Or why it is none."""
    kind, version = text(value.get("kind")), text(value.get("apiVersion"))
    metadata = mapping(value.get("metadata"))
    name = text(metadata.get("name"))
    if not version.startswith("backstage.io/"):
        what = f"{version or 'no apiVersion'}, {kind or 'no kind'}"
        return f"no entity of Backstage ({_few(what)})"
    if not kind or not name:
        return f"an entity without {'name' if kind else 'kind'}"
    if is_hole(name) or is_hole(kind):
        return f"a template, not an entity ({_few(name)})"
    namespace = text(metadata.get("namespace")) or "default"
    ref = Ref(kind.lower(), namespace.lower(), name.lower())
    if len(name) > MOST_TEXT or is_hole(namespace):
        return f"a name that nobody could use ({_few(name)})"
    return Entity(
        ref=ref,
        name=name,
        title=short(metadata.get("title")),
        place=place,
        annotations=_pairs(metadata.get("annotations")),
        labels=_pairs(metadata.get("labels")),
        links=tuple(mapping(each) for each in _listed(metadata.get("links"))),
        spec=mapping(value.get("spec")),
    )


def _pairs(value: Loose) -> dict[str, str]:
    return {key: said for key, each in mapping(value).items() if (said := short(each))}


def _listed(value: Loose) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _few(said: str) -> str:
    return said if len(said) <= 60 else f"{said[:59]}…"
