"""Flags of a scenario that is being played: the world feels them, and nothing real moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cockpit.adapters.flags.trouble import FlagTrouble, environment
from cockpit.adapters.simulator import DOWN, Performance
from cockpit.core.flagd_edit import same
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import FlagStore, Scalar
from cockpit.core.runbook.work import FlagCapabilities, FlagChange, FlagOutcome, FlagState


class SimulatedFlags:
    def __init__(
        self,
        store: FlagStore,
        performance: Performance,
        now: Callable[[], Instant],
        keys: Sequence[str] | None = None,
        outcomes: Mapping[str, FlagOutcome] | None = None,
    ) -> None:
        """`keys`: those it keeps; None: all. `outcomes`: what a change of a key ends in, for rehearsals.

        A change that is to end UNKNOWN is applied all the same, which is what makes it worth rehearsing.
        """
        self.name = store.name
        self._environments = store.environments
        self._performance = performance
        self._now = now
        self._keys = keys
        self._outcomes = outcomes or {}

    def capabilities(self) -> FlagCapabilities:
        return FlagCapabilities(compare_and_set=True, comment=True, seen_after=0.0)

    async def list(self, env: str) -> Sequence[FlagState]:
        where = environment(self.name, self._environments, env)
        return [self._state(key, value, where) for key, value in self._values().items()]

    async def get(self, key: str, env: str) -> FlagState | None:
        where = environment(self.name, self._environments, env)
        values = self._values()
        return self._state(key, values[key], where) if key in values else None

    async def set(
        self,
        key: str,
        env: str,
        want: Scalar,
        expect: FlagState | None,
        *,
        comment: str,
        actor: str,
        op_id: str,
    ) -> FlagChange:
        try:
            before = await self.get(key, env)
        except FlagTrouble as trouble:
            return trouble.change()
        if before is None:
            return FlagChange(FlagOutcome.NOT_FOUND, reason=f"the scenario has no flag '{key}'")
        if expect is not None and not same(before.value, expect.value):
            return FlagChange(FlagOutcome.CONFLICT, before, before, "it is not as it was shown")
        if same(before.value, want):
            return FlagChange(FlagOutcome.NOOP, before, before)
        return self._moved(before, want)

    async def verify(self, key: str, env: str, want: Scalar, deadline: Seconds) -> FlagOutcome:
        try:
            now = await self.get(key, env)
        except FlagTrouble:
            return FlagOutcome.UNKNOWN
        stands = now is not None and same(now.value, want) and key not in self._outcomes
        return FlagOutcome.APPLIED if stands else FlagOutcome.UNKNOWN

    async def restore(
        self, before: FlagState, *, comment: str, actor: str, op_id: str, expect: FlagState | None = None
    ) -> FlagChange:
        try:
            now = await self.get(before.key, before.env)
        except FlagTrouble as trouble:
            return trouble.change()
        if now is not None and same(now.value, before.value):
            return FlagChange(FlagOutcome.NOOP, now, now)
        return await self.set(
            before.key, before.env, before.value, expect, comment=comment, actor=actor, op_id=op_id
        )

    async def close(self) -> None:
        """Nothing is held open."""

    def _moved(self, before: FlagState, want: Scalar) -> FlagChange:
        outcome = self._outcomes.get(before.key, FlagOutcome.APPLIED)
        if outcome not in (FlagOutcome.APPLIED, FlagOutcome.UNKNOWN):
            return FlagChange(outcome, before, before, "the rehearsal wants it so")
        self._performance.set_flag(before.key, want, self._now())
        if outcome is FlagOutcome.UNKNOWN:
            return FlagChange(outcome, before, None, "the answer was lost (simulated)")
        return FlagChange(outcome, before, self._state(before.key, want, before.env))

    def _values(self) -> Mapping[str, Scalar]:
        """Raises FlagTrouble while the scenario has its flag stores down."""
        t = self._now() - self._performance.start
        faults = self._performance.course.scenario.faults
        if any(each.kind == "flags_down" and each.at <= t < each.at + each.lasts for each in faults):
            raise FlagTrouble(DOWN, "this is a rehearsal; the fault ends by itself")
        values = self._performance.course.flags_at(t)
        return {key: value for key, value in values.items() if self._keys is None or key in self._keys}

    def _state(self, key: str, value: Scalar, env: str) -> FlagState:
        return FlagState(key, env, value, record={"value": value})
