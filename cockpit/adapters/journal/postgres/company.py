"""Who else is here, and what runs of others say right now; nothing of it is on record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.core.frozen import from_json, to_json
from cockpit.core.json import canonical, is_deep
from cockpit.core.levels import Seconds
from cockpit.core.runbook.live import Live
from cockpit.core.runbook.run import run_lock
from cockpit.core.team import Company, Held, News, Present, Role
from cockpit.ports import Clock

_HERE: Final = """SELECT now_us, actor, origin, since_us, seen_us, doing, role, skew_us
    FROM cockpit.here(%s, %s, %s)"""
_LOOK: Final = """SELECT (extract(epoch FROM now) * 1000000)::bigint, actor, origin,
    (extract(epoch FROM since) * 1000000)::bigint, (extract(epoch FROM seen_at) * 1000000)::bigint,
    doing, role, skew_us
    FROM (SELECT clock_timestamp() AS now) AS moment
    LEFT JOIN cockpit.presence ON seen_at > now - interval '20 seconds' ORDER BY since, actor"""
_HOLDS: Final = """SELECT key, actor, origin, (extract(epoch FROM until) * 1000000)::bigint
    FROM (SELECT *, greatest(expires_at, start_by) AS until FROM cockpit.lease) AS held
    WHERE (starts_with(key, 'run:') OR key IN ('watch', 'observer'))
    AND until > clock_timestamp() - interval '7 days'
    AND (start_by IS NULL OR start_by < expires_at OR start_by > clock_timestamp()
        OR ttl <= interval '5 seconds') ORDER BY key"""
"""Also what is over. What was let go of counts until nothing that was meant under it can begin any more, and
ends before that: no other hold does that is longer than a beginning may take.
"""


class PostgresTeam:
    """Behind `ports.Team`."""

    def __init__(self, shared: Shared, clock: Clock) -> None:
        self._shared = shared
        self._clock = clock

    @property
    def pause(self) -> Seconds:
        return self._shared.pause

    async def news(self) -> News:
        return await self._shared.news()

    async def here(self, doing: str) -> Company:
        at = round(self._clock.now() * 1_000_000)
        return await self._company(await self._shared.ask_again(_HERE, (self._shared.origin, at, doing)))

    async def look(self) -> Company:
        return await self._company(await self._shared.ask_again(_LOOK))

    async def _company(self, found: Sequence[tuple[Any, ...]]) -> Company:
        held = await self._shared.ask_again(_HOLDS)
        people = tuple(
            Present(origin, actor, since / 1e6, seen / 1e6, doing, Role(max(1, role)), skew / 1e6)
            for _, actor, origin, since, seen, doing, role, skew in found
            if actor is not None
        )
        now = found[0][0] / 1e6
        ours = next((each for each in people if each.origin == self._shared.origin), None)
        return Company(
            now,
            people,
            ours.skew if ours else 0.0,
            self._shared.note,
            self._shared.origin,
            self._shared.role or Role.VIEWER,
            tuple(Held(name, actor, origin, until / 1e6) for name, actor, origin, until in held),
        )

    async def gone(self) -> None:
        await self._shared.ask("SELECT cockpit.gone(%s)", (self._shared.origin,), within=1.0)

    async def show(self, run: str, live: Live) -> None:
        token = self._shared.tokens.get(run_lock(run), 0)
        await self._shared.ask("SELECT cockpit.show(%s, %s, %s)", (run, token, canonical(to_json(live))))

    async def seen(self, run: str) -> Live | None:
        found = await self._shared.ask_again("SELECT body FROM cockpit.live WHERE run = %s", (run,))
        if not found:
            return None
        try:
            told = json.loads(found[0][0])
            return None if is_deep(told) else from_json(Live, {**told, "ours": False})
        except (ValueError, TypeError, RecursionError):
            return None
