"""Asks the world whether it helped, evaluation after evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.core.json import Json
from cockpit.core.levels import Instant
from cockpit.core.runbook.actions import Promql
from cockpit.core.runbook.model import Check, Verify
from cockpit.core.runbook.verification import Progress, counts, further, judged, over
from cockpit.engine.runs.looks import Eyes, Seen


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification under way. `since`: when the step ended; older samples prove nothing."""

    eyes: Eyes
    verify: Verify
    baseline: tuple[object, ...]
    since: Instant
    tell: Callable[[Progress], None]

    async def run(self) -> Progress:
        clock, verify = self.eyes.world.clock, self.verify
        progress, verdict = Progress(), None
        if verify.initial_delay:
            await clock.sleep(verify.initial_delay)
        end = clock.now() + verify.within
        while True:
            seen = [await _looked(self.eyes, check) for check in verify.checks]
            verdict = judged(verify.checks, [self._fresh(each) for each in seen], await self._names())
            progress = further(verify, progress, verdict, [each.names for each in seen])
            self.tell(progress)
            if progress.verdict:
                return progress
            if clock.now() + verify.interval > end:
                return over(progress, verdict)
            await clock.sleep(verify.interval)

    def _fresh(self, seen: Seen) -> dict[str, object]:
        """Without a value when the sample is from before the step."""
        age, at = seen.names.get("age"), seen.names.get("at")
        now = self.eyes.world.clock.now()
        if seen.why or not counts(_number(age), _number(at), now, self.since):
            return {}
        return dict(seen.names)

    async def _names(self) -> dict[str, object]:
        baseline = self.baseline[0] if self.baseline else None
        if self.verify.baseline not in ("", "before"):
            baseline = (await self.eyes.look(Promql(self.verify.baseline))).names.get("value")
        control = None
        if self.verify.control:
            control = (await self.eyes.look(Promql(self.verify.control))).names.get("value")
        return {**self.eyes.known, "baseline": baseline, "control": control}


async def _looked(eyes: Eyes, check: Check) -> Seen:
    purpose = eyes.purpose
    return await eyes.to(purpose.kind, purpose.step, yes=check.success, no=check.failure).look(check.ask)


async def baseline_of(eyes: Eyes, verify: Verify) -> dict[str, Json]:
    """The values just before the step, and whether all of it was true already: then success proves little."""
    seen = [await _looked(eyes, check) for check in verify.checks]
    values = [_plain(each.names.get("value")) for each in seen]
    names = {**eyes.known, "baseline": values[0] if values else None, "control": None}
    already = judged(verify.checks, [each.names for each in seen], names) == "success"
    return {"values": values, "already": already}


def told(progress: Progress, checks: tuple[Check, ...]) -> dict[str, Json]:
    """For the record."""
    return {
        "verdict": progress.verdict,
        "reason": progress.reason,
        "streak": progress.streak,
        "evaluations": progress.evaluations,
        "values": [_plain(each.get("value", each.get("exit_code"))) for each in progress.last],
        "needs": [check.success for check in checks],
    }


def _plain(value: object) -> Json:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if abs(value) != float("inf") and value == value else str(value)
    return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
