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
    "S01": "unknown service, signal, capability, flag or runbook in a scenario",
    "S02": "a curve or time that makes no sense",
    "S03": "a reaction that can never happen",
    "S04": "an expectation that is missing or impossible",
    "S05": "noise without a seed",
    "S06": "a simulated capture without a value",
}
WARNINGS: Final = frozenset(
    {"C07", "C09", "C10", "C11", "C12", "C13", "C14", "C15", "C16", "C17", "C19", "F04", "F05", "S03"}
)
SEVERITY: Final[dict[str, Literal["error", "warning"]]] = {
    code: "warning" if code in WARNINGS else "error" for code in CODES
}
