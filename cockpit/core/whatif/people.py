"""Whom it concerns: the team that owns it, who comes after whom, and who decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cockpit.core.health.graph import Graph
from cockpit.core.incident.rules import COMMANDER
from cockpit.core.levels import Level, Seconds, Severity
from cockpit.core.model import Model, Service, Team
from cockpit.core.whatif.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody whose turn it is `after` seconds from when it was noticed."""

    after: Seconds
    who: str
    reach: str = ""
    """ "+49 30 000001, #pay-oncall"; empty: nobody said how."""
    of: tuple[str, ...] = ()
    """The chosen ones on whose account they are called."""


@dataclass(frozen=True, slots=True)
class People:
    called: tuple[Called, ...] = ()
    unowned: tuple[str, ...] = ()
    """Chosen ones of no team, or of a team that nobody described."""
    unreachable: tuple[str, ...] = ()
    """Teams without a phone, chat, mail, lookup or page."""
    severity: Severity | None = None
    """As it would be suggested; None: nobody is hurt enough."""
    decides: str = ""
    """The role that decides, where incidents have one."""
    update_every: Seconds | None = None


def people(graph: Graph, asked: Outcome) -> People:
    model = graph.model
    teams = {team.name: team for team in model.teams}
    owners: dict[str, list[str]] = {}
    unowned = []
    for name in asked.chosen:
        owner = graph.declared(graph.index[name]).owner
        if owner in teams:
            owners.setdefault(owner, []).append(name)
        else:
            unowned.append(name)
    called = [each for owner, names in owners.items() for each in _called(teams, owner, tuple(names))]
    called += [Called(0.0, f"the supplier of {name}", way) for name, way in _suppliers(model, asked.chosen)]
    severity = suggested(graph, asked)
    return People(
        tuple(sorted(called, key=lambda each: each.after)),
        tuple(unowned),
        tuple(owner for owner in owners if not _ways(teams[owner])),
        severity,
        COMMANDER if COMMANDER in model.incident.roles else next(iter(model.incident.roles), ""),
        model.incident.every(severity),
    )


def _called(teams: dict[str, Team], owner: str, of: tuple[str, ...]) -> Iterator[Called]:
    """Its on-call at once, then as it wrote down."""
    team = teams[owner]
    if not any(step.kind == "oncall" for step in team.escalation):
        yield Called(0.0, f"the on-call of {owner}", reach(team), of)
    for step in team.escalation:
        match step.kind:
            case "oncall":
                yield Called(step.after, f"the on-call of {owner}", reach(team), of)
            case "team":
                other = teams.get(step.whom)
                yield Called(step.after, f"team {step.whom}", reach(other) if other else "", of)
            case "user":
                yield Called(step.after, step.whom, "", of)


def _suppliers(model: Model, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    chosen = set(names)
    return ((each.name, each.contact) for each in model.services if each.name in chosen and each.contact)


def reach(team: Team) -> str:
    ways = [way for way in (team.phone, team.chat, team.email) if way]
    ways += ["by its page"] if team.page else []
    return ", ".join(ways or (["by its lookup command"] if team.lookup else []))


def _ways(team: Team) -> bool:
    return bool(reach(team))


def suggested(graph: Graph, asked: Outcome) -> Severity | None:
    """Rules L on what is predicted when nobody acts; data in doubt is not predicted by a level."""
    found: Severity | None = None
    for name, level in {**asked.nobody, **asked.chosen}.items():
        if level < Level.DEGRADED:
            continue
        declared = graph.declared(graph.index[name])
        if not isinstance(declared, Service) and declared.tier == 1 and level >= Level.FAILING:
            return Severity.SEV1
        if declared.tier <= 2:
            found = Severity.SEV2
        found = found or Severity.SEV3
    return found
