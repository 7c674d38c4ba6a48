"""Who answers for what, and what nobody would notice: C09, C10, C11, C15."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.config.findings import finding, short
from cockpit.config.merge import Declared
from cockpit.core.model import Model, Role
from cockpit.errors import Finding


def complaints(declared: Declared, model: Model) -> Iterator[Finding]:
    for service, made in zip(declared.services, model.services, strict=True):
        name = short(made.name)
        if not made.owner and not service.wrote("owner"):
            yield finding(
                "C09",
                service.at("name"),
                f"service '{name}' has no owner",
                "add owner: with the team to call",
            )
        unread = service.wrote("signals") and not made.signals
        if made.tier == 1 and not unread and all(signal.role is not Role.SYMPTOM for signal in made.signals):
            message = f"tier-1 service '{name}' has no symptom signal, so nobody sees what its users feel"
            yield finding(
                "C11", service.at("name"), message, "add a signal, as in signals: [{use: otel-http}]"
            )
    for team in declared.teams:
        oncall = team.value.oncall
        known = oncall.phone or oncall.chat or oncall.email or oncall.lookup
        if not known and not any(
            team.within(oncall, "oncall").wrote(way) for way in type(oncall).model_fields
        ):
            message = f"team '{short(team.value.name)}' cannot be reached"
            yield finding("C10", team.at("name"), message, 'add oncall: {phone: "+49 ...", chat: "#..."}')
    for capability in declared.capabilities:
        if capability.value.measure is None and not capability.wrote("measure"):
            message = (
                f"capability '{short(capability.value.name)}' has no measure, so its loss can only be guessed"
            )
            hint = "add measure: {actual: <promql>, expected: <promql>}"
            yield finding("C15", capability.at("name"), message, hint)
