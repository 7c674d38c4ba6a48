"""Stores without compare-and-set: read, compare with what the operator saw, set, read again."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.adapters.flags.reading_back import READ_BACK, until
from cockpit.adapters.flags.trouble import FlagTrouble, environment
from cockpit.core.flagd_edit import same
from cockpit.core.levels import Seconds
from cockpit.core.model import FlagStore, Scalar
from cockpit.core.runbook.work import FlagCapabilities, FlagChange, FlagOutcome, FlagState


@dataclass(frozen=True, slots=True)
class Wish:
    """One change, filled in."""

    key: str
    env: str
    want: Scalar
    comment: str
    actor: str
    op_id: str
    seen: FlagState | None
    """As it was read just before; None: this store cannot be read."""


class Checked(ABC):
    """What such stores have in common; each says how it is read and written."""

    reads = True
    """False: nobody can tell what is stored, so that every change ends unknown."""
    atomic = False

    def __init__(self, store: FlagStore, *, read_back: Seconds = READ_BACK) -> None:
        self.name = store.name
        self._environments = store.environments
        self._read_back = read_back

    @abstractmethod
    def capabilities(self) -> FlagCapabilities: ...

    @abstractmethod
    async def list(self, env: str) -> Sequence[FlagState]: ...

    @abstractmethod
    async def look(self, key: str, env: str) -> FlagState | None:
        """What is stored, by one question. Raises FlagTrouble."""

    @abstractmethod
    async def write(self, wish: Wish) -> str:
        """Asks for it once; what is worth knowing about it. Raises FlagTrouble, UNKNOWN for a lost answer."""

    def refusal(self, want: Scalar) -> str:
        """Why this store cannot hold `want`; empty: it can."""
        return ""

    async def get(self, key: str, env: str) -> FlagState | None:
        return await self.look(key, self.environment(env))

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
            where = self.environment(env)
            seen = await self.look(key, where) if self.reads else None
        except FlagTrouble as trouble:
            return _unread(trouble, self.atomic)
        early = self._early(key, want, seen, expect)
        if early is not None:
            return early
        return await self._written(Wish(key, where, want, comment, actor, op_id, seen))

    async def verify(self, key: str, env: str, want: Scalar, deadline: Seconds) -> FlagOutcome:
        if not self.reads:
            return FlagOutcome.UNKNOWN
        where = self.environment(env)

        async def stands() -> bool:
            now = await self.look(key, where)
            return now is not None and same(now.value, want)

        return await until(stands, deadline)

    async def restore(
        self, before: FlagState, *, comment: str, actor: str, op_id: str, expect: FlagState | None = None
    ) -> FlagChange:
        if before.value is None:
            return FlagChange(
                FlagOutcome.FAILED, reason="what stood there before is not on record", atomic=self.atomic
            )
        if self.reads and expect is not None:
            # Back where it was already, whoever did it.
            try:
                now = await self.look(before.key, before.env)
            except FlagTrouble as trouble:
                return _unread(trouble, self.atomic)
            if now is not None and same(now.value, before.value):
                return FlagChange(FlagOutcome.NOOP, now, now, atomic=self.atomic)
        return await self.set(
            before.key, before.env, before.value, expect, comment=comment, actor=actor, op_id=op_id
        )

    async def close(self) -> None:  # noqa: B027 - one that holds something says so itself
        """Nothing is held open."""

    def environment(self, env: str) -> str:
        return environment(self.name, self._environments, env)

    def _early(
        self, key: str, want: Scalar, seen: FlagState | None, expect: FlagState | None
    ) -> FlagChange | None:
        """What is settled before anything is sent."""
        atomic = self.atomic
        if why := self.refusal(want):
            return FlagChange(FlagOutcome.DENIED, seen, seen, why, atomic)
        if not self.reads:
            return None
        if seen is None:
            return FlagChange(FlagOutcome.NOT_FOUND, reason=f"{self.name} has no flag '{key}'", atomic=atomic)
        if expect is not None and _differs(seen, expect):
            return FlagChange(FlagOutcome.CONFLICT, seen, seen, "it is not as it was shown", atomic)
        if same(seen.value, want):
            return FlagChange(FlagOutcome.NOOP, seen, seen, atomic=atomic)
        return None

    async def _written(self, wish: Wish) -> FlagChange:
        try:
            told = await self.write(wish)
        except FlagTrouble as trouble:
            if trouble.outcome is not FlagOutcome.UNKNOWN:
                return FlagChange(trouble.outcome, wish.seen, None, str(trouble), self.atomic)
            told = str(trouble)
        # By reading back in any case: also a server that said yes may not show it.
        outcome = await self.verify(wish.key, wish.env, wish.want, self._read_back)
        after = await self._after(wish) if self.reads else None
        if outcome is FlagOutcome.UNKNOWN:
            unseen = "reading back does not show it" if self.reads else "it cannot be read back"
            told = "; ".join(filter(None, (told, unseen)))
        return FlagChange(outcome, wish.seen, after, told, self.atomic)

    async def _after(self, wish: Wish) -> FlagState | None:
        try:
            return await self.look(wish.key, wish.env)
        except FlagTrouble:
            return None


def _unread(trouble: FlagTrouble, atomic: bool) -> FlagChange:
    """Nothing was sent, so nothing has moved, whatever became of the question."""
    lost = trouble.outcome is FlagOutcome.UNKNOWN
    outcome = FlagOutcome.FAILED if lost else trouble.outcome
    return FlagChange(outcome, reason=f"nothing was sent: {trouble}", atomic=atomic)


def _differs(now: FlagState, expect: FlagState) -> bool:
    """By value, and by revision where the store has one."""
    newer = bool(expect.revision and now.revision) and expect.revision != now.revision
    return newer or not same(now.value, expect.value)


States = builtins.list[FlagState]
