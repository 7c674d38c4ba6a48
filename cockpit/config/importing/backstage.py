"""A Backstage catalog as an overlay: services and what they need, none of it believed before a review.

What the catalog states is taken; what it does not state and we need is guessed and says so; what is no
running thing is left out and listed at the foot. Edges come in as `unreviewed`: they explain, and raise
nobody above AT_RISK, until a person has looked at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cockpit.config.importing import kinds
from cockpit.config.importing.edges import Edges, Present, split
from cockpit.config.importing.entities import Catalog, Entity, Ref, ref_of
from cockpit.config.importing.links import alert_labels, links
from cockpit.config.importing.loose import text
from cockpit.config.writing import Noted, Value, guessed, written
from cockpit.text import join_names, plural

__all__ = ["Overlay", "Present", "overlay"]

_tier: Final = re.compile(r"(?:tier[-_ ]?)?([1-9])", re.IGNORECASE)
MOST_LISTED: Final = 40


@dataclass(frozen=True, slots=True)
class Overlay:
    """A file to be, and what to say about it."""

    text: str
    services: int
    edges: int
    teams: int
    guesses: int
    skipped: tuple[str, ...]


def overlay(catalog: Catalog, present: Present, sources: Iterable[str]) -> Overlay:
    """`sources` are named on top. The result loads with the configuration that is `present`, or alone."""
    return _Making(catalog, present).made(list(sources))


class _Making:
    def __init__(self, catalog: Catalog, present: Present) -> None:
        self.catalog, self.present = catalog, present
        self.wired = Edges(catalog, present)
        self.skipped = [*catalog.skipped, *self.wired.skipped]
        self.described = 0
        """Teams of which the catalog says more than the name."""

    def made(self, sources: list[str]) -> Overlay:
        self._passed_over(sources)
        services = list(self._services())
        teams = list(self._teams())
        idle = len(self.catalog.of("group")) + len(self.catalog.of("user")) - self.described
        if idle > 0:
            self.skipped.append(f"{plural(idle, 'group or user', 'groups and users')} without a service here")
        document: dict[str, Value] = {"apiVersion": "cockpit/v1", "kind": "Cockpit"}
        if not self.present.is_there:
            document["metadata"] = {"name": guessed(self._shop_name(), "no configuration to lay it over")}
        if teams:
            document["teams"] = teams
        if services:
            document["services"] = services
        body = written(document, self._head(sources), self.skipped_lines())
        count = sum(len(each) for name, each in self.wired.edges.items() if name not in self.present.services)
        return Overlay(body, len(services), count, len(teams), body.count("# guessed"), tuple(self.skipped))

    def skipped_lines(self) -> list[str]:
        if not self.skipped:
            return []
        lines = ["", "Left out:"]
        lines += [f"- {each}" for each in self.skipped[:MOST_LISTED]]
        more = len(self.skipped) - MOST_LISTED
        return [*lines, f"- and {more:,} more"] if more > 0 else lines

    def _head(self, sources: list[str]) -> list[str]:
        return [
            f"Made by `cockpit import backstage` from {join_names(sources, 5)}; that is left as it was.",
            "A catalog cannot say how much it hurts, so every edge is hard, and `unreviewed` until somebody "
            "has looked: remove `unreviewed` where it is true (C17), and the edge where it is not.",
            "",
        ]

    def _passed_over(self, sources: Iterable[str]) -> None:
        names = {each.rpartition("/")[2] for each in sources}
        for location in self.catalog.of("location"):
            said = [*_texts_of(location, "target"), *_texts_of(location, "targets")]
            targets = [each for each in said if each.rpartition("/")[2] not in names]
            if targets:
                self.skipped.append(
                    f"{location.ref} points to {join_names(targets, 3)}: name those files as well"
                )
        if systems := len(self.catalog.of("system")):
            self.skipped.append(
                f"{plural(systems, 'system')}: no service, but the `system` of what belongs to it"
            )
        known = ("component", "resource", "api", "group", "user", "location", "system")
        others = [each for each in self.catalog.entities if each.ref.kind not in known]
        for kind in dict.fromkeys(each.ref.kind for each in others):
            count = sum(each.ref.kind == kind for each in others)
            self.skipped.append(f"{plural(count, 'entity', 'entities')} of kind {kind}")

    # Entries of the file.

    def _services(self) -> Iterator[Value]:
        for entity in self.wired.running:
            name = self.wired.names[entity.ref]
            if name in self.present.services:
                self._already(name)
            elif name in self.present.others:
                self.skipped.append(f"{entity.ref}: a capability has that name in the configuration")
            else:
                entry = self._entry(entity, name)  # which may have notes of its own
                yield Noted(entry, above=tuple(self.wired.notes.get(name, ())), spread=True)
        for name, ref in self.wired.stubs.items():
            yield Noted(self._stub(name, ref), above=(f"Only named in the catalog, as {ref}.",))

    def _already(self, name: str) -> None:
        known = self.present.services[name]
        more = [to for edge in self.wired.edges.get(name, ()) for to in edge.to if to not in known]
        told = f"; the catalog says that it also needs {join_names(more, 9)}" if more else ""
        self.skipped.append(f"service '{name}' stands in the configuration already{told}")

    def _entry(self, entity: Entity, name: str) -> dict[str, Value]:
        said = entity.says("type")
        type, is_guess = kinds.type_of(said)
        why = f"the catalog says {said}" if said else "the catalog does not say"
        entry: dict[str, Value] = {"name": name}
        if entity.title and entity.title != name:
            entry["title"] = entity.title
        entry["type"] = guessed(type, why) if is_guess else type
        if (owner := self._owner(entity)) is not None:
            entry["owner"] = owner
        if (system := ref_of(entity.says("system"), "system", entity.ref.namespace)) is not None:
            entry["system"] = _as_written(self.catalog, system)
        entry |= self._tier(entity)
        if lifecycle := entity.says("lifecycle"):
            entry["lifecycle"] = lifecycle
        if presets := list(self._presets(entity)):
            entry["signals"] = presets
        if needs := self.wired.needs(name):
            entry["dependsOn"] = needs
        if pages := list(links(entity)):
            entry["links"] = pages
        if labels := alert_labels(entity):
            entry["alert_labels"] = labels
        return entry

    def _stub(self, name: str, ref: Ref) -> dict[str, Value]:
        type, _ = kinds.type_of(ref.name)
        if ref.kind == "component":
            type = "service"
        entry: dict[str, Value] = {"name": name, "type": guessed(type, "from its name alone")}
        if needs := self.wired.needs(name):
            entry["dependsOn"] = needs
        return entry

    def _tier(self, entity: Entity) -> dict[str, Value]:
        said = entity.annotations.get("cockpit.dev/tier", "")
        if said and (found := _tier.fullmatch(said)):
            return {"tier": found[1]}
        if said:
            self.wired.note(
                self.wired.names[entity.ref], f"cockpit.dev/tier says {said!r}, which is no tier from 1 to 9."
            )
        for key in ("tier", "service-tier"):
            if found := _tier.fullmatch(entity.labels.get(key, "")):
                return {"tier": guessed(found[1], f"from the label {key}")}
        return {}

    def _presets(self, entity: Entity) -> Iterator[Value]:
        for number, name in enumerate(split(entity.annotations.get("cockpit.dev/preset", ""))):
            if name in self.present.presets:
                yield {"use": name} if not number else {"use": name, "prefix": f"{name}-"}
            else:
                near = join_names(sorted(self.present.presets), 9)
                self.wired.note(
                    self.wired.names[entity.ref], f"cockpit.dev/preset names {name!r}; there are {near}."
                )

    # Who answers for it.

    def _owner(self, entity: Entity) -> str | None:
        ref = ref_of(entity.says("owner"), "group", entity.ref.namespace)
        if ref is None or ref.kind not in ("group", "user"):
            return None
        return self._team_name(ref)

    def _team_name(self, ref: Ref) -> str:
        known = self._described(ref)
        name = known.name if known else ref.name
        return next((each for each in self.present.teams if each.lower() == name.lower()), name)

    def _described(self, ref: Ref) -> Entity | None:
        """Also where a person stands in the place of a group."""
        return self.catalog.get(ref) or self.catalog.get(Ref("user", ref.namespace, ref.name))

    def _teams(self) -> Iterator[Value]:
        seen: set[str] = set(self.present.teams)
        for entity in self.wired.running:
            name = self.wired.names[entity.ref]
            ref = ref_of(entity.says("owner"), "group", entity.ref.namespace)
            if ref is None or ref.kind not in ("group", "user") or name in self.present.services:
                continue
            if (team := self._team_name(ref)) not in seen:
                seen.add(team)
                yield self._team(team, ref)

    def _team(self, name: str, ref: Ref) -> Value:
        known = self._described(ref)
        if known is None:
            return Noted({"name": name}, above=(f"Only named in the catalog, as {ref}.",))
        self.described += 1
        profile = known.spec.get("profile")
        profile = profile if isinstance(profile, dict) else {}
        title = text(profile.get("displayName"))[:200] or known.title
        email = text(profile.get("email"))[:200]
        team: dict[str, Value] = {"name": name}
        if title and title != name:
            team["title"] = title
        if email and "@" in email:
            team["oncall"] = {"email": email}
        return Noted(team, above=("One person, not a team.",) if known.ref.kind == "user" else ())

    def _shop_name(self) -> str:
        systems = [each.name for each in self.catalog.of("system")]
        named = [each.says("system") for each in self.wired.running if each.says("system")]
        return (systems or named or [each.name for each in self.wired.running] or ["shop"])[0]


def _texts_of(entity: Entity, field: str) -> list[str]:
    value = entity.spec.get(field)
    return [text(each) for each in (value if isinstance(value, list) else [value]) if text(each)]


def _as_written(catalog: Catalog, ref: Ref) -> str:
    known = catalog.get(ref)
    return known.name if known else ref.name
