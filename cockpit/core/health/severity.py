"""How bad it is for the business, suggested: rules L. A person confirms; the program only proposes."""

from __future__ import annotations

from cockpit.core.health.state import Health
from cockpit.core.levels import Integrity, Level, Severity, Verdict


def suggest(health: Health) -> Severity | None:
    """None when nothing is DEGRADED or worse and no data is in doubt."""
    graph = health.graph
    if any(node.integrity is Integrity.BREACHED for node in health.nodes):
        return Severity.SEV1
    worst_by_tier: dict[int, Level] = {}
    for number, node in enumerate(health.nodes):
        level = node.level.level
        if level is None or level < Level.DEGRADED:
            continue
        tier = graph.declared(number).tier
        if number >= graph.services and tier == 1 and level >= Level.FAILING:
            return Severity.SEV1
        worst_by_tier[tier] = max(level, worst_by_tier.get(tier, level))
    if health.spread.verdict is Verdict.SPREADING or any(tier <= 2 for tier in worst_by_tier):
        return Severity.SEV2
    return Severity.SEV3 if worst_by_tier else None
