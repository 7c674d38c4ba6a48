"""Who looks after what, in a team: for a time, by the clock of the server, with a token that only grows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from cockpit.adapters.journal.postgres.line import PATIENCE
from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.adapters.journal.sealing import boot_time
from cockpit.core.levels import Seconds
from cockpit.core.runbook.work import Fence
from cockpit.errors import JournalError, LeaseLost

OURS: Final = 5 / 6
"""Of its time a lease may be acted on; the rest is for clocks that go wrong, and for what is on its way."""
RENEWED: Final = 1 / 3
HURRIED: Final = 1 / 12
"""Of its time between two tries to prolong it when one has failed."""


@dataclass(eq=False, slots=True)
class Hold:
    names: tuple[str, ...]
    token: int
    ttl: Seconds
    asked_ns: int
    """CLOCK_BOOTTIME right before the server was asked for it last with success: it counts from later on."""
    again_ns: int = 0
    lost: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def until_ns(self) -> int:
        return self.asked_ns + round(self.ttl * OURS * 1e9)

    def prolong(self, asked_ns: int) -> None:
        self.asked_ns = asked_ns
        self.again_ns = asked_ns + round(self.ttl * RENEWED * 1e9)

    def lose(self, why: str) -> None:
        self.lost = self.lost or why
        self.over.set()


class Leases:
    """Behind `ports.Owners`. A lease counts for five sixths of its time here, and is prolonged at a third."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._holds: dict[str, Hold] = {}
        self._keeping: asyncio.Task[None] | None = None
        self._more = asyncio.Event()

    async def claim(self, names: Sequence[str], ttl: Seconds = 30.0) -> str:
        """An answer that was lost leaves them taken by nobody until their time is over."""
        wanted = tuple(dict.fromkeys(names))
        asked = boot_time()
        query = "SELECT token, taken FROM cockpit.acquire(%s::text[], %s, %s)"
        ((token, taken),) = await self._shared.ask(query, (list(wanted), max(2.0, ttl), self._shared.origin))
        if taken:
            return str(taken)
        hold = Hold(wanted, int(token), max(2.0, ttl), asked)
        hold.prolong(asked)
        for name in wanted:
            if (old := self._holds.get(name)) is not None:
                old.lose("its time was over")
            self._holds[name] = hold
            self._shared.tokens[name] = hold.token
        self._keep()
        return ""

    async def holder(self, name: str) -> str:
        """As "mara on web-1:4711, for 12 s more"."""
        query = """SELECT actor, origin, extract(epoch FROM expires_at - clock_timestamp())::float8,
            extract(epoch FROM start_by - clock_timestamp())::float8 FROM cockpit.lease WHERE key = %s"""
        found = await self._shared.ask_again(query, (name,))
        if not found:
            return ""
        actor, origin, left, starting = found[0]
        whose = "this cockpit" if self._is_ours(name) else f"{actor} on {origin}"
        if left > 0:
            return f"{whose}, who prolongs it, or for {left:.0f} s more"
        return f"{whose} until what it began last cannot start any more" if (starting or 0) > 0 else ""

    async def release(self, names: Sequence[str]) -> None:
        """What was claimed together goes together: alone, one of them may be in newer hands of ours."""
        await self._let_go([hold for hold in self._held() if set(names).issuperset(hold.names)])

    async def _let_go(self, holds: Sequence[Hold]) -> None:
        """Not being able to is no harm: it is over by itself."""
        if not holds:
            return
        for hold in holds:
            for name in hold.names:
                if self._holds.get(name) is hold:
                    del self._holds[name]
                    self._shared.tokens.pop(name, None)
        with suppress(JournalError):
            tokens = [hold.token for hold in holds]
            await self._shared.ask_again("SELECT cockpit.release(%s::bigint[])", (tokens,))

    def fence(self, name: str) -> Fence:
        hold = self._holds.get(name)
        if hold is None:
            raise LeaseLost(f"this cockpit does not hold {name}", "take it up first")
        if not hold.lost and boot_time() >= hold.until_ns:
            hold.lose("its time was over before it could be prolonged")
        if hold.lost:
            raise LeaseLost(f"this cockpit does not hold {name} any more: {hold.lost}", "take it up again")
        return Fence(hold.token, hold.until_ns)

    async def lost(self, name: str) -> str:
        hold = self._holds.get(name)
        if hold is None:
            return "this cockpit does not hold it"
        await hold.over.wait()
        return hold.lost

    async def close(self) -> None:
        """Lets go of everything, so that nobody has to wait."""
        await self._let_go(self._held())
        if self._keeping:
            self._keeping.cancel()

    def _is_ours(self, name: str) -> bool:
        try:
            self.fence(name)
        except LeaseLost:
            return False
        return True

    # Prolonging

    def _keep(self) -> None:
        self._more.set()
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.ensure_future(self._keep_forever())

    async def _keep_forever(self) -> None:
        while True:
            held = self._held()
            now = boot_time()
            for hold in held:
                if now >= hold.until_ns:
                    hold.lose("its time was over before it could be prolonged")
            due = [hold for hold in held if not hold.lost and now >= hold.again_ns]
            if due:
                await self._prolong(due)
                continue
            waits = [min(hold.again_ns, hold.until_ns) - now for hold in held if not hold.lost]
            self._more.clear()
            with suppress(TimeoutError):
                # Short, since this clock may stand still while the machine sleeps.
                await asyncio.wait_for(self._more.wait(), min(waits, default=1_000_000_000) / 1e9 + 0.001)

    async def _prolong(self, holds: Sequence[Hold]) -> None:
        asked = boot_time()
        # A line that is dead without a word must leave time to ask on another.
        within = min(PATIENCE, *(max(0.2, (hold.until_ns - asked) / 1e9) for hold in holds))
        try:
            query = "SELECT cockpit.renew(%s::bigint[])"
            found = await self._shared.ask(query, ([hold.token for hold in holds],), within=within)
        except JournalError:
            for hold in holds:
                hold.again_ns = boot_time() + round(hold.ttl * HURRIED * 1e9)
            return
        kept = {int(token) for (token,) in found}
        for hold in holds:
            if hold.token in kept:
                hold.prolong(asked)
            else:
                hold.lose("somebody else may have it by now")

    def _held(self) -> list[Hold]:
        return list({id(hold): hold for hold in self._holds.values()}.values())
