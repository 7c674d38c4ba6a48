"""The lint codes; stable, so that people can look them up and tools can count them."""

from __future__ import annotations

from typing import Final, Literal

CODES: Final = {
    "C01": "unknown key",
    "C02": "the same key or name twice, or a key that stands in one file only in two",
    "C03": "unknown reference",
    "C04": "wrong type or value, or a missing field",
    "C05": "thresholds out of order; an integrity signal with a threshold below DEGRADED",
    "C06": "invalid PromQL",
    "C07": "a rate over less than 4 scrapes",
    "C08": "`on_no_data: ok` without `requires`",
    "C09": "a service without owner",
    "C10": "a team without a way to reach it",
    "C11": "a tier-1 service without symptom signal",
    "C12": "a hard edge to a lower tier without fallback",
    "C13": "a fallback without `max_duration`",
    "C14": "services that depend on each other in a circle",
    "C15": "a capability without measure",
    "C16": "a kill switch that protects nothing",
    "C17": "an imported edge that nobody reviewed",
    "C18": "a secret written in the file",
    "C19": "a query that returns nothing now (`cockpit lint --live`)",
    "C20": "YAML that is refused: anchors, depth, size, tags, several documents, not UTF-8",
    "F01": "no variant of the flag has the kill value",
    "F02": "a flag file that flagd would refuse",
    "F03": "the flag is not in its provider",
    "F04": "targeting rules can defeat the kill",
    "F05": "a kill switch that never expires",
    "F06": "a kill value that the provider cannot hold",
    "F07": "a flag store that cannot be read back, so that every change ends unknown",
    "R02": "a write step without rollback, and without the reason why there is none",
    "R03": "retry on a write step that is not idempotent",
    "R04": "a write step without `reconcile` or `on_unknown: ask`",
    "R05": "an invalid condition, or an unknown name in it",
    "R06": "a point of no return, or a destructive step, without approval",
    "R07": "a secret in an argument, or written plainly",
    "R08": "`shell: true` with a substitution",
    "R09": "a rollback that uses a value which nothing captures",
    "R10": "invalid PromQL in a runbook",
    "R11": "a time budget under the sum of what its steps usually take (p95)",
    "R12": "an unknown service or alert",
    "R13": "an undefined step, parameter or capture",
    "R14": "a step that was never rehearsed, or has changed since",
    "R15": "a runbook without owner",
    "R16": "a rollback that was never proven",
    "R17": "a query of a runbook returns nothing now (`cockpit lint --live`)",
    "R18": "a program that is not on PATH (`cockpit lint --live`)",
    "R19": "an unknown flag, provider, runbook, target, step preset, role or person",
    "R20": "the same step id twice",
    "R21": "a way back to an earlier step without `max_visits`",
    "R22": "runbooks that run each other in a circle, or nested too deep",
    "R23": "a command known to use an ambient context, without a target",
    "R24": "`reconcile` says applied before the step (`cockpit lint --live`)",
    "R25": "guesses of an import that nobody looked at",
    "S01": "unknown service, signal, capability, flag or runbook in a scenario",
    "S02": "a curve or time that makes no sense",
    "S03": "a reaction that can never happen",
    "S04": "an expectation that is missing or impossible",
    "S05": "noise without a seed",
    "S06": "a simulated capture without a value",
}
WARNINGS: Final = frozenset(
    {
        *("C07", "C09", "C10", "C11", "C12", "C13", "C14", "C15", "C16", "C17", "C19"),
        *("F04", "F05", "F07", "S03"),
        *("R06", "R11", "R12", "R14", "R15", "R16", "R17", "R18", "R23", "R24", "R25"),
    }
)
DRAFT_WARNINGS: Final = frozenset({"R02", "R04", "R10", "R12", "R15"})
"""In a runbook that is a draft these are warnings."""
SEVERITY: Final[dict[str, Literal["error", "warning"]]] = {
    code: "warning" if code in WARNINGS else "error" for code in CODES
}
