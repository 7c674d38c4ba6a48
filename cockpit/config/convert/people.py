"""Teams, and how incidents, access and the record are arranged."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.config import models
from cockpit.config.files import beside
from cockpit.config.findings import Placed
from cockpit.config.models.people import EscalationStep as DeclaredStep
from cockpit.config.models.people import Notify as DeclaredChannel
from cockpit.core.access import ACCESS_ROLES, Access
from cockpit.core.incident.rules import ROLES, UPDATE_EVERY, Channel, IncidentRules
from cockpit.core.levels import Severity
from cockpit.core.model import EscalationStep, Team


def team(declared: models.Team) -> Team:
    return Team(
        name=declared.name,
        title=declared.title,
        phone=declared.oncall.phone,
        chat=declared.oncall.chat,
        email=declared.oncall.email,
        lookup=declared.oncall.lookup,
        page=declared.oncall.page or "",
        page_secret=declared.oncall.page_secret,
        escalation=tuple(_step(step, declared.name) for step in declared.escalation),
    )


def _step(step: DeclaredStep | str, team: str) -> EscalationStep:
    if isinstance(step, str):
        return EscalationStep(team, "oncall")
    if step.user:
        return EscalationStep(step.user, "user", step.after)
    return EscalationStep(step.team or "", "team", step.after)


def incident(placed: Placed[models.Incident] | None) -> IncidentRules:
    """Roles and intervals that are not said are those that most people use."""
    if placed is None:
        return IncidentRules()
    declared = placed.value
    every = {Severity(name): seconds for name, seconds in declared.update_every.items()}
    return IncidentRules(
        roles=declared.roles or ROLES,
        update_every={**UPDATE_EVERY, **every},
        notify=tuple(_channel(each) for each in declared.notify),
    )


def _channel(declared: DeclaredChannel) -> Channel:
    return Channel(declared.name, declared.webhook, declared.secret, declared.format, declared.announce)


def access(placed: Placed[models.Access] | None) -> Access:
    if placed is None:
        return Access()
    declared = placed.value
    return Access(
        declared.protected,
        declared.readonly,
        {ACCESS_ROLES[name]: names for name, names in declared.roles.items()},
    )


def journal(placed: Placed[models.Journal] | None) -> Mapping[str, object]:
    """Keys as in the file; the folder of `sqlite` is absolute unless it says `default`."""
    if placed is None:
        return {}
    declared = placed.value
    if declared.postgres:
        return {"postgres": declared.postgres}
    folder = declared.sqlite or "default"
    if folder != "default":
        folder = str(beside(placed.document.file, folder).absolute())
    return {"sqlite": folder, "group": declared.group} if declared.group else {"sqlite": folder}
